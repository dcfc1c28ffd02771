"""Putting a question of the task's own to a person; the answer can be typed later ("enter it")."""

from __future__ import annotations

import re

from agents.model.embedded.run import Run, Step, reply_value
from agents.ports import Ask, Decision

MAX_CHOICES = 12
_WHICH = re.compile(r"\b(?:which|what) (?:one|of (?:them|these|those))\b", re.I)


async def ask_me(run: Run, step: Step) -> Decision | None:
    """Ask, and keep the answer as what was copied last."""
    if step["st"].get("phase") != "asked":
        return run.ask(step, _question(run, step), phase="asked")
    answer, run.answer = run.answer, None
    value = reply_value(answer) if answer is not None and answer.status == "answered" else None
    if not isinstance(value, str) or not value.strip():
        run.fail(step, f"the question “{step['prompt']}” was not answered")
        return None
    run.memory["clip"] = value.strip()
    run.note(f"{step['prompt']} – {value.strip()}")
    return None


def _question(run: Run, step: Step) -> Ask:
    """ "Which one", after a short list: one of its entries; else whatever a person writes."""
    last = run.memory["results"][-1] if run.memory["results"] else {}
    rows = last.get("value") if last.get("kind") == "list" and _WHICH.search(step["prompt"]) else []
    names = [str(r.get("title") or next(iter(r.values()), "")) for r in rows or []]
    if 1 < len(names) <= MAX_CHOICES and len(set(names)) == len(names):
        choices = [{"value": name, "label": name} for name in names]
        return Ask(prompt=step["prompt"], kind="choice", choices=choices)
    schema = {"type": "string", "description": step["prompt"]}
    return Ask(prompt=step["prompt"], kind="question", input_schema=schema)
