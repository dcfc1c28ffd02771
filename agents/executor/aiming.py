"""What a call on an element really reaches.

A click may name a place in its element, a frame hands it on to its document, a key goes to whatever
takes the focus, and what is dragged ends somewhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playwright.async_api import Error, Locator

from agents.guard.probe import probe, probe_point
from agents.guard.risk_facts import ElementFacts

_KEYS = frozenset({"press", "type", "press_sequentially"})
_AIMED = frozenset({"click", "dblclick", "tap", "check", "uncheck", "set_checked", "drag_to"})
_FRAMES = frozenset({"iframe", "frame"})


async def aimed_at(
    locator: Locator,
    method: str,
    arguments: Mapping[str, Any],
    *,
    onto: Locator | None,
    timeout_ms: float,
    whole: bool,
) -> ElementFacts | None:
    """The facts of what the call reaches; None when its element is not there in time.

    arguments: of the call, by name. onto: where `drag_to` drags. whole: also what an
    approval needs.
    """
    point = arguments.get("source_position" if method == "drag_to" else "position")
    pick = _picked(arguments) if method == "select_option" else None
    facts = await probe(
        locator,
        timeout_ms=timeout_ms,
        point=point,
        pick=pick,
        whole=whole,
        focus=method in _KEYS,
    )
    if facts is None or method not in _AIMED:
        return facts
    if (facts.hit or facts).tag in _FRAMES:
        facts = replace(facts, hit=await _in_frame(locator, point, whole) or facts.hit)
    if onto is not None:
        place = arguments.get("target_position")
        there = await probe(onto, timeout_ms=timeout_ms, point=place, whole=whole)
        facts = replace(facts, onto=there)
    return facts


async def _in_frame(
    locator: Locator, point: Mapping[str, float] | None, whole: bool
) -> ElementFacts | None:
    """What a click on a frame meets in it."""
    try:
        box = await locator.first.bounding_box(timeout=1_000)
    except Error:
        return None
    if box is None:
        return None
    x = box["x"] + (point["x"] if point else box["width"] / 2)
    y = box["y"] + (point["y"] if point else box["height"] / 2)
    return await probe_point(locator.page, x, y, whole=whole)


def _picked(arguments: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What is chosen, as lists; a variable's value is not told."""

    def every(name: str, kind: type) -> list[Any]:
        given = arguments.get(name)
        return [each for each in (given if isinstance(given, list) else [given])
                if isinstance(each, kind)]  # fmt: skip

    return {
        "value": every("value", str),
        "label": every("label", str),
        "index": every("index", int),
    }
