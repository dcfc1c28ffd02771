"""What saying OK to a question of the page would do: its words, and what it wants to be told.

The browser shows such a question in a box of its own with OK and Cancel, so OK means what the
question says. Its words count beside those of the element whose press brings it up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.guard.labels import MAX_CHARS, plain, read
from agents.guard.labels_fields import kind_of_field
from agents.guard.risk_elements import judge_press
from agents.guard.risk_facts import CallFacts, DialogFacts, ElementFacts, Field
from agents.guard.risk_typing import is_card, is_iban
from agents.guard.risk_words import Findings

_SECRET = frozenset({"password", "otp", "card", "card_code"})
_PERSONAL = frozenset({"bank", "identity"})
_SECRET_KINDS = frozenset({"password", "one_time_code", "card"})
_CODES = re.compile(
    r"\b(pin|tan|secret|token|api key|private key|recovery|seed phrase|"
    r"(sms|login|access|secret|sign in|backup) code|code (we|that|was|from|sent))\b"
)
_WINDOW = MAX_CHARS // 2  # labels are read up to MAX_CHARS
_OVERLAP = 60


def wants_secret(text: str) -> bool:
    """Whether a question asks for what must never be written down."""
    return _asked_for(text) in _SECRET


def _asked_for(text: str) -> str:
    """As `kind_of_field`, of what a prompt is to be answered with."""
    kinds = {kind_of_field(Field("text", label=part)) for part in _parts(text)}
    grave = kinds & (_SECRET | _PERSONAL)
    codes = any(_CODES.search(plain(part).replace("-", " ")) for part in _parts(text))
    return min(grave) if grave else "otp" if codes else ""


def judge_dialog(
    call: CallFacts, dialog: DialogFacts, element: ElementFacts | None, findings: Findings
) -> None:
    """The risks of OK; `ambiguous` when its words tell no deed at all."""
    for part in _parts(dialog.text):
        reading = read(part, whole=True)
        judge_press(_button(part, element), findings)
        _judge_words(reading.kinds, reading.amount, findings)
    if dialog.kind == "prompt":
        _judge_answer(call, dialog.text, findings)
    if not findings.risks:
        findings.add("ambiguous", "the page asks, and its words tell no deed")


def _parts(text: str) -> Iterator[str]:
    """The text in parts that are read whole, each with the end of the one before."""
    for start in range(0, max(1, len(text)), _WINDOW):
        yield text[max(0, start - _OVERLAP) : start + _WINDOW]


def _button(text: str, element: ElementFacts | None) -> ElementFacts:
    """The OK of the browser's box, as a button in a dialog that says this."""
    return ElementFacts(
        tag="button",
        role="button",
        names={"text": "OK"},
        dialog=True,
        heading=text,
        around=text,
        frame_url=element.frame_url if element is not None else "",
        origin=element.origin if element is not None else "",
    )


def _judge_words(kinds: frozenset[str], amount: bool, findings: Findings) -> None:
    """What a button's own words would tell."""
    if "send" in kinds:
        findings.add("payment" if amount else "external_submit", "the page asks whether to send it")
    if "allow" in kinds:
        findings.add("permission_change", "the page asks whether to allow it")
    if kinds & {"accept", "legal"}:
        findings.add("legal_acceptance", "the page asks whether it is accepted")
    if kinds & {"auth", "signout", "signin"}:
        findings.add("auth", "the page asks about a sign-in")
    if kinds & {"account", "signup"}:
        findings.add("account_creation", "the page asks about a new account")
    if "upload" in kinds:
        findings.add("file_upload", "the page asks whether to upload it")
    if "subscribe" in kinds:
        findings.add(
            "purchase" if amount else "external_submit", "the page asks whether to subscribe"
        )
    if amount and not findings.risks & {"payment", "purchase"}:
        findings.add("purchase", "the page asks about a price")


def _judge_answer(call: CallFacts, text: str, findings: Findings) -> None:
    """A box of the browser shows what is typed in it: it is no place for a secret."""
    answer = call.arguments.get("answer")
    for typed in call.typed_kinds:
        if typed in _SECRET_KINDS:
            findings.add("sensitive_data", f"it types a {typed.replace('_', ' ')} into a box")
    if _asked_for(text) in _SECRET | _PERSONAL:
        findings.add("sensitive_data", "the page asks for a secret in a box of its own")
    if isinstance(answer, str) and (is_card(answer) or is_iban(answer)):
        findings.add("sensitive_data", "it types a card or account number")
