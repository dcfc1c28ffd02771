"""What pressing an element would do."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from agents.guard.labels import plain, read
from agents.guard.labels_fields import kinds_of
from agents.guard.labels_paths import read_action, read_address, read_handler
from agents.guard.labels_words import PLACES, sections
from agents.guard.risk_facts import ElementFacts, FormFacts
from agents.guard.risk_words import (
    STRONG,
    Findings,
    Said,
    accepts_terms,
    judge_tick,
    judge_words,
    ticked_terms,
)

_TRASH = frozenset(plain(name) for name in sections(PLACES)["trash"])
_HARMLESS_ROLES = frozenset(
    {
        *("tab", "option", "treeitem", "slider", "spinbutton", "scrollbar", "columnheader"),
        *("rowheader", "combobox", "textbox", "searchbox", "listbox", "gridcell", "heading"),
        *("separator", "progressbar", "tooltip"),
    }
)
_CAPTCHA_FRAMES = re.compile(
    r"recaptcha|hcaptcha|challenges\.cloudflare|turnstile|arkoselabs|funcaptcha|geetest", re.I
)
_TEXT_TYPES = frozenset(
    {
        *("text", "search", "email", "url", "tel", "password", "number", "date", "time", "month"),
        *("week", "datetime-local", "color", "range", "textarea"),
    }
)


def judge_press(element: ElementFacts | None, findings: Findings) -> None:
    """Of an element, and of what a click at its centre would really meet."""
    if element is None:
        findings.add("unknown", "the element could not be looked at")
        return
    _judge_one(element, findings)
    if element.hit is not None:
        _judge_one(element.hit, findings)


def judge_drop(place: ElementFacts, findings: Findings) -> None:
    """Of dragging something there: into the trash, or onto what is called as a deed."""
    called = {plain(name).strip() for name in place.names.values()}
    words = {word for name in called for word in re.split(r"[\W_]+", name)}
    if called & _TRASH or (words & _TRASH and len(words) <= 4):
        findings.add("destructive", "it is dragged into the trash")
        return
    said = Said.of(place)
    for risk in (*STRONG, "remove"):
        if risk in said.kinds:
            findings.add("destructive" if risk == "remove" else risk, "where it is dragged says so")


def _judge_one(element: ElementFacts, findings: Findings) -> None:
    if _CAPTCHA_FRAMES.search(element.frame_url or element.origin):
        findings.add("captcha", "it stands in a captcha's frame")
        return
    said = Said.of(element)
    if "captcha" in said.kinds:
        findings.add("captcha", "its label asks whether a person is there")
    if element.type in ("checkbox", "radio") or element.role in ("checkbox", "radio", "switch"):
        judge_tick(element, said, findings)
    elif element.tag == "input" and element.type == "file":
        findings.add("file_upload", "it picks files to hand over")
    elif (
        (element.type == "reset" and element.tag in ("button", "input"))
        or (element.tag == "input" and element.type in _TEXT_TYPES)
        or element.tag in ("select", "option", "textarea")
        or element.written_in
    ):
        return
    elif element.href and not element.href.lower().startswith("javascript:"):
        _judge_link(element, said, findings)
    elif element.submits:
        judge_submit(element, said, findings)
    else:
        _judge_script(element, said, findings)


# --- links ----------------------------------------------------------------------------------
def _judge_link(element: ElementFacts, said: Said, findings: Findings) -> None:
    href = element.href
    scheme = href.partition(":")[0].lower() if ":" in href[:12] else ""
    if scheme in ("mailto", "tel", "sms", "blob", "data"):
        if element.handler:
            _judge_script(element, said, findings)
        return
    if element.method not in ("", "get"):
        _judge_sent(element, said, element.method, element.target or href, findings)
        return
    if _stays(element):
        _judge_script(element, said, findings)
        return
    if not element.download:
        found = read_address(href)
        if found is not None:
            findings.add(*found)
    if element.handler or element.confirm:
        _judge_script(element, said, findings)


def _stays(element: ElementFacts) -> bool:
    """Whether the link leads nowhere: its script is what it does."""
    href = element.href
    if href in ("", "#") or href.endswith("#"):
        return True
    before, mark, fragment = href.partition("#")
    if not mark or fragment.startswith(("/", "!")):
        return False
    own = element.frame_url.partition("#")[0]
    return (not before or before == own) and element.role == "button"


# --- forms ----------------------------------------------------------------------------------
def judge_submit(element: ElementFacts, said: Said, findings: Findings) -> None:
    """Of a button that submits a form, or of Enter in one without a button."""
    form = element.form or FormFacts()
    method = element.method or form.method
    if method == "dialog":
        _judge_script(element, said, findings)
        return
    _judge_sent(element, said, method, element.target or form.action, findings)


def _judge_sent(
    element: ElementFacts, said: Said, method: str, action: str, findings: Findings
) -> None:
    """What a form or an announced request sends."""
    before = len(findings.risks)
    form = element.form
    fields = kinds_of(element.all_fields)
    posts = method not in ("get", "")
    if method == "delete":
        findings.add("destructive", "its method is DELETE")
    if form is not None:
        _judge_hidden(form, findings)
    search = _is_search(element, fields, said, posts)
    cart = _in_cart(element, action)
    judge_words(element, said, findings, cart=cart, submits=True, posts=posts)
    deed = read_address(action)
    found = read_action(action) if posts else deed
    if found is not None and (deed is not None or not search):
        _add_action(found, said, fields, findings)
    if not search:
        _judge_fields(element, said, fields, posts, findings)
    _judge_ticked(element, findings)
    if len(findings.risks) == before and posts and not search and not cart:
        _judge_rest(element, said, fields, findings)


def _add_action(
    found: tuple[str, str], said: Said, fields: dict[str, int], findings: Findings
) -> None:
    """What the address says, unless the button says plainly that it is something smaller."""
    risk, why = found
    if risk in ("purchase", "payment") and said.kinds and said.kinds <= {"harmless", "cart"}:
        return
    if risk == "external_submit" and said.kinds & {"harmless"} and not fields.get("message"):
        return
    if risk == "auth" and "signup" in said.kinds:
        return
    if risk == "account_creation" and "subscribe" in said.kinds:
        return
    if risk == "permission_change" and said.kinds == {"harmless"}:
        return
    findings.add(risk, why)


def _judge_hidden(form: FormFacts, findings: Findings) -> None:
    """What fields say that nobody sees: `_method=DELETE`, `action=delete`, `delete_user=5`."""
    for name, value in form.hidden.items():
        if plain(name) == "_method" and value.lower() == "delete":
            findings.add("destructive", "the form sends DELETE")
        elif value and not _cart_words(form.action):
            found = read_address(f"?{quote(name)}={quote(value)}")
            if found is not None:
                findings.add(found[0], f'the form says "{name[:20]}={value[:40]}"')


def _is_search(element: ElementFacts, fields: dict[str, int], said: Said, posts: bool) -> bool:
    """A search, a filter, a page size: reads and changes nothing."""
    if said.kinds & {*STRONG, "legal", "send"}:
        return False
    if fields.keys() & {"card", "card_code", "bank", "password", "identity", "file", "message"}:
        return False
    form = element.form
    if form is not None and form.search:
        return True
    typed = sum(count for kind, count in fields.items() if kind != "choice")
    if fields.get("search") and typed == fields["search"]:
        return True
    return not posts and not fields.keys() & {"person", "otp", "recipient"}


def _in_cart(element: ElementFacts, action: str) -> bool:
    return _cart_words(action) or "cart" in read(element.heading).kinds


def _cart_words(address: str) -> bool:
    try:
        path = urlsplit(address).path
    except ValueError:
        return False
    return "cart" in read(" ".join(re.split(r"[/_.-]+", path))).kinds or "/bag" in path


def _judge_fields(
    element: ElementFacts, said: Said, fields: dict[str, int], posts: bool, findings: Findings
) -> None:
    """What the fields say the form is for."""
    small = said.kinds <= {"harmless", "cart"} and bool(said.kinds)
    given = kinds_of(tuple(each for each in element.all_fields if not each.empty))
    if fields.keys() & {"card", "card_code"}:
        if said.kinds <= {"save", "harmless"} and said.kinds & {"save"}:
            findings.add("sensitive_data", "the form holds card details")
        else:
            findings.add("payment", "the form holds card details")
    if fields.get("amount") and fields.keys() & {"recipient", "bank"}:
        findings.add("payment", "the form names an amount and who gets it")
    elif given.keys() & {"bank", "identity"}:
        findings.add("sensitive_data", "the form asks for an account or identity number")
    if given.get("file"):
        findings.add("file_upload", "the form hands over files")
    if fields.get("captcha") and said.kinds <= {"generic", "send"}:
        findings.add("captcha", "the form holds a captcha")
    if fields.get("role") and said.kinds & {"save", "generic", "send", "permission_change"}:
        findings.add("permission_change", "the form sets a role or a permission")
    if fields.keys() & {"password", "otp"}:
        new = any("new-password" in f.autocomplete for f in element.all_fields)
        signup = "signup" in said.kinds or (
            fields.get("password", 0) > 1
            and fields.get("person", 0) + fields.get("text", 0) > 0
            and "signin" not in said.kinds
        )
        if signup or (new and fields.get("person") and "signin" not in said.kinds):
            findings.add("account_creation", "the form sets a first password")
        elif "send" in said.kinds and fields.keys() & {"message", "file"}:
            if given.keys() & {"password", "otp"}:
                findings.add("sensitive_data", "the form sends a password with what was filled in")
        else:
            findings.add("auth", "the form holds a password or a code")
    wrote = any(each.type == "textarea" for each in element.all_fields)
    if not small and (wrote or (posts and fields.get("message"))):
        findings.add("external_submit", "the form sends what somebody wrote")
    if element.all_fields and not small:
        _judge_terms(element, findings)


def _judge_terms(element: ElementFacts, findings: Findings) -> None:
    for each in element.all_fields:
        if each.type == "checkbox" and accepts_terms(each.label or each.name):
            findings.add("legal_acceptance", "the form says that its terms are accepted")
            return


def _judge_ticked(element: ElementFacts, findings: Findings) -> None:
    """Nobody was asked when the box was ticked: what sends it accepts, whatever it is called."""
    if ticked_terms(element):
        findings.add("legal_acceptance", "it sends that terms are accepted")


def _judge_rest(
    element: ElementFacts, said: Said, fields: dict[str, int], findings: Findings
) -> None:
    """A form that posts, and nothing plain was found yet."""
    if said.kinds and said.kinds <= {"harmless", "cart", "question"} and not fields.get("person"):
        return
    personal = fields.get("person", 0) + fields.get("text", 0) + fields.get("message", 0)
    if said.kinds & {"harmless"} and not said.kinds - {"harmless", "cart"}:
        return
    if said.kinds & {"save"} and not personal:
        return
    if personal or fields.get("choice"):
        findings.add("external_submit", "the form sends what was filled in")
    elif said.kinds & {"remove", "reset"}:
        findings.add("destructive", "the form removes something")
    elif not said.readable:
        findings.add("ambiguous", "the button has no name and its form posts")
    elif said.kinds:
        findings.add("ambiguous", "the button does not say what the form posts")
    else:
        findings.add("ambiguous", "the form posts, and the button's words are not known")


# --- buttons by script ----------------------------------------------------------------------
def _judge_script(element: ElementFacts, said: Said, findings: Findings) -> None:
    """Of what only script knows: its label, its handler, the fields beside it."""
    quiet = element.role in _HARMLESS_ROLES or element.tag == "summary"
    if (quiet and not element.handler) or element.role == "columnheader":
        return
    if said.question:
        return
    if element.method not in ("", "get"):
        _judge_sent(element, said, element.method, element.target, findings)
        return
    before = len(findings.risks)
    judge_words(element, said, findings, cart=_in_cart(element, ""), submits=False, posts=False)
    _judge_handler(element, findings)
    fields = kinds_of(element.all_fields)
    acts = said.kinds & {"generic", "signin", "signup", "send", "save", "subscribe", *STRONG}
    if fields and (acts or not said.readable) and not element.popup:
        if fields.keys() & {"card", "card_code"} or fields.keys() & {"password", "otp"}:
            _judge_fields(element, said, fields, posts=True, findings=findings)
        elif said.kinds & {"signup"} and fields.get("person"):
            findings.add("account_creation", "it stands beside a registration's fields")
        elif said.kinds & {"generic", "send", "signup", "subscribe"}:
            _judge_terms(element, findings)
    button = element.tag == "button" or element.role == "button"
    if element.form is not None and button and not element.popup and (acts or not said.kinds):
        _judge_ticked(element, findings)
    if len(findings.risks) == before and element.opaque and not said.readable:
        findings.add("unknown", "what it holds cannot be looked at")


def _judge_handler(element: ElementFacts, findings: Findings) -> None:
    code = element.handler
    if element.href.lower().startswith("javascript:"):
        code = f"{element.href[11:]} {code}"
    if not code:
        return
    for words in read_handler(code):
        reading = read(words)
        for risk in STRONG:
            if risk in reading.kinds:
                findings.add(risk, f'its script calls "{words[:40]}"')
        if "signout" in reading.kinds:
            findings.add("auth", f'its script calls "{words[:40]}"')
    for address in re.findall(r"[\"'](/[^\"']{1,200}|https?://[^\"']{1,200})[\"']", code):
        found = read_address(address)
        if found is not None:
            findings.add(*found)
