"""The SDK's examples of agents against the real product, and what a run promises beyond them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from web_agent.v1 import (
    ConflictError,
    Web,
    WebAgentConfirmationRequest,
    WebAgentResult,
    WebAgentVariable,
)
from web_agent.v1.sync import Web as SyncWeb

from tests.e2e.doors import done, script
from tests.e2e.models import KEY, ModelServer, act, finish
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import Loop

pytestmark = pytest.mark.browser
EXAMPLES = Path(__file__).parents[2] / "sdk" / "examples"


@pytest.fixture
def example(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Loads an example as its reader would run it, against the running product."""
    monkeypatch.setenv("WEBAGENT_API_KEY", stack.api_key)
    monkeypatch.setenv("WEBAGENT_PROJECT_ID", stack.project_id)
    monkeypatch.setenv("WEBAGENT_BASE_URL", stack.url)
    monkeypatch.setenv("PRACTICE_URL", stack.practice_url)

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)  # dataclasses look their module up
        spec.loader.exec_module(module)
        return module

    return load


def options(stack: Stack) -> dict[str, Any]:
    return {"api_key": stack.api_key, "project_id": stack.project_id, "base_url": stack.url}


def close(stack: Stack, *results: WebAgentResult) -> None:
    """Give the browsers back."""
    with stack.client() as client:
        for browser in {result.browser_id for result in results}:
            assert client.delete(f"{stack.api_root}/agent/sessions/{browser}").is_success


# --- the examples -------------------------------------------------------------------------------
@pytest.mark.once
async def test_quickstart(example: Any, stack: Stack) -> None:
    result = await example("agent_quickstart").main(model="embedded")
    assert result.status == "completed", result
    assert len(result.output) == 3
    assert result.is_task_successful is True
    assert result.timings.elapsed_ms > 0
    assert result.debug_url.startswith(f"{stack.url}/sessions/{result.browser_id}")
    assert result.steps[0].page.url.startswith(stack.practice_url)
    close(stack, result)


@pytest.mark.once
async def test_browser(example: Any, stack: Stack) -> None:
    go = {"code": f"await page.goto('{stack.practice_url}/news/')\nawait page.title()"}
    result = await example("agent_browser").main(model=script(go, done("It is the first.")))
    assert (result.status, result.text) == ("completed", "It is the first.")
    close(stack, result)


