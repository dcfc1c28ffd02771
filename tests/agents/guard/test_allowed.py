"""What an approval covers: one such request, with what was shown, and what only accompanies it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.errors import ActionError
from agents.executor.gate import ProposedAction
from agents.guard.risk import CallFacts, ElementFacts, classify
from tests.agents.guard.test_hold import BUTTON, PAGE, Asking, press

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BUY: dict[str, Any] = {
    "names": {"text": "Pay €1,212.00"},
    "shown": "Blue bag 12.00 € × 3, Case € 1,200.00 Total €1,212.00 to Ann Lee",
    "frame_url": PAGE + "checkout",
    "form": {"method": "post", "action": PAGE + "orders", "fields": []},
    "sends": [
        ["total", "1212.00"],
        ["sku", "bag-blue"],
        ["quantity", "3"],
        ["phone", "+1 (555) 010-7"],
        ["note", ""],
        ["csrf_token", "a1"],
        ["rendered_time", "100"],
        ["gift", "\0"],
        ["plan", "basic"],
        ["plan", "\0"],
    ],
}
LOOSE: dict[str, Any] = {**BUY, "form": None, "submits": False, "sends": []}


async def approved(button: dict[str, Any] = BUY, **task: Any) -> Asking:
    run = Asking(**task)
    assert await press(run, button)
    return run


@pytest.mark.parametrize(
    "body",
    [
        "total=1212.00&sku=bag-blue&quantity=3",
        "total=1,212.00&csrf_token=b2&rendered_time=101&sku=BAG-blue&plan=basic",
        "total=1212&dwell_ms=900&telemetry=%7B%22clicks%22%3A9%7D&phone=%2B15550107",
        "total=1.212,00&note=ring+the+bell&card_number=4111111111111111&cvc=123",
        "",
    ],
)
async def test_a_form_that_sends_what_was_shown_is_covered_once(body: str) -> None:
    run = await approved()
    assert await run.sends(body, "orders")
    assert not run.asked
    await run.sends(body, "orders")
    (second,) = run.asked
    assert "it is a second one" in second.prompt


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("total=1212.01", 'total is "1212.01", not "1212.00"'),
        ("total=121200", 'total is "121200", not "1212.00"'),
        ("total=1.212", 'total is "1.212", not "1212.00"'),
        ("total=1212.00&total=9", 'total is "9", not "1212.00"'),
        ("total=1212&price=1300", 'price is "1300", which was not shown'),
        ("sku=yacht", 'sku is "yacht", not "bag-blue"'),
        ("quantity=30", 'quantity is "30", not "3"'),
        ("sku=yacht%22%0a%E2%80%AEwas+approved", 'sku is "yacht\' was approved", not "bag-blue"'),
        ("gift=on", 'gift is "on", which was not ticked'),
        ("plan=gold", 'plan is "gold", not "basic"'),
        ("total=1212.00&iban=DE89370400440532013000", "which was not shown"),
        ("order=%7B%22total%22%3A9%7D", 'order.total is "9", not "1212.00"'),
    ],
)
async def test_another_value_than_the_form_held_is_asked_about(body: str, said: str) -> None:
    run = await approved()
    await run.sends(body, "orders")
    (asked,) = run.asked
    assert "it is not what was approved" in asked.prompt and said in asked.prompt
    shown = {each["name"]: each["value"] for each in asked.context["arguments"]}
    assert (asked.context["level"], shown["body"]) == ("high", body)


@pytest.mark.parametrize(
    "data",
    [
        {"cart": "c1"},
        {"total": 1212, "items": [{"price": 12.0, "qty": 3}, {"price": "1,200.00", "qty": 1}]},
        {"amount_cents": 121200, "currency": "EUR"},
        {"amount": {"value": "1.212,00", "currency": "EUR"}, "price_id": "price_1Nx4"},
        {"recipient": {"name": "Ann Lee"}, "total_items": 4, "paymentMethod": "card"},
        {"shippingFee": 0, "client": {"screen": "1280x720", "ts": 1712000000}},
    ],
)
async def test_a_script_that_sends_what_was_shown_is_covered_once(data: dict[str, Any]) -> None:
    run = await approved(LOOSE)
    assert await run.sends(json.dumps(data), "api/orders", JSON)
    assert not run.asked
    await run.sends(json.dumps(data), "api/orders", JSON)
    assert len(run.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"total": 12120}',
        '{"total": 121200}',  # cents or euros: only its name could tell
        '{"total": 1.212e3, "total": 9}',
        '{"amount_cents": 12120000}',
        '{"items": [{"price": 12}, {"price": 13}]}',
        '{"quantity": 40}',
        '{"to": "eve"}',
        '{"amount": {"value": "5000.00"}}',
        '{"query": "mutation { pay(amount: 5000) { id } }"}',
        '{"data": "{\\"total\\": 5000}"}',
        "query=mutation+%7B+pay(amount:+5000)+%7B+id+%7D+%7D",
        "<order><total>5000</total></order>",
        "\x01\x02packed",
    ],
)
async def test_an_amount_that_was_nowhere_to_be_seen_is_asked_about(body: str) -> None:
    run = await approved(LOOSE)
    await run.sends(body, "api/orders", JSON if body.startswith("{") else "text/plain")
    assert len(run.asked) == 1


async def test_it_may_ask_and_measure_before_and_after() -> None:
    run = await approved(LOOSE)
    for path in ("api/cart/validate", "api/cart/validate", "collect", "orders", "collect"):
        assert await run.sends('{"total": 1212}', path, JSON)
    assert not run.asked


async def test_it_may_not_be_sent_elsewhere() -> None:
    run = await approved()
    await run.sends("total=1212.00", "payments/other")
    (asked,) = run.asked
    assert "it goes to shop.example/payments/other, not to shop.example/orders" in asked.prompt


async def test_an_order_by_an_unspoken_address_counts_too() -> None:
    """Only the call tells what it is: neither request looks like a purchase by itself."""
    button = BUY | {"form": {"method": "post", "action": PAGE + "x", "fields": []}}
    run = await approved(button)
    assert await run.sends("total=1212.00", "x")
    assert not run.asked
    await run.sends("total=1212.00", "x")
    assert [spec.context["level"] for spec in run.asked] == ["high"]


async def test_what_a_person_let_go_meanwhile_uses_the_approval_up() -> None:
    run = await approved()
    assert await run.sends("total=9", "orders")
    assert await run.sends("total=1212.00", "orders")
    assert ["second" in spec.prompt for spec in run.asked] == [False, True]


async def test_a_new_approval_covers_one_again() -> None:
    run = await approved()
    assert await run.sends("total=1212.00", "orders")
    assert await press(run, BUY)
    assert await run.sends("total=1212.00", "orders")
    assert not run.asked


async def test_two_messages_of_one_approval_are_two() -> None:
    say = {"names": {"text": "Send"}, "shown": "Send", "sends": [["text", "hi"]],
           "form": {"method": "post", "action": PAGE + "messages", "fields": [
               {"type": "textarea", "name": "text"}]}}  # fmt: skip
    run = await approved(say, approval="ask")
    assert await run.sends("text=hi", "messages")
    assert not run.asked
    await run.sends("text=hi", "messages")
    assert "it is a second one" in run.asked[0].prompt


async def test_an_order_without_a_word_is_not_sent_twice_either() -> None:
    run = await approved(LOOSE)
    assert await run.sends("", "api/checkout")
    assert not run.asked
    await run.sends("", "api/checkout")
    assert "it is a second one" in run.asked[0].prompt


async def test_what_the_call_itself_chooses_is_what_was_approved() -> None:
    """A box that sends its form: before the call it was not ticked."""
    box = {
        "tag": "input", "type": "checkbox", "name": "terms", "submits": False,
        "names": {"label": "I accept the terms"}, "sends": [["terms", "\0"], ["plan", "basic"]],
    }  # fmt: skip
    run = Asking()
    assert await press(run, BUY | box, "locator.check")
    assert await run.sends("terms=on&plan=basic&accept_terms=1", "accept")
    assert not run.asked
    assert await press(run, BUY | box, "locator.check")
    await run.sends("terms=on&plan=gold&accept_terms=1", "accept")
    assert len(run.asked) == 1


async def test_an_argument_that_chooses_nothing_is_not_what_was_shown() -> None:
    run = Asking()
    assert await press(run, LOOSE, "locator.click", {"timeout": 5000})
    await run.sends('{"total": 5000}', "orders", JSON)
    assert len(run.asked) == 1


async def test_a_form_whose_address_looks_harmless_counts() -> None:
    run = await approved(BUY | {"form": {"method": "post", "action": PAGE + "cart", "fields": []}})
    assert await run.sends("total=1212.00", "cart")
    assert not run.asked
    await run.sends("total=1212.00", "cart")
    assert len(run.asked) == 1


async def test_names_that_say_nothing_are_not_compared_deep_in_a_body() -> None:
    near = LOOSE | {"sends": [["id", "7"], ["quantity", "3"]]}
    run = await approved(near)
    assert await run.sends('{"user": {"id": 3}, "line": {"quantity": 3}}', "orders", JSON)
    assert not run.asked


@pytest.mark.parametrize(
    ("sends", "said"),
    [
        ([["total", "1212.00"], ["sku", "77"]], ""),
        ([["total_cents", "121200"], ["tip", "0"]], ""),
        ([["total", "9999.00"]], ', which sends total "9999.00"'),
        ([["total_cents", "999900"], ["tip", "5"]], ', which sends total_cents "999900", tip "5"'),
    ],
)
def test_an_amount_that_a_form_hides_is_told_before_it_is_approved(
    sends: list[list[str]], said: str
) -> None:
    element = ElementFacts.from_raw(BUTTON | BUY | {"sends": sends})
    verdict = classify(CallFacts("locator.click", {}, PAGE), element)
    assert verdict.effect == f'Press "Pay €1,212.00" on shop.example{said}'


def test_a_box_holds_what_its_form_hides_and_a_cost_centre_is_no_amount() -> None:
    box = {"tag": "input", "type": "checkbox", "names": {"text": "I accept the terms"}}
    sends = [["total", "9999.00"], ["cost_centre", "4410"]]
    element = ElementFacts.from_raw(box | {"sends": sends})
    verdict = classify(CallFacts("locator.check", {}, PAGE), element)
    assert "legal_acceptance" in verdict.risks
    assert verdict.effect.endswith(' on shop.example, in a form that holds total "9999.00"')


SUBSCRIBE: dict[str, Any] = {"tag": "a", "role": "button", "names": {"text": "Subscribe"}}
HARMLESS: dict[str, Any] = {"tag": "button", "names": {"text": "Show more"}}


@pytest.mark.parametrize(
    ("button", "whole", "looks", "asked"),
    [
        (BUY, {"sends": [["total", "4500.00"]]}, 1, ['total "4500.00"']),
        (SUBSCRIBE, {"amounts": ["€ 9"]}, 1, ["Subscribe"]),
        (SUBSCRIBE, {"amounts": []}, 1, []),
        (HARMLESS, {}, 0, []),
    ],
)
async def test_what_a_brief_look_may_find_risky_is_looked_at_whole(
    button: dict[str, Any], whole: dict[str, Any], looks: int, asked: list[str]
) -> None:
    run, taken = Asking(), []
    kind = BUTTON if button is BUY else {"origin": PAGE[:-1], "frame_url": PAGE}
    unread = {"shown": "", "sends": [], "amounts": []}

    async def look() -> ElementFacts:
        taken.append(ElementFacts.from_raw(kind | button | whole))
        return taken[-1]

    brief = ElementFacts.from_raw(kind | button | unread | {"brief": True})
    await run.gate.allow(
        ProposedAction("1.1", 1, "locator.click", "it", {}, True, PAGE, element=brief, look=look)
    )
    assert len(taken) - len(run.asked) == looks  # and once more after the answer
    assert len(run.asked) == len(asked)
    assert all(words in spec.prompt for words, spec in zip(asked, run.asked, strict=True))


@pytest.mark.parametrize("when", ["before anybody is asked", "while people look"])
async def test_what_can_be_read_no_longer_is_not_touched(when: str) -> None:
    run, kind = Asking(), BUTTON | BUY
    read = [ElementFacts.from_raw(kind)] if when == "while people look" else []

    async def look() -> ElementFacts | None:
        return read.pop() if read else None

    brief = ElementFacts.from_raw(kind | {"brief": True})
    with pytest.raises(ActionError, match="could not be looked at") as refused:
        await run.gate.allow(
            ProposedAction(
                "1.1", 1, "locator.click", "it", {}, True, PAGE, element=brief, look=look
            )
        )
    assert refused.value.code == "page_changed"
