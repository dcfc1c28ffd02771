"""Amounts as people and programs write them, in short and in very long texts."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from agents.guard.amounts import amounts_in, numbers_in


@pytest.mark.parametrize(
    ("text", "amounts", "numbers"),
    [
        ("2 x bag € 24.95, total 49,90 EUR", ("24.95", "49.90"), ("2",)),
        ("5 $ 10", ("5",), ("10",)),
        ("$5 $10 and 7", ("5", "10"), ("7",)),
        ("EUR 5 EUR 6", ("5", "6"), ()),
        ("1'200 kr and 3 zł", ("1200", "3"), ()),
        ("7\n\n€ 8", ("8",), ("7",)),
        ("total 12.00 of 3", ("12",), ("12", "3")),
        ("3 of 4", ("3", "4"), ("3", "4")),
    ],
)
def test_amounts_and_other_numbers(
    text: str, amounts: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    assert amounts_in(text) == {Decimal(each) for each in amounts}
    assert numbers_in(text) == {Decimal(each) for each in numbers}


@pytest.mark.parametrize("text", ["1" * 99_000, "1." * 49_500, "1 234" * 19_800, "1€" * 49_500])
def test_a_very_long_text_is_read_in_the_time_of_its_length(text: str) -> None:
    began = time.process_time()
    amounts_in(text)
    assert time.process_time() - began < 1.0
