"""Runs whose model repeats all it knows, and every exit they have."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from typing import Any

import pytest
import structlog

from agents.guard import logs
from agents.ports import Act, Answer, Ask, DecideInput, Finish, Reply, Usage, Variable
from tests.agents.fakes import FakeContext, World, make_task


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
            'await download("#save")\nawait download("#keep")\n'
            'text = await page.inner_text("body")\n'
            "raise ValueError(text[:3000])",
            gossip,
        ),
        Ask(gossip, choices=[{"value": gossip, "label": gossip}], context={"why": gossip}),
        Finish(gossip, output={"said": [gossip], gossip: gossip}, evidence=[gossip[:80]]),
    ]


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


def some_of(values: dict[str, str], dice: random.Random) -> dict[str, str]:
    return {name: values[name] for name in dice.sample(sorted(values), 2)}
