"""The keyless planner: plain instructions into Playwright programs, without a model.

`grammar` makes intents of the words and knows no page, `doing` acts on a page, and `reading` reads
what it says, turning its pages with `doing`. `route` decides the next step, `view` is the page as
all of them see it, `ground` finds what a phrase means on it, and `ending` says what came of it and
what proves that.
"""

from __future__ import annotations

from agents.model.embedded.route import EmbeddedRoute

__all__ = ["EmbeddedRoute"]
