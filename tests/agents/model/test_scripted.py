"""Scripts play turn by turn, and go on where they stood."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agents.errors import ModelError
from agents.model.scripted import ScriptedRoute
from agents.ports import Act, Answer, Ask, Finish, Turn
from tests.agents.model.builders import make_turn

SCRIPT: list[dict[str, Any]] = [
    {"code": "await page.reload()", "reasoning": "Fresh.", "plan": ["reload"], "say": "Fresh."},
    {"ask": {"prompt": "Which?", "choices": ["a", "b"]}},
    {"expect_answer": "a"},
    {
        "finish": {"text": "Done.", "output": {"n": 1}, "evidence": ["x"]},
        "usage": {"cost_usd": "0.5"},
    },
]


async def test_turns_come_in_order_and_memory_holds_the_place() -> None:
    turn = make_turn()
    first = await ScriptedRoute(SCRIPT).decide(turn)
    assert first.decision == Act("await page.reload()", "Fresh.", ["reload"])
    assert turn.deltas == ["Fresh."]  # type: ignore[attr-defined]
    # Another worker's route goes on from the saved memory.
    second = await ScriptedRoute(SCRIPT).decide(make_turn(memory=turn.memory))
    assert isinstance(second.decision, Ask) and second.decision.kind == "choice"
    asked = Turn(2, second.decision, answer=Answer("answered", "a"))
    third = await ScriptedRoute(SCRIPT).decide(make_turn(memory=turn.memory, turns=[asked]))
    assert third.decision == Finish("Done.", {"n": 1}, True, ["x"])
    assert third.usage.cost_usd == Decimal("0.5")
    over = await ScriptedRoute(SCRIPT).decide(make_turn(memory=turn.memory))
    assert isinstance(over.decision, Finish)


async def test_an_unexpected_answer_fails_the_run() -> None:
    asked = Turn(2, Ask("Which?"), answer=Answer("answered", "b"))
    with pytest.raises(ModelError) as caught:
        await ScriptedRoute(SCRIPT).decide(make_turn(memory={"position": 2}, turns=[asked]))
    assert caught.value.code == "script_mismatch"


async def test_an_unexpected_page_fails_the_run() -> None:
    route = ScriptedRoute([{"expect_text": "Thank you", "finish": "ok"}])
    with pytest.raises(ModelError, match="Thank you"):
        await route.decide(make_turn())
    assert isinstance((await route.decide(make_turn(observation="Thank you!"))).decision, Finish)


async def test_failures_are_raised_as_written_and_passed() -> None:
    route = ScriptedRoute(
        [
            {
                "delay_s": 0.001,
                "fail": {
                    "code": "model_rate_limited",
                    "message": "slow",
                    "retryable": True,
                    "retry_after_s": 2,
                },
            },
            {"code": "x()"},
        ]
    )
    turn = make_turn()
    with pytest.raises(ModelError, match="slow") as caught:
        await route.decide(turn)
    assert (caught.value.code, caught.value.retryable) == ("model_rate_limited", True)
    assert caught.value.retry_after_s == 2
    assert (await route.decide(turn)).decision == Act("x()")


@pytest.mark.parametrize(
    "script",
    [
        "x()",
        {"code": "x()"},
        [1],
        [{"cdoe": "x()"}],
        [{"code": ""}],
        [{"code": "x()", "finish": "y"}],
        [{"ask": {}}],
        [{"finish": 5}],
        [{"delay_s": -1}],
        [{"delay_s": "soon"}],
        [{"delay_s": 1e9}],
        [{"fail": "no"}],
        [{"code": "x()", "usage": {"cost_usd": "much"}}],
        [{"code": "x()"}] * 3000,
    ],
)
def test_malformed_scripts_are_refused_before_they_run(script: Any) -> None:
    with pytest.raises(ModelError) as caught:
        ScriptedRoute(script)
    assert caught.value.code == "model_not_configured"
