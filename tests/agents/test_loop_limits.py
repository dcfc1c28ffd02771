"""Where the loop ends: limits, circles, lost browsers, and what counts as success."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from agents.errors import AgentError
from agents.events import (
    TaskActionCompleted,
    TaskNotice,
    TaskStepCompleted,
)
from agents.ports import Act, Answer, DecideInput, Decision, Finish, Usage
from tests.agents.doubles import PlannedRoute, in_order
from tests.agents.loops import ADD, DONE, Setup

# --- limits -----------------------------------------------------------------------------------


async def test_the_step_limit_warns_then_ends_with_what_was_reached() -> None:
    setup = Setup(max_steps=3)
    steps = [f"await page.fill('{n}')\nawait page.text()" for n in range(9)]
    route = PlannedRoute(lambda turn: Act(steps[turn.step], reasoning=f"Step {turn.step}."))
    outcome = await setup.run(route)
    assert outcome.terminal_reason == "failed"
    assert outcome.error is not None and outcome.error["code"] == "steps_limit_reached"
    assert outcome.is_task_successful is False
    assert [turn.steps_left for turn in route.told] == [3, 2, 1, 0]
    assert "This is the last step." in " ".join(route.told[2].notes)
    assert "Call finish now" in " ".join(route.told[3].notes)
    assert setup.world.usage.steps == 3
    assert "Step 3." in outcome.text
    assert "Count: 0" in outcome.output


async def test_after_the_last_step_the_model_may_still_finish() -> None:
    setup = Setup(max_steps=1)
    outcome = await setup.run(in_order(ADD, Finish("One.", evidence=["Count: 1"])))
    assert (outcome.terminal_reason, outcome.is_task_successful) == ("done", True)


async def test_the_cost_limit_ends_the_task() -> None:
    setup = Setup(max_cost_usd=Decimal("0.05"))
    route = PlannedRoute(lambda turn: Act(f"await page.fill('{turn.step}')"))
    route._usage = Usage(input_tokens=1, cost_usd=Decimal("0.02"))
    outcome = await setup.run(route)
    assert outcome.error is not None and outcome.error["code"] == "cost_limit_reached"
    assert setup.world.usage.cost_usd == Decimal("0.06")
    assert "cost limit is nearly used up" in " ".join(route.told[-1].notes)


async def test_a_cost_limit_that_cannot_be_held_is_said_once() -> None:
    setup = Setup(max_cost_usd=Decimal("0.05"))
    route = in_order(*(Act(f"await page.fill('{n}')") for n in range(3)), DONE)
    route._usage = Usage(input_tokens=1, cost_usd=None)
    assert (await setup.run(route)).terminal_reason == "done"
    assert [n.kind for n in setup.world.of(TaskNotice)] == ["cost_unknown"]
    assert setup.world.usage.cost_usd is None


async def test_the_token_limit_ends_the_task() -> None:
    setup = Setup(max_tokens=100)
    route = PlannedRoute(lambda turn: Act(f"await page.fill('{turn.step}')"))
    route._usage = Usage(input_tokens=60, cost_usd=None)
    outcome = await setup.run(route)
    assert outcome.error is not None and outcome.error["code"] == "tokens_limit_reached"
    assert len(route.told) == 2


async def test_the_time_limit_expires_the_task() -> None:
    setup = Setup(max_duration_s=100)
    now = [0.0]
    setup.worker(clock=lambda: now[0])

    def decide(turn: DecideInput) -> Decision:
        now[0] += 45
        return Act(f"await page.fill('{turn.step}')")

    route = PlannedRoute(decide)
    outcome = await setup.run(route)
    assert outcome.terminal_reason == "expired"
    assert outcome.error is not None and outcome.error["code"] == "time_limit_reached"
    assert any("are left. Wrap up." in note for note in route.told[2].notes)


async def test_a_model_that_never_answers_expires_with_the_task() -> None:
    setup = Setup(max_duration_s=0.2)

    class Mute(PlannedRoute):
        async def decide(self, turn: DecideInput) -> Any:
            await asyncio.Event().wait()

    outcome = await asyncio.wait_for(setup.run(Mute(lambda turn: DONE)), 30)
    assert outcome.terminal_reason == "expired"


# --- repeats ----------------------------------------------------------------------------------


async def test_going_round_in_circles_is_noted_then_asked_about_then_ended() -> None:
    setup = Setup()
    setup.world.answers = [Answer("answered", "Try the other button.")]
    route = PlannedRoute(lambda turn: Act("await page.click('dead')"))
    outcome = await setup.run(route)
    assert outcome.error is not None and outcome.error["code"] == "repeated_action"
    clicks = len(setup.browser.clicks)
    assert clicks == 6
    assert any("Change your approach" in note for note in route.told[2].notes)
    assert len(setup.world.requests) == 1
    assert "stuck" in next(iter(setup.world.requests))
    assert route.told[4].turns[-1].answer.response == "Try the other button."


async def test_the_same_code_on_a_page_that_moves_on_is_no_circle() -> None:
    setup = Setup()
    route = PlannedRoute(lambda turn: ADD if turn.step <= 7 else DONE)
    assert (await setup.run(route)).terminal_reason == "done"
    assert setup.world.of(TaskNotice) == []


# --- the browser ------------------------------------------------------------------------------


async def test_a_crashed_browser_is_replaced_and_the_page_reopened() -> None:
    setup = Setup(browsers=2, start_url="http://shop.test/")
    route = in_order(Act("await page.click('crash')"), DONE)
    assert (await setup.run(route)).terminal_reason == "done"
    assert setup.browsers[1].url == "http://shop.test/"
    assert setup.world.of(TaskStepCompleted)[1].error_code == "browser_gone"
    assert any("was replaced by a new one" in note for note in route.told[-1].notes)
    assert setup.browsers[1].clicks == []


async def test_three_lost_browsers_in_a_row_end_the_task() -> None:
    setup = Setup(browsers=4)
    outcome = await setup.run(PlannedRoute(lambda turn: Act("await page.click('crash')")))
    assert outcome.error is not None and outcome.error["code"] == "browser_lost"
    assert setup.used == 2


async def test_losses_that_are_not_in_a_row_are_forgiven() -> None:
    setup = Setup(browsers=5)

    def decide(turn: DecideInput) -> Decision:
        if turn.step > 14:
            return DONE
        return (
            Act("await page.click('crash')")
            if turn.step % 4 == 1
            else Act(f"await page.fill('{turn.step}')")
        )

    assert (await setup.run(PlannedRoute(decide))).terminal_reason == "done"


async def test_no_new_browser_ends_the_task_honestly() -> None:
    setup = Setup()
    context = setup.worker()
    context._new_browser = None
    outcome = await setup.run(in_order(Act("await page.click('crash')")))
    assert outcome.error is not None and outcome.error["code"] == "browser_error"


async def test_a_resumed_step_is_not_replayed_in_another_browser() -> None:
    setup = Setup(browsers=2)
    setup.worker(crash=(4, "after"))
    code = "await page.click('add')\nawait page.click('add')"
    route = PlannedRoute(lambda turn: DONE if turn.turns else Act(code))
    work = asyncio.create_task(setup.run(route))
    await setup.context.crashed.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    setup.used = 1
    setup.worker()
    await setup.run(route)
    assert setup.browsers[1].clicks == []
    assert any("this is a new one" in note for note in route.told[-1].notes)


async def test_doing_it_again_in_a_new_browser_is_no_repeating() -> None:
    setup = Setup(browsers=2)
    fill = Act("await page.fill('5')")
    route = PlannedRoute(lambda turn: DONE if len(turn.turns) > 1 else fill)
    whole = Setup()
    await whole.run(PlannedRoute(lambda turn: DONE if turn.turns else fill))
    setup.worker(crash=(whole.world.emits - 1, "after"))  # after the first step, before the end
    work = asyncio.create_task(setup.run(route))
    await setup.context.crashed.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    setup.used = 1
    setup.worker()
    await setup.run(route)
    assert not [e for e in setup.world.of(TaskNotice) if e.kind == "repeated_action"]


# --- the end ----------------------------------------------------------------------------------


async def test_success_without_proof_stays_unknown() -> None:
    outcome = await Setup().run(in_order(Finish("All good, trust me.")))
    assert (outcome.terminal_reason, outcome.is_task_successful) == ("done", None)


async def test_a_confessed_failure_is_a_failure() -> None:
    outcome = await Setup().run(in_order(Finish("It is sold out.", success=False)))
    assert (outcome.terminal_reason, outcome.is_task_successful) == ("done", False)


async def test_evidence_nobody_saw_is_sent_back_once_and_then_not_believed() -> None:
    setup = Setup()
    route = in_order(Finish("Bought.", evidence=["Thank you for your order"]))
    outcome = await setup.run(route)
    assert outcome.is_task_successful is None
    assert len(route.told) == 2
    assert "Thank you for your order" in " ".join(route.told[1].notes)


async def test_evidence_that_the_code_made_up_is_no_evidence() -> None:
    setup = Setup()
    route = in_order(
        Act("print('Thank you for your order')"),
        Finish("Bought.", evidence=["Thank you for your order"]),
    )
    assert (await setup.run(route)).is_task_successful is None


async def test_output_that_was_read_from_the_page_is_proof() -> None:
    setup = Setup()
    setup.browser.static = "Toner XL costs 1,249.00 EUR"
    outcome = await setup.run(in_order(Finish("Found.", {"name": "Toner XL", "price": 1249.0})))
    assert outcome.is_task_successful is True


async def test_output_that_was_never_seen_is_not_verified() -> None:
    outcome = await Setup().run(in_order(Finish("Found.", {"price": 99.95})))
    assert outcome.is_task_successful is None


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


async def test_output_off_its_schema_is_repaired_once() -> None:
    setup = Setup(output_schema=SCHEMA)
    route = in_order(Finish("x", {"n": "one"}), Finish("x", {"n": 0}))
    outcome = await setup.run(route)
    assert outcome.output == {"n": 0}
    assert "at n:" in " ".join(route.told[1].notes)


async def test_output_that_stays_off_its_schema_fails_the_task() -> None:
    setup = Setup(output_schema=SCHEMA)
    outcome = await setup.run(in_order(Finish("x", {"n": "one"})))
    assert outcome.error is not None and outcome.error["code"] == "output_schema_mismatch"
    assert outcome.output is None


async def test_output_written_as_text_is_read() -> None:
    setup = Setup(output_schema=SCHEMA)
    outcome = await setup.run(in_order(Finish('```json\n{"n": 0}\n```')))
    assert outcome.output == {"n": 0}


async def test_a_broken_schema_fails_with_a_reason() -> None:
    setup = Setup(output_schema={"type": "nonsense"})
    outcome = await setup.run(in_order(Finish("x", {})))
    assert outcome.error is not None and outcome.error["code"] == "output_schema_invalid"


async def test_a_checkpoint_that_cannot_be_read_is_said() -> None:
    setup = Setup()
    setup.world.checkpoint = '{"format": 99}'
    setup.worker()
    with pytest.raises(AgentError) as caught:
        await setup.run(in_order(DONE))
    assert caught.value.code == "checkpoint_unreadable"


async def test_an_end_that_was_saved_is_not_decided_again() -> None:
    setup = Setup()
    route = in_order(Finish("Over."))
    first = await setup.run(route)
    setup.worker()
    assert await setup.run(route) == first
    assert len(route.told) == 1


async def test_results_are_recorded_for_each_action() -> None:
    setup = Setup()
    await setup.run(in_order(Act("await page.count()"), DONE))
    assert setup.world.of(TaskActionCompleted)[0].result == 0
