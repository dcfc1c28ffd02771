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
    code = f"await page.goto('{bench.site.url('/away')}')\nawait page.page_text()"
    assert "Away" in await bench.value(code)
    code = f"await page.goto('{bench.site.url('/calm')}')\nawait page.page_text()"
    assert await bench.value(code) == "Calm"
