"""A new account wants a password, though its field does not say that it is required."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser

WORDS = "Sign me up: the username is lovelace and the email address is ada@example.com"


async def test_the_password_is_asked_for_before_anything_is_sent(play: Play) -> None:
    done = await play("new_account.html", WORDS, {"Password": "{{secret}}"})
    (asked,) = done.asked
    assert list(asked.input_schema["properties"]) == ["Password"]
    assert await done.text("#said") == "Welcome, lovelace"
