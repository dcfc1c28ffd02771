"""What pressing an element would do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agents.guard.labels import AMOUNT, Reading, plain, read
from agents.guard.labels_fields import kinds_of
from agents.guard.labels_paths import read_action, read_address, read_handler
from agents.guard.risk_facts import ElementFacts, FormFacts

_STRONG = ("payment", "purchase", "destructive", "permission_change")
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
_COOKIES = re.compile(
    r"cookie|\bgdpr\b|\bconsent banner|traceurs|ciasteczk|coocki|cerez|クッキー|куки|tracking tech"
)
_ICON = {
    "destructive": "trash delete dustbin bin garbage deleteuser deleteitem trashcan erase",
    "send": "send paperplane paper-plane submit",
    "payment": "paynow paybutton paypal",
    "purchase": "placeorder buynow",
    "signout": "logout signout",
}
_ICONS = {word: kind for kind, words in _ICON.items() for word in words.split()}
_TEXT_TYPES = frozenset(
    {
        *("text", "search", "email", "url", "tel", "password", "number", "date", "time", "month"),
        *("week", "datetime-local", "color", "range", "textarea"),
    }
)


@dataclass
class Findings:
    """Risks and why, as they are found."""

    risks: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)

    def add(self, risk: str, why: str) -> None:
        """A risk, and the reason in words."""
        self.risks.add(risk)
        self.note(f"{risk}: {why}")

    def note(self, why: str) -> None:
        """A reason alone."""
        if why not in self.reasons and len(self.reasons) < 8:
            self.reasons.append(why)


def judge_press(element: ElementFacts | None, findings: Findings) -> None:
    """Of an element, and of what a click at its centre would really meet."""
    if element is None:
        findings.add("unknown", "the element could not be looked at")
        return
    _judge_one(element, findings)
    if element.hit is not None:
        _judge_one(element.hit, findings)


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
        or element.editable
    ):
        return
    elif element.href and not element.href.lower().startswith("javascript:"):
        _judge_link(element, said, findings)
    elif element.submits:
        judge_submit(element, said, findings)
    else:
        _judge_script(element, said, findings)


@dataclass(frozen=True)
class Said:
    """All that the names of an element say together. readable: any of them has letters."""

    kinds: frozenset[str]
    readable: bool
    words: int
    amount: bool
    rest: int
    question: bool

    @classmethod
    def of(cls, element: ElementFacts) -> Said:
        """The names, and the question that is asked before it happens; the riskier counts."""
        texts = [*element.names.values()]
        readings = [read(text) for text in dict.fromkeys(texts) if text]
        readable = any(reading.words for reading in readings)
        kinds: set[str] = set().union(*(r.kinds for r in readings)) if readings else set()
        if element.confirm:
            kinds |= read(element.confirm).kinds & {*_STRONG, "remove"}
        if not readable:
            kinds |= _from_hint(element.hint)
        return cls(
            frozenset(kinds),
            readable,
            max((r.words for r in readings), default=0),
            any(r.amount for r in readings),
            max((r.rest for r in readings), default=0),
            _asks(element, readings),
        )


def _asks(element: ElementFacts, readings: list[Reading]) -> bool:
    """A heading that asks ("How do I delete my account?"), not a button that does."""
    if element.submits or element.confirm:
        return False
    return bool(readings) and all(r.words >= 4 and "question" in r.kinds for r in readings)


def _from_hint(hint: str) -> set[str]:
    words = re.split(r"[^a-z]+", plain(hint))
    found = {_ICONS[word] for word in words if word in _ICONS}
    return found | (set(read(" ".join(words)).kinds & {"destructive"}) if hint else set())


# --- links ----------------------------------------------------------------------------------
def _judge_link(element: ElementFacts, said: Said, findings: Findings) -> None:
    href = element.href
    scheme = href.partition(":")[0].lower() if ":" in href[:12] else ""
    if scheme in ("mailto", "tel", "sms", "blob", "data"):
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
    _judge_words(element, said, findings, cart=cart, submits=True, posts=posts)
    found = read_action(action) if posts else read_address(action)
    if found is not None and not search:
        _add_action(found, said, fields, findings)
    if not search:
        _judge_fields(element, said, fields, posts, findings)
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
    for name, value in form.hidden.items():
        if plain(name) == "_method" and value.lower() == "delete":
            findings.add("destructive", "the form sends DELETE")
        elif value:
            found = read_address(f"?{'action'}={value}")
            if found is not None and not _cart_words(form.action):
                findings.add(found[0], f'the form says "{value[:40]}"')


def _is_search(element: ElementFacts, fields: dict[str, int], said: Said, posts: bool) -> bool:
    """A search, a filter, a page size: reads and changes nothing."""
    if said.kinds & {*_STRONG, "legal", "send"}:
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
    if fields.keys() & {"card", "card_code"}:
        if said.kinds <= {"save", "harmless"} and said.kinds & {"save"}:
            findings.add("sensitive_data", "the form holds card details")
        else:
            findings.add("payment", "the form holds card details")
    if fields.get("amount") and fields.keys() & {"recipient", "bank"}:
        findings.add("payment", "the form names an amount and who gets it")
    elif fields.keys() & {"bank", "identity"}:
        findings.add("sensitive_data", "the form asks for an account or identity number")
    if fields.get("file"):
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


def accepts_terms(text: str) -> bool:
    """Whether a checkbox with this text accepts terms."""
    reading = read(text)
    if _COOKIES.search(plain(text)):
        return False
    if "legal" in reading.kinds and reading.words <= 3:
        return True
    return "terms" in reading.kinds and (
        bool(reading.kinds & {"legal", "accept"}) or reading.words <= 4 or _agrees(text)
    )


_AGREE = re.compile(
    r"agree|accept|consent|acknowledg|\bread\b|stimme|akzeptier|einverstanden|gelesen|accept|"
    r"j ai lu|consens|acept|acuerdo|leido|accett|letto|acconsent|concord|aceit|\blido?\b|\bli\b|"
    r"akkoord|gelezen|ga akkoord|akceptuj|zgadzam|zapozna|zgod|同意|согла|принима|озна|kabul|"
    r"onayl|okudum|godkanner|accepterer|godtar|hyvaksyn|souhlas|elfogad|de acord|동의|اوافق|bound"
)


def _agrees(text: str) -> bool:
    return bool(_AGREE.search(plain(text).replace("'", " ").replace("’", " ")))


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
    if element.role in _HARMLESS_ROLES and not element.handler:
        return
    if said.question:
        return
    if element.method not in ("", "get"):
        _judge_sent(element, said, element.method, element.target, findings)
        return
    before = len(findings.risks)
    _judge_words(element, said, findings, cart=_in_cart(element, ""), submits=False, posts=False)
    _judge_handler(element, findings)
    fields = kinds_of(element.all_fields)
    acts = said.kinds & {"generic", "signin", "signup", "send", "save", "subscribe", *_STRONG}
    if fields and (acts or not said.readable) and not element.popup:
        if fields.keys() & {"card", "card_code"} or fields.keys() & {"password", "otp"}:
            _judge_fields(element, said, fields, posts=True, findings=findings)
        elif said.kinds & {"signup"} and fields.get("person"):
            findings.add("account_creation", "it stands beside a registration's fields")
        elif said.kinds & {"generic", "send", "signup", "subscribe"}:
            _judge_terms(element, findings)
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
        for risk in _STRONG:
            if risk in reading.kinds:
                findings.add(risk, f'its script calls "{words[:40]}"')
        if "signout" in reading.kinds:
            findings.add("auth", f'its script calls "{words[:40]}"')
    for address in re.findall(r"[\"'](/[^\"']{1,200}|https?://[^\"']{1,200})[\"']", code):
        found = read_address(address)
        if found is not None:
            findings.add(*found)


# --- words ----------------------------------------------------------------------------------
def _judge_words(
    element: ElementFacts,
    said: Said,
    findings: Findings,
    *,
    cart: bool,
    submits: bool,
    posts: bool,
) -> None:
    """What the label says, by itself and in the dialog or form where it stands."""
    kinds = said.kinds
    for risk in _STRONG:
        if risk in kinds and not (risk == "destructive" and cart and _only_items(said)):
            findings.add(risk, "its label says so")
    cookies = bool(_COOKIES.search(plain(f"{element.heading} {element.around}")))
    if "legal" in kinds and not cookies:
        findings.add("legal_acceptance", "its label accepts something")
    if "accept" in kinds and not cookies:
        findings.add("legal_acceptance", "its label accepts something")
    if "allow" in kinds and not cookies:
        findings.add("permission_change", "its label allows something")
    if "signout" in kinds:
        findings.add("auth", "its label ends a session")
    if "signin" in kinds and (submits or element.fields):
        findings.add("auth", "its label signs in")
    if "signup" in kinds and submits and posts:
        findings.add("account_creation", "its label opens an account")
    if "send" in kinds:
        findings.add("external_submit", "its label sends something")
    if "upload" in kinds:
        findings.add("file_upload", "its label uploads something")
    if "reply" in kinds and submits:
        findings.add("external_submit", "its label sends something")
    if "subscribe" in kinds:
        _judge_subscribe(element, said, submits, findings)
    if "remove" in kinds and not cart and (posts or not submits):
        _judge_removal(element, posts, findings)
    if kinds & {"generic", "save"} or (said.amount and submits):
        _judge_generic(element, said, findings, cart=cart, submits=submits, posts=posts)


def _only_items(said: Said) -> bool:
    return said.words <= 3


def _judge_subscribe(element: ElementFacts, said: Said, submits: bool, findings: Findings) -> None:
    if said.amount or (element.amounts and not element.all_fields):
        findings.add("purchase", "it subscribes at a price")
    elif submits or element.fields or element.tag == "button":
        findings.add("external_submit", "its label subscribes")


def _judge_removal(element: ElementFacts, posts: bool, findings: Findings) -> None:
    """`Remove`, `Discard`: a deed when a form posts it; a chip's cross only tidies the page."""
    hint = plain(f"{element.hint} {element.around[:80]} {element.heading}")
    chip = re.search(r"chip|filter|tag|facet|badge|pill|select2|token|toast|alert|sort", hint)
    seen = element.names.get("text", "")
    cross = bool(seen) and not any(c.isalpha() for c in seen.replace("x", ""))
    if posts or not (chip or cross):
        findings.add("destructive", "its label removes something")


