"""The planner's vocabulary: verbs, kinds of controls, ordinals, words that mean the same."""

from __future__ import annotations

import re

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "fifty": 50,
    "a dozen": 12, "dozen": 12, "hundred": 100,
}  # fmt: skip
TWO_TO_TEN = "two|three|four|five|six|seven|eight|nine|ten"
ONE_TO_TEN = f"one|{TWO_TO_TEN}"
ORDINAL_WORDS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
    "last": -1, "final": -1, "bottom": -1, "top": 1, "topmost": 1,
}  # fmt: skip
# "The 1 second page" counts seconds.
ORDINAL = re.compile(
    rf"\b(?<!\d\s)(?:(\d+)(?:st|nd|rd|th)|({'|'.join(ORDINAL_WORDS)})(?!\s+\d))\b", re.I
)

# A kind of thing on a page, as people call it -> roles it may have.
KINDS: dict[str, tuple[str, ...]] = {
    "button": ("button", "link", "menuitem", "tab"),
    "icon": ("button", "link", "img", "generic"),
    "link": ("link",),
    "tab": ("tab", "link", "button"),
    "checkbox": ("checkbox", "switch", "menuitemcheckbox"),
    "radio": ("radio", "menuitemradio"),
    "switch": ("switch", "checkbox", "button"),
    "field": ("textbox", "searchbox", "combobox", "spinbutton", "slider", "date", "color", "file"),
    "textarea": ("textbox",),
    "dropdown": ("combobox", "listbox", "button"),
    "option": ("option", "radio", "checkbox", "menuitem", "treeitem", "tab"),
    "menu": ("button", "menuitem", "link", "combobox"),
    "item": ("menuitem", "option", "link", "treeitem", "listitem", "button"),
    "slider": ("slider", "spinbutton"),
    "spinner": ("spinbutton", "textbox"),
    "image": ("img", "link", "button"),
    "section": ("button", "tab", "heading", "link"),
    "dialog": ("dialog", "alertdialog"),
    "column": ("columnheader", "button", "link"),
}
KIND_WORDS = {
    "button": "button", "btn": "button", "icon": "icon", "link": "link", "hyperlink": "link",
    "tab": "tab", "checkbox": "checkbox", "check box": "checkbox", "tickbox": "checkbox",
    "radio button": "radio", "radio": "radio", "radio option": "radio", "switch": "switch",
    "toggle": "switch", "field": "field", "text field": "field", "input field": "field",
    "input": "field", "text input": "field", "text box": "field", "textbox": "field",
    "input box": "field", "input textbox": "field", "form field": "field", "search box": "field",
    "search bar": "field", "search field": "field", "search input": "field", "box": "field",
    "editor": "field", "text area": "textarea", "textarea": "textarea", "dropdown": "dropdown",
    "drop-down": "dropdown", "dropdown list": "dropdown", "dropdown menu": "dropdown",
    "drop down": "dropdown", "select box": "dropdown", "selector": "dropdown", "picker": "field",
    "date picker": "field", "combobox": "dropdown", "combo box": "dropdown", "list": "dropdown",
    "scroll list": "dropdown", "option": "option", "choice": "option", "menu item": "item",
    "menu": "menu", "menu entry": "item", "entry": "item", "item": "item", "slider": "slider",
    "spinner": "spinner", "image": "image", "picture": "image", "logo": "image", "photo": "image",
    "section": "section", "accordion": "section", "panel": "section", "dialog": "dialog",
    "dialog box": "dialog", "popup": "dialog", "pop-up": "dialog", "modal": "dialog",
    "page": "link", "text fields": "field", "fields": "field", "checkboxes": "checkbox",
    "buttons": "button", "links": "link", "radio buttons": "radio", "color picker": "field",
    "folder": "item", "file": "item", "form": "field", "column header": "column",
    "column heading": "column", "header": "column", "column": "column",
    "column head": "column",
}  # fmt: skip
_KIND_TAIL = "|".join(sorted(map(re.escape, KIND_WORDS), key=len, reverse=True))
KIND_TAIL = re.compile(rf"(?:^|\s)({_KIND_TAIL})$", re.I)
KIND_HEAD = re.compile(
    rf"^({_KIND_TAIL})\s+(?:labell?ed|named|called|titled|with|that says)?\s*", re.I
)

