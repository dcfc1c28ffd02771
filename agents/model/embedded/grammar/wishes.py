"""Which list is wanted: how many of what, with which fields, in what order, from where."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import canonical, singular
from agents.model.embedded.grammar import conditions, headed, rows_meant, whose
from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.superlatives import SUPER, take_order, take_sorting
from agents.model.embedded.grammar.words import count_of

Intent = dict[str, Any]


FORMAT = re.compile(
    r",?\s*(?:\b(?:and |then )?(?:return|give|show|present|output|format|"
    r"report)\s+(?:me\s+)?(?:them|it|this|that|the results?)\s+)?"
    r"\b(?:as|in|into)\s+(?:the form of\s+)?(?:an?\s+)?(?:\w+\s+)?(?P<as>list|"
    r"table|json|csv|array|object)s?\b(?:\s+(?:format|form|array|of objects))?",
    re.I,
)

# "A table of all results with title and year": what it is given as, and no field of it.
_FORMAT_FIRST = re.compile(
    r"^(?:me\s+)?an?\s+(?:[a-z]+\s+)?(?P<as>table|list|csv|json|array)(?:\s+(?:file|array|list))?\s+"
    r"(?:of|with|containing|listing|showing|for|from)\s+(?=\S)",
    re.I,
)

_WITH = re.compile(
    r"[,(]?\s+(?:with|including|include|along with|together with|plus|showing|"
    r"containing|and (?:also )?(?:include )?(?=(?:their|its|the) ))\s*"
    r"(?:(?:their|its|the|each(?:'s)?|fields?|columns?|both|(?:the )?following "
    r"fields?)\s*:?\s*)*(?P<fields>.+)$",
    re.I,
)

_OF_EACH = re.compile(
    r"^(?P<fields>.+?)\s+(?:of|for|from)\s+(?:(?:each|every|all|any)(?: of)?\b\s*)?(?P<noun>.+)$",
    re.I,
)

_PLACE = re.compile(r"\s+(?:in|on|from|under|below|within|of)\s+(?:the\s+)?(?P<place>[^,]+)$", re.I)

VAGUE = re.compile(
    (
        r"(?:(?:this|that|the|current|front|home|whole|main|search|"
        r"results?)\s*)*(?:page|site|website|screen|list|here|results?|web ?page|"
        r"homepage|table|today|now|first page|shop|store|catalog(?:ue)?)?"
    ),
    re.I,
)

# "The cheapest backpack you have", "all the tents that they sell".
_KEEPING = (
    r"(?:(?:that|which) )?(?:you|they|we|it|there|(?:the|this) (?:shop|store|site|website|page"
    r"|company))(?:['’]ve)? (?:(?:can|could|currently|also|have|has) )?(?:see|find|have|has|got"
    r"|sells?|stock(?:s|ed)?|offers?|carry|carries|lists?|shows?|are|is|keep)"
)

_TODAY = re.compile(
    (
        r"\s+(?:today|right now|now|currently|at the moment|of today|of the day|this week|"
        r"that are (?:listed|shown|there)|listed|shown|displayed|there|here"
        rf"|{_KEEPING})$"
    ),
    re.I,
)


_KEPT = re.compile(rf"\s+{_KEEPING}$", re.I)


def fields_of(text: str, k: Masked) -> list[str] | None:
    """Field names of "title, price and the comment count"; None when it is something else."""
    text = clean(
        re.sub(
            r"^(?:(?:with|including|showing)\s+)?(?:only\s+)?(?:(?:the|their|its|each|both)\s+)?",
            "",
            text.strip(),
            flags=re.I,
        )
    )
    text = re.sub(
        r"\s+(?:for|of) (?:each|every|all)\b.*$|\s+each$|\s+only$|\s+too$", "", text, flags=re.I
    )
    text = re.sub(r"(?<=\w) (?:there|on it|in it|on (?:the|this) page)$", "", text, flags=re.I)
    text = _TOLD.sub(lambda m: _told_field(m), text)
    pieces = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s+plus\s+", text)
    out = []
    for piece in pieces:
        name = k.raw(bare(piece)).strip("() ")
        name = re.sub(r"^(?:their|its|the)\s+", "", name, flags=re.I)
        name = _SO_MANY.sub("", name)
        if not name or len(name.split()) > 4 or re.search(r"\d{2,}|[$€£]", name):
            return None
        out.append(_field_name(name))
    return out or None


# "All commands with what each one does", "with when they start and how much they cost".
_TOLD = re.compile(
    r"\b(?P<asks>what|when|where|who|how much|how long|how many|how old)(?: (?P<of>[a-z]+s))?"
    r"(?: (?:each|every)(?: (?:one|of them))?| (?:it|they|these|those))?"
    r" (?P<does>do(?:es)?|is|are|was|were|costs?|means?|says?|takes?|lasts?|starts?|begins?|opens?"
    r"|ends?|closes?|wrote|made|has|have)(?: (?:it|them|each|about|for))?\b",
    re.I,
)


# "How many they sleep", "how many people it serves": what the page says beside the number.
_SO_MANY = re.compile(r"^how many(?: [a-z]+)? (?:it|they|each|each one)(?: can)? (?=[a-z]+$)", re.I)


def _told_field(match: re.Match[str]) -> str:
    asks, does = match.group("asks").lower(), match.group("does").lower()
    if asks == "how many" or does.startswith("cost"):
        return match.group("of") or "price"
    if asks == "how old":
        return "age"
    known = {"when": "date", "where": "location", "who": "author", "how much": "price",
             "how long": "duration"}  # fmt: skip
    return known.get(asks, "text" if does.startswith("say") else "description")


def _field_name(name: str) -> str:
    """`prices` is asked as `price`; counts ("comments", "points") keep their word."""
    if canonical(name) in ("comments", "points", "reviews", "views"):
        return name
    words = name.split()
    return " ".join([*words[:-1], singular(words[-1])]) if words else name


def format_of(text: str) -> str | None:
    """`list`, `table`, `json`, `csv` when the text asks for one."""
    match = FORMAT.search(text if " as " in f" {text}" or " in " in f" {text}" else f"as {text}")
    return match.group("as").lower() if match else None


_ALL_PAGES = re.compile(
    r",?\s*\b(?:from|on|of|over|across|through)\s+(?:all|every)(?: of)?(?: the)?"
    r"(?: (?:two|three|four|five|\d+))?\s+pages?\b",
    re.I,
)
_NUMBERS = (
    r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|fifty|a dozen"
)
_COUNTED = re.compile(
    rf"(?P<how>top|first|latest|last|newest|best)?\s*(?P<n>{_NUMBERS})\s+(?P<rest>.*)$", re.I
)
_LEADING = re.compile(r"(?:top|first|latest|newest|most recent)\s+(?P<rest>\S.*)$", re.I)
_QUANTIFIED = re.compile(
    r"^(?:all(?: of)?|every|each|any|some|(?:a |the )?(?:\w+ )?list of|data of|details of"
    r"|information (?:on|about))\s+(?:the\s+)?",
    re.I,
)
# "A table of all of them": how it is wanted, and of what.
_SHAPED = re.compile(
    r"(?:an? |the )?(?P<as>table|list) of (?=(?:all|every|each|them|these|those)\b)", re.I
)
_FIRST_ROWS = re.compile(
    rf"(?:the )?(?:first|top) (?P<n>{_NUMBERS}) (?:rows|lines|entries|records) (?:of|in|from) "
    r"(?=(?:the )?(?:[\w-]+ ){0,3}(?:table|list)\b)",
    re.I,
)
_SECTION = re.compile(
    r"\s+(?:section|table|list|panel|box|heading|area|part|page|tab|block)$", re.I
)


_ALL_PLURAL = re.compile(
    r"(?:[\w-]+ )?[\w-]{2,}(?<!s)s(?:(?:, | and |, and )(?:[\w-]+ )?[\w-]{2,}(?<!s)s)+", re.I
)
_MEASURED = frozenset(["headline", "title", "price", "name", "rating", "date"])
# "All authors with their status": what each is called is wanted, too.
_PLURAL = re.compile(r"[a-z]{2,}s$", re.I)


def list_wish(text: str, k: Masked) -> Intent:
    """Read what list is wanted.

    Gives {"limit", "noun", "fields", "order", "filters", "near"}, and "as" (a format) or "tail"
    (the last ones) when they are said.
    """
    wish: Intent = {"limit": None, "noun": "", "fields": None, "order": None, "filters": []}
    wish["near"] = None
    text, called = _take_brackets(clean(text), wish, k)
    if match := FORMAT.search(text) or _FORMAT_FIRST.search(text):
        wish["as"] = match.group("as").lower()
        text = clean(text[: match.start()] + text[match.end() :])
    text = headed.take(text, wish, k)
    if match := _ALL_PAGES.search(text):
        wish["all_pages"] = True
        text = clean(text[: match.start()] + text[match.end() :])
    if rows := _FIRST_ROWS.search(text):  # "the ages of the first 3 rows of the bar chart table"
        wish["limit"] = count_of(rows["n"])
        said = re.match(r"(?P<fields>.+?) of$", clean(text[: rows.start()]), re.I)
        wish["fields"] = fields_of(said["fields"], k) if said else None
        text = clean(f"{'' if wish['fields'] else text[: rows.start()]} {text[rows.end() :]}")
    if shaped := _SHAPED.match(text):
        wish["as"], text = shaped.group("as").lower(), text[shaped.end() :]
    text = whose.take_page(text, wish)
    text, listed = rows_meant.take_listed(text)
    text = take_sorting(text, wish)
    if wish["order"] and not listed:  # "…, name and price, highest price first"
        text, listed = rows_meant.take_listed(text)
    text = conditions.take(_KEPT.sub("", text), wish, k)
    text = rows_meant.take_best(text, wish)
    text = conditions.take(_KEPT.sub("", text), wish, k)
    if (match := _WITH.search(text)) and (names := fields_of(match.group("fields"), k)):
        wish["fields"] = names
        text = conditions.take(clean(text[: match.start()]), wish, k)
        wish["beside"] = True
    if listed and not wish["fields"] and (names := fields_of(listed, k)):
        wish["fields"], wish["beside"] = names, True
    text = _take_fields_of(bare(text), wish, k)
    if wish["fields"] and (part := _SECTION.search(text)):
        wish["near"], text = k.raw(text[: part.start()]), ""  # "headlines of the Sports section"
    text = bare(_QUANTIFIED.sub("", text))
    text = _TODAY.sub("", _take_place(text, wish, k))
    text = conditions.take_saying(_take_count(take_order(text, wish), wish), wish, k)
    _take_noun(_TODAY.sub("", text), wish, k)
    if called:
        wish["near"] = called  # "the hours table (Öffnungszeiten)": what the page says
    if wish.get("beside"):
        wish["beside"] = not wish["noun"] or bool(_PLURAL.search(wish["noun"]))
    return wish


def _take_brackets(text: str, wish: Intent, k: Masked) -> tuple[str, str | None]:
    """ "All books (title, price)" names fields; "the hours (Öffnungszeiten)" what it is called."""
    match = re.search(r"\s+\((?P<said>[^()]+)\)$", text)
    if match is None:
        return text, None
    said = fields_of(match.group("said"), k)
    if said and all(canonical(n) for n in said):
        return f"{text[: match.start()]} with {match.group('said')}", None
    named = re.match(r"[A-ZÄÖÜÉ]", match.group("said")) and len(said or []) == 1
    return (text[: match.start()], k.raw(match.group("said"))) if named else (text, None)


def _take_fields_of(text: str, wish: Intent, k: Masked) -> str:
    """ "titles and prices of the first 3 products"."""
    match = _OF_EACH.match(text)
    names = fields_of(match.group("fields"), k) if match else None
    if match is None or not names or count_of(names[0].split()[0]):
        return text
    several = re.search(r"\b(?:each|every|all|first|top)\b", text, re.I)
    head = match.group("fields").split()[0].lower()
    leads = head in ("table", "top", "first", "last", "latest", "list", "all", "number")
    noun = bare(match.group("noun"))
    one = SUPER.match(noun)
    if one and re.fullmatch(r"\W*ones?", noun[one.end() :]):
        wish["fields"] = [*names, *(wish["fields"] or [])]  # "the time of the cheapest one"
        return one.group()
    if (
        leads
        or re.search(r"\blists?$", match.group("fields"))
        or SUPER.search(match.group("fields"))
    ):
        return text
    if not (several or all(canonical(n) for n in names)):
        return text
    wish["fields"] = [*names, *(wish["fields"] or [])]
    return bare(match.group("noun"))


# "Under Services in the footer": the heading tells enough.
_AREA = re.compile(
    r"(?<=\w)\s+(?:in|on|at) the (?:footer|header|side ?bar|page footer|main (?:part|area|text)"
    r"|navigation|bottom|top)$",
    re.I,
)


def _take_place(text: str, wish: Intent, k: Masked) -> str:
    """ "in the Sales section"; a vague place ("on the page") is dropped."""
    for _ in range(2):
        match = _PLACE.search(text)
        if match is None:
            break
        place = clean(_AREA.sub("", match.group("place")))
        if match.group().strip().lower().startswith("of ") and not VAGUE.fullmatch(place):
            break
        text = clean(text[: match.start()])
        if re.search(r"\bin\b", match.group(), re.I):
            wish["place"] = k.raw(bare(place))
        if not VAGUE.fullmatch(place):
            place = re.sub(r"^(?:my|your|our|their|his|her)\s+", "", place, flags=re.I)
            wish["near"] = k.raw(_SECTION.sub("", place))
    return text


def _take_count(text: str, wish: Intent) -> str:
    """ "top 5", "last three", "first"; one thing when only one is named."""
    if re.fullmatch(_NUMBERS, text, re.I):
        wish["limit"] = count_of(text)
        return ""
    if match := _COUNTED.match(text):
        wish["limit"] = count_of(match.group("n"))
        if (match.group("how") or "").lower() == "last":
            wish["tail"] = True
        return match.group("rest")
    if match := re.fullmatch(rf"(top|first|latest|last|newest) ({_NUMBERS})", text, re.I):
        wish["limit"], text = count_of(match.group(2)), ""
        if match.group(1).lower() == "last":
            wish["tail"] = True
    elif match := _LEADING.match(text):
        text = match.group("rest")
        wish["limit"] = None if text.rstrip().endswith("s") else 1
    elif wish["order"] and wish["order"]["word"] and not text.endswith("s"):
        wish["limit"] = 1
    return text


_MERE = re.compile(r"(?:all(?: of)? )?(?:them|these|those|it)", re.I)


def _take_noun(text: str, wish: Intent, k: Masked) -> None:
    """What is left: the noun, or field names ("product names and prices")."""
    names = fields_of(text, k) if not wish["fields"] else None
    if names and len(names) > 1 and _ALL_PLURAL.fullmatch(text) and not wish["limit"]:
        wish["either"] = names  # columns of a list, or several kinds of things: the page tells
    if names and len(names) > 1 and all(canonical(n) for n in names):
        wish["fields"], text = names, ""
    elif names and len(names) == 1 and " " in names[0]:
        head, _, last = names[0].rpartition(" ")
        if canonical(last) and is_item_noun(head) and canonical(last) != canonical(names[0]):
            wish["fields"], text = names, head
    elif names and len(names) == 1 and names[0] in _MEASURED and not wish["order"]:
        wish["fields"], text = names, ""  # "list the prices": of whatever is listed
    if (match := re.match(r"(?P<which>.+?)\s+table$", text, re.I)) and not wish["near"]:
        plain_table = r"(?:first|data|whole|main|html|only|second|last)"
        if not re.fullmatch(plain_table, match.group("which"), re.I):
            wish["near"] = k.raw(match.group("which"))
        text = "table"
    order = wish["order"] or {}
    if (
        names
        and order.get("word")
        and order.get("by")
        and canonical(text) == canonical(order["by"])
    ):
        # "The cheapest price": the measure itself is wanted, of whatever is listed.
        wish["fields"], text = ["title", order["by"]], ""
    wish["noun"] = "" if _MERE.fullmatch(text) else k.raw(bare(text))
