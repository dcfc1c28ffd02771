"""Two hundred runs with values that nobody else knows: they leave by no exit, in no shape."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, replace
from io import StringIO
from typing import Any

import pytest
import pytest_asyncio
import structlog

from agents.browser.session import BrowserSession
from agents.errors import ActionError
from agents.executor import close_sandbox
from agents.guard import logs
from agents.guard.exits import CleanArtifacts
from agents.guard.redactor import Redactor
from agents.loop import run_loop
from agents.ports import Act, Answer, Ask, DecideInput, Finish, Reply, Usage, Variable
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import on_module_loop, shared_session, shared_site
from tests.agents.fakes import FakeContext, World, make_task
from tests.agents.guard import canaries

__all__ = ["shared_session", "shared_site"]
pytestmark = [pytest.mark.browser, on_module_loop]
RUNS = 200
IN_BROWSER = 8  # of them; the others play against a page in memory


class Leaky:
    """A route that was shown everything and repeats all it knows, the values themselves too."""

    name, wants_screenshot = "leaky:1", False

    def __init__(self, plan: list[Any], gossip: str) -> None:
        self._plan = plan
        self._gossip = gossip
        self.asked: list[str] = []

    async def decide(self, turn: DecideInput) -> Reply:
        data = {
            name: getattr(turn, name)
            for name in turn.__dataclass_fields__
            if name not in ("page", "on_delta", "screenshot_png", "turns", "messages", "memory")
        }
        told = [asdict(item) for item in (*turn.turns, *turn.messages)]
        self.asked.append(json.dumps([data, told], default=str, ensure_ascii=False))
        for at in range(0, len(self._gossip), 5):
            turn.on_delta(self._gossip[at : at + 5])
        turn.memory["heard"] = self._gossip
        decision = self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
        return Reply(decision, Usage(steps=0, input_tokens=1), self.name)

    async def aclose(self) -> None:
        return None


def plan(names: list[str], gossip: str) -> list[Any]:
    """Type the values, read whatever the page made of them, fail, ask, and tell it all."""
    field, password = (f'variables["{name}"]' for name in names)
    read = (
        'text = await page.inner_text("body")\nhtml = await page.content()\n'
        "print(text)\nprint(html)\n"
        'await files.save_text("notes.txt", text)\n'
        'await files.save_json("notes.json", {"html": html})\n'
    )
    return [
        Act(
            f'await page.fill("#field", {field})\nawait page.fill("#pw", {password})\n'
            f'await page.click("#more")\n{read}'
            '{"text": text, "url": page.url, "title": await page.title(),'
            ' "value": await page.locator("#field").input_value(), text[:60]: html}',
            gossip,
            [gossip],
        ),
        Act(
            'await download("#save")\ntext = await page.inner_text("body")\n'
            "raise ValueError(text[:3000])",
            gossip,
        ),
        Ask(gossip, choices=[{"value": gossip, "label": gossip}], context={"why": gossip}),
        Finish(gossip, output={"said": [gossip], gossip: gossip}, evidence=[gossip[:80]]),
    ]


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


def exits(context: FakeContext, route: Leaky, outcome: Any, log: StringIO) -> dict[str, str]:
    """Everything that left, by where it left."""
    world = context.world
    events = [event.model_dump(mode="json") for event in world.events]
    return {
        "events": json.dumps(events, ensure_ascii=False),
        "checkpoint": str(world.checkpoint),
        "questions": json.dumps([asdict(r) for r in world.requests.values()], default=str),
        "ticks": "".join(d.get("text", "") for _, d in context.ticks) + json.dumps(context.ticks),
        "model": "\n".join(route.asked),
        "outcome": json.dumps(asdict(outcome), ensure_ascii=False),
        "files": "\n".join(
            f"{row.name}\n{world.store.files[row.id].decode('utf-8', 'replace')}"
            for row, kind, _ in world.store.rows
            if kind != "screenshot"
        ),
        "log": log.getvalue(),
    }


def world_of(values: dict[str, str], start_url: str, gossip: str) -> World:
    """A task that names its values in the open, too."""
    variables = {
        name: Variable(value, f"the {name}: {value}", sensitive=True)
        for name, value in values.items()
    }
    task = make_task(f"Type {gossip}", start_url=start_url, variables=variables)
    world = World(task, answers=[Answer("answered", gossip)])
    world.tell(gossip)
    return world


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the log would hold."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.CleanFormatter(logging.Formatter("%(message)s %(exc_text)s")))
    root = logging.getLogger()
    root.addHandler(handler)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    yield stream
    structlog.reset_defaults()
    root.removeHandler(handler)


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[None]:
    yield
    await close_sandbox()


def some_of(values: dict[str, str], dice: random.Random) -> dict[str, str]:
    return {name: values[name] for name in dice.sample(sorted(values), 2)}


async def run_in_browser(
    session: BrowserSession, site: Site, dice: random.Random, log: StringIO
) -> tuple[dict[str, str], dict[str, str]]:
    values = some_of(canaries.make(dice), dice)
    gossip = " and ".join(values.values())
    world = world_of(values, site.add("/echo", canaries.PAGE), gossip)

    async def browser() -> BrowserSession:
        return session

    context = FakeContext(world, browser=browser)
    route = Leaky(plan(list(values), gossip), gossip)
    logs.protect("run", values)
    outcome = await run_loop(context, route)
    logging.getLogger("tests").warning("run ended: %s", gossip)
    logs.release("run")
    assert outcome.terminal_reason == "done", outcome
    typed = await session.page.input_value("#field")
    assert typed == next(iter(values.values())), "the page itself must get the value"
    return values, exits(context, route, outcome, log)


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


async def test_nothing_leaves_a_run_in_a_browser(shared_session, shared_site, sandbox, log):
    dice = random.Random(20261122)
    for _ in range(IN_BROWSER):
        log.truncate(0)
        values, found = await run_in_browser(shared_session, shared_site, dice, log)
        leaks = {name: canaries.hits(text, values)[:3] for name, text in found.items()}
        assert not any(leaks.values()), leaks


async def test_nothing_leaves_a_run_in_memory(log):
    dice = random.Random(2)
    for _ in range(RUNS - IN_BROWSER):
        log.truncate(0)
        values, found = await run_in_memory(dice, log)
        leaks = {name: canaries.hits(text, values)[:3] for name, text in found.items()}
        assert not any(leaks.values()), leaks


async def test_the_eye_sees_them_at_every_exit_when_the_redactor_sleeps(
    shared_session, shared_site, sandbox, log, monkeypatch
):
    monkeypatch.setattr(Redactor, "_suspects", lambda self, text: False)
    values, found = await run_in_browser(shared_session, shared_site, random.Random(5), log)
    blind = [name for name, text in found.items() if not canaries.hits(text, values)]
    assert blind == []
