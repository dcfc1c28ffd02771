"""What every provider's route does, on that provider's wire."""

from __future__ import annotations

import asyncio
import base64
import json
from decimal import Decimal

import pytest

from agents.errors import ModelError
from agents.ports import Act, Answer, Ask, Finish, StepResult, Turn
from tests.agents.model.builders import make_turn
from tests.agents.model.conftest import KEY, Rig
from tests.agents.model.wire.server import Break, Hang, Raw, Refuse, Say

CODE = 'await page.goto("http://shop.test/kettles")\nawait page.extract_list()'
ACT = (
    "execute_playwright_code",
    {"reasoning": "The list is on its own page.", "code": CODE, "plan": ["open", "read"]},
)


async def test_tool_call_becomes_a_step(rig: Rig) -> None:
    rig.wire.answers = [Say(calls=[ACT])]
    turn = make_turn()
    reply = await rig.route.decide(turn)
    assert reply.decision == Act(
        code=CODE, reasoning="The list is on its own page.", plan=["open", "read"]
    )
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (100, 20)
    assert reply.model == rig.route.name
    assert "".join(turn.deltas) == "The list is on its own page."


async def test_question_and_ending_are_read(rig: Rig) -> None:
    question = {"prompt": "Which one?", "choices": [{"value": "a", "label": "A"}]}
    ending = {
        "text": "It costs 12.",
        "output": '{"price": 12}',
        "success": True,
        "evidence": ["12.00"],
    }
    rig.wire.answers = [Say(calls=[("ask_person", question)]), Say(calls=[("finish", ending)])]
    asked = (await rig.route.decide(make_turn())).decision
    assert isinstance(asked, Ask)
    assert (asked.prompt, asked.kind, asked.choices) == (
        "Which one?",
        "choice",
        [{"value": "a", "label": "A"}],
    )
    done = (await rig.route.decide(make_turn())).decision
    assert done == Finish("It costs 12.", {"price": 12}, True, ["12.00"])


async def test_the_request_carries_tools_task_history_and_page(rig: Rig) -> None:
    rig.wire.answers = [Say(calls=[ACT])]
    past = [
        Turn(1, Act("await page.reload()", "Look again."), StepResult(True, value="reloaded")),
        Turn(2, Ask("Blue or green?"), answer=Answer("answered", "blue")),
    ]
    turn = make_turn(step=3, turns=past, boundary="0f1e2d", variables={"mail": "Where to write"})
    await rig.route.decide(turn)
    sent = json.dumps(rig.wire.seen[0].body)
    for expected in (
        "execute_playwright_code",
        "ask_person",
        "finish",
        "class Page",
        "Find the price of the blue kettle.",
        "await page.reload()",
        "reloaded",
        "The person answered: blue",
        "Kettles",
        "Where to write",
    ):
        assert expected in sent, expected
    # What stays the same comes first, so that providers can cache it.
    assert sent.index("await page.reload()") < sent.rindex("Page now")


async def test_the_key_is_sent_the_provider_s_way_and_shown_nowhere(rig: Rig) -> None:
    rig.wire.answers = [Refuse(401, f"Incorrect API key provided: {KEY}.")]
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert caught.value.code == "model_auth"
    assert not caught.value.retryable
    assert KEY in " ".join(rig.wire.seen[0].headers.values())
    assert KEY not in json.dumps(rig.wire.seen[0].body)
    told = [str(caught.value), repr(caught.value), repr(rig.route), repr(rig.route._spec)]
    assert all(KEY not in text for text in told)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert len(rig.wire.seen) == 1


async def test_rate_limit_waits_as_told_and_goes_on(rig: Rig) -> None:
    rig.wire.answers = [Refuse(429, "slow down", {"retry-after": "3"}), Say(calls=[ACT])]
    reply = await rig.route.decide(make_turn())
    assert isinstance(reply.decision, Act)
    assert len(rig.waits) == 1 and 3 <= rig.waits[0] <= 4


async def test_rate_limit_without_end_is_told(rig: Rig) -> None:
    rig.wire.answers = [Refuse(429, "slow down", {"retry-after": "1"})] * 4
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert (caught.value.code, caught.value.retryable) == ("model_rate_limited", True)
    assert caught.value.retry_after_s == 1
    assert len(rig.waits) == 3


