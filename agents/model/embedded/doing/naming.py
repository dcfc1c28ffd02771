"""Which field or list a choice is made in: "parking zone C", "the stage of Delphi Group", "3"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.phrases import Target
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
    if drawn_chip(e, label, value):
        return True
    return e.role in _OPENERS and bool(e.popup) and any(
        norm(label) == norm(name) for name in e.names
    )  # fmt: skip


def drawn_chip(e: Element, label: str, value: str) -> bool:
    """Whether it is a drawn choice ("M") below or beside the word for what is chosen ("Size")."""
    if e.role != "generic" or not label or not any(norm(n) == norm(value) for n in e.names):
        return False
    about = [e.group, e.near, e.head, e.row]
    return any(norm(text or "").startswith(norm(label)) for text in about)


def radio_called(view: View, step: Step) -> bool:
    """Whether one round button is called as the value, in a row that begins with the name."""
    name, value = step["target"].get("words") or "", step["value"].get("text") or ""
    return sum(_offers(e, name, value) for e in view.elements if e.role == "radio") == 1


def list_of_counts(view: View, target: Target) -> Element | None:
    """The one list of mere numbers, where how many are wanted and no field is called so."""
    if not re.fullmatch(
        r"(?:the )?(?:quantity|qty|amount|number|count)", target.get("words") or ""
    ):
        return None
    lists = [
        e for e in view.elements
        if e.tag == "select" and not e.off and len(e.d.get("options") or []) > 1
        and all(re.fullmatch(r"\d{1,3}\+?", o) for o in e.d["options"])
    ]  # fmt: skip
    return lists[0] if len(lists) == 1 else None


def list_in_row(view: View, step: Step) -> Element | None:
    """The one list in the named row that offers the value ("the stage of Delphi Group")."""
    row, text = step["target"].get("in"), step["value"].get("text") or ""
    found = [
        e
        for e in view.elements
        if row and text and e.tag == "select" and not e.off
        and any(norm(o) == norm(text) for o in e.d.get("options") or [])
        and norm(row) in norm(e.row or "")
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None
