"""Plain builders for the tests of model routes."""

from __future__ import annotations

from typing import Any

from agents.model.settings import ModelSettings
from agents.ports import DecideInput


def make_turn(**given: Any) -> DecideInput:
    """What a route is asked at the first step of a small task."""
    deltas: list[str] = []
    values: dict[str, Any] = {
        "instructions": "Find the price of the blue kettle.",
        "step": 1,
        "steps_left": 20,
        "turns": [],
        "observation": 'e1 link "Kettles"',
        "page_url": "http://shop.test/",
        "page_title": "Shop",
        "messages": [],
        "variables": {},
        "output_schema": None,
        "notes": [],
        "screenshot_png": None,
        "page": None,
        "memory": {},
        "on_delta": deltas.append,
        **given,
    }
    turn = DecideInput(**values)
    turn.deltas = deltas  # type: ignore[attr-defined]
    return turn


def make_settings(environ: dict[str, str] | None = None, **given: Any) -> ModelSettings:
    """Settings that know nothing of the machine's environment, and never wait long."""
    values: dict[str, Any] = {
        "backoff_s": 0.01,
        "max_attempts": 4,
        "max_retry_after_s": 60,
        "model": "",
        **given,
    }
    return ModelSettings(environ=environ or {}, **values)
