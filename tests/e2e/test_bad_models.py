"""Models that fail, talk nonsense, hang or never stop: every task ends, and says why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.agents.model.wire.server import Break, Hang, Raw, Refuse, Say
from tests.e2e.doors import Run, done, session_of
from tests.e2e.models import ModelServer, act, finish, model_loop
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.usefixtures("calm_logs")]

Serve = Callable[..., ModelServer]
BUSY = Refuse(429, "slow down", headers={"retry-after": "1"})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a model server that gives these answers."""
    servers: list[ModelServer] = []
    with model_loop() as loop:

        def make(*answers: Any) -> ModelServer:
            servers.append(ModelServer(loop, *answers))
            return servers[-1]

        yield make
        for server in servers:
            server.close()


# Name -> what the model answers, the code of the error that the task ends with (None: done),
# and further options of the task.
ANSWERS: dict[str, tuple[list[Any], str | None, dict[str, Any]]] = {
    "works": ([act("1 + 1"), finish()], None, {}),
    "busy, then works": ([BUSY, BUSY, BUSY, finish()], None, {}),
    "fails, then works": ([Refuse(500, "oops"), Refuse(503, "oops"), finish()], None, {}),
    "cut, then works": ([Break(finish()), finish()], None, {}),
    "chats, then works": ([Say("I would click."), Say("Still here."), finish()], None, {}),
    "broken call, then works": (
        [Say(calls=[("execute_playwright_code", '{"code": ')]), finish()],
        None,
        {},
    ),
    "nests without end, then works": (
        [Say(calls=[("finish", '{"text": "x", "output": ' + "[" * 5_000 + "]" * 5_000 + "}")]),
         finish()],
        None,
        {},
    ),
    "nests in text": ([finish("[" * 5_000 + "]" * 5_000)], "output_schema_mismatch",
                      {"output_schema": {"type": "object"}}),
    "refuses the key": ([Refuse(401, "bad key sk-e2e-secretkey99")], "model_auth", {}),
    "is not there": ([Refuse(404, "no such model")], "model_not_found", {}),
    "always fails": ([Refuse(500, "oops")], "model_unavailable", {}),
    "garbage": ([Raw(b"<html>not a model</html>", "text/html")], "model_nonsense", {}),
    "only chats": ([Say("I would click.")], "model_nonsense", {}),
    "hangs": ([Hang()], "time_limit_reached", {"max_duration_minutes": 0.75}),
    "never stops": ([act("1 + 1"), act("2 + 2"), act("3 + 3")], "steps_limit_reached",
                    {"max_steps": 3}),
}  # fmt: skip


def test_models_that_fail_end_their_tasks_honestly(
    api: httpx.Client, stack: Stack, serve: Serve
) -> None:
    with ExitStack() as sessions:
        runs: dict[str, Run] = {}
        servers: dict[str, ModelServer] = {}
        for name, (answers, _, options) in ANSWERS.items():
            servers[name] = serve(*answers)
            if name == "hangs":
                options = options | {"start_url": f"{stack.practice_url}/news/"}
            made = session_of(api, stack, model=servers[name].model, **options)
            runs[name] = sessions.enter_context(made)
        for name, (_, code, _) in ANSWERS.items():
            ended = runs[name].end(100)
            found = ended["error"]["code"] if ended["error"] else None
            assert found == code, (name, ended)
        assert "secretkey99" not in str([run.events for run in runs.values()])
        assert len(servers["hangs"].requests) == 1
        hung = runs["hangs"].task()
        assert (hung["terminal_reason"], hung["output"]) == ("expired", None)
        assert runs["always fails"].of_type("task.notice")[0]["kind"] == "retry"
        assert runs["works"].task()["usage"]["input_tokens"] > 0
        chat, asked = runs["only chats"].task()["usage"], len(servers["only chats"].requests)
        assert (chat["input_tokens"], chat["output_tokens"]) == (100 * asked, 20 * asked)


