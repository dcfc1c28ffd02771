"""Ctrl-C while an agent acts: what is under way ends first, and nobody is asked about it."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.doors import done, start
from tests.e2e.stack import Stack
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(110)]


def interrupt(stack: Stack) -> None:
    """Ctrl-C, which must not take longer than it may."""
    assert stack.process is not None
    stack.process.send_signal(signal.SIGINT)
    stack.process.wait(12)


def test_a_press_under_way_ends_before_the_product_does(
    own_stack: Stack, hostile: HostileSite
) -> None:
    own_stack.start()
    with own_stack.client() as api:
        run = start(
            api,
            own_stack,
            instructions="Click Press A. Then click Press B.",
            start_url=f"{hostile.url}/counter/stopping",
        )
        with hostile.held("stopping-a"):
            run.until("task.action.started", tool="locator.click")
            interrupt(own_stack)
        own_stack.start()
        ended = run.end(50)
        assert ended["terminal_reason"] == "done", ended
        assert not run.of_type("task.input_request")
        assert (hostile.ledger.hits["stopping-a"], hostile.ledger.hits["stopping-b"]) == (1, 1)


def test_a_page_that_was_loading_is_opened_again(own_stack: Stack, hostile: HostileSite) -> None:
    own_stack.start()
    with own_stack.client() as api:
        run = start(
            api,
            own_stack,
            instructions=f"Open {hostile.url}/plain. Then summarise the page.",
            start_url=f"{hostile.url}/counter/loading",
        )
        with hostile.held("plain"):
            run.until("task.action.started", tool="page.goto")
            run.until("task.action.started", tool="page.goto")
            interrupt(own_stack)
        own_stack.start()
        ended = run.end(50)
        assert ended["terminal_reason"] == "done", ended
        assert not run.of_type("task.input_request")
        assert "sandalwood" in str(run.task()["output"])


def test_a_cart_is_still_full_when_a_waiting_task_goes_on(own_stack: Stack) -> None:
    own_stack.start()
    with own_stack.client() as api:
        run = start(
            api,
            own_stack,
            {"code": 'await page.get_by_role("button", name="Add to cart").first.click()'},
            {"ask": {"prompt": "Which delivery?"}},
            {"code": f"await page.goto('{own_stack.practice_url}/shop/cart')"},
            {"expect_text": "Enamel mug", **done()},
            start_url=f"{own_stack.practice_url}/shop",
        )
        asked = run.until("task.input_request")
        interrupt(own_stack)
        own_stack.start()
        run.answer(asked, "standard")
        ended = run.end(50)
        assert ended["terminal_reason"] == "done", ended
