"""Browsers and pages that die or hang under a step."""

from __future__ import annotations

import os
import signal

import pytest

from agents.errors import BrowserGone
from agents.executor import ExecutorLimits

pytestmark = pytest.mark.browser


async def test_a_page_whose_script_never_ends_does_not_hold_the_step(own_bench):
    own_bench.limits = ExecutorLimits(action_timeout_ms=700)
    await own_bench.show("<button onclick='for(;;){}'>Hang</button>")
    result = await own_bench.run('await page.get_by_text("Hang").click()\nawait page.title()')
    assert result.error_code in ("action_timeout", "page_timeout")
    assert result.duration_ms < 8_000


async def test_the_end_of_the_browser_ends_the_step(own_bench):
    await own_bench.show("<p>x</p>")

    async def kill(record):
        own_bench.reported.append(record)
        if record.status == "started":
            os.kill(own_bench.browser.handle.pid, signal.SIGKILL)

    own_bench.on_action = kill
    with pytest.raises(BrowserGone):
        await own_bench.run(
            'try:\n    await page.locator("p").click()\nexcept Exception: pass\n'
            "for i in range(100): await page.wait_for_timeout(100)"
        )
