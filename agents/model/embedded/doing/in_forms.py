"""Deeds that are a field of the form at hand: "assign it to Ann", "accept the rules"."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing import rows
from agents.model.embedded.doing.naming import chooser
from agents.model.embedded.doing.nearby import nearest
from agents.model.embedded.ground import rank
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import View


def _plainly(words: str) -> dict[str, Any]:
    return {"words": words, "raw": words, "kind": None, "nth": None, "in": None}


_TO = re.compile(r"(?:it|this|that) to (?P<who>\S.*)")


def assignee(run: Run, view: View, step: Step) -> Step | None:
    """ "Assign it to Ann" while a form asks for the assignee: that field is set."""
    said = _TO.fullmatch(step["target"].get("raw") or "") if step["verb"] == "assign" else None
    if said and chooser(view, "assignee"):
        chosen_in = {"do": "select", "values": [said["who"]], "target": _plainly("assignee")}
        return {**chosen_in, "text": step["text"], "st": {}}
    found = rank(view, _plainly("assignee"), editable=True) if said else []
    found = found or (rank(view, _plainly("assigned to"), editable=True) if said else [])
    if said is None or not found or found[0].score < 0.7:
        return None
    alike = [m.element for m in found if m.score >= found[0].score - 0.05]
    own = alike[0] if len(alike) == 1 else nearest(run, alike)  # of the form at hand
    if own is None:
        return None
    field = {"do": "set", "target": _plainly(own.name), "value": {"text": said["who"]}}
    return {**field, "text": step["text"], "st": {"chosen": own.key}}


def agreement(view: View, step: Step) -> Step | None:
    """ "Accept the rules": a box to tick, which stays as it is where it is ticked already."""
    said = step["text"]
    about = step["target"].get("words") or ""
    meant = [{**_plainly(said), "words": f"{verb} {about}"} for verb in ("accept", "agree to")]
    ranked = [(rank(view, one, roles={"checkbox", "switch"}), one) for one in meant]
    found, target = max(ranked, key=lambda pair: pair[0][0].score if pair[0] else 0.0)
    if not found or found[0].score < 0.72 or rows.of_page(view, step["verb"], step["target"]):
        return None
    box = found[0].element
    return {"do": "check", "target": target, "text": said, "st": {"chosen": box.key}}
