"""What the words on an element say of it, by themselves and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agents.guard.labels import Reading, plain, read
from agents.guard.risk_facts import ElementFacts

STRONG = ("payment", "purchase", "destructive", "permission_change")
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
        # A button that submits is read whole; a card that can be clicked is not.
        readings = [read(text, whole=element.submits) for text in dict.fromkeys(texts) if text]
        readable = any(reading.words for reading in readings)
        kinds: set[str] = set().union(*(r.kinds for r in readings)) if readings else set()
        if element.confirm:
            kinds |= read(element.confirm).kinds & {*STRONG, "remove"}
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


def accepts_terms(text: str) -> bool:
    """Whether a checkbox with this text accepts terms."""
    reading = read(text)
    if _COOKIES.search(plain(text)):
        return False
    if "legal" in reading.kinds and (reading.words <= 3 or not _NEWS.search(plain(text))):
        return True
    return "terms" in reading.kinds and (
        bool(reading.kinds & {"legal", "accept"}) or reading.words <= 4 or _agrees(text)
    )


_NEWS = re.compile(
    r"newsletter|marketing|offers?\b|e ?-?mails?\b|sms|promo|news\b|updates|angebote|neuigkeiten|"
    r"publicit|ofertas|novedades|offerte|novidades|aanbiedingen|nieuwsbrief|ofert|рассыл|kampanya"
)
_AGREE = re.compile(
    r"agree|accept|consent|acknowledg|\bread\b|stimme|akzeptier|einverstanden|gelesen|accept|"
    r"j ai lu|consens|acept|acuerdo|leido|accett|letto|acconsent|concord|aceit|\blido?\b|\bli\b|"
    r"akkoord|gelezen|ga akkoord|akceptuj|zgadzam|zapozna|zgod|同意|согла|принима|озна|kabul|"
    r"onayl|okudum|godkanner|accepterer|godtar|hyvaksyn|souhlas|elfogad|de acord|동의|اوافق|bound"
)


def _agrees(text: str) -> bool:
    return bool(_AGREE.search(plain(text).replace("'", " ").replace("’", " ")))


def judge_words(
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
    for risk in STRONG:
        if risk in kinds and not (risk == "destructive" and cart and _only_items(said)):
            findings.add(risk, "its label says so")
    cookies = bool(_COOKIES.search(plain(f"{element.heading} {element.around}")))
    if kinds & {"legal", "accept"} and not cookies:
        findings.add("legal_acceptance", "its label accepts something")
    if "allow" in kinds and not cookies:
        findings.add("permission_change", "its label allows something")
    if "signout" in kinds:
        findings.add("auth", "its label ends a session")
    if "auth" in kinds:
        findings.add("auth", "its label changes how one signs in")
    if "account" in kinds and not element.popup:
        findings.add("account_creation", "its label opens an account")
    pressed = element.tag == "button" and not element.popup and not said.rest
    pressed = pressed and "harmless" not in kinds
    if "signin" in kinds and (submits or element.fields or pressed):
        findings.add("auth", "its label signs in")
    if "signup" in kinds and ((submits and posts) or pressed):
        findings.add("account_creation", "its label opens an account")
    if "send" in kinds and said.amount and said.words <= 6:
        findings.add("payment", "its label sends an amount")
    elif "send" in kinds:
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
    priced = element.amounts or element.brief
    if said.amount or (priced and not element.all_fields):
        findings.add("purchase", "it subscribes at a price")
    elif submits or element.fields or element.tag == "button":
        findings.add("external_submit", "its label subscribes")


_CHIP = re.compile(r"\b(chips?|filters?|tags?|facets?|badge|pill|select2|toast|alert|sort)\b")


def _judge_removal(element: ElementFacts, posts: bool, findings: Findings) -> None:
    """`Remove`, `Discard`: a deed when a form posts it; a chip's cross only tidies the page."""
    hint = plain(f"{element.hint} {element.around[:80]} {element.heading}")
    chip = _CHIP.search(hint)
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
    asked = read(element.heading, whole=True)
    texts = [asked]
    if element.dialog:
        texts.append(read(element.around[:240], whole=True))
    if element.described:
        for risk in STRONG:
            if risk in read(element.described, whole=True).kinds and (posts or not submits):
                findings.add(risk, "its description says so")
    confirming = element.dialog or posts or asked.words <= 8
    if "question" in asked.kinds and not element.dialog:
        return
    for reading in texts if confirming else ():
        for risk in (*STRONG, "remove", "reset"):
            if risk in reading.kinds and not cart and (element.dialog or submits):
                if "save" in said.kinds and "generic" not in said.kinds and not element.dialog:
                    continue
                name = "destructive" if risk in ("remove", "reset") else risk
                findings.add(name, "what it confirms says so")
        if (
            "legal" in reading.kinds
            and "terms" in reading.kinds
            and element.dialog
            and "generic" in said.kinds
        ):
            findings.add("legal_acceptance", "what it confirms says so")
    priced = said.amount and not said.kinds & {"harmless", "cart", "payment", "purchase"}
    if priced and (posts or "generic" in said.kinds):
        findings.add("purchase", "it confirms a price")


def judge_tick(element: ElementFacts, said: Said, findings: Findings) -> None:
    """Ticking a box: harmless, unless it accepts terms and may do so at once."""
    if box_accepts(element, said) and not waits_for_press(element):
        findings.add("legal_acceptance", "the box accepts terms")


def box_accepts(element: ElementFacts, said: Said) -> bool:
    """Whether the element is a box that accepts terms."""
    if element.type == "radio" or element.role == "radio":
        return False
    texts = [*element.names.values()]
    if not said.readable or (said.words <= 2 and not said.kinds):
        texts.append(element.around)
    return any(accepts_terms(text) for text in texts if text)


def waits_for_press(element: ElementFacts) -> bool:
    """Whether the box is a field of a form with a button, and nothing says that it acts itself.

    It can be unticked until then; what is pressed accepts. A switch saves itself as a rule.
    """
    plain_box = (element.tag, element.type) == ("input", "checkbox") and element.role != "switch"
    acts = element.method or element.handler or element.confirm
    return plain_box and not acts and element.form is not None and element.default is not None


def ticked_terms(element: ElementFacts) -> list[str]:
    """What the ticked boxes that accept terms say, of those that are sent with it."""
    boxes = (each for each in element.all_fields if each.type == "checkbox" and each.ticked)
    return [each.label or each.name for each in boxes if accepts_terms(each.label or each.name)]
