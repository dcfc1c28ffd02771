"""What the loop does with decisions, people, limits and bad days."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from agents.errors import AgentError, Cancelled, LeaseLost, ModelError, Parked
from agents.events import (
    TaskActionCompleted,
    TaskActionStarted,
    TaskCostUpdate,
    TaskMessage,
    TaskNotice,
    TaskPageChanged,
    TaskPlanReady,
    TaskPolicyDenied,
    TaskScreenshot,
    TaskStepCompleted,
    TaskStepStarted,
)
from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import Act, Answer, Ask, DecideInput, Decision, Finish, Usage, Variable
from tests.agents.doubles import DoubleBrowser, DoubleExecutor, PlannedRoute, in_order
from tests.agents.fakes import FakeContext, World, make_task

ADD = Act("await page.click('add')", reasoning="Add one.")
DONE = Finish("Done.")


class Setup:
    """A world, its browser and one worker's context."""

    def __init__(self, *, browsers: int = 1, **task: Any) -> None:
        self.world = World(make_task(**task))
        self.browsers = [DoubleBrowser(pid=number + 1) for number in range(browsers)]
        self.used = 0
        self.context = self.worker()
        self.slept: list[float] = []

    @property
    def browser(self) -> DoubleBrowser:
        return self.browsers[self.used]

    def worker(self, **options: Any) -> FakeContext:
        async def current() -> DoubleBrowser:
            return self.browser

        async def following() -> DoubleBrowser:
            self.used += 1
            return self.browser

        self.context = FakeContext(self.world, browser=current, new_browser=following, **options)
        return self.context

    async def run(self, route: Any) -> Outcome:
        context = self.context

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        return await run_loop(
            context,
            route,
            executor_factory=lambda s, on, files: DoubleExecutor(s, on, context.control),
            sleep=sleep,
        )


async def until(done: Callable[[], bool]) -> None:
    """Let the loop go on until something is so."""
    for _ in range(10_000):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came about")


# --- a step and its events --------------------------------------------------------------------


async def test_a_step_tells_its_whole_story_in_order() -> None:
    setup = Setup()
    plan = Act("await page.click('add')\nawait page.count()", "Add one.", plan=["Add", "Finish"])
    route = in_order(plan, Finish("It is one.", {"count": 1}, evidence=["Count: 1"]))
    outcome = await setup.run(route)
    assert outcome == Outcome({"count": 1}, "done", True, None, "It is one.")
    kinds = [e.type for e in setup.world.events if not isinstance(e, TaskCostUpdate)]
    assert kinds == [
        "task.page_changed",
        "task.plan_ready",
        "task.step_started",
        "task.action.started",
        "task.action.completed",
        "task.action.completed",
        "task.screenshot",
        "task.step_completed",
        "task.message",
    ]
    completed = setup.world.of(TaskStepCompleted)[0]
    assert (completed.step, completed.success, completed.value) == (1, True, 1)
    seen = setup.world.store.files[completed.observation_artifact_id].decode()
    assert "Count: 1" in seen
    assert setup.world.of(TaskMessage)[0].content == "It is one."


async def test_usage_of_steps_and_tokens_is_charged_and_told() -> None:
    setup = Setup()
    spent = Usage(input_tokens=100, output_tokens=10, cost_usd=Decimal("0.002"))
    route = in_order(ADD, Ask("Sure?"), DONE)
    route._usage = spent
    setup.world.answers = [Answer("answered", "yes")]
    await setup.run(route)
    assert setup.world.usage.steps == 2
    assert setup.world.usage.input_tokens == 300
    assert setup.world.usage.cost_usd == Decimal("0.006")
    assert setup.world.of(TaskCostUpdate)[-1].cost_usd == "0.006"
    started = setup.world.of(TaskStepStarted)[0]
    assert (started.input_tokens, started.cost_usd, started.model) == (100, "0.002", "test:planned")


