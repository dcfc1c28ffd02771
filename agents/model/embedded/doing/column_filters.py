"""Rows sifted by fields in a table's head: "only the year 2000" goes into that of "Year"."""

from __future__ import annotations

from agents.browser.extract_names import plain
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Step
from agents.model.embedded.view import Element, View

_SURE = 0.9


def by_column(view: View, step: Step) -> list[Step]:
    """Steps that put the value into the filter of the column that was named; none without it."""
    target = step["target"]
    raw = " ".join(w for w in (target.get("words"), target.get("in")) if w)
    said = raw.replace(" is ", " ").replace("=", " ").split()
    pairs = [(step["by"], raw)] if step.get("by") else []
    for n in range(1, len(said)):
        pairs += [
            (" ".join(said[:n]), " ".join(said[n:])),
            (" ".join(said[n:]), " ".join(said[:n])),
        ]
    for label, value in pairs:
        if (field := _filter_of(view, label)) is None or not plain(value):
            continue
        to: Target = {"words": field.name, "raw": field.name, "kind": None, "nth": None, "in": None}
        chosen = {"target": to, "text": step["text"], "st": {"chosen": field.key}}
        if field.tag == "select":
            offers = [o for o in field.d.get("options") or [] if norm(o) == norm(value)]
            return [{"do": "select", "values": offers, **chosen}] if len(offers) == 1 else []
        return [{"do": "fill", "value": {"text": value}, **chosen}]
    return []


def _filter_of(view: View, label: str) -> Element | None:
    found = [e for e in view.elements
             if e.d.get("col") and not e.off and likeness(label, e.d["near"]) >= _SURE]  # fmt: skip
    return found[0] if len(found) == 1 else None
