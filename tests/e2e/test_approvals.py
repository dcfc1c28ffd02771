"""Buying on the practice shop: it stops at the pay button, and happens once or not at all."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.doors import Event, Run, done, session_of
from tests.e2e.stack import Stack, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]

DETAILS = {"Full name": "Ada Lovelace", "Email": "ada@example.org", "Card number": "4" * 16}
FILL = (
    'await page.get_by_label("Full name").fill({name!r})\n'
    'await page.get_by_label("Email").fill("ada@example.org")\n'
    'await page.get_by_label("Address").fill("1 Analytical Way")\n'
    'await page.get_by_label("Card number").fill("4242424242424242")\n'
)
PAY = 'await page.get_by_role("button", name="Pay").click()\nawait page.title()'
TO_CHECKOUT = (
    'await page.get_by_role("button", name="Add to cart").click()\n'
    'await page.goto("/shop/checkout")\n'
)


def orders_of(stack: Stack, name: str) -> list[dict[str, Any]]:
    """Orders in this name, as the shop itself tells them."""
    told = httpx.get(f"{stack.practice_url}/shop/api/orders", timeout=10).json()
    return [order for order in told["orders"] if order["name"] == name]


def buyer() -> str:
    return f"Ada {secrets.token_hex(4)}"


@contextmanager
def at_the_pay_button(
    api: httpx.Client, stack: Stack, name: str, *after: dict[str, Any], **body: Any
) -> Iterator[tuple[Run, Event]]:
    """A scripted run that filled in the checkout and wants to pay; and what it asks."""
    url = f"{stack.practice_url}/shop/products/blue-backpack"
    code = TO_CHECKOUT + FILL.format(name=name) + PAY
    with session_of(api, stack, {"code": code}, *after, done(), start_url=url, **body) as run:
        asked = run.until("task.input_request", 60, kind="confirmation")
        yield run, asked


# --- the keyless planner ------------------------------------------------------------------------
@contextmanager
def plain_words(api: httpx.Client, stack: Stack, name: str) -> Iterator[tuple[Run, Event]]:
    with session_of(
        api,
        stack,
        instructions="Buy the blue backpack.",
        start_url=f"{stack.practice_url}/shop/",
        model="embedded",
    ) as run:
        while True:
            asked = run.until("task.input_request", 90)
            if asked["data"]["kind"] == "confirmation":
                break
            assert asked["data"]["kind"] == "form", asked["data"]
            fields = asked["data"]["input_schema"]["properties"]
            given = {**DETAILS, "Full name": name}
            run.answer(asked, {field: given.get(field, "1 Analytical Way") for field in fields})
        yield run, asked


def test_a_card_number_stands_nowhere_but_in_its_field(api: httpx.Client, stack: Stack) -> None:
    with plain_words(api, stack, buyer()) as (run, asked):
        told = [*run.events, *run.task()["input_requests"], run.task(), api.get(run.path).json()]
        said = json.dumps(told)
        assert DETAILS["Card number"] not in said
        assert 'variables[\\"answer_1_card_number\\"]' in said
        run.answer(asked, {"approved": False, "outcome": "stop"}, expect=200)
        run.end(60)
        assert DETAILS["Card number"] not in json.dumps([*run.events, run.task()])


def test_buy_the_blue_backpack_stops_at_the_pay_button_and_ends_well_when_rejected(
    api: httpx.Client, stack: Stack
) -> None:
    name = buyer()
    with plain_words(api, stack, name) as (run, asked):
        data = asked["data"]
        assert data["risk"] in ("payment", "purchase")
        assert data["context"]["level"] == "high"
        assert "Pay" in data["prompt"]
        box, size = data["context"]["box"], data["context"]["screenshot_size"]
        assert box[0] >= 0 and box[0] + box[2] <= size[0]
        assert box[1] >= 0 and box[1] + box[3] <= size[1]
        picture = api.get(f"{run.path}/artifacts/{data['context']['screenshot_artifact_id']}")
        assert picture.content[:2] == b"\xff\xd8"
        assert run.task()["status"] == "awaiting_input"
        run.answer(asked, {"action": "reject", "reason": "It is over budget"}, expect=200)
        ended = run.end(90)
        said = run.task()["output"] or ended["output"] or ""
        told = " ".join([str(said), *(m["content"] for m in run.of_type("task.message"))])
        assert "over budget" in told, told
        assert ended["is_task_successful"] is not True
        assert run.of_type("task.confirmation_resolved")[-1]["approved"] is False
    assert orders_of(stack, name) == []


def test_buy_the_blue_backpack_buys_once_when_approved(api: httpx.Client, stack: Stack) -> None:
    name = buyer()
    with plain_words(api, stack, name) as (run, asked):
        run.answer(asked, True, expect=200)
        assert run.end(90)["terminal_reason"] == "done"
        kinds = [event["type"] for event in run.events]
        assert kinds.index("task.action.intent") < kinds.index("task.action.done")
    (order,) = orders_of(stack, name)
    assert order["lines"][0]["slug"] == "blue-backpack"


# --- the worker dies ----------------------------------------------------------------------------
def test_killed_between_approval_and_click_it_buys_once(api: httpx.Client, stack: Stack) -> None:
    name = buyer()
    with at_the_pay_button(api, stack, name) as (run, asked):
        before = stack.kill("worker")
        run.answer(asked, "approve", expect=200)
        wait_for(lambda: (stack.pids().get("worker") or before) != before, 30, "a new worker")
        wait_for(stack.is_ready, 60, "it is ready again")
        assert run.end(120)["terminal_reason"] == "done"
        assert len(run.of_type("task.confirmation_requested")) == 1
    assert len(orders_of(stack, name)) == 1


@pytest.mark.once
def test_killed_with_its_browser_while_it_asks_it_asks_for_the_same_anew(
    api: httpx.Client, stack: Stack
) -> None:
    url = f"{stack.practice_url}/forms/"
    words = (
        'Type "Ada Lovelace" into Full name, enter "ada@example.org" into Email, then press Send'
    )
    with session_of(api, stack, instructions=words, start_url=url, model="embedded") as run:
        old = run.until("task.input_request", 60, kind="confirmation")
        browser, before = stack.browser_showing(url).pid, stack.kill("worker")
        os.kill(browser, signal.SIGKILL)
        wait_for(lambda: (stack.pids().get("worker") or before) != before, 30, "a new worker")
        wait_for(stack.is_ready, 60, "it is ready again")
        gone = run.until("task.input_request_resolved", 60)["data"]
        assert (gone["request_id"], gone["status"]) == (old["data"]["request_id"], "canceled")
        new = run.until("task.input_request", 60)
        assert new["data"]["prompt"] == old["data"]["prompt"]
        assert new["data"]["risk"] == old["data"]["risk"]
        run.answer(old, True, expect=409)
        pending = [r["id"] for r in run.task()["input_requests"] if r["status"] == "pending"]
        assert pending == [new["data"]["request_id"]]
        assert run.session()["browser"]["status"] == "live"
        steps = run.of_type("task.step_started")
        assert sum("ada@example.org" in step["code"] for step in steps) == 2
        assert not any("draft" in step["code"] for step in steps)
        clicks = [a for a in run.of_type("task.action.completed") if a["tool"] == "locator.click"]
        assert clicks == [], clicks  # nothing was sent
        run.post("cancel", expect=200)
        assert run.end(30)["terminal_reason"] == "canceled"


def test_killed_right_after_the_approval_it_buys_once(api: httpx.Client, stack: Stack) -> None:
    name = buyer()
    with at_the_pay_button(api, stack, name) as (run, asked):
        run.answer(asked, "approve", expect=200)
        before = stack.kill("worker")
        wait_for(lambda: (stack.pids().get("worker") or before) != before, 30, "a new worker")
        wait_for(stack.is_ready, 60, "it is ready again")
        deadline = time.monotonic() + 120
        while run.task()["status"] not in ("done", "failed"):
            assert time.monotonic() < deadline, run.task()
            for request in run.task()["input_requests"]:
                if request["status"] == "pending" and request["kind"] == "choice":
                    # The shop knows; a person would look there.
                    happened = "done" if orders_of(stack, name) else "not_done"
                    run.answer({"data": {"request_id": request["id"]}}, happened, expect=200)
                elif request["status"] == "pending":
                    run.answer({"data": {"request_id": request["id"]}}, True, expect=200)
            time.sleep(0.2)
    assert len(orders_of(stack, name)) == 1


# --- people -------------------------------------------------------------------------------------
def test_only_a_key_that_may_approve_approves(api: httpx.Client, stack: Stack) -> None:
    made = stack.manage("keys", "create", "--project", "default", "--name", secrets.token_hex(4),
                        "--scope", "run", "--scope", "read", "--json")  # fmt: skip
    assert made.returncode == 0, made.stderr
    weak = httpx.Client(headers={"Authorization": f"Bearer {json.loads(made.stdout)['api_key']}"})
    name = buyer()
    with weak, at_the_pay_button(api, stack, name) as (run, asked):
        body = {"input_request_id": asked["data"]["request_id"], "response": True}
        answer = weak.post(f"{run.path}/intervene", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        stale = run.post("intervene", {**body, "revision": 7}, expect=409)
        assert stale["extra"]["status"] == "pending"
        run.answer(asked, {"approved": True, "edits": {"button": "right"}}, expect=422)
        run.answer(asked, {"approved": False, "outcome": "stop", "reason": "no"}, expect=200)
        assert run.answer(asked, True, expect=409)["extra"]["response"]["approved"] is False
        ended = run.end(60)
        assert ended["terminal_reason"] == "failed"
        assert ended["error"]["code"] == "rejected"
    assert orders_of(stack, name) == []


def test_cancel_and_pause_reach_a_run_that_waits(api: httpx.Client, stack: Stack) -> None:
    name = buyer()
    with at_the_pay_button(api, stack, name) as (run, asked):
        run.post("pause", expect=200)
        run.answer(asked, True, expect=200)
        run.until("task.confirmation_resolved")
        assert run.task()["status"] == "paused"
        assert orders_of(stack, name) == []
        run.post("resume", expect=200)
        assert run.end(60)["terminal_reason"] == "done"
    assert len(orders_of(stack, name)) == 1
    name = buyer()
    with at_the_pay_button(api, stack, name) as (run, asked):
        began = time.monotonic()
        run.post("cancel", expect=200)
        assert run.end(30)["terminal_reason"] == "canceled"
        assert time.monotonic() - began < 10
        run.answer(asked, True, expect=409)
    assert orders_of(stack, name) == []


def test_a_takeover_withdraws_what_was_asked(api: httpx.Client, stack: Stack) -> None:
    name = buyer()
    after = {"code": "await page.title()"}
    with at_the_pay_button(api, stack, name, after) as (run, asked):
        run.post("intervene", {"kind": "take_control"}, expect=200)
        run.until("task.take_control_started", 20)
        run.until("task.input_request_resolved", 20, status="canceled")
        run.answer(asked, True, expect=409)
        run.post("intervene", {"kind": "release_control", "note": "I looked"}, expect=200)
        assert run.end(60)["terminal_reason"] == "done"
    assert orders_of(stack, name) == []


# --- secret answers -----------------------------------------------------------------------------
def test_a_password_that_a_person_answers_is_typed_but_told_nowhere(
    api: httpx.Client, stack: Stack
) -> None:
    secret = f"Hush-{secrets.token_hex(6)}"
    schema = {
        "type": "object",
        "properties": {"password": {"type": "string", "format": "password"}},
        "required": ["password"],
    }
    typing = (
        'field = page.get_by_label("Password", exact=True)\n'
        'await field.fill("{{answer_1_password}}")\n'
        "await field.input_value()"
    )
    with session_of(
        api,
        stack,
        {"ask": {"prompt": "Your password?", "kind": "sign_in", "input_schema": schema}},
        {"code": typing},
        done(),
        start_url=f"{stack.practice_url}/signin/",
    ) as run:
        asked = run.until("task.input_request")
        run.answer(asked, {"password": secret}, expect=200)
        assert run.end(90)["terminal_reason"] == "done"
        step = run.of_type("task.step_completed")[-1]
        assert step["success"] is True, step
        assert secret not in json.dumps(run.events)
        assert secret not in json.dumps(run.task())
        assert run.task()["input_requests"][0]["response"] == {"password": "••••"}
