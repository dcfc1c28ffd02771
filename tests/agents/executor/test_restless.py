"""Pages that never stay: opening another and reading go on all the same."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]

STAY_MS = 60
# No page can be read that is gone sooner than this machine reads at the moment, so each stays a
# little longer than the one before: how often it is tried differs, what comes of it does not.
LONGER = 1.2


@pytest.fixture
def restless(bench):
    """Address of a page that leaves for the next of its kind, and that for the next one."""

    async def away(request: web.Request) -> web.Response:
        number = int(request.query.get("n", "0"))
        stay = STAY_MS * LONGER**number
        return web.Response(
            text=f"<h1>Away {number}</h1>"
            f"<script>setTimeout(() => location = '/away?n={number + 1}', {stay:.0f})</script>",
            content_type="text/html",
        )

    return bench.site.add("/away", away)


async def test_a_page_that_keeps_leaving_can_be_read(bench, restless):
    text = ""
    for _ in range(6):  # steps, as a model takes them; in each, the reading is tried anew
        result = await bench.run(f"await page.goto('{restless}')\nawait page.page_text()")
        text = str(result.value)
        if result.ok:
            break
        assert "moved on" in result.error_message or "changed" in result.error_message
        restless = bench.browser.page.url  # where it has got to
    assert "Away" in text


async def test_a_page_that_keeps_leaving_can_be_left(bench, restless):
    calm = bench.site.add("/calm", "<h1>Calm</h1>")
    code = f"await page.goto('{restless}')\nawait page.goto('{calm}')\nawait page.page_text()"
    texts = []
    # What a page began before it was left may still come through: whoever looks tries again.
    while len(texts) < 4 and not (texts and "Calm" in texts[-1]):
        texts.append(str((await bench.run(code)).value))
    assert "Calm" in texts[-1], texts
