"""People beside a running task: answers, messages, pause, cancel, stop, takeover."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from tests.e2e.doors import done, session_of
from tests.e2e.stack import Stack, is_running, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]

# Promises hold on a machine that has time for us; the tests' machine is busy.
SLACK_S = 12.0


def question(prompt: str, **fields: object) -> dict[str, object]:
    """The turn that asks a person."""
    return {"ask": {"prompt": prompt, **fields}}


def test_an_answer_lets_the_task_go_on(api: httpx.Client, stack: Stack) -> None:
    with session_of(
        api,
        stack,
        question("Which size?", choices=[{"value": "s", "label": "Small"}, {"value": "l"}]),
        {"expect_answer": "l"},
        done(),
        start_url=f"{stack.practice_url}/shop/",
    ) as run:
        asked = run.until("task.input_request")
        assert asked["data"]["kind"] in ("question", "choice")
        assert asked["data"]["context"]["page_url"] == f"{stack.practice_url}/shop/"
        assert asked["data"]["context"]["screenshot_artifact_id"].startswith("art_")
        assert run.task()["status"] == "awaiting_input"
        assert run.task()["input_requests"][0]["status"] == "pending"
        wrong = run.answer(asked, "xxl", expect=422)
        assert wrong["code"] == "validation_error"
        given = run.answer(asked, "l", expect=200)
        assert given["input_request"]["status"] == "answered"
        assert run.until("task.input_request_resolved")["data"]["response"] == "l"
        assert run.end()["terminal_reason"] == "done"
        again = run.answer(asked, "s", expect=409)
        assert again["code"] == "conflict"
        assert again["extra"]["response"] == "l"


def test_of_racing_answers_one_wins(api: httpx.Client, stack: Stack) -> None:
    with session_of(api, stack, question("Who is first?"), done()) as run:
        asked = run.until("task.input_request")
        body = {"input_request_id": asked["data"]["request_id"]}
        gate, codes = threading.Barrier(8), []

        def answer(number: int) -> None:
            with stack.client() as client:
                gate.wait()
                got = client.post(
                    f"{run.path}/intervene", json={**body, "response": f"no {number}"}
                )
                codes.append((got.status_code, f"no {number}"))

        racers = [threading.Thread(target=answer, args=(number,)) for number in range(8)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        won = [text for code, text in codes if code == 200]
        assert sorted(code for code, _ in codes) == [200] + [409] * 7
        assert run.end()["terminal_reason"] == "done"
        resolved = run.of_type("task.input_request_resolved")
        assert [data["response"] for data in resolved] == won


def test_a_message_is_seen_at_the_next_step(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with (
        hostile.held("plain"),
        session_of(api, stack, {"code": f'await page.goto("{hostile.url}/plain")'}, done()) as run,
    ):
        run.until("task.action.started", tool="page.goto")
        sent = run.post("messages", {"content": "Only the blue ones, please."}, expect=202)
        assert sent["seen_at"] is None
        assert run.post("messages", {"content": " "}, expect=422)["code"] == "validation_error"
        hostile.release("plain")
        seen = run.until("task.message_seen")
        assert seen["data"]["message_id"] == sent["id"]
        assert run.end()["terminal_reason"] == "done"
        assert run.post("messages", {"content": "Too late."}, expect=409)["code"] == "conflict"


def test_a_paused_task_stands_still_until_it_is_resumed(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with (
        hostile.held("plain"),
        session_of(
            api,
            stack,
            {"code": f'await page.goto("{hostile.url}/plain")'},
            {"code": f'await page.goto("{hostile.url}/counter/paused")'},
            done(),
        ) as run,
    ):
        run.until("task.action.started", tool="page.goto")
        assert run.post("pause", expect=200)["status"] == "paused"
        assert run.post("pause", expect=200)["status"] == "paused"
        hostile.release("plain")
        run.until("task.step_completed", step=1)
        # A message to a paused task is one more thing that must not set it going.
        run.post("messages", {"content": "Take your time."}, expect=202)
        assert run.task()["status"] == "paused"
        assert hostile.ledger.seen["/counter/paused"] == 0
        assert run.post("resume", expect=200)["status"] == "running"
        assert run.end()["terminal_reason"] == "done"
        assert hostile.ledger.seen["/counter/paused"] == 1
        assert run.post("resume", expect=409)["code"] == "conflict"


def test_a_task_that_asks_and_is_paused_waits_for_both(api: httpx.Client, stack: Stack) -> None:
    with session_of(api, stack, question("Which one?"), done()) as run:
        asked = run.until("task.input_request")
        run.post("pause", expect=200)
        run.answer(asked, "the red one", expect=200)
        run.until("task.input_request_resolved")
        assert run.task()["status"] == "paused"
        run.post("resume", expect=200)
        assert run.end()["terminal_reason"] == "done"


def test_a_cancel_ends_a_hanging_action_within_two_seconds(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with session_of(api, stack, {"code": f'await page.goto("{hostile.url}/never")'}, done()) as run:
        run.until("task.action.started", tool="page.goto")
        began = time.monotonic()
        run.post("cancel", {"reason": "changed my mind"}, expect=200)
        ended = run.end()
        took = time.monotonic() - began
        assert took < 2 + SLACK_S
        assert ended["terminal_reason"] == "canceled"
        assert ended["error"] == {"code": "canceled", "message": "changed my mind"}
        assert run.task()["status"] == "canceled"
        assert run.session()["status"] == "idle"
        assert run.post("cancel", expect=409)["code"] == "conflict"
        after = run.follow_up(model={"route": "scripted", "turns": [{"code": "1 + 1"}, done()]})
        assert after.end()["terminal_reason"] == "done"


def test_a_cancel_ends_a_wait_for_a_person(api: httpx.Client, stack: Stack) -> None:
    with session_of(api, stack, question("Shall I?"), done()) as run:
        asked = run.until("task.input_request")
        run.post("cancel", expect=200)
        assert run.end()["terminal_reason"] == "canceled"
        assert run.of_type("task.input_request_resolved")[0]["status"] == "canceled"
        assert run.answer(asked, "yes", expect=409)["extra"]["status"] == "canceled"


def test_a_cancel_ends_a_thinking_model(api: httpx.Client, stack: Stack) -> None:
    with session_of(api, stack, {"delay_s": 600, "code": "1"}, done()) as run:
        run.until("task.browser_live_url_changed", status="live")
        began = time.monotonic()
        run.post("cancel", expect=200)
        assert run.end()["terminal_reason"] == "canceled"
        assert time.monotonic() - began < 2 + SLACK_S


def test_a_soft_stop_lets_the_step_finish(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    page = f"{hostile.url}/plain?soft"
    with (
        hostile.held("plain"),
        session_of(
            api,
            stack,
            {"code": f'await page.goto("{page}")\nawait page.title()'},
            {"code": f'await page.goto("{hostile.url}/counter/soft")'},
            done(),
        ) as run,
    ):
        run.until("task.action.started", tool="page.goto")
        browser = stack.browser_showing(page).pid
        run.stop(force=False)
        hostile.release("plain")
        step = run.until("task.step_completed", step=1)
        assert step["data"]["success"] is True
        assert step["data"]["value"] == "Plain"
        assert run.end()["terminal_reason"] == "canceled"
        assert run.session()["status"] == "stopped"
        assert hostile.ledger.seen["/counter/soft"] == 0
        wait_for(lambda: not is_running(browser), 20, "its browser is closed")
        refused = api.post(f"{run.session_path}/tasks", json={"instructions": "More."})
        assert refused.status_code == 409, refused.text


def test_a_soft_stop_ends_a_wait_for_a_person(api: httpx.Client, stack: Stack) -> None:
    with session_of(api, stack, question("Shall I?"), done()) as run:
        run.until("task.input_request")
        run.stop(force=False)
        assert run.end(40)["terminal_reason"] == "canceled"
        assert run.session()["status"] == "stopped"


def test_a_forced_stop_interrupts_the_step(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    page = f"{hostile.url}/never?forced"
    with session_of(api, stack, {"code": f'await page.goto("{page}")'}, done()) as run:
        run.until("task.action.started", tool="page.goto")
        browser = stack.browser_showing(page).pid
        began = time.monotonic()
        run.stop(force=True)
        assert run.end()["terminal_reason"] == "canceled"
        assert time.monotonic() - began < 2 + SLACK_S
        assert run.session()["status"] == "stopped"
        wait_for(lambda: not is_running(browser), 20, "its browser is closed")


def test_a_person_takes_over_and_hands_back(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with session_of(
        api,
        stack,
        {"code": f'await page.goto("{hostile.url}/never")'},
        {"code": "await page.title()"},
        done(),
        start_url=f"{hostile.url}/counter/drive",
    ) as run:
        run.until("task.action.started", tool="page.goto", target=f"{hostile.url}/never")
        taken = run.post("intervene", {"kind": "take_control"}, expect=200)
        assert taken["control"] in ("taking", "human")
        # The hanging action is cut short, then control is granted.
        started = run.until("task.take_control_started", 10 + SLACK_S)
        assert run.post("intervene", {"kind": "take_control"}, expect=200)["control"] == "human"
        before = len([event for event in run.events if event["type"] == "task.step_started"])
        began = time.monotonic()
        given = run.post(
            "intervene", {"kind": "release_control", "note": "I closed the banner."}, expect=200
        )
        assert given["control"] == "agent"
        ended = run.until("task.take_control_ended")
        assert ended["data"] == {
            "by": started["data"]["by"],
            "note": "I closed the banner.",
            "reason": "released",
        }
        assert run.end()["terminal_reason"] == "done"
        assert time.monotonic() - began < 4 + SLACK_S  # nothing waits for the page given up
        steps = run.of_type("task.step_started")
        assert len(steps) == before + 1
        again = run.post("intervene", {"kind": "release_control"}, expect=409)
        assert again["code"] == "conflict"


def test_a_takeover_of_an_idle_session_needs_no_worker(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with session_of(api, stack, done(), start_url=f"{hostile.url}/plain") as run:
        run.end()
        taken = run.post("intervene", {"kind": "take_control"}, expect=200)
        assert taken["control"] == "human"
        freed = run.post("intervene", {"kind": "release_control"}, expect=200)
        assert freed["control"] == "agent"
