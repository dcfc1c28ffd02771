"""Checking what a page shows, when that was asked for."""

from __future__ import annotations

from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step
from agents.ports import Decision


async def verify(run: Run, step: Step) -> Decision | None:
    """Whether the page shows what it should."""
    view = await run.view()
    for words in step["words"]:
        fits = norm(words) in norm(view.body) or any(
            likeness(words, n) > 0.85 for e in view.elements for n in e.names
        )
        if fits:
            run.saw(words)
            run.memory["results"].append({"kind": "check", "value": True, "of": words})
        else:
            run.fail(step, f"the page does not show “{words}”")
    return None
