"""Do the models answer, and what can they do? Small questions, asked as a run would ask them.

The engine's routes are imported when they are asked for: few web processes ever need them.
"""

from __future__ import annotations

import asyncio
import struct
import time
import zlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from agents.errors import ModelError

if TYPE_CHECKING:
    from agents.ports import DecideInput

log = structlog.get_logger(__name__)
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


def problem_of(model: dict[str, Any]) -> str | None:
    """Why a task that names this model could not run here; None when it could. Shows no secret.

    Where the server's own settings of models cannot be read, the run says so: it is no fault of
    the request.
    """
    from agents.model.routes import check_route
    from agents.model.settings import ModelSettings

    try:
        settings = ModelSettings()
    except (ValueError, OSError) as error:
        log.error("the settings of models cannot be read", problem=type(error).__name__)
        return None
    try:
        check_route(model, settings=settings)
    except ModelError as error:
        return str(error)
    return None


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

    route = build_route(None, settings=ModelSettings(), stub="")
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return (await route.decide(_question(_INSTRUCTIONS))).model
    finally:
        await route.aclose()


def _question(instructions: str, **more: Any) -> DecideInput:
    from agents.ports import DecideInput

    question = DecideInput(
        instructions=instructions,
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
    return replace(question, **more)


# --- routes and what they can do ----------------------------------------------------------------

DEFAULT = "default"
_TOOLS = (
    "This is a test of your tools. Take one step: call the tool that runs code with exactly "
    "print('ready') as its code. Do not finish."
)
_VISION = (
    "This is a test of pictures. One colour fills the whole screenshot. Finish at once; the text "
    "of your answer is that colour in one English word."
)
_JSON = "This is a test of output. Finish at once with the sum of 19 and 23 as the output."
_SCHEMA = {
    "type": "object",
    "properties": {"sum": {"type": "integer"}},
    "required": ["sum"],
    "additionalProperties": False,
}


def routes(project_model: str = "") -> list[dict[str, Any]]:
    """What tasks may name: [{"id", "name", "what", "problem", "keyless"}]. Shows no secret."""
    from agents.errors import ModelError
    from agents.model.routes import build_route
    from agents.model.settings import ModelSettings

    settings = ModelSettings()
    default = describe()
    found = [{"id": DEFAULT, "what": "the server's default", **default}]
    named = {name: "a profile" for name in settings.profiles}
    if project_model and project_model not in named:
        named = {project_model: "this team's default", **named}
    for name, what in named.items():
        row = {"id": name, "name": name, "what": what, "problem": None, "keyless": False}
        try:
            route = build_route({"route": name}, settings=settings, stub="")
            row |= {"name": f"{name} ({route.name})", "keyless": route.name.startswith("embedded")}
        except ModelError as error:
            row["problem"] = str(error)
        found.append(row)
    return found


def examine(name: str) -> list[ModelCheck]:
    """Ask a route three small questions at once: tools, pictures, JSON. At most half a minute."""
    from agents.errors import ModelError
    from agents.model.routes import build_route
    from agents.model.settings import ModelSettings

    try:
        config = None if name == DEFAULT else {"route": name}
        route = build_route(config, settings=ModelSettings(), stub="")
    except ModelError as error:
        return [ModelCheck("configuration", False, str(error))]
    if route.name.startswith("embedded"):
        words = "The keyless planner needs no model: there is nothing to test."
        return [ModelCheck("planner", True, words)]
    return asyncio.run(_examine(route))


async def _examine(route: Any) -> list[ModelCheck]:
    try:
        return list(await asyncio.gather(_tools(route), _vision(route), _json(route)))
    finally:
        await route.aclose()


async def _answer(route: Any, instructions: str, **more: Any) -> tuple[Any, str]:
    """(the decision or None, what went wrong or how long it took)"""
    began = time.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reply = await route.decide(_question(instructions, **more))
    except ModelError as error:
        return None, str(error)
    except TimeoutError:
        return None, f"No answer within {TIMEOUT_S:.0f} s."
    return reply.decision, f"{time.monotonic() - began:.1f} s"


async def _tools(route: Any) -> ModelCheck:
    from agents.ports import Act

    decision, words = await _answer(route, _TOOLS, steps_left=5)
    if decision is None:
        return ModelCheck("tools", False, words)
    if isinstance(decision, Act) and "ready" in decision.code:
        return ModelCheck("tools", True, f"Called the tool as told, {words}.")
    return ModelCheck("tools", False, "It answered, and did not call the tool it was told to.")


async def _vision(route: Any) -> ModelCheck:
    from agents.ports import Finish

    if not route.wants_screenshot:
        return ModelCheck("vision", True, "Screenshots are not sent to it; it reads the page.")
    decision, words = await _answer(route, _VISION, screenshot_png=_red_png())
    if decision is None:
        return ModelCheck("vision", False, words)
    said = decision.text if isinstance(decision, Finish) else ""
    if "red" in said.lower():
        return ModelCheck("vision", True, f"Saw the test picture, {words}.")
    return ModelCheck("vision", False, "It did not see what the test picture shows.")


async def _json(route: Any) -> ModelCheck:
    from agents.ports import Finish

    decision, words = await _answer(route, _JSON, output_schema=_SCHEMA)
    if decision is None:
        return ModelCheck("JSON", False, words)
    if isinstance(decision, Finish) and decision.output == {"sum": 42}:
        return ModelCheck("JSON", True, f"Output follows the schema, {words}.")
    return ModelCheck("JSON", False, "Its output did not follow the schema.")


def _red_png(size: int = 64) -> bytes:
    """A red square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\x00" + b"\xdc\x14\x14" * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )
