"""What the loop does with a step: its events, its start address, the model that decides."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from agents.errors import ModelError
from agents.events import (
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
from agents.outcome import Outcome
from agents.ports import (
    Act,
    ActionRecord,
    Answer,
    Ask,
    DecideInput,
    Decision,
    Finish,
    StepResult,
    Usage,
    Variable,
)
from agents.starting import failure
from tests.agents.doubles import PlannedRoute, in_order
from tests.agents.loops import ADD, DONE, Setup

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
    message = outcome.error["message"]
    assert message.count(url) == 1 and message.startswith(f"The start address {url} ")
    # Words for a model are none for the person who reads this.
    assert "Refused:" not in message and "go another way" not in message and ": ." not in message
    assert route.told == []


@pytest.mark.parametrize(
    ("code", "rule", "said", "shown"),
    [
        (
            "policy_denied", "address:private",
            "PermissionError: Refused: http://a.test/ may not be opened. It is a private address."
            " Nothing was done; go another way.\n(at line 1: `await page.goto('http://a.test/')`)",
            "The start address http://a.test/ may not be opened: It is a private address. Start at"
            " a public address, or have whoever runs this server open it (WEBAGENT_EGRESS_ALLOW).",
        ),
        (
            "policy_denied", "policy:allowed_domains",
            "Refused: a.test port 80 is not allowed. Nothing was done; go another way.",
            "The start address http://a.test/ may not be opened: a.test port 80 is not allowed."
            " Start at one of those, or allow this one in the task's policy.",
        ),
        (
            "navigation_failed", None,
            "RuntimeError: http://a.test/ could not be opened. a.test has no address.",
            "The start address http://a.test/ could not be opened: a.test has no address. Check its"
            " spelling, and that the site can be reached from this server.",
        ),
        (
            "navigation_refused", None, "http://a.test/ could not be opened: it was blocked.",
            "The start address http://a.test/ could not be opened: it was blocked. Check its"
            " spelling; a private address is opened by whoever runs this server"
            " (WEBAGENT_EGRESS_ALLOW).",
        ),
    ],
)  # fmt: skip
def test_a_start_that_failed_says_why_once_and_what_to_do(
    code: str, rule: str | None, said: str, shown: str
) -> None:
    record = ActionRecord("0.1", "page.goto", "http://a.test/", {}, "failed", True, rule=rule)
    outcome = failure("http://a.test/", StepResult(False, error_code=code, error_message=said,
                                                   actions=[record]))  # fmt: skip
    assert outcome.error is not None and outcome.error["message"] == shown


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


async def test_nonsense_is_paid_for_and_held_against_the_limits() -> None:
    def nonsense(cost: str) -> ModelError:
        spent = Usage(input_tokens=70, output_tokens=5, cost_usd=Decimal(cost))
        return ModelError("Sure!", code="model_nonsense", retryable=True, spent=spent)

    setup = Setup()
    await setup.run(in_order(nonsense("0.02"), DONE))
    assert setup.context.usage.input_tokens == 70
    assert setup.context.usage.cost_usd == Decimal("0.02")

    setup = Setup(max_cost_usd=Decimal("0.50"))
    outcome = await setup.run(in_order(nonsense("0.30")))
    assert outcome.error is not None and outcome.error["code"] == "cost_limit_reached"
    assert setup.context.usage.cost_usd == Decimal("0.60")
    assert len(setup.slept) == 1


async def test_deltas_go_beside_the_ledger() -> None:
    setup = Setup()

    def decide(turn: DecideInput) -> Decision:
        turn.on_delta("Let me ")
        turn.on_delta("see.")
        return DONE

    await setup.run(PlannedRoute(decide))
    deltas = [data for kind, data in setup.context.ticks if kind == "model.delta"]
    assert deltas == [{"step": 1, "text": "Let me "}, {"step": 1, "text": "see."}]
