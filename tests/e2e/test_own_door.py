"""An agent cannot reach the product that runs it, and so cannot approve what it asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.doors import done, session_of
from tests.e2e.stack import Stack
from tests.e2e.test_approvals import at_the_pay_button, buyer, orders_of
from tests.sites.hostile.server import HOST

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.usefixtures("calm_logs")]

SPELLINGS = (
    "127.0.0.1", "localhost", "localhost.", "2130706433", "0x7f.1", "0177.0.0.1", "127.1",
    "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "user@127.0.0.1",
)  # fmt: skip


def test_the_product_is_closed_to_its_own_browsers_in_every_spelling(
    api: httpx.Client, stack: Stack
) -> None:
    name, port = buyer(), urlsplit(str(api.base_url) or stack.url).port
    with at_the_pay_button(api, stack, name) as (waiting, asked):
        place = urlsplit(waiting.path).path
        knocks = "".join(
            f"try:\n    told.append(await page.goto('http://{host}:{port}{place}'))\n"
            "except Exception as error:\n    told.append(str(error))\n"
            for host in SPELLINGS
        )
        code = f"told = []\n{knocks}told"
        start = f"{stack.practice_url}/news/"
        with session_of(api, stack, {"code": code}, done(), start_url=start) as run:
            run.end(110)
            told = run.of_type("task.step_completed")[-1]["value"]
            assert len(told) == len(SPELLINGS)
            for host, answer in zip(SPELLINGS, told, strict=True):
                reached = isinstance(answer, dict) and answer["status"] != 403
                assert not reached, (host, answer)
            assert run.of_type("task.policy_denied")
        request = waiting.task()["input_requests"][-1]
        assert request["id"] == asked["data"]["request_id"]
        assert request["status"] == "pending"
        assert not orders_of(stack, name)


@pytest.mark.parametrize("host", [HOST, "127.0.0.1", "localhost"])
def test_the_product_is_no_model_server_of_its_own_tasks(
    api: httpx.Client, stack: Stack, host: str
) -> None:
    """Not even at an address that the operator opened: the task would talk to itself."""
    port = urlsplit(stack.url).port
    model = {"route": "openai-compatible", "model": "m", "base_url": f"http://{host}:{port}/v1"}
    with session_of(api, stack, model=model) as run:
        ended = run.end(60)
        assert ended["error"]["code"] == "model_not_allowed", ended
        assert "this service itself" in ended["error"]["message"]