async def test_a_plan_is_told_again_only_when_it_changes() -> None:
    setup = Setup()
    codes = [f"await page.fill('{n}')" for n in range(3)]
    route = in_order(
        Act(codes[0], plan=["a", "b"]),
        Act(codes[1], plan=["a", "b"]),
        Act(codes[2], plan=["c"]),
        DONE,
    )
    await setup.run(route)
    assert [event.steps for event in setup.world.of(TaskPlanReady)] == [["a", "b"], ["c"]]


async def test_a_failed_step_is_told_to_the_model_with_its_error() -> None:
    setup = Setup()
    route = in_order(Act("await page.click('missing')"), DONE)
    await setup.run(route)
    turn = route.told[1].turns[0]
    assert (turn.result.ok, turn.result.error_code) == (False, "action_failed")
    assert not setup.world.of(TaskStepCompleted)[0].success


async def test_a_touch_without_effect_is_pointed_out() -> None:
    setup = Setup()
    route = in_order(Act("await page.click('nothing')"), DONE)
    await setup.run(route)
    assert "Nothing visible on the page changed after this step." in route.told[1].notes


async def test_a_reading_step_takes_no_screenshot() -> None:
    setup = Setup()
    await setup.run(in_order(Act("await page.text()"), DONE))
    assert setup.world.of(TaskScreenshot) == []
    assert setup.browser.shots == 0


async def test_dialogs_and_downloads_are_told_and_kept(tmp_path: Any) -> None:
    setup = Setup()
    path = tmp_path / "bill.pdf"
    path.write_bytes(b"%PDF")
    setup.browser.notices.append(SimpleNamespace(kind="dialog", message="Sure?", detail={}))
    setup.browser.downloads.append(
        SimpleNamespace(path=path, name="bill.pdf", media_type="application/pdf", size_bytes=4)
    )
    route = in_order(ADD, DONE)
    await setup.run(route)
    assert [(n.kind, n.message) for n in setup.world.of(TaskNotice)] == [("dialog", "Sure?")]
    assert setup.world.store.of_kind("download")[0].name == "bill.pdf"
    assert list(route.told[0].downloads) == ["bill.pdf"]
    assert "Sure?" in route.told[0].notes


async def test_a_page_that_cannot_be_read_does_not_end_the_task() -> None:
    setup = Setup()
    setup.browser.unreadable = True
    route = in_order(DONE)
    assert (await setup.run(route)).terminal_reason == "done"
    assert "could not be read" in route.told[0].observation


async def test_what_a_page_or_model_says_is_made_storable() -> None:
    setup = Setup()
    setup.browser.hostile_text = "nul \x00 half \ud83d end"
    odd = "print('a\\x00b')\n'\\ud800'"
    await setup.run(in_order(Act(odd, reasoning="r\x00"), Finish("t\x00\ud800")))
    assert setup.world.of(TaskMessage)[0].content == "t?"


async def test_variables_reach_the_route_as_descriptions_only() -> None:
    setup = Setup(variables={"pin": Variable("4711", "the pin", sensitive=True)})
    setup.browser.static = "The pin is 4711"
    route = in_order(ADD, DONE)
    await setup.run(route)
    assert route.told[0].variables == {"pin": "the pin"}
    assert route.told[0].observation.startswith("Count: 0\nThe pin is ***")
    assert "4711" not in (setup.world.checkpoint or "")


async def test_an_error_of_our_own_costs_a_step_and_not_the_task() -> None:
    setup = Setup()
    route = in_order(Act("await page.click('bug')"), DONE)
    assert (await setup.run(route)).terminal_reason == "done"
    assert route.told[1].turns[0].result.error_code == "step_failed"


async def test_a_refused_action_is_an_event_of_its_own() -> None:
    setup = Setup()
    await setup.run(in_order(Act("await page.goto('http://denied.test/')"), DONE))
    denied = setup.world.of(TaskPolicyDenied)[0]
    assert (denied.target, denied.step) == ("http://denied.test/", 1)