@pytest.mark.once
async def test_stream(example: Any, stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    result = await example("agent_stream").main(model="embedded")
    assert result.status == "completed", result
    assert result.output["title"] == "Blue backpack"
    assert "runs await" in capsys.readouterr().out
    close(stack, result)


@pytest.mark.once
async def test_session(example: Any, stack: Stack) -> None:
    first, second = await example("agent_session").main(model="embedded")
    assert [first.status, second.status] == ["completed", "completed"]
    assert first.browser_id == second.browser_id
    assert first.run_id != second.run_id


def _buy(stack: Stack) -> dict[str, Any]:
    """A script that puts a backpack into the cart and wants to pay for it."""
    cart = (
        f"await page.goto('{stack.practice_url}/shop/products/blue-backpack')\n"
        "await page.get_by_role('button', name='Add to cart').click()"
    )
    pay = (
        f"await page.goto('{stack.practice_url}/shop/checkout')\n"
        "await page.get_by_label('Full name').fill('Ada')\n"
        "await page.get_by_label('Email').fill('ada@practice.test')\n"
        "await page.get_by_label('Address').fill('1 Road')\n"
        "await page.get_by_label('Card number').fill('4242424242424242')\n"
        "await page.get_by_role('button', name='Pay').click()"
    )
    return script(
        {"code": cart},
        {"code": pay},
        {"finish": {"text": "The payment was not allowed.", "success": False}},
    )


@pytest.mark.once
async def test_confirm(example: Any, stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    result = await example("agent_confirm").main(
        model=_buy(stack), start_url=f"{stack.practice_url}/shop/"
    )
    assert (result.status, result.text) == ("blocked", "The payment was not allowed."), result
    said = capsys.readouterr().out
    assert "(payment)" in said or "(purchase)" in said, said
    assert "/shop/orders/" not in str([step.page.url for step in result.steps])
    close(stack, result)


@pytest.mark.once
async def test_variables(example: Any, stack: Stack) -> None:
    code = 'await page.get_by_label("User name").fill(variables["email"])'
    look = {"code": "await page.page_text()"}
    result = await example("agent_variables").main(
        model=script({"code": code}, look, done("Filled in.")),
        start_url=f"{stack.practice_url}/signin/",
    )
    assert result.status == "completed", result
    assert all(step.success for step in result.steps), result.steps
    assert "ada@practice.test" not in json.dumps(result.steps, default=str)
    close(stack, result)


@pytest.mark.once
async def test_output(example: Any, stack: Stack) -> None:
    module = example("agent_output")
    result = await module.main(model="embedded")
    assert result.status == "completed", result
    assert result.output == module.Product("Blue backpack", result.output.price)
    assert "64" in result.output.price
    assert result.schema.valid is True
    assert result.transcript[0]["type"] == "goal"
    close(stack, result)


async def test_cancel(example: Any, stack: Stack) -> None:
    module = example("agent_cancel")
    result = await module.main(model=script({"delay_s": 600}, done()))
    assert result.status == "cancelled"
    with SyncWeb(**options(stack)) as web:
        agent = web.agent()
        newest = agent.list(limit=1)["items"][0]["run_id"]  # the one whose coroutine was cancelled
        wait_for(lambda: agent.get(newest).status == "cancelled", 10, "the other run is cancelled")
        other = agent.get(newest)
    assert other.run_id != result.run_id
    close(stack, result, other)


@pytest.mark.once
def test_sync(example: Any, stack: Stack) -> None:
    result = example("agent_sync").main(model="embedded")
    assert result.status == "completed", result
    assert len(result.output) == 2
    close(stack, result)


# --- beyond them --------------------------------------------------------------------------------
@pytest.mark.once
async def test_a_wrong_output_is_repaired_once(stack: Stack) -> None:
    wrong, right = done(output={"price": "dear"}), done(output={"price": 64})
    schema = {"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]}
    async with Web(**options(stack)) as web:
        agent = web.agent(output_schema=schema)
        events = [event async for event in agent.stream("Price it", model=script(wrong, right))]
        checks = [e.valid for e in events if e.type == "structured_output.validation"]
        assert checks == [False, True]
        result = events[-1].result
        assert result is not None and result.schema is not None
        assert (result.status, result.output) == ("completed", {"price": 64})
        assert result.schema.attempts == 2
        hopeless = await agent.run("Price it", model=script(wrong, wrong, wrong))
        assert hopeless.status == "failed"
        assert hopeless.error is not None
        assert hopeless.error.code == "output_schema_mismatch"
    close(stack, result, hopeless)


@pytest.mark.once
async def test_limits_and_guidance_reach_the_model(stack: Stack) -> None:
    """A model server sees what it is told; the key that came with the run opens it."""
    loop = Loop()
    server = ModelServer(loop, act("1 + 1"), act("2 + 2"), finish("Two calls were enough."))
    try:
        key = f"{KEY}-of-one-run"
        model = {**server.model, "apiKey": key}
        async with Web(**options(stack)) as web:
            agent = web.agent(
                model=model,
                system_prompt="Answer like a pirate.",
                code_policy={"extra_denied_patterns": [r"evaluate\("]},
                max_tool_calls=2,
                capture={"observation_chars": 200},
            )
            result = await agent.run("Count", start_url=f"{stack.practice_url}/news/")
            assert result.status == "completed", result
            assert result.usage.tool_calls == 2
            asked = json.dumps(server.wire.seen[-1].body)
            assert "Answer like a pirate." in asked
            assert "evaluate" in asked
            assert "No tool calls are left" in asked
            assert server.wire.seen[-1].headers["Authorization"] == f"Bearer {key}"
            kept = [*stack.data_dir.glob("*.sqlite3*"), *stack.data_dir.glob("logs/*.log")]
            assert kept
            assert not [path for path in kept if key.encode() in path.read_bytes()]
            server.wire.answers = [act("1 + 1")]
            too_many = await agent.run("Count for ever", max_tool_calls=1)
            assert too_many.error is not None
            assert too_many.error.code == "tool_call_limit_reached"
    finally:
        server.close()
        loop.close()
    close(stack, result, too_many)


async def test_a_confirmation_that_nobody_gives_ends_the_run(stack: Stack) -> None:
    async with Web(**options(stack)) as web:
        agent = web.agent(model=_buy(stack), confirmation_timeout_ms=1_000)
        result = await agent.run("Buy it")
        assert result.status == "needs_confirmation", result
        waiting = result.needs_confirmation
        assert waiting is not None
        assert waiting.risk in ("payment", "purchase")
        assert waiting.page.url.endswith("/shop/checkout")
        assert waiting.code and waiting.title
        picture = await agent.artifact(result.run_id, str(waiting.screenshot_artifact_id))
        assert len(picture) > 1_000
        with pytest.raises(ConflictError):
            await agent.confirm(result.run_id, waiting.id, approved=True)
    close(stack, result)


async def test_a_question_is_answered_like_a_confirmation(stack: Stack) -> None:
    asked: list[WebAgentConfirmationRequest] = []

    def answer(request: WebAgentConfirmationRequest) -> dict[str, Any]:
        asked.append(request)
        return {"approved": True, "response": "blue"}

    model = script(
        {"ask": {"prompt": "Which colour?", "kind": "question"}},
        {"expect_answer": "blue", **done("Blue it is.")},
    )
    async with Web(**options(stack)) as web:
        result = await web.agent(model=model, on_confirm=answer).run("Ask me")
    assert (result.status, result.text) == ("completed", "Blue it is."), result
    assert [(r.kind, r.risk, r.title) for r in asked] == [
        ("question", "ambiguous", "Which colour?")
    ]
    close(stack, result)


async def test_leaving_the_stream_ends_the_run(stack: Stack) -> None:
    async with Web(**options(stack)) as web:
        agent = web.agent(model=script({"delay_s": 600}, done()))
        stream = agent.stream("Wait")
        started = await anext(stream)
        await stream.aclose()
        async with asyncio.timeout(30):
            async for event in agent.events(started.run_id):
                last = event
        assert last.result is not None
        assert last.result.status == "cancelled"
    close(stack, last.result)


@pytest.mark.once
def test_a_sync_handler_and_a_raw_request_in_one(stack: Stack, api: httpx.Client) -> None:
    """The stream as a client in no library sees it: `event:` and `id:` lines, one at a time."""
    body = {"goal": "Nothing", "model": script(done("Nothing to do.")), "maxTurns": 5}
    with api.stream(
        "POST", f"{stack.api_root}/agent/runs", json=body, headers={"Accept": "text/event-stream"}
    ) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        lines = list(answer.iter_lines())
    kinds = [line[7:] for line in lines if line.startswith("event: ")]
    assert (kinds[0], kinds[-1]) == ("run.started", "run.completed")
    assert "final.delta" in kinds
    last = json.loads([line for line in lines if line.startswith("data: ")][-1][6:])
    assert last["result"]["text"] == "Nothing to do."
    with SyncWeb(**options(stack)) as web:
        again = web.agent(
            model=_buy(stack),
            on_confirm=lambda request: {"approved": False, "reason": "No."},
            variables={"card": WebAgentVariable("4242", sensitive=True)},
        ).run("Buy it", browser_id=last["browser_id"])
        assert again.status == "blocked", again
    close(stack, again)
