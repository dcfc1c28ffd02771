"""What an agent's owner asked for, held against whatever the route decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.errors import BudgetExceeded, Cancelled, Unconfirmed
from agents.ports import Act, Ask, DecideInput, Finish, Reply, StepResult, Turn, Usage
from agents.products import agent
from agents.products.agent import Guided
from tests.agents.fakes import FakeContext, World, make_task


class Route:
    """Decides one thing, and keeps what it was shown."""

    name = "test:route"
    wants_screenshot = False

    def __init__(self, decision: Any) -> None:
        self.decision = decision
        self.shown: list[DecideInput] = []

    async def decide(self, turn: DecideInput) -> Reply:
        self.shown.append(turn)
        turn.memory["mine"] = len(self.shown)
        return Reply(self.decision, Usage(), self.name)

    async def aclose(self) -> None:
        pass


def asked(*turns: Turn, **fields: Any) -> DecideInput:
    base = DecideInput(
        instructions="Go", step=len(turns) + 1, steps_left=9, turns=turns, observation="x" * 900,
        page_url="", page_title="", messages=[], variables={}, output_schema=None, notes=("n",),
        screenshot_png=None, page=None, memory={}, on_delta=lambda text: None,
    )  # fmt: skip
    return replace(base, **fields)


def made(step: int) -> Turn:
    return Turn(step, Act("1"), StepResult(True, value="v" * 500, printed="p" * 500))


async def test_the_owners_words_and_budgets_reach_the_route():
    route = Route(Finish("ok"))
    options = {"guidance": "Be brief.", "observation_chars": 300, "tool_result_chars": 100}
    turn = asked(made(1))
    await Guided(route, options).decide(turn)
    shown = route.shown[0]
    assert shown.guidance == "Be brief."
    assert len(shown.observation) < 400
    result = shown.turns[0].result
    assert result is not None
    assert len(str(result.value)) < 250
    assert len(result.printed) < 250
    assert turn.memory == {"route": {"mine": 1}}


async def test_tool_calls_are_counted_once_each_and_then_refused():
    route = Route(Act("1"))
    guided = Guided(route, {"max_tool_calls": 2})
    memory: dict[str, Any] = {}
    start = Turn(0, Act("await page.goto('x')"), StepResult(True))  # the loop's own, not counted
    for turns in ((start,), (start, made(1)), (start, made(1))):
        await guided.decide(asked(*turns, memory=memory))
    with pytest.raises(BudgetExceeded) as refused:
        await guided.decide(asked(made(2), memory=memory))  # older turns may have been dropped
    assert refused.value.code == "tool_call_limit_reached"
    assert "No tool calls are left" in " ".join(route.shown[-1].notes)
    route.decision = Finish("enough")
    assert (await guided.decide(asked(made(2), memory=memory))).decision == Finish("enough")


async def test_captchas_go_to_people_or_to_nobody():
    route = Route(Ask("Solve it", kind="captcha"))
    assert (await Guided(route, {}).decide(asked())).decision == route.decision
    ended = (await Guided(route, {"captcha": "never"}).decide(asked())).decision
    assert isinstance(ended, Finish)
    assert ended.success is False


@pytest.mark.parametrize("signal", [Unconfirmed("Buy it"), Cancelled("by hand")])
async def test_only_a_missing_confirmation_is_an_end_of_its_own(signal, monkeypatch):
    async def loop(context: Any, route: Any) -> Any:
        raise signal

    async def browser() -> None:
        return None

    monkeypatch.setattr(agent, "run_loop", loop)
    context = FakeContext(World(make_task()), browser=browser)
    if not isinstance(signal, Unconfirmed):
        with pytest.raises(Cancelled):
            await agent.run(context, route=Route(None))
        return
    outcome = await agent.run(context, route=Route(None))
    assert outcome.terminal_reason == "expired"
    assert outcome.error == {"code": "confirmation_expired", "message": "Buy it"}
