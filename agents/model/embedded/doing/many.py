"""Deeds on several things of a list, or on the best of it: each by its own control."""

from __future__ import annotations

import re

from agents.model.embedded.doing import acting, rows
from agents.model.embedded.doing.best import best_of, title_of
from agents.model.embedded.doing.touch import click_code
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.likeness import context_score, norm
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
        offered = rows.of_each(view, step["verb"], target.get("in") or "")
        acts = rows.of_kind(view, offered, target.get("words") or "")
        count = target.get("count")
        if offered and not _fits(len(acts), count, step):
            seen = f"I see {len(acts)} of them" if acts else "I cannot tell which ones are meant"
            return run.ask_takeover(step, f"{seen}: “{step['text']}”.")
        if acts := acts[:count]:  # from the last to the first: a deed may take its row off the page
            code = "\n".join([await click_code(e) for e in reversed(acts)])
            why = f"Click all {len(acts)}: {step['verb']}."
            return await run.act(step, code, why, phase="acted", goal=target)
    if target.get("nth") and not target.get("in") and _unsure(view, step):
        return run.ask_takeover(step, f"I cannot tell which of these is meant: “{step['text']}”.")
    return await acting.act_on(run, step)


def _unsure(view: View, step: Step) -> bool:
    """Whether the nth of the rows that have the control may be none of what was said."""
    offered, words = rows.of_each(view, step["verb"], ""), step["target"].get("words") or ""
    named = any(context_score(words, e) >= 0.75 for e in offered) if words else True
    return len(offered) > 1 and not named and not rows.of_kind(view, offered, words)


_BOTH = re.compile(r"both\b", re.I)
MAX_AT_ONCE = 40


def _fits(many: int, count: int | None, step: Step) -> bool:
    """Whether there are as many as was said; "both" are two and no more."""
    both = _BOTH.match(step["target"].get("raw") or "")
    enough = many == 2 if both else many >= (count or 1)
    return enough and min(many, count or many) <= MAX_AT_ONCE


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
