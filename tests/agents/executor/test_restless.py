"""Pages that never stay: opening another and reading go on all the same."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.agents.executor.conftest import on_module_loop

pytestmark = [pytest.mark.browser, on_module_loop]


async def test_a_page_that_keeps_leaving_can_be_read_and_left(bench):
    async def away(request: web.Request) -> web.Response:
        number = int(request.query.get("n", "0"))
        return web.Response(
            text=f"<h1>Away {number}</h1>"
            f"<script>setTimeout(() => location = '/away?n={number + 1}', 60)</script>",
            content_type="text/html",
        )

    bench.site.add("/away", away)
    bench.site.add("/calm", "<h1>Calm</h1>")
    for path, words in (("/away", "Away"), ("/calm", "Calm")):
        code = f"await page.goto('{bench.site.url(path)}')\nawait page.page_text()"
        # What a page began before it was left may still come through, and a page may move on faster
        # than it can be read: whoever looks tries again. It must not take luck, though.
        texts = []
        while len(texts) < 4 and not (texts and words in texts[-1]):
            texts.append(str((await bench.run(code)).value))
        assert words in texts[-1], texts
