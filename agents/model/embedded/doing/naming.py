"""A choice said together with what it is chosen in: "parking zone C", "the Databases track"."""

from __future__ import annotations

from agents.model.embedded.ground import BOXES, likeness, name_score, norm
from agents.model.embedded.run import Step
from agents.model.embedded.view import Element, View

_CHOICES = BOXES | {"tab", "option"}
_OPENERS = frozenset({"combobox", "listbox", "button"})


def name_and_value(view: View, said: str) -> tuple[str, str] | None:
    """What is chosen in, and what; None when the page has nothing that is called so."""
    words = said.split()
    for i in range(1, len(words)):
        first, last = " ".join(words[:i]), " ".join(words[i:])
        for label, value in ((first, last), (last, first)):
            if any(_offers(e, label, value) for e in view.elements if not e.off):
                return label, value
    return None


def _offers(e: Element, label: str, value: str) -> bool:
    """Whether a control called `label` has `value` among what it offers."""
    if e.tag == "select":
        options = [norm(o) for o in e.d.get("options") or []]
        return norm(value) in options and name_score(label, e) >= 0.8
    if e.role in _CHOICES:
        begins = f"{norm(e.row or '')} ".startswith(f"{norm(label)} ")
        named = likeness(label, e.group or "") >= 0.8 or (e.role == "radio" and begins)
        return bool(label and value) and norm(e.name) == norm(value) and named
    return e.role in _OPENERS and bool(e.popup) and any(
        norm(label) == norm(name) for name in e.names
    )  # fmt: skip


def radio_called(view: View, step: Step) -> bool:
    """Whether one round button is called as the value, in a row that begins with the name."""
    name, value = step["target"].get("words") or "", step["value"].get("text") or ""
    return sum(_offers(e, name, value) for e in view.elements if e.role == "radio") == 1