async def test_a_route_that_wants_to_see_gets_a_picture() -> None:
    setup = Setup()
    route = in_order(DONE)
    route.wants_screenshot = True
    await setup.run(route)
    assert route.told[0].screenshot_png == b"\xff\xd8 jpeg"


# --- start address ----------------------------------------------------------------------------


async def test_the_start_address_is_opened_as_step_zero() -> None:
    setup = Setup(start_url="http://shop.test/")
    route = in_order(DONE)
    await setup.run(route)
    assert setup.browser.url == "http://shop.test/"
    assert setup.world.of(TaskActionStarted)[0].action_id == "0.1"
    assert (setup.world.usage.steps, route.told[0].step) == (0, 1)
    assert setup.world.of(TaskPageChanged)[0].page_url == "http://shop.test/"


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://unknown.test/", "start_url_failed"), ("http://denied.test/", "policy_denied")],
)
async def test_a_bad_start_address_ends_the_task_with_its_code(url: str, code: str) -> None:
    setup = Setup(start_url=url)
    route = in_order(DONE)
    outcome = await setup.run(route)
    assert outcome.terminal_reason == "failed"
    assert outcome.error is not None and outcome.error["code"] == code
    assert url in outcome.error["message"]
    assert route.told == []


async def test_a_start_page_that_loads_slowly_is_only_noted() -> None:
    setup = Setup(start_url="http://slow.test/")
    route = in_order(DONE)
    assert (await setup.run(route)).terminal_reason == "done"
    assert any("did not finish loading" in note for note in route.told[0].notes)


async def test_a_follow_up_task_starts_on_the_page_as_it_is() -> None:
    setup = Setup()
    setup.browser.url = "http://shop.test/cart"
    route = in_order(DONE)
    await setup.run(route)
    assert route.told[0].page_url == "http://shop.test/cart"
    assert setup.world.of(TaskStepStarted) == []


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


# --- the model --------------------------------------------------------------------------------


async def test_a_busy_model_is_asked_again_after_the_time_it_names() -> None:
    setup = Setup()
    busy = ModelError("429", code="model_rate_limited", retryable=True, retry_after_s=7.5)
    down = ModelError("503", code="model_unavailable", retryable=True)
    assert (await setup.run(in_order(busy, down, DONE))).terminal_reason == "done"
    assert setup.slept == [7.5, 2.0]
    assert [notice.kind for notice in setup.world.of(TaskNotice)] == ["retry", "retry"]


async def test_a_model_that_stays_down_fails_the_task_with_its_code() -> None:
    setup = Setup()
    down = ModelError("503", code="model_unavailable", retryable=True)
    outcome = await setup.run(in_order(down))
    assert outcome.error == {"code": "model_unavailable", "message": "503"}
    assert len(setup.slept) == 4


async def test_a_refused_key_is_not_tried_again() -> None:
    setup = Setup()
    outcome = await setup.run(in_order(ModelError("401", code="model_auth")))
    assert outcome.error == {"code": "model_auth", "message": "401"}
    assert setup.slept == []


async def test_nonsense_is_told_to_the_model() -> None:
    setup = Setup()
    nonsense = ModelError("no tool was called", code="model_nonsense", retryable=True)
    route = in_order(nonsense, DONE)
    await setup.run(route)
    assert "Your last answer could not be used: no tool was called" in route.told[1].notes


async def test_deltas_go_beside_the_ledger() -> None:
    setup = Setup()

    def decide(turn: DecideInput) -> Decision:
        turn.on_delta("Let me ")
        turn.on_delta("see.")
        return DONE

    await setup.run(PlannedRoute(decide))
    deltas = [data for kind, data in setup.context.ticks if kind == "model.delta"]
    assert deltas == [{"step": 1, "text": "Let me "}, {"step": 1, "text": "see."}]


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
