"""What the loop does with people: messages, questions, pauses, takeovers, cancelling."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from agents.errors import Cancelled, LeaseLost, Parked
from agents.events import (
    TaskActionStarted,
    TaskStepCompleted,
    TaskStepStarted,
)
from agents.ports import Act, Answer, Ask, DecideInput, Decision, Finish, Usage
from tests.agents.doubles import PlannedRoute, in_order
from tests.agents.loops import ADD, DONE, Setup, until

# --- people -----------------------------------------------------------------------------------


async def test_messages_reach_the_next_step_and_stay_in_the_history() -> None:
    setup = Setup()
    setup.world.tell("Only the red ones.")

    def decide(turn: DecideInput) -> Decision:
        if turn.step == 2:
            setup.world.tell("Stop after this.")
        return ADD if turn.step < 3 else DONE

    route = PlannedRoute(decide)
    await setup.run(route)
    assert [m.content for m in route.told[0].messages] == ["Only the red ones."]
    assert route.told[1].messages == ()
    assert [m.content for m in route.told[1].turns[0].messages] == ["Only the red ones."]
    assert [m.content for m in route.told[2].messages] == ["Stop after this."]


async def test_an_answer_is_part_of_the_next_turn() -> None:
    setup = Setup()
    setup.world.answers = [Answer("answered", {"size": "L"}, "Ada")]
    choices = [{"value": "L", "label": "Large"}]
    route = in_order(Ask("Which size?", "choice", choices=choices), DONE)
    await setup.run(route)
    request = setup.world.requests["ask:1"]
    assert (request.kind, request.choices) == ("choice", choices)
    assert request.context["screenshot_artifact_id"] in setup.world.store.files
    assert route.told[1].turns[0].answer == Answer("answered", {"size": "L"}, "Ada")


@pytest.mark.parametrize("status", ["skipped", "expired", "canceled"])
async def test_a_question_without_answer_is_told_to_the_model(status: str) -> None:
    setup = Setup()
    setup.world.answers = [Answer(status)]
    route = in_order(Ask("Sign in, please.", "sign_in"), DONE)
    assert (await setup.run(route)).terminal_reason == "done"
    assert route.told[1].turns[0].answer.status == status


async def test_a_parked_question_is_asked_again_under_its_key_without_the_model() -> None:
    setup = Setup()
    route = in_order(Ask("Which?"), DONE)
    with pytest.raises(Parked):
        await setup.run(route)
    assert len(route.told) == 1
    setup.world.answers = [Answer("answered", "this")]
    setup.worker()
    assert (await setup.run(route)).terminal_reason == "done"
    assert len(route.told) == 2
    assert list(setup.world.requests) == ["ask:1"]


async def test_a_pause_holds_between_steps_and_reads_the_page_again() -> None:
    setup = Setup()
    pausing = asyncio.Event()

    def decide(turn: DecideInput) -> Decision:
        if turn.step == 1:
            pausing.set()
            return ADD
        return DONE

    route = PlannedRoute(decide)
    control = setup.context.control
    work = asyncio.create_task(setup.run(route))
    await pausing.wait()
    await control.hold("paused")
    await until(lambda: len(route.told) >= 1 and control.held == {"paused"})
    for _ in range(200):
        await asyncio.sleep(0)
    told = len(route.told)
    assert not work.done()
    await control.release("paused")
    assert (await work).terminal_reason == "done"
    assert len(route.told) > told


async def test_a_takeover_cuts_the_step_short_and_the_note_reaches_the_model() -> None:
    setup = Setup()
    route = in_order(Act("await page.forever()"), DONE)
    control = setup.context.control
    work = asyncio.create_task(setup.run(route))
    await until(lambda: bool(setup.world.of(TaskStepStarted)))
    await control.hold("human", interrupt=True)
    await until(lambda: bool(setup.world.of(TaskStepCompleted)))
    setup.browser.count = 7
    await control.release("human", note="I signed in for you.")
    assert (await work).terminal_reason == "done"
    assert setup.world.of(TaskStepCompleted)[0].error_code == "interrupted"
    assert "The person's note: I signed in for you." in route.told[-1].notes
    assert "Count: 7" in route.told[-1].observation


async def test_a_takeover_during_the_decision_drops_it() -> None:
    setup = Setup()
    thinking = asyncio.Event()

    class Slow(PlannedRoute):
        async def decide(self, turn: DecideInput) -> Any:
            if not self.told:
                self.told.append(turn)
                thinking.set()
                await asyncio.Event().wait()
            return await super().decide(turn)

    route = Slow(lambda turn: DONE)
    work = asyncio.create_task(setup.run(route))
    await thinking.wait()
    await setup.context.control.hold("human", interrupt=True)
    await setup.context.control.release("human")
    assert (await asyncio.wait_for(work, 30)).terminal_reason == "done"
    assert any("A person drove the browser" in note for note in route.told[-1].notes)


async def test_cancel_ends_a_running_step_at_once_and_closes_it() -> None:
    setup = Setup()
    spent = Usage(input_tokens=5, cost_usd=Decimal(0))
    route = in_order(Act("await page.forever()"))
    route._usage = spent
    work = asyncio.create_task(setup.run(route))
    await until(lambda: bool(setup.world.of(TaskStepStarted)))
    await setup.context.control.cancel("changed my mind")
    with pytest.raises(Cancelled, match="changed my mind"):
        await asyncio.wait_for(work, 30)
    assert setup.world.of(TaskStepCompleted)[0].error_code in ("canceled", "interrupted")
    assert setup.world.usage.input_tokens == 5


async def test_a_soft_stop_lets_the_running_step_finish() -> None:
    setup = Setup()

    def decide(turn: DecideInput) -> Decision:
        return Act("await page.click('add')\nawait page.click('add')")

    route = PlannedRoute(decide)
    work = asyncio.create_task(setup.run(route))
    await until(lambda: bool(setup.world.of(TaskActionStarted)))
    await setup.context.control.stop_after_step()
    with pytest.raises(Cancelled):
        await asyncio.wait_for(work, 30)
    assert setup.browser.count == 2
    assert setup.world.of(TaskStepCompleted)[-1].success


async def test_a_lost_lease_stops_everything() -> None:
    for number in range(1, 8):
        setup = Setup()
        setup.worker(lose_lease_at=number)
        with pytest.raises(LeaseLost):
            await setup.run(PlannedRoute(lambda turn: ADD))
        assert setup.world.emits == number - 1


async def test_a_message_that_comes_in_during_the_decision_is_read_before_the_end() -> None:
    setup = Setup()

    def decide(turn: DecideInput) -> Decision:
        if len(route.told) == 1:
            setup.world.tell("Wait, one more thing.")
            return Finish("First answer.")
        return Finish("Second answer.")

    route = PlannedRoute(decide)
    outcome = await setup.run(route)
    assert outcome.text == "Second answer."
    assert [m.content for m in route.told[1].messages] == ["Wait, one more thing."]


async def test_a_choice_without_choices_becomes_a_question() -> None:
    setup = Setup()
    setup.world.answers = [Answer("answered", "x")]
    await setup.run(in_order(Ask("  ", "choice"), DONE))
    request = setup.world.requests["ask:1"]
    assert (request.kind, request.choices) == ("question", None)
    assert request.prompt == "The agent needs your help to go on."
