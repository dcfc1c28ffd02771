"""People come first: cancel, pause and takeover cut a step short within two seconds."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from agents.errors import Cancelled, LeaseLost, Parked
from agents.ports import ActionRecord


async def started(bench, code, **options) -> asyncio.Task:
    """The step's task, once its code reached `files.list()`."""
    reached = asyncio.Event()

    async def on_action(record: ActionRecord) -> None:
        bench.reported.append(record)
        if record.tool == "files.list":
            reached.set()

    bench.on_action = on_action
    task = asyncio.create_task(bench.run("await files.list()\n" + code, **options))
    await asyncio.wait({task, asyncio.create_task(reached.wait())}, return_when="FIRST_COMPLETED")
    assert reached.is_set()
    return task


CODES = {
    "in a call": "await page.wait_for_timeout(9000)",
    "caught": "while True:\n  try: await page.wait_for_timeout(9000)\n  except Exception: 0",
    "computing": "n = 0\nwhile True: n += 1",
    "sleeping": "import asyncio\nawait asyncio.sleep(9)",
}


@pytest.mark.parametrize("name", CODES)
async def test_cancel_ends_a_step_at_once(quiet_bench, name):
    task = await started(quiet_bench, CODES[name])
    begun = time.monotonic()
    await quiet_bench.control.cancel("enough")
    with pytest.raises(Cancelled, match="enough"):
        await task
    assert time.monotonic() - begun < 8  # by itself the call takes nine


async def test_takeover_interrupts_and_says_so(quiet_bench):
    task = await started(quiet_bench, "await page.wait_for_timeout(9000)")
    begun = time.monotonic()
    await quiet_bench.control.hold("human", interrupt=True)
    result = await task
    assert time.monotonic() - begun < 8  # by itself the call takes nine
    assert result.interrupted and not result.ok and result.error_code == "interrupted"
    await quiet_bench.control.release("human")
    assert await quiet_bench.value("1 + 1") == 2


async def test_a_pause_lets_the_step_end(quiet_bench):
    task = await started(quiet_bench, "await page.wait_for_timeout(50)\n'done'")
    await quiet_bench.control.hold("paused")
    assert (await task).value == "done"


async def test_a_cancelled_run_starts_nothing(quiet_bench):
    await quiet_bench.control.cancel("before")
    with pytest.raises(Cancelled):
        await quiet_bench.run("await page.title()")
    assert quiet_bench.reported == []


async def test_a_call_that_was_cut_short_is_reported(quiet_bench):
    announced = asyncio.Event()

    async def reload(**options: Any) -> None:
        announced.set()
        await asyncio.Event().wait()

    quiet_bench.browser.page.reload = reload
    task = await started(quiet_bench, "await page.reload()")
    await announced.wait()
    await quiet_bench.control.hold("human", interrupt=True)
    result = await task
    assert result.interrupted and result.changed
    last = quiet_bench.reported[-1]
    assert (last.tool, last.status, last.error_code) == ("page.reload", "failed", "interrupted")


class Gate:
    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = []

    async def allow(self, action) -> None:
        self.asked.append(action)
        raise self.error


@pytest.mark.parametrize("error", [Parked(), LeaseLost(), Cancelled("stopped")])
async def test_a_gate_can_end_or_park_the_run(quiet_bench, error):
    quiet_bench.gate = Gate(error)
    with pytest.raises(type(error)):
        await quiet_bench.run("try:\n    await page.title()\nexcept Exception: pass")
    assert quiet_bench.reported == []


async def test_a_lost_lease_stops_the_step_before_the_touch(quiet_bench):
    pressed = []

    class Keyboard:
        async def press(self, key: str) -> None:
            pressed.append(key)

    async def on_action(record):
        raise LeaseLost

    quiet_bench.browser.page.keyboard = Keyboard()
    quiet_bench.on_action = on_action
    with pytest.raises(LeaseLost):
        await quiet_bench.run(
            "for i in range(3):\n    try:\n        await page.keyboard.press('Enter')\n"
            "    except Exception: pass"
        )
    assert pressed == []
