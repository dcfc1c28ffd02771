"""A choice said together with what it is chosen in: "parking zone C", "the Databases track"."""

from __future__ import annotations

from agents.model.embedded.ground import BOXES, likeness, name_score, norm
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
    if e.tag == "select":
        options = [norm(o) for o in e.d.get("options") or []]
        return norm(value) in options and name_score(label, e) >= 0.8
    if e.role in _CHOICES:
        return norm(e.name) == norm(value) and likeness(label, e.group or "") >= 0.8
    return e.role in _OPENERS and bool(e.popup) and any(
        norm(label) == norm(name) for name in e.names
    )  # fmt: skip
