"""Values that nobody else knows go through runs in memory: no exit has them, in any form."""

from __future__ import annotations

import random
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from agents.errors import ActionError
from agents.guard import logs
from agents.guard.exits import CleanArtifacts
from agents.guard.redactor import Redactor
from agents.loop import run_loop
from tests.agents.fakes import FakeContext
from tests.agents.guard import canaries
from tests.agents.guard.leaks import Leaky, exits, log, plan, some_of, world_of

__all__ = ["log"]
RUNS, BATCHES = 192, 8  # with those in a browser, 200


class EchoPage:
    """A browser in memory whose page, title, address and notices repeat what was typed."""

    def __init__(self, text: str) -> None:
        from tests.agents.doubles import DoubleBrowser

        self._inner = DoubleBrowser(static=text, url=f"https://echo.example/?q={text[:80]}")
        self._text = text
        self._noticed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def drain_notices(self) -> list[Any]:
        from agents.browser.notices import Notice

        told, self._noticed = self._noticed, True
        return [] if told else [Notice("dialog", self._text, {"text": self._text})]


class Failing:
    """An executor whose steps bring the page's text back in every part of their result."""

    def __init__(self, redactor: Redactor, text: str, on_action: Any, artifacts: Any) -> None:
        self.redact, self.files = redactor.text, []
        self._text, self._on_action, self._artifacts = text, on_action, artifacts

    async def run(self, code: str, *, step: int, **_: Any) -> Any:
        from agents.ports import ActionRecord, StepResult

        text = self._text
        record = ActionRecord(f"{step}.1", "page.read", text, {"a": text}, "failed", True, text)
        record = replace(record, error_code="page_error", error_message=text)
        await self._on_action(record)
        stored = await self._artifacts.put(
            text.encode(), name=f"{text[:40]}.txt", media_type="text/plain", kind="output"
        )
        if "raise" in code:
            raise ActionError(text)
        return StepResult(
            True, {text: text}, text, error_message=text, actions=[record], changed=True,
            downloads=[stored], notices=[text],
        )  # fmt: skip

    async def begin(self) -> None:
        return None

    async def clear(self) -> list[str]:
        return []

    async def aclose(self) -> None:
        return None


async def run_in_memory(
    dice: random.Random, log: StringIO
) -> tuple[dict[str, str], dict[str, str]]:
    values = some_of(canaries.make(dice), dice)
    gossip = " and ".join(values.values())
    shapes = sorted(shape for value in values.values() for shape in canaries.shapes(value))
    echo = "\n".join(dice.sample(shapes, 6))
    world = world_of(values, "https://echo.example/", gossip)
    page = EchoPage(echo)

    async def browser() -> Any:
        return page

    context = FakeContext(world, browser=browser)
    first, second, third, last = plan(list(values), gossip)
    route = Leaky(dice.choice([[first, last], [second, last], [third, last]]), gossip)
    redactor = Redactor.of(world.task.variables)
    store = CleanArtifacts(world.store, redactor)  # as the loop gives it to its executor
    logs.protect("run", values)
    outcome = await run_loop(
        context,
        route,
        executor_factory=lambda s, on_action, f: Failing(redactor, echo, on_action, store),
    )
    logs.release("run")
    return values, exits(context, route, outcome, log)


@pytest.mark.parametrize("batch", range(BATCHES))
async def test_nothing_leaves_a_run_in_memory(log, batch):
    dice = random.Random(batch)
    for _ in range(RUNS // BATCHES):
        log.truncate(0)
        values, found = await run_in_memory(dice, log)
        leaks = {name: canaries.hits(text, values)[:3] for name, text in found.items()}
        assert not any(leaks.values()), leaks