async def test_a_wait_longer_than_allowed_is_left_to_the_loop(rig: Rig) -> None:
    rig.wire.answers = [Refuse(429, "tomorrow", {"retry-after": "3600"})]
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert caught.value.retry_after_s == 3600
    assert rig.waits == []


async def test_server_errors_are_retried_with_growing_waits(rig: Rig) -> None:
    rig.wire.answers = [Refuse(500), Refuse(503), Say(calls=[ACT])]
    assert isinstance((await rig.route.decide(make_turn())).decision, Act)
    assert len(rig.waits) == 2 and rig.waits[0] < rig.waits[1] * 1.01


async def test_a_failing_provider_is_unavailable(rig: Rig) -> None:
    rig.wire.answers = [Refuse(500, body=b"<html>oops</html>")] * 4
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert (caught.value.code, caught.value.retryable) == ("model_unavailable", True)


async def test_a_cut_stream_is_tried_again(rig: Rig) -> None:
    rig.wire.answers = [Break(Say(text="Let me " * 20, calls=[ACT])), Say(calls=[ACT])]
    assert isinstance((await rig.route.decide(make_turn())).decision, Act)


async def test_an_unknown_model_is_told_at_once(rig: Rig) -> None:
    rig.wire.answers = [Refuse(404, "no such model")]
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert (caught.value.code, caught.value.retryable) == ("model_not_found", False)


async def test_fenced_code_counts_as_a_step(rig: Rig) -> None:
    rig.wire.answers = [Say(text=f"I will open the list.\n```python\n{CODE}\n```\n")]
    turn = make_turn()
    reply = await rig.route.decide(turn)
    assert reply.decision == Act(code=CODE, reasoning="I will open the list.")
    assert "".join(turn.deltas).startswith("I will open the list.")


async def test_talk_gets_one_repair_request(rig: Rig) -> None:
    rig.wire.answers = [Say(text="Sure, I can do that!"), Say(calls=[ACT])]
    reply = await rig.route.decide(make_turn())
    assert isinstance(reply.decision, Act)
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (200, 40)
    repair = json.dumps(rig.wire.seen[1].body)
    assert "Sure, I can do that!" in repair and "Call exactly one of the tools" in repair


async def test_talk_without_end_is_nonsense(rig: Rig) -> None:
    rig.wire.answers = [Say(text="Sure!"), Say(text="On it!")]
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert caught.value.code == "model_nonsense"
    assert len(rig.wire.seen) == 2
    spent = caught.value.spent
    assert spent is not None
    assert (spent.input_tokens, spent.output_tokens) == (200, 40)


async def test_an_empty_answer_is_repaired(rig: Rig) -> None:
    rig.wire.answers = [Say(), Say(calls=[ACT])]
    assert isinstance((await rig.route.decide(make_turn())).decision, Act)


async def test_garbage_instead_of_a_stream_is_an_error(rig: Rig) -> None:
    rig.wire.answers = [Raw(b"data: {not json\n\n")] * 4
    with pytest.raises(ModelError) as caught:
        await rig.route.decide(make_turn())
    assert caught.value.code in {"model_nonsense", "model_unavailable", "model_error"}


async def test_cancelling_a_decision_ends_the_request(rig: Rig) -> None:
    rig.wire.answers = [Hang()]
    asked = asyncio.create_task(rig.route.decide(make_turn()))
    await rig.wire.hung.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_a_screenshot_is_sent_as_a_picture_only_when_wanted(rig: Rig) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"not looked into"
    needle = base64.b64encode(picture).decode()
    rig.wire.answers = [Say(calls=[ACT]), Say(calls=[ACT])]
    await rig.route.decide(make_turn(screenshot_png=picture))
    assert needle not in json.dumps(rig.wire.seen[0].body)
    rig.route.wants_screenshot = True
    await rig.route.decide(make_turn(screenshot_png=picture))
    assert needle in json.dumps(rig.wire.seen[1].body)


KNOWN_COSTS = {"openai", "openai-responses", "anthropic", "google", "openrouter"}


async def test_cost_is_known_or_honestly_unknown(rig: Rig) -> None:
    said = Say(calls=[ACT], input_tokens=1000, cached_tokens=0, output_tokens=100)
    said.cost = 0.00123 if rig.case == "openrouter" else None
    rig.wire.answers = [said]
    cost = (await rig.route.decide(make_turn())).usage.cost_usd
    if rig.case in KNOWN_COSTS:
        assert cost is not None and Decimal("0.0001") < cost < Decimal("0.1")
    else:
        assert cost is None