# Words a page may use for the same thing; compared in both directions.
SAME = [
    {"sign in", "log in", "login", "signin", "log on"},
    {"sign out", "log out", "logout", "signout"},
    {"sign up", "register", "create account", "join", "create an account"},
    {"cart", "basket", "bag", "shopping cart", "trolley"},
    {"add to cart", "add to basket", "add to bag", "add to trolley"},
    {"buy", "buy now", "purchase", "order", "order now", "add to cart", "add to basket",
     "buy it now"},
    {"checkout", "check out", "proceed to checkout", "go to checkout"},
    {"submit", "send", "ok", "done", "apply", "confirm", "go"},
    {"submit", "save", "ok", "done", "apply", "confirm"},
    {"delete", "remove", "trash", "bin", "discard", "destroy", "rubbish"},
    {"edit", "pencil", "pen", "modify"},
    {"rename", "pencil", "edit name"},
    {"deactivate", "disable", "suspend", "account off", "user off", "user slash"},
    {"copy", "clone", "duplicate"},
    {"pin", "thumbtack"},
    {"promo code", "discount code", "coupon", "voucher", "coupon code", "promotion code"},
    {"next", "next page", "more", "older", "older posts", "show more", "load more", "›", "»", "→"},
    {"previous", "prev", "previous page", "newer", "back", "‹", "«", "←"},
    {"username", "user name", "user", "login", "email", "e-mail", "user id", "account name",
     "email address"},
    {"password", "passphrase", "pass", "pwd"},
    {"email", "e-mail", "email address", "mail", "e-mail address"},
    {"phone", "telephone", "phone number", "mobile", "tel", "mobile number"},
    {"zip", "postal code", "postcode", "zip code"},
    {"surname", "last name", "family name", "lastname"},
    {"first name", "given name", "forename", "firstname"},
    {"name", "full name", "your name"},
    {"search", "find", "go", "lookup", "query", "keyword", "keywords", "q", "search term"},
    {"close", "dismiss", "x", "×", "✕", "✖", "cancel"},
    {"settings", "preferences", "options"},
    {"star", "favourite", "favorite", "important", "flag"},
    {"favourite", "favorite", "favourites", "favorites", "heart", "like", "save for later",
     "add to favourites", "add to favorites", "wish list", "wishlist", "shortlist"},
    {"reply", "respond", "answer"},
    {"invite", "guests", "attendees", "participants", "invitees", "add guests", "people"},
    {"enrol", "enroll", "enrol now", "enroll now"},
    {"from", "sender", "source", "debit"},
    {"mobile", "mobile number", "phone", "cell", "cell phone"},
    {"recipient", "recipients", "to", "payee", "to recipients"},
    {"name", "payee name", "recipient name", "beneficiary"},
    {"start", "start time", "starts", "begins"},
    {"end", "end time", "ends"},
    {"reference", "payment reference", "reference (optional)", "note", "memo"},
    {"message", "body", "message body", "text", "content"},
    {"forward", "send on", "fwd"},
    {"like", "heart", "upvote"},
    {"retweet", "share", "repost"},
    {"continue", "next", "proceed"},
    {"colour", "color"},
    {"dob", "date of birth", "birthday", "birth date", "birthdate"},
    {"quantity", "qty", "amount", "number"},
    {"message", "comment", "comments", "your message", "description"},
    {"address", "street", "street address", "address line 1"},
    {"state", "province", "region"},
    {"german", "deutsch"},
    {"french", "français", "francais"},
    {"spanish", "español", "espanol"},
    {"italian", "italiano"},
    {"portuguese", "português"},
    {"dutch", "nederlands"},
    {"swedish", "svenska"},
    {"danish", "dansk"},
    {"norwegian", "norsk"},
    {"polish", "polski"},
    {"company", "organization", "organisation", "employer"},
]  # fmt: skip
_SAME_OF: dict[str, set[str]] = {}
for _group in SAME:
    for _word in _group:
        _SAME_OF.setdefault(_word, set()).update(_group)


def same_as(phrase: str) -> set[str]:
    """Other names for a phrase; empty when none are known."""
    return _SAME_OF.get(phrase, set()) - {phrase}


def count_of(text: str) -> int | None:
    """`5`, `five`, `a dozen` as a number."""
    text = text.lower().strip()
    return int(text) if text.isdigit() else NUMBER_WORDS.get(text)


