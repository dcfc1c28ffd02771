"""A fact is the fact of what was asked about, or it was not found."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "question",
    [
        "what is the balance of the savings account?",
        "what is the limit of the savings account?",
        "what is the status of the holiday account?",
        "what is the phone number of Olav Dahl?",
        "what is the email of Anna Berg?",
        "what is the balance?",
    ],
)
async def test_the_value_of_something_else_is_no_answer(play: Play, question: str) -> None:
    done = await play("bank_rows.html", question)
    assert done.outcome.output is None
    assert done.outcome.is_task_successful is False
    assert "I do not see" in done.outcome.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what is the balance of the holiday account?", {"balance": "800.00"}),
        ("what is the phone of Anna Berg?", {"phone": "555 0101"}),
        ("what is the email of Olav Dahl?", {"email": "olav@dahl.example"}),
        ("what is the card limit?", {"card limit": "15 000.00"}),
    ],
)
async def test_its_own_value_is(play: Play, question: str, answer: dict[str, str]) -> None:
    done = await play("bank_rows.html", question)
    assert done.outcome.output == answer
