"""Which field or list a choice is made in: "parking zone C", "the stage of Delphi Group", "3"."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import BOXES, likeness, name_score, norm
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
    if drawn_chip(e, label, value) or _unfolds(e, label):
        return True
    return e.role in _OPENERS and bool(e.popup) and any(
        norm(label) == norm(name) for name in e.names
    )  # fmt: skip


def _unfolds(e: Element, label: str) -> bool:
    """Whether it is a drawn list that says its name, what is chosen, and shows an arrow."""
    said = re.fullmatch(r"(?P<name>[^:]{2,30}):.{1,30}[▾▼⌄▿˅]", (e.text or "").strip())
    return bool(said and e.role in ("generic", "button") and norm(said["name"]) == norm(label))


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


_CHOOSES = frozenset(["choose", "select", "pick", "edit", "set", "change", "add"])


def chooser(view: View, label: str) -> Element | None:
    """The one control that opens a choice of such things ("Choose labels", "Edit assignees")."""
    stems = {singular(w) for w in plain(label).split()} - STOPWORDS
    found = [
        e
        for e in view.elements
        if stems and e.role in ("button", "generic", "link") and not e.off
        and any(_opens_choice(name, stems) for name in e.names)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _opens_choice(name: str, stems: set[str]) -> bool:
    words = {singular(w) for w in plain(name).split()} - STOPWORDS
    return bool(words & _CHOOSES) and words - _CHOOSES == stems


def without_kind(view: View, said: str) -> str:
    """ "The evening kind": the name of the one round button that is called “Evening”."""
    first, _, kind = said.rpartition(" ")
    if not first or kind.lower() not in _KINDS:
        return ""
    boxes = [e for e in view.elements if e.role in BOXES and not e.off]
    if any(norm(e.name) == norm(said) for e in boxes):
        return ""
    named = [e for e in boxes if norm(e.name) == norm(first)]
    return named[0].name if len(named) == 1 else ""


_KINDS = frozenset(
    ["kind", "type", "sort", "version", "variant", "option", "plan", "size", "colour", "color",
     "style", "method", "format", "edition", "class", "one", "course", "ticket"]
)  # fmt: skip
