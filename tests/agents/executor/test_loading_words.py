"""What people read of a page that had to be loaded again."""

from __future__ import annotations

from agents.executor.calls import Call
from agents.executor.kinds import kind_of
from agents.executor.loading import loading_again
from agents.ports import ActionRecord


async def _nothing(timeout: float) -> None:
    return None


def test_it_is_told_in_words_and_not_by_the_names_of_calls() -> None:
    told: list[str] = []
    target = 'link "8 seconds"'
    past = ActionRecord(
        "1.1", "locator.click", target, {}, "started", True, loading="https://site.example/slow"
    )
    call = Call("locator.click", kind_of("locator", "click"), target, {}, _nothing)
    loading_again(None, call, past, told.append)
    assert told == [
        'The page that a click on link "8 seconds" opens was still loading when the worker or the '
        "browser stopped. It was loaded again; nothing was done twice."
    ]