def test_a_cancel_ends_a_hanging_model(api: httpx.Client, stack: Stack, serve: Serve) -> None:
    server = serve(Hang())
    with session_of(api, stack, model=server.model) as run:
        wait_for(lambda: server.requests, 30, "the model is asked")
        began = time.monotonic()
        run.post("cancel", expect=200)
        assert run.end()["terminal_reason"] == "canceled"
        assert time.monotonic() - began < 25


def test_a_model_is_told_what_people_did_and_wrote(
    api: httpx.Client, stack: Stack, serve: Serve, hostile: HostileSite
) -> None:
    server = serve(act(f'await page.goto("{hostile.url}/plain?told")'), finish())
    with (
        hostile.held("plain"),
        session_of(
            api,
            stack,
            model=server.model,
            start_url=f"{hostile.url}/counter/told",
            variables={"word": {"value": "open-sesame-77", "sensitive": True}},
        ) as run,
    ):
        run.until("task.action.started", target=f"{hostile.url}/plain?told")
        run.post("messages", {"content": "Mind the gap."}, expect=202)
        run.post("intervene", {"kind": "take_control"}, expect=200)
        run.until("task.take_control_started", 40)
        hostile.release("plain")
        note = {"kind": "release_control", "note": "I closed the banner."}
        run.post("intervene", note, expect=200)
        assert run.end()["terminal_reason"] == "done"
        last = str(server.requests[-1])
        assert "Mind the gap." in last
        assert "I closed the banner." in last
        assert "A person drove the browser" in last
        assert "word" in last
        assert "open-sesame-77" not in str(server.requests)


SCRIPTS: dict[str, tuple[list[dict[str, Any]], str | None, dict[str, Any]]] = {
    "nonsense code": (
        [
            {"code": "def ("},
            {"code": "import os\nos.system('id')"},
            {"code": "await page.nonsense()"},
            {"code": "while True:\n    pass"},
            {"code": "1 / 0"},
            done(),
        ],
        None,
        {},
    ),
    "fails once": (
        [{"fail": {"code": "model_unavailable", "retryable": True}}, done()],
        None,
        {},
    ),
    "fails for good": ([{"fail": {"code": "model_refused"}}], "model_refused", {}),
    "costs too much": (
        [{"code": str(n), "usage": {"input_tokens": 9, "cost_usd": "0.30"}} for n in range(9)],
        "cost_limit_reached",
        {"max_cost_usd": "0.50"},
    ),
    "never stops": (
        [{"code": f"{n} + 1"} for n in range(9)],
        "steps_limit_reached",
        {"max_steps": 4},
    ),
    "is malformed": ([{"dance": True}], "model_not_configured", {}),
}


def test_scripts_that_fail_end_their_tasks_honestly(api: httpx.Client, stack: Stack) -> None:
    with ExitStack() as sessions:
        runs = {
            name: sessions.enter_context(session_of(api, stack, *turns, **options))
            for name, (turns, _, options) in SCRIPTS.items()
        }
        for name, (_, code, _) in SCRIPTS.items():
            ended = runs[name].end(100)
            found = ended["error"]["code"] if ended["error"] else None
            assert found == code, (name, ended)
        steps = runs["nonsense code"].of_type("task.step_completed")
        assert [step["success"] for step in steps] == [False] * 5
        assert all(step["error_message"] for step in steps), steps


def test_an_agent_in_circles_asks_once_and_is_stopped(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    again = {"code": 'await page.get_by_role("heading").click()'}
    with session_of(
        api, stack, *[again] * 12, done(), start_url=f"{hostile.url}/counter/circles"
    ) as run:
        asked = run.until("task.input_request")
        assert "stuck" in asked["data"]["prompt"]
        run.answer(asked, "Try the other one.")
        ended = run.end()
        assert ended["terminal_reason"] == "failed"
        assert ended["error"]["code"] == "repeated_action"
        assert len(run.of_type("task.input_request")) == 1
        assert 5 <= len(run.of_type("task.step_completed")) < 12
