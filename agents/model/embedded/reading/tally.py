"""Who, or what, has the most of a list's things: "which author has the most stories?"."""

from __future__ import annotations

from collections import Counter

from agents.browser.extract import pick
from agents.browser.extract_names import singular
from agents.model.embedded.reading.lists import extract
from agents.model.embedded.run import Run, Step
from agents.ports import Decision


async def tally(run: Run, step: Step) -> Decision | None:
    """Count the things of the whole list by who made them, or by their kind; tell the most.

    A list that has no such field may be one of authors with their numbers: then that is read.
    """
    of = step["of"]
    wish: Step = step["st"].setdefault("list", {
        "do": "extract", "text": step["text"], "noun": step["noun"], "fields": None, "limit": None,
        "order": None, "filters": step.get("filters") or [], "near": step.get("near"),
        "counted": True, "st": {},
    })  # fmt: skip
    before = len(run.memory["results"])
    decision = await extract(run, wish)
    if decision is not None:
        return decision
    rows = run.memory["results"].pop()["value"] if len(run.memory["results"]) > before else []
    told = [pick(r, [of])[of] for r in rows]
    shown = Counter(str(v) for v in told if v not in (None, ""))
    if not shown and step.get("else"):
        step.update({**step["else"], "text": step["text"], "st": {}})
        return await extract(run, step)
    without = len(rows) - sum(shown.values())
    if not shown or wish.get("state") == "failed" or without * 2 > len(rows):
        run.fail(step, wish.get("why") or f"most of the {step['noun']} show no {of}")
        return None
    if without:
        run.note(f"{without} of the {len(rows)} show no {of}.")
    most = max(shown.values()) if step["desc"] else min(shown.values())
    found = [{of: name, step["noun"]: n} for name, n in shown.items() if n == most]
    for row in found[:3]:
        run.saw(row[of])
    several = {"kind": "list", "value": found, "of": step["text"], "as": None}
    one = {"kind": "details", "value": found[0], "of": step["text"]}
    run.memory["results"].append(one if len(found) == 1 else {**several, "noun": singular(of)})
    return None
