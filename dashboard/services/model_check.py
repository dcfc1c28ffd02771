"""Does the default model answer? One small question, asked as a run would ask it.

The engine's routes are imported when they are asked for: few web processes ever need them.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass
from typing import Any

from agents.errors import ModelError

TIMEOUT_S = 30.0
_INSTRUCTIONS = "This is a test of the connection. Finish at once; the text of your answer is: ok"


@dataclass(frozen=True)
class ModelCheck:
    """How it went, in words for people. No secret is in it."""

    name: str
    works: bool
    words: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def describe() -> dict[str, Any]:
    """What answers by default: {"name", "keyless", "problem"}. Shows no secret."""
    from agents.model.routes import describe_default
    from agents.model.settings import ModelSettings

    return describe_default(ModelSettings())


def ask_default() -> ModelCheck:
    """Ask the default model one small question. Takes at most half a minute."""
    default = describe()
    if default["problem"]:
        return ModelCheck(default["name"], False, str(default["problem"]))
    began = time.monotonic()
    try:
        model = asyncio.run(_ask())
    except ModelError as error:
        return ModelCheck(default["name"], False, str(error))
    except TimeoutError:
        return ModelCheck(default["name"], False, f"No answer within {TIMEOUT_S:.0f} s.")
    took = time.monotonic() - began
    return ModelCheck(default["name"], True, f"{model} answered in {took:.1f} s.")


async def _ask() -> str:
    from agents.model.routes import build_route
    from agents.model.settings import ModelSettings
    from agents.ports import DecideInput

    route = build_route(None, settings=ModelSettings(), stub="")
    question = DecideInput(
        instructions=_INSTRUCTIONS,
        step=1,
        steps_left=1,
        turns=[],
        observation="(an empty page)",
        page_url="about:blank",
        page_title="",
        messages=[],
        variables={},
        output_schema=None,
        notes=[],
        screenshot_png=None,
        page=None,
        memory={},
        on_delta=lambda text: None,
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return (await route.decide(question)).model
    finally:
        await route.aclose()
