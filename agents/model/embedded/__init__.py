"""The keyless planner: plain instructions into Playwright programs, without a model."""

from __future__ import annotations

from agents.model.embedded.route import EmbeddedRoute

__all__ = ["EmbeddedRoute"]
