"""Claims hold when a page said so, and only then."""

from __future__ import annotations

import pytest

from agents.budget import Budget
from agents.errors import BudgetExceeded
from agents.ports import ActionRecord, Finish, StepResult, Usage
from agents.repeats import ASK_AFTER, NOTE_AFTER, advice, page_mark, remember, step_mark
from agents.verify import Seen, Verdict, check_claims, schema_error

PAGE = """heading "Order “4711” – Confirmed"
[e4] link "Toner  XL" · 1.249,00 €
row: 3 items, total $2,498.50, ordered on 2026-11-22
Grüße aus Köln"""


def seen() -> Seen:
    found = Seen()
    found.add_page(PAGE)
    return found


@pytest.mark.parametrize(
    "quote",
    [
        'Order "4711" - confirmed',
        "ORDER 4711",
        "Toner XL",
        "toner xl … 1.249,00 €",
        "Confirmed ... 3 items",
        "grüße aus köln",
        "items, total $2,498.50, ordered o",
        "der 4711 – Confirmed link To",
        "  total $2,498.50 ",
    ],
)
def test_quotes_are_found_whatever_their_dress(quote: str) -> None:
    assert seen().has(quote)


@pytest.mark.parametrize(
    "quote",
    ["Order 471", "Toner XXL", "", "…", "onfirmed", "3 items total 2,498.5", "total 2,498.51"],
)
def test_what_was_not_seen_is_not_found(quote: str) -> None:
    assert not seen().has(quote)


@pytest.mark.parametrize("value", [4711, 1249, 1249.0, 2498.5, 3, 2026])
def test_numbers_are_found_however_grouped(value: float) -> None:
    assert seen().has_number(value)


@pytest.mark.parametrize("value", [4712, 1248.0, 249, 98.5])
def test_other_numbers_are_not_found(value: float) -> None:
    assert not seen().has_number(value)


def test_what_code_says_itself_proves_nothing() -> None:
    found = Seen()
    code = "print('Order confirmed')\n42"
    found.add_result(StepResult(ok=True, value=42, printed="Order confirmed"), code)
    assert not found.has("Order confirmed")
    assert not found.has_number(42)


def test_what_code_read_from_the_page_counts() -> None:
    found = Seen()
    read = ActionRecord("1.1", "page.title", "", {}, "completed", False, result="Order confirmed")
    found.add_result(StepResult(ok=True, actions=[read]), "print('Order confirmed')")
    assert found.has("Order confirmed")


@pytest.mark.parametrize(
    ("finish", "verified"),
    [
        (Finish("Trust me."), None),
        (Finish("x", evidence=["Order 4711"]), True),
        (Finish("x", evidence=["Order 4711", "Paid"]), None),
        (Finish("x", {"name": "Toner XL", "price": 1249}), True),
        (Finish("x", {"name": "Toner XL", "price": 1250}), None),
        (Finish("x", {"ok": True}), None),
        (Finish("x", {"ok": True}, evidence=["Confirmed"]), True),
        (Finish("x", [{"a": "Toner XL"}, {"a": None}]), True),
        (Finish("x", {"summary": "word " * 80}), None),
    ],
)
def test_success_is_only_what_was_seen(finish: Finish, verified: bool | None) -> None:
    assert check_claims(finish, seen()).verified is verified


def test_a_verdict_names_what_is_missing() -> None:
    verdict = check_claims(Finish("x", {"n": "Nope"}, evidence=["Never"]), seen())
    assert verdict == Verdict(None, ("Never",), ("Nope",))


def test_schema_errors_say_where() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert schema_error({"n": 1}, schema) is None
    assert schema_error({"n": "x"}, schema) == "at n: 'x' is not of type 'integer'"
    assert schema_error(None, schema) is not None
    assert schema_error("anything", None) is None
    with pytest.raises(ValueError, match="not a valid JSON Schema"):
        schema_error({}, {"type": 1})


# --- repeats ----------------------------------------------------------------------------------


def marks(*steps: tuple[str, str]) -> list[str]:
    found: list[str] = []
    for code, page in steps:
        remember(found, step_mark(code, StepResult(ok=True), page_mark(page, "u")))
    return found


def test_two_of_a_kind_are_noted_and_four_are_asked_about() -> None:
    same = ("await x", "page")
    assert advice(marks(*[same] * (NOTE_AFTER - 1))) == "none"
    assert advice(marks(*[same] * NOTE_AFTER)) == "note"
    assert advice(marks(*[same] * ASK_AFTER)) == "ask"


def test_going_to_and_fro_is_noticed() -> None:
    there, back = ("await a", "one"), ("await b", "two")
    assert advice(marks(*[there, back] * ASK_AFTER)) == "ask"


def test_a_page_that_moves_on_is_no_repeat() -> None:
    assert advice(marks(*[("await next()", f"page {n}") for n in range(7)])) == "none"


def test_comments_layout_and_refs_do_not_hide_a_repeat() -> None:
    first = step_mark("await x()  # again", StepResult(ok=True), page_mark("a [e1]  b", "u"))
    other = step_mark("await   x()", StepResult(ok=True), page_mark("a [e7] b", "u"))
    assert first == other


def test_broken_code_can_be_compared() -> None:
    assert step_mark("if (", StepResult(ok=False), "") == step_mark(
        "if (", StepResult(ok=False), ""
    )


# --- limits -----------------------------------------------------------------------------------


def test_a_zero_cost_limit_lets_free_routes_run() -> None:
    from decimal import Decimal

    budget = Budget(5, 60, max_cost_usd=Decimal(0))
    budget.check(Usage(input_tokens=1), 0)
    with pytest.raises(BudgetExceeded, match="cost limit"):
        budget.check(Usage(cost_usd=Decimal("0.01")), 0)


def test_each_limit_has_its_code() -> None:
    budget = Budget(5, 60, max_tokens=10)
    with pytest.raises(BudgetExceeded) as time_is_over:
        budget.check(Usage(), 60)
    assert time_is_over.value.code == "time_limit_reached"
    with pytest.raises(BudgetExceeded) as tokens_are_gone:
        budget.check(Usage(input_tokens=6, output_tokens=4), 0)
    assert tokens_are_gone.value.code == "tokens_limit_reached"
    assert budget.out_of_steps().code == "steps_limit_reached"


def test_a_lone_digit_proves_nothing():
    seen = Seen()
    seen.add_page("Page 1 of 5. Yes, 42 items found.")
    assert check_claims(Finish("done", {"a": 1}), seen).verified is None
    assert check_claims(Finish("done", ["yes"]), seen).verified is None
    assert check_claims(Finish("done", {"count": 42}), seen).verified is True
    assert check_claims(Finish("done", {"a": 1}, evidence=["42 items found"]), seen).verified


def test_a_number_written_out_proves_what_a_number_does():
    seen = Seen()
    seen.add_page("★ 4.2 (51 reviews)")
    assert check_claims(Finish("", {"rating": "4.2"}), seen).verified is True
