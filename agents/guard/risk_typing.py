"""What typing, choosing and the Enter key would do."""

from __future__ import annotations

import re
from typing import Any

from agents.guard.labels_fields import kind_of_field
from agents.guard.risk_elements import judge_press, judge_submit
from agents.guard.risk_facts import CallFacts, ElementFacts, Field, FormFacts
from agents.guard.risk_words import Findings, Said, judge_tick

_SENSITIVE = frozenset({"card", "card_code", "bank", "identity"})
_SECRET_KINDS = {"password": {"password"}, "one_time_code": {"otp", "password"}}
_NO_TEXT = frozenset(
    {"button", "submit", "reset", "image", "checkbox", "radio", "file", "range", "color", "hidden"}
)


def types_text(element: ElementFacts) -> bool:
    """Whether the element takes text."""
    if element.written_in or element.tag == "textarea":
        return True
    if element.tag == "input":
        return element.type not in _NO_TEXT
    return element.role in ("textbox", "searchbox", "combobox")


def has_one_line(element: ElementFacts | None) -> bool:
    """Whether the element takes text of one line only."""
    return element is not None and element.tag == "input" and types_text(element)


def as_field(element: ElementFacts) -> Field:
    """The element as a form's field."""
    names = [element.names.get(each, "") for each in ("label", "aria", "labelledby", "placeholder")]
    kind = element.type or ("textarea" if element.tag == "textarea" else "text")
    return Field(kind, element.name, element.autocomplete, " ".join(filter(None, names))[:120])


def judge_typing(
    call: CallFacts, name: str, element: ElementFacts | None, findings: Findings
) -> None:
    """Secrets only where they belong, and no card, account or identity number unasked."""
    texts = [each for each in call.arguments.values() if isinstance(each, str)]
    kind = kind_of_field(as_field(element)) if element is not None else ""
    for typed in call.typed_kinds:
        if typed == "card":
            findings.add("sensitive_data", "it types a card number")
        elif typed in _SECRET_KINDS and kind not in _SECRET_KINDS[typed]:
            findings.add("sensitive_data", f"it types a {typed.replace('_', ' ')} elsewhere")
    if kind in _SENSITIVE:
        findings.add("sensitive_data", "the field asks for a card, account or identity number")
    if kind == "password" and "password" not in call.typed_kinds and any(texts):
        findings.add("sensitive_data", "the field asks for a password")
    if kind == "captcha":
        findings.add("captcha", "the field asks for a captcha's answer")
    if any(is_card(text) or is_iban(text) for text in texts):
        findings.add("sensitive_data", "it types a card or account number")
    # A variable is typed key by key even where a literal would be inserted as it stands.
    held = bool(call.typed_kinds)
    presses = name in ("type", "press_sequentially") or (held and name == "insert_text")
    # What has one line gets a variable's lines as one; what is written as it stands has its Enter.
    breaks = call.typed_breaks and not has_one_line(element)
    if presses and (breaks or any("\n" in text or "\r" in text for text in texts)):
        judge_enter(element, findings)
    elif (
        presses
        and element is not None
        and not types_text(element)
        and (held or " " in "".join(texts))
    ):
        judge_press(element, findings)


def judge_choice(name: str, element: ElementFacts | None, findings: Findings) -> None:
    """Boxes that accept terms, and card details in lists; the rest sends nothing by itself."""
    if element is None or name == "uncheck":
        return
    if name == "select_option":
        return
    said = Said.of(element)
    if "captcha" in said.kinds:
        findings.add("captcha", "its label asks whether a person is there")
    judge_tick(element, said, findings)


def judge_enter(element: ElementFacts | None, findings: Findings, *, chord: bool = False) -> None:
    """Enter: a button is pressed, a field submits its form by the form's default button.

    chord: with Control or Meta, which sends from a text area too.
    """
    if element is None:
        findings.add("unknown", "what has the keyboard could not be looked at")
        return
    if not types_text(element):
        if element.type in ("checkbox", "radio") and element.form is not None:
            _submit(element, findings)
        elif element.tag != "select":
            judge_press(element, findings)
        return
    if element.tag == "textarea" or element.written_in:
        if chord or _is_chat(element):
            findings.add("external_submit", "Enter sends what was written")
            if element.default is not None:
                judge_press(element.default, findings)
        return
    _submit(element, findings)


def _submit(element: ElementFacts, findings: Findings) -> None:
    if element.default is not None:
        judge_press(element.default, findings)
        return
    if element.form is None:
        return
    bare = ElementFacts(
        tag="button",
        submits=True,
        names={"text": element.names.get("label", "")} if element.form.search else {},
        form=element.form or FormFacts(),
        heading=element.heading,
        frame_url=element.frame_url,
    )
    judge_submit(bare, Said.of(bare), findings)


_CHAT = re.compile(
    r"messag|chat|reply|comment|prompt|nachricht|mensaje|messagg|mensag|bericht|wiadomosc|сообщен|"
    r"mesaj|メッセージ|消息|compose|composer|write|post",
    re.IGNORECASE,
)


def _is_chat(element: ElementFacts) -> bool:
    """Whether Enter in this text area is likely to send: a line to write in, without a form."""
    words = " ".join([*element.names.values(), element.hint, element.name])
    return bool(_CHAT.search(words)) and (element.form is None or bool(element.handler))


def is_card(text: Any) -> bool:
    """13 to 19 digits that pass the Luhn check."""
    digits = re.sub(r"[ -]", "", str(text).strip())
    if not re.fullmatch(r"\d{13,19}", digits) or len(set(digits)) < 2:
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(text: Any) -> bool:
    """Country, check digits, and modulo 97. Source: ISO 13616."""
    bare = re.sub(r"[\s-]", "", str(text)).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", bare):
        return False
    number = "".join(str(int(char, 36)) for char in bare[4:] + bare[:4])
    return int(number) % 97 == 1