def ordinal_in(text: str) -> tuple[int | None, str]:
    """The ordinal in a phrase (1-based, -1 is the last) and the phrase without it."""
    match = ORDINAL.search(text)
    if not match:
        return None, text
    number = int(match.group(1)) if match.group(1) else ORDINAL_WORDS[match.group(2).lower()]
    rest = (text[: match.start()] + text[match.end() :]).strip()
    if number == -1 and (back := re.match(r"(?:but (?:one|\d)|to last)\b\s*", rest)):
        return -2, rest[back.end() :]
    return number, re.sub(r"\s+", " ", rest)


KEYS = {
    "enter": "Enter", "return": "Enter", "tab": "Tab", "escape": "Escape", "esc": "Escape",
    "space": "Space", "spacebar": "Space", "backspace": "Backspace", "delete": "Delete",
    "arrow down": "ArrowDown", "down arrow": "ArrowDown", "arrow up": "ArrowUp",
    "up arrow": "ArrowUp", "arrow left": "ArrowLeft", "left arrow": "ArrowLeft",
    "arrow right": "ArrowRight", "right arrow": "ArrowRight", "page down": "PageDown",
    "page up": "PageUp", "home": "Home", "end": "End",
}  # fmt: skip

# Verbs an instruction may start with. Whatever follows one of them starts a new clause.
VERBS = [
    "open", "go", "goto", "navigate", "browse", "visit", "load", "head", "search", "look", "find",
    "locate", "click", "press", "tap", "hit", "push", "choose", "select", "pick", "set", "type",
    "enter", "fill", "input", "write", "put", "provide", "paste", "check", "tick", "untick",
    "uncheck", "mark", "unmark", "toggle", "enable", "disable", "turn", "scroll", "wait",
    "return", "report", "tell", "show", "give", "get", "list", "extract", "collect", "scrape",
    "fetch", "read", "summarize", "summarise", "sign", "log", "login", "logout", "download",
    "upload", "attach", "take", "capture", "screenshot", "submit", "send", "buy", "purchase",
    "order", "add", "remove", "delete", "hover", "drag", "move", "double-click", "right-click",
    "expand", "unfold", "collapse", "close", "dismiss", "accept", "agree", "reject", "decline",
    "sort", "filter", "switch", "follow", "copy", "confirm", "verify", "make", "ensure", "note",
    "save", "use", "answer", "describe", "explain", "count", "print", "include", "skip", "focus",
    "clear", "empty", "erase", "reload", "refresh", "continue", "proceed", "star", "like",
    "retweet", "reply", "forward", "share", "archive", "subscribe", "book", "register",
    "highlight", "create", "rename", "publish", "display", "replace",
]  # fmt: skip
# These count as verbs only when an object is said to follow: "pay the bill", not "pay range".
OBJECT_VERBS = [
    "apply", "archive", "assign", "activate", "deactivate", "suspend", "ban", "approve", "enrol",
    "enroll", "freeze", "unfreeze", "invite", "join", "leave", "mute", "unmute", "pay", "transfer",
    "unpin", "renew", "reserve", "schedule", "reschedule", "cancel", "change", "update", "edit",
    "raise", "lower", "increase", "decrease", "start", "stop", "pause", "resume", "play",
    "bookmark", "favourite", "favorite", "unstar", "unfollow", "unsubscribe", "duplicate", "merge",
    "complete", "finish", "reopen", "resolve", "restore", "upgrade", "downgrade", "adjust", "untag",
    "tag", "hide", "unhide", "block", "unblock", "report", "review", "rate", "post", "compose",
    "draft", "checkout", "snooze", "unlike", "redeem", "withdraw", "call", "place", "export",
    "request", "say",
]  # fmt: skip
# These make sense with nothing behind them.
BARE_VERBS = [
    "submit", "search", "login", "logout", "scroll", "wait", "reload", "refresh", "continue",
    "proceed", "screenshot", "save", "confirm", "checkout", "send", "summarize", "summarise",
]  # fmt: skip
# These are commands only when nothing follows: "choose red and apply".
LAST_VERBS = [
    "apply", "cancel", "update", "create", "publish", "finish", "post", "ok", "register", "enrol",
    "enroll", "subscribe", "join", "donate", "reserve", "pay",
]  # fmt: skip
STOPWORDS = frozenset(
    ["the", "a", "an", "of", "to", "in", "on", "for", "with", "and", "or", "your", "my",
     "this", "that", "its", "it", "is", "at", "by", "from", "about"]
)  # fmt: skip
