"""What a call would do, told by code: the contract's risks, from facts alone.

`classify` judges a call on an element before it happens, `classify_request` a request that a page
sends by script. Both are pure. Of all that an element may be called, shown or said to do, the
riskier counts: pages are hostile, and the model's own word about a call is not asked.
"""

from __future__ import annotations

from agents.guard.effects import effect_of
from agents.guard.fingerprint import fingerprint_of
from agents.guard.labels_paths import read_address
from agents.guard.risk_dialogs import judge_dialog
from agents.guard.risk_elements import judge_drop, judge_press
from agents.guard.risk_facts import (
    ALWAYS_ASK,
    RISKS,
    CallFacts,
    ElementFacts,
    Field,
    FormFacts,
    Verdict,
    level_of,
    main_of,
)
from agents.guard.risk_requests import classify_request
from agents.guard.risk_typing import judge_choice, judge_enter, judge_typing, types_text
from agents.guard.risk_words import Findings

__all__ = [
    "ALWAYS_ASK",
    "RISKS",
    "CallFacts",
    "ElementFacts",
    "Field",
    "FormFacts",
    "Verdict",
    "classify",
    "classify_request",
    "level_of",
]

_PRESSES = frozenset({"click", "dblclick", "tap", "drag_to", "popup", "download", "submit"})
_TYPES = frozenset({"fill", "type", "press_sequentially", "insert_text"})
_CHOICES = frozenset({"check", "uncheck", "set_checked", "select_option"})
_MOVES = frozenset(
    {
        *("hover", "focus", "blur", "select_text", "scroll_into_view_if_needed", "wheel", "move"),
        *("reload", "go_back", "go_forward", "bring_to_front", "close", "switch", "clear"),
    }
)


def classify(call: CallFacts, element: ElementFacts | None) -> Verdict:
    """The verdict on a call. element: what the probe read, None when it could not.

    For keys and typing the element is the field that has the keyboard.
    """
    group, _, name = call.tool.rpartition(".")
    findings = Findings()
    if call.url is not None:
        _judge_address(call.url, findings)
    elif name == "set_input_files":
        findings.add("file_upload", "it hands over files")
    elif name in _TYPES:
        judge_typing(call, name, element, findings)
    elif name in ("press", "down") and group != "mouse":
        _judge_key(str(call.arguments.get("key") or ""), element, findings)
    elif name in _CHOICES:
        judge_choice(name, element, findings)
    elif name in _PRESSES or group in ("mouse", "popup", "download"):
        if name not in _MOVES:
            judge_press(element, findings)
            if element is not None and element.onto is not None:
                judge_drop(element.onto, findings)
    elif name not in _MOVES and element is not None:
        judge_press(element, findings)
    if call.dialog is not None:
        judge_dialog(call, call.dialog, element, findings)
    risks = frozenset(findings.risks)
    level, main = main_of(risks)
    return Verdict(
        risks=risks,
        level=level,
        main=main,
        effect=effect_of(call, element, risks),
        fingerprint=fingerprint_of(call, element),
        reasons=tuple(findings.reasons),
    )


def _judge_address(address: str, findings: Findings) -> None:
    found = read_address(address)
    if found is not None:
        findings.add(*found)


def _judge_key(key: str, element: ElementFacts | None, findings: Findings) -> None:
    """Enter presses what has the keyboard, or the form's default button; Space a button."""
    parts = key.rpartition("+")
    last = (parts[2] or key).lower()
    if last in ("enter", "numpadenter", "return", "\n", "\r"):
        judge_enter(element, findings, chord=bool(parts[0]))
    elif last in (" ", "space", "spacebar"):
        if element is not None and not types_text(element):
            judge_press(element, findings)
    elif last == "delete" and element is not None and not types_text(element):
        findings.add("destructive", "the key removes what is selected")
