"""Ctrl-C while agents act: what is under way ends first or is done again, and nobody is asked."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import OPEN
from tests.e2e.doors import Run, done, start
from tests.e2e.kills import steps_once
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

# That a restart picks tasks up again, test_outages.py proves on every database.
pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.timeout(110)]
FOLLOW = (
    'await page.get_by_role("link", name="Go on").click()\nawait page.locator("h1").inner_text()'
)


@dataclass
class Stopped:
    """Tasks that the product was stopped amid, going on after its next start."""

    pressing: Run
    opening: Run
    following: Run
    waiting: Run


@pytest.fixture(scope="module")
def stopped(
    tmp_path_factory: pytest.TempPathFactory,
    service_environment: Callable[[], dict[str, str]],
    hostile: HostileSite,
) -> Iterator[Stopped]:
    stack = Stack(tmp_path_factory.mktemp("stopped") / "data", {**service_environment(), **OPEN})
    try:
        stack.start()
        with stack.client() as api, ExitStack() as held:
            for name in ("stopping-a", "plain", "stopped"):
                held.enter_context(hostile.held(name))

            def begin(path: str, *turns: dict, **options: str) -> Run:
                return start(api, stack, *turns, start_url=f"{hostile.url}{path}", **options)

            press = "Click Press A. Then click Press B."
            pressing = begin("/counter/stopping", instructions=press)
            look = f"Open {hostile.url}/plain. Then summarise the page."
            opening = begin("/counter/loading", instructions=look)
            following = begin("/leads/stopped", {"code": FOLLOW}, done())
            waiting = start(
                api,
                stack,
                {"code": 'await page.get_by_role("button", name="Add to cart").first.click()'},
                {"ask": {"prompt": "Which delivery?"}},
                {"code": f"await page.goto('{stack.practice_url}/shop/cart')"},
                {"expect_text": "Enamel mug", **done()},
                start_url=f"{stack.practice_url}/shop",
            )
            pressing.until("task.action.started", tool="locator.click")
            opening.until("task.action.started", tool="page.goto")
            opening.until("task.action.started", tool="page.goto")
            wait_for(lambda: hostile.ledger.seen["/led/stopped"] == 1, 40, "the page is asked for")
            asked = waiting.until("task.input_request")
            interrupt(stack)
            held.close()
            stack.start()
            waiting.answer(asked, "standard")
            yield Stopped(pressing, opening, following, waiting)
    finally:
        stack.close()


def interrupt(stack: Stack) -> None:
    """Ctrl-C, which must not take longer than it may."""
    assert stack.process is not None
    stack.process.send_signal(signal.SIGINT)
    stack.process.wait(12)


def assert_done_alone(run: Run, asked: int = 0) -> None:
    """The task ended well, and asked people nothing more."""
    ended = run.end(50)
    assert ended["terminal_reason"] == "done", ended
    assert len(run.of_type("task.input_request")) == asked


def test_a_press_under_way_ends_before_the_product_does(
    stopped: Stopped, hostile: HostileSite
) -> None:
    assert_done_alone(stopped.pressing)
    assert (hostile.ledger.hits["stopping-a"], hostile.ledger.hits["stopping-b"]) == (1, 1)


def test_a_page_that_was_loading_is_opened_again(stopped: Stopped) -> None:
    assert_done_alone(stopped.opening)
    assert "sandalwood" in str(stopped.opening.task()["output"])


def test_a_link_is_followed_to_its_end(stopped: Stopped, hostile: HostileSite) -> None:
    assert_done_alone(stopped.following)
    assert stopped.following.of_type("task.step_completed")[1]["value"] == "Led"
    assert steps_once(stopped.following) == [0, 1]
    assert hostile.ledger.seen["/leads/stopped"] == 1


def test_a_cart_is_still_full_when_a_waiting_task_goes_on(stopped: Stopped) -> None:
    assert_done_alone(stopped.waiting, asked=1)
