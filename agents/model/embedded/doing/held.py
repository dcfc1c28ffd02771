"""What a form that was only filled in proves: the fields hold what was put in.

The page gave each value back right after it was typed, and shows it still at the end. A form that
was also sent, or any other deed, is not proved by this: what fields hold says nothing of those.
"""

from __future__ import annotations

from agents.model.embedded.doing.formats import same_value
from agents.model.embedded.run import READING, Run, Step

MAX_CHARS = 100  # longer values are cut where a page is told
_FILLS = frozenset({"fill", "set"})
_BESIDE = READING | {"cookies", "find", "focus", "format", "goto", "nothing", "scroll", "wait_for"}


def keep(step: Step, key: str, value: str) -> None:
    """Note what the field `key` gave back after it was filled."""
    if value.strip() and len(value) <= MAX_CHARS:
        step["held"] = [key, value]


async def notice(run: Run) -> None:
    """At the end of a run that only filled fields: count what every one of them still shows."""
    fills = [s for s in run.steps if s["do"] in _FILLS]
    # "Show only the open ones" may become a fill: whether that was meant, no field can tell.
    others = any(s.get("out_of", s["do"]) not in _BESIDE | _FILLS for s in run.steps)
    if others or not fills or not all(s.get("state") == "done" and "held" in s for s in fills):
        return
    last = {key: value for key, value in (s["held"] for s in fills)}  # a field may be filled twice
    shown = {e.key: e.value or "" for e in (await run.view()).elements}
    if all(same_value(value, shown.get(key, "")) for key, value in last.items()):
        run.memory["held"] = list(dict.fromkeys(last.values()))