def _judge_generic(
    element: ElementFacts,
    said: Said,
    findings: Findings,
    *,
    cart: bool,
    submits: bool,
    posts: bool,
) -> None:
    """`Yes`, `Confirm`, `Continue`: means what its dialog or form asks."""
    asked = read(element.heading)
    texts = [asked]
    if element.dialog:
        texts.append(read(element.around[:160]))
    confirming = element.dialog or posts or asked.words <= 8
    if "question" in asked.kinds and not element.dialog:
        return
    for reading in texts if confirming else ():
        for risk in (*_STRONG, "remove", "reset"):
            if risk in reading.kinds and not cart and (element.dialog or submits):
                if "save" in said.kinds and "generic" not in said.kinds and not element.dialog:
                    continue
                name = "destructive" if risk in ("remove", "reset") else risk
                findings.add(name, "what it confirms says so")
        if "legal" in reading.kinds and element.dialog and "generic" in said.kinds:
            findings.add("legal_acceptance", "what it confirms says so")
    priced = said.amount and not said.kinds & {"harmless", "cart", "payment", "purchase"}
    if priced and (posts or "generic" in said.kinds):
        findings.add("purchase", "it confirms a price")


def judge_tick(element: ElementFacts, said: Said, findings: Findings) -> None:
    """Ticking a box: harmless, unless it accepts terms."""
    texts = [*element.names.values()]
    if not said.readable or (said.words <= 2 and not said.kinds):
        texts.append(element.around)
    if element.type == "radio" or element.role == "radio":
        return
    if any(accepts_terms(text) for text in texts if text):
        findings.add("legal_acceptance", "the box accepts terms")


def names_of(element: ElementFacts) -> Iterator[str]:
    """All names, the seen one first."""
    yield element.label
    yield from element.names.values()


def amounts_in(text: str) -> list[str]:
    """Prices in a text."""
    return AMOUNT.findall(text)
