"""What a route does whatever the provider: trimming, limits, prices, secrets, addresses."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from agents.browser.addresses import AddressChecker
from agents.errors import ModelError
from agents.model.settings import Price
from agents.ports import Act, Finish, StepResult, Turn
from tests.agents.model.builders import make_turn
from tests.agents.model.conftest import KEY, Rig, connect
from tests.agents.model.wire import formats
from tests.agents.model.wire.server import Hang, Refuse, Say, serve

ACT = ("execute_playwright_code", {"reasoning": "Go.", "code": "await page.reload()"})
TOO_LONG = "This model's maximum context length is 1000 tokens."


async def test_a_prompt_that_is_too_long_is_trimmed_once(chat: Rig) -> None:
    chat.wire.answers = [Refuse(400, TOO_LONG), Say(calls=[ACT])]
    turns = [Turn(n, Act(f"step_{n}()"), StepResult(True, value="v" * 3_000)) for n in range(1, 30)]
    turn = make_turn(step=30, turns=turns, observation="row\n" * 8_000)
    assert isinstance((await chat.route.decide(turn)).decision, Act)
    full, short = (len(json.dumps(seen.body)) for seen in chat.wire.seen)
    assert short < full * 0.6
    sent = json.dumps(chat.wire.seen[1].body)
    assert "Find the price of the blue kettle." in sent and "step_29()" in sent


async def test_a_prompt_that_stays_too_long_fails(chat: Rig) -> None:
    chat.wire.answers = [Refuse(400, TOO_LONG)] * 2
    with pytest.raises(ModelError) as caught:
        await chat.route.decide(make_turn())
    assert (caught.value.code, caught.value.retryable) == ("model_context_exceeded", False)


async def test_a_rejected_request_is_not_repeated(chat: Rig) -> None:
    chat.wire.answers = [Refuse(400, "tools are not supported by this model")]
    with pytest.raises(ModelError) as caught:
        await chat.route.decide(make_turn())
    assert caught.value.code == "model_rejected"
    assert "tools are not supported" in str(caught.value)


async def test_an_answer_cut_at_its_limit_is_asked_for_again_shorter(chat: Rig) -> None:
    cut = ("execute_playwright_code", '{"reasoning": "Go.", "code": "await page.goto(')
    chat.wire.answers = [Say(calls=[cut], finish="length"), Say(calls=[ACT])]
    assert isinstance((await chat.route.decide(make_turn())).decision, Act)
    assert "Be shorter." in json.dumps(chat.wire.seen[1].body)


async def test_a_filtered_answer_is_a_refusal(chat: Rig) -> None:
    chat.wire.answers = [Say(finish="content_filter")]
    with pytest.raises(ModelError) as caught:
        await chat.route.decide(make_turn())
    assert caught.value.code == "model_refused"


async def test_a_silent_provider_times_out() -> None:
    async with serve(formats.openai_chat()) as wire:
        wire.answers = [Hang()]
        route, _ = connect(wire, "openai", settings={"timeout_s": 0.2, "max_attempts": 1})
        with pytest.raises(ModelError) as caught:
            await route.decide(make_turn())
        assert (caught.value.code, caught.value.retryable) == ("model_timeout", True)
        await route.aclose()


async def test_nobody_listening_is_unavailable(unused_tcp_port: int) -> None:
    async with serve(formats.openai_chat()) as wire:
        wire.url = f"http://127.0.0.1:{unused_tcp_port}"
        route, waits = connect(wire, "openai", settings={"max_attempts": 2})
        with pytest.raises(ModelError) as caught:
            await route.decide(make_turn())
        assert caught.value.code == "model_unavailable"
        assert len(waits) == 1
        await route.aclose()


async def test_the_operator_s_price_counts_cached_tokens(chat: Rig) -> None:
    async with serve(formats.openai_chat()) as wire:
        wire.answers = [
            Say(calls=[ACT], input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
        ]
        price = Price(input=Decimal(2), cached_input=Decimal("0.5"), output=Decimal(10))
        prices = {"openai-compatible:local": price}
        route, _ = connect(wire, "openai-compatible", settings={"prices": prices})
        reply = await route.decide(make_turn())
        assert reply.usage.cost_usd == Decimal("2.4")
        await route.aclose()


async def test_default_headers_are_sent_and_their_values_kept_secret() -> None:
    async with serve(formats.openai_chat()) as wire:
        wire.answers = [Refuse(403, "gateway token tok-very-secret-1 is not known")]
        route, _ = connect(
            wire, "openai-compatible", default_headers={"X-Gateway": "tok-very-secret-1"}
        )
        with pytest.raises(ModelError) as caught:
            await route.decide(make_turn())
        assert wire.seen[0].headers["X-Gateway"] == "tok-very-secret-1"
        assert "tok-very-secret-1" not in str(caught.value) + repr(route._spec)
        await route.aclose()


async def test_models_without_tool_calls_are_talked_to_in_text() -> None:
    async with serve(formats.openai_chat()) as wire:
        answer = {"name": "execute_playwright_code", "arguments": ACT[1]}
        wire.answers = [Say(text=f"```json\n{json.dumps(answer)}\n```")]
        route, _ = connect(wire, "openai-compatible", tool_mode="text")
        past = [Turn(1, Act("await page.goto('/')"), StepResult(True, value="there"))]
        reply = await route.decide(make_turn(step=2, turns=past))
        assert reply.decision == Act("await page.reload()", "Go.")
        body = wire.seen[0].body
        assert "tools" not in body
        roles = [message["role"] for message in body["messages"]]
        assert roles == ["system", "user", "assistant", "user"]
        assert "there" in body["messages"][-1]["content"]
        await route.aclose()


async def test_servers_with_grammars_are_held_to_a_schema() -> None:
    async with serve(formats.openai_chat()) as wire:
        wire.answers = [Say(text='{"name": "finish", "arguments": {"text": "hello"}}')]
        route, _ = connect(wire, "openai-compatible", tool_mode="json")
        turn = make_turn()
        reply = await route.decide(turn)
        assert reply.decision == Finish("hello")
        assert "".join(turn.deltas) == "hello"  # type: ignore[attr-defined]
        body = wire.seen[0].body
        assert "tools" not in body
        schema = body["response_format"]["json_schema"]["schema"]
        assert "execute_playwright_code" in json.dumps(schema)
        await route.aclose()


async def test_a_closed_route_opens_again(chat: Rig) -> None:
    chat.wire.answers = [Say(calls=[ACT]), Say(calls=[ACT])]
    await chat.route.decide(make_turn())
    await chat.route.aclose()
    assert isinstance((await chat.route.decide(make_turn())).decision, Act)


async def test_a_tasks_own_server_is_dialled_only_when_its_address_is_open() -> None:
    async with serve(formats.openai_chat()) as wire:
        shut, _ = connect(wire, "openai-compatible", settings={"origins": ()})
        with pytest.raises(ModelError) as caught:
            await shut.decide(make_turn())
        assert caught.value.code == "model_not_allowed"
        assert wire.seen == []
        await shut.aclose()

        wire.answers = [Say(calls=[ACT])]
        only_that = AddressChecker([wire.url])
        opened, _ = connect(
            wire, "openai-compatible", settings={"origins": ()}, addresses=only_that
        )
        assert isinstance((await opened.decide(make_turn())).decision, Act)
        assert wire.seen[0].headers["Host"] == wire.url.removeprefix("http://")
        assert wire.seen[0].headers["Authorization"] == f"Bearer {KEY}"
        await opened.aclose()


async def test_a_tasks_own_server_is_never_this_service() -> None:
    async with serve(formats.openai_chat()) as wire:
        port = int(wire.url.rpartition(":")[2])

        async def resolve(name: str, port: int) -> list[str]:
            known = {"console.example": ["8.8.4.4"], "alias.example": ["127.0.0.1"]}
            return known.get(name, ["127.0.0.1"])

        ours = [wire.url, f"http://console.example:{port}"]
        open_wide = AddressChecker(["127.0.0.0/8", "8.8.4.4"], never=ours, resolver=resolve)
        for host in ("127.0.0.1", "localhost", "2130706433", "console.example", "alias.example"):
            route, _ = connect(
                wire, "openai-compatible", settings={"origins": ()}, addresses=open_wide,
                base_url=f"http://{host}:{port}/v1",
            )  # fmt: skip
            with pytest.raises(ModelError, match="this service itself") as caught:
                await route.decide(make_turn())
            assert (caught.value.code, caught.value.retryable) == ("model_not_allowed", False)
            await route.aclose()
        assert wire.seen == []
