"""Limits of a task that nobody knows the price of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.budget import Budget, spent_usd
from agents.errors import BudgetExceeded
from agents.ports import Usage


def unknown(input_tokens: int, output_tokens: int = 0) -> Usage:
    return Usage(input_tokens=input_tokens, output_tokens=output_tokens, cost_usd=None)


def test_an_unknown_price_is_assumed_to_be_high():
    assert spent_usd(unknown(100_000, 20_000)) == Decimal(1)
    assert spent_usd(Usage(input_tokens=10**9, cost_usd=Decimal("0.5"))) == Decimal("0.5")


def test_a_cost_limit_holds_at_the_assumed_price():
    budget = Budget(10, 60, max_cost_usd=Decimal("0.10"))
    budget.check(unknown(19_999), 0)
    assert budget.warnings(1, unknown(16_000), 0) == ["The cost limit is nearly used up. Wrap up."]
    with pytest.raises(BudgetExceeded, match=r"\$0.1 at the assumed price") as ended:
        budget.check(unknown(20_000), 0)
    assert ended.value.code == "cost_limit_reached"


def test_a_route_that_tells_neither_price_nor_tokens_cannot_have_a_cost_limit():
    with pytest.raises(BudgetExceeded, match="neither price nor tokens"):
        Budget(10, 60, max_cost_usd=Decimal(5)).check(unknown(0), 0)
    Budget(10, 60).check(unknown(0), 0)


@pytest.mark.parametrize(
    ("limit_s", "words"),
    [(45, "45 seconds"), (60, "60 seconds"), (150, "2.5 minutes"), (3600, "60 minutes")],
)
def test_a_time_limit_is_told_as_it_was_set(limit_s: float, words: str):
    with pytest.raises(BudgetExceeded, match=f"time limit of {words} is over"):
        Budget(10, limit_s).check(Usage(), limit_s)
