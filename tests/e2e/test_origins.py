"""After a secret was typed: another origin waits for a person, through all of the product."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.doors import Event, Run, done, session_of
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]
SECRET = f"Hush-{secrets.token_hex(6)}"
TYPE = {"code": 'await page.get_by_label("Password").fill(variables["password"])'}
TYPED = {"variables": {"password": {"value": SECRET, "sensitive": True, "kind": "password"}}}


@pytest.fixture
def place(hostile: HostileSite) -> str:
    """A page of another host that nobody has asked for."""
    return f"/counter/{secrets.token_hex(4)}"


@contextmanager
def at_the_border(
    api: httpx.Client, stack: Stack, address: str, *after: dict[str, Any], **body: Any
) -> Iterator[tuple[Run, Event]]:
    """A scripted run that typed a password and wants to go elsewhere; and what it asks."""
    go = {"code": f"await page.goto({address!r})\nawait page.title()"}
    fields = {"start_url": f"{stack.practice_url}/signin/", **TYPED, **body}
    with session_of(api, stack, TYPE, go, *after, done(), **fields) as run:
        yield run, run.until("task.input_request", 60, kind="confirmation")


def test_an_origin_opens_when_a_person_approves_it(
    api: httpx.Client, stack: Stack, hostile: HostileSite, place: str
) -> None:
    address = f"{hostile.url}{place}?back={SECRET}"
    again = {"code": f"await page.goto({hostile.url + place!r})\nawait page.title()"}
    with at_the_border(api, stack, address, again) as (run, asked):
        data, context = asked["data"], asked["data"]["context"]
        assert (data["risk"], context["level"]) == ("sensitive_data", "high")
        assert (context["origin"], context["secrets"]) == (hostile.url, ["password"])
        assert hostile.url in data["prompt"] and "password" in data["prompt"]
        (url,) = [each["value"] for each in context["arguments"] if each["name"] == "url"]
        assert url.startswith(f"{hostile.url}{place}?back=") and SECRET not in json.dumps(data)
        assert hostile.ledger.seen[place] == 0
        run.answer(asked, {"approved": True, "remember": True}, expect=422)
        run.answer(asked, True, expect=200)
        assert run.end(90)["terminal_reason"] == "done"
        titles = [step["value"] for step in run.of_type("task.step_completed")][-2:]
        assert titles == [f"Counter {place.rpartition('/')[2]}"] * 2
        assert len(run.of_type("task.confirmation_requested")) == 1
        assert SECRET not in json.dumps([run.events, run.task(), run.session()])
        # The session keeps it: a follow-up goes there without asking, and nowhere else.
        later = run.follow_up(
            model={"route": "scripted", "turns": [again, done()]}, instructions="Once more."
        )
        assert later.end(60)["terminal_reason"] == "done"
        assert not later.of_type("task.input_request")
    assert hostile.ledger.seen[place] == 3


@pytest.mark.once
def test_nothing_arrives_when_a_person_rejects_it(
    api: httpx.Client, stack: Stack, hostile: HostileSite, place: str
) -> None:
    code = {"code": f"await page.goto({hostile.url + place!r})"}
    with at_the_border(api, stack, hostile.url + place, code) as (run, asked):
        run.answer(asked, {"approved": False, "reason": "not a partner"}, expect=200)
        assert run.end(90)["terminal_reason"] == "done"
        told = [step["error_message"] for step in run.of_type("task.step_completed")][-2:]
        assert all("not a partner" in str(message) for message in told)
        assert "already rejected" in told[1]
        assert len(run.of_type("task.confirmation_requested")) == 1
        rules = [denied["rule"] for denied in run.of_type("task.policy_denied")]
        assert rules == ["approval:rejected"] * 2
    assert hostile.ledger.seen[place] == 0


def test_killed_between_approval_and_opening_it_is_asked_once(
    api: httpx.Client, stack: Stack, hostile: HostileSite, place: str
) -> None:
    with at_the_border(api, stack, hostile.url + place) as (run, asked):
        before = stack.kill("worker")
        run.answer(asked, "approve", expect=200)
        wait_for(lambda: (stack.pids().get("worker") or before) != before, 30, "a new worker")
        wait_for(stack.is_ready, 60, "it is ready again")
        assert run.end(120)["terminal_reason"] == "done"
        assert len(run.of_type("task.confirmation_requested")) == 1
        assert run.of_type("task.step_completed")[-1]["value"].startswith("Counter")
    assert hostile.ledger.seen[place] == 1


def test_what_is_revoked_in_the_console_is_closed_to_the_running_browser(
    api: httpx.Client, stack: Stack, hostile: HostileSite, place: str
) -> None:
    again = {"code": f"await page.goto({hostile.url + place!r})"}
    ask = {"ask": {"prompt": "Go on?"}}
    with at_the_border(api, stack, hostile.url + place, ask, again) as (run, asked):
        run.answer(asked, True, expect=200)
        question = run.until("task.input_request", 60, kind="question")
        with closing(stack.console()) as console:
            page = console.get(f"{stack.url}/sessions/{run.session_id}/?pane=details")
            assert "Opened origins" in page.text and hostile.url in page.text
            told = {"csrfmiddlewaretoken": console.cookies["csrftoken"], "origin": hostile.url}
            address = f"{stack.url}/sessions/{run.session_id}/origins/revoke/"
            headers = {"Referer": address, "HX-Request": "true"}
            answer = console.post(address, data=told, headers=headers)
            assert answer.status_code == 200 and "Opened origins" not in answer.text
        run.answer(question, "yes", expect=200)
        anew = run.until("task.input_request", 60, kind="confirmation")
        assert anew["data"]["context"]["origin"] == hostile.url
        run.answer(anew, False, expect=200)
        assert run.end(90)["terminal_reason"] == "done"
    assert hostile.ledger.seen[place] == 1
