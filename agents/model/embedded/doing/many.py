"""Deeds on several things of a list, or on the best of it: each by its own control."""

from __future__ import annotations

import re

from agents.model.embedded.doing import acting, rows
from agents.model.embedded.doing.best import best_of, title_of
from agents.model.embedded.doing.touch import click_code
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.ground import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import View
from agents.ports import Decision


async def act_on(run: Run, step: Step) -> Decision | None:
    """ "Save the shortest walk", "delete A and B", "like the first two posts", or just one."""
    if step.get("wish"):
        found = await best_of(run, step)
        if isinstance(found, list):
            step["splice"] = [_named(step, title_of(record)) for record in found]
            return None
        return found
    if step["st"].get("phase"):
        return await acting.act_on(run, step)
    view, target = await run.view(), step["target"]
    if names := _several(view, step):
        step["splice"] = [_named(step, name) for name in names]
        return None
    if target.get("all"):
        acts = rows.of_each(view, step["verb"], target.get("in") or "")
        acts = acts[: target.get("count") or len(acts)]
        if acts:  # from the last to the first: a deed may take its row off the page
            code = "\n".join([await click_code(e) for e in reversed(acts[:40])])
            why = f"Click all {len(acts)}: {step['verb']}."
            return await run.act(step, code, why, phase="acted", goal=target)
    return await acting.act_on(run, step)


def _named(step: Step, name: str) -> Step:
    """The same deed on one thing by its name."""
    again = {k: v for k, v in step.items() if k not in ("st", "state", "wish")}
    return {**again, "target": {**step["target"], "words": name, "raw": name, "nth": None}}


def _several(view: View, step: Step) -> list[str]:
    """The names of "A and B" where each stands in a row of its own that has the control."""
    words = step["target"].get("words") or ""
    names = [bare(n) for n in re.split(r",\s*(?:and\s+)?|\s+and\s+", words) if n.strip()]
    if len(names) < 2 or norm(words) in norm(view.body):
        return []
    verb = step["verb"]
    own = all(acting.controls(view, verb, n) or rows.menu_of(view, n) for n in names)
    return names if own else []
