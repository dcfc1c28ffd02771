"""Sessions on a real browser: state, tabs, popups, settling, death."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import struct
import time

import psutil
import pytest
from aiohttp import web

from agents.browser.front import read_front, write_front
from agents.browser.playwright_driver import close_driver
from agents.browser.process import is_alive
from agents.browser.session import BrowserSession
from agents.errors import ActionError, BrowserError, BrowserGone

pytestmark = pytest.mark.browser


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height from a JPEG's frame header."""
    at = 2
    while True:
        marker, length = struct.unpack(">HH", data[at : at + 4])
        if 0xFFC0 <= marker <= 0xFFC3:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length


async def until(condition, timeout_s: float = 30.0) -> None:
    """Wait for something that no event tells of."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def drivers() -> set[psutil.Process]:
    """Playwright's drivers that this process runs."""
    return {child for child in psutil.Process().children() if "node" in child.name()}


# --- looking ----------------------------------------------------------------------------------


async def test_a_session_shows_the_active_page(browser_session, site):
    await browser_session.page.goto(site.add("/hello", "<title>Hello</title><h1>Hello</h1>"))

    state = await browser_session.state()
    shot = await browser_session.screenshot()

    assert (state.url, state.title) == (site.url("/hello"), "Hello")
    assert (state.tab, state.tab_count) == (0, 1)
    assert jpeg_size(shot.data) == (shot.width, shot.height) == (1280, 800)
    assert await browser_session.page.evaluate("[innerWidth, innerHeight]") == [1280, 800]


async def test_a_whole_page_is_shot_down_to_a_limit(browser_session, site):
    await browser_session.page.goto(site.add("/tall", "<div style='height: 3000px'>tall</div>"))
    shot = await browser_session.screenshot(full_page=True)
    assert jpeg_size(shot.data) == (shot.width, shot.height)
    assert shot.height >= 3000

    await browser_session.page.evaluate("document.body.style.height = '90000px'")
    shot = await browser_session.screenshot(full_page=True, quality=10)
    assert jpeg_size(shot.data) == (1280, 10_000)


async def test_a_page_whose_script_hangs_costs_bounded_time(browser_session, site):
    page = browser_session.page
    await page.goto(site.add("/loop", "<title>loop</title><p>looping</p>"))
    await page.evaluate("setTimeout(() => { while (true); }, 0)")

    started = time.monotonic()
    state = await browser_session.state()
    await browser_session.idle()
    assert state.url == site.url("/loop") and state.title == ""
    assert time.monotonic() - started < 15  # by itself it would take for ever

    assert await browser_session.free_page()
    assert (await browser_session.state()).title == "loop"
    assert [n.kind for n in browser_session.drain_notices()] == ["page_hung"]
    assert not await browser_session.free_page()


async def test_an_observation_of_a_hanging_page_stops_its_script(browser_session, site):
    await browser_session.page.goto(site.add("/loop", "<title>loop</title><p>words to see</p>"))
    await browser_session.page.evaluate("setTimeout(() => { while (true); }, 0)")

    seen = await browser_session.observe()

    assert "words to see" in seen.text
    assert [n.kind for n in browser_session.drain_notices()] == ["page_hung"]
    await browser_session.screenshot()


async def test_a_ref_leads_to_its_element(browser_session, site):
    await browser_session.page.goto(site.add("/a", "<button>Press me</button>"))
    seen = await browser_session.observe()
    [ref] = re.findall(r"\be\d+\b", seen.text)

    button = await browser_session.resolve_ref(ref)

    assert await button.text_content() == "Press me"
    with pytest.raises(ActionError):
        await browser_session.resolve_ref("e999")


# --- settling ---------------------------------------------------------------------------------


async def test_idle_waits_for_what_an_action_fetched(browser_session, site):
    async def slow(request):
        await asyncio.sleep(0.4)
        return web.json_response({"words": "fetched"})

    site.add("/data", slow)
    await browser_session.page.goto(
        site.add(
            "/fetches",
            "<button onclick=\"setTimeout(() => fetch('/data').then(r => r.json())"
            '.then(d => { out.textContent = d.words }), 20)">go</button><p id=out></p>',
        )
    )

    await browser_session.page.click("button")
    settled = await browser_session.idle()

    assert settled
    assert await browser_session.page.text_content("#out") == "fetched"


async def test_idle_is_quick_on_a_quiet_page_and_bounded_on_a_busy_one(browser_session, site):
    await browser_session.page.goto(site.url("/blank"))
    await browser_session.idle()
    started = time.monotonic()
    assert await browser_session.idle()
    assert time.monotonic() - started < 10

    await browser_session.page.evaluate("void fetch('/hang')")
    started = time.monotonic()
    assert not await browser_session.idle()
    assert 1.0 < time.monotonic() - started < 20


async def test_a_page_that_streams_without_end_is_usable(browser_session, site):
    async def stream(request):
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"<title>stream</title><h1>more</h1>")
        with contextlib.suppress(ConnectionError):
            while not site.closing.is_set():
                await response.write(b"<p>and more</p>")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(site.closing.wait(), 0.05)
        return response

    site.add("/stream", stream)
    await browser_session.page.goto(site.url("/stream"), wait_until="commit")

    assert not await browser_session.idle()
    await browser_session.page.wait_for_selector("p")
    assert (await browser_session.state()).title == "stream"
    assert (await browser_session.screenshot()).data
    assert "and more" in (await browser_session.observe()).text
    await browser_session.page.goto(site.url("/blank"))


async def test_loading_is_broken_off_by_the_line_that_is_there(browser_session, site, monkeypatch):
    site.add("/slow", "<title>slow</title><img src=/hang>")
    await browser_session.page.goto(site.url("/slow"), wait_until="commit")
    assert not await browser_session.idle(timeout_s=0.3)

    def another(*_):
        raise AssertionError("a line of its own, which has to be closed again")

    monkeypatch.setattr(type(browser_session.context), "new_cdp_session", another)
    await browser_session.stop_loading()

    assert await browser_session.idle(timeout_s=10)


# --- tabs -------------------------------------------------------------------------------------


async def test_a_popup_becomes_active_and_gives_way_to_its_opener(browser_session, site):
    site.add("/child", "<title>child</title>")
    await browser_session.page.goto(
        site.add("/opener", "<title>opener</title><a href=/child target=_blank>open</a>")
    )
    opener = browser_session.page

    async with browser_session.context.expect_page():
        await opener.click("a")
    await browser_session.idle()

    assert (await browser_session.state()).title == "child"
    assert await browser_session.page.evaluate("[innerWidth, innerHeight]") == [1280, 800]
    assert [n.kind for n in browser_session.drain_notices()] == ["popup"]

    await browser_session.page.close()
    assert (await browser_session.state()).title == "opener"
    assert browser_session.page is opener


async def test_tabs_are_opened_switched_and_closed(browser_session, site):
    await browser_session.page.goto(site.add("/a", "<title>a</title>"))
    state = await browser_session.new_tab(site.add("/b", "<title>b</title>"))
    assert (state.title, state.tab, state.tab_count) == ("b", 1, 2)
    assert browser_session.drain_notices() == []  # asked for, so nothing to report

    assert (await browser_session.switch_tab(0)).title == "a"
    assert (await browser_session.switch_tab(1)).title == "b"
    assert (await browser_session.close_tab(1)).title == "a"
    for wrong in (1, -1, 99):
        with pytest.raises(ActionError, match="no tab"):
            await browser_session.switch_tab(wrong)

    state = await browser_session.close_tab(0)
    assert (state.url, state.tab_count) == ("about:blank", 1)


async def test_a_page_that_closes_itself_leaves_a_usable_browser(browser_session, site):
    page = browser_session.page
    await page.evaluate("setTimeout(() => window.close(), 0)")
    await until(page.is_closed)

    state = await browser_session.state()

    assert (state.url, state.tab_count) == ("about:blank", 1)
    await browser_session.page.goto(site.url("/blank"))


async def test_fifty_popups_are_cut_to_twenty_tabs(browser_session, site):
    await browser_session.page.goto(
        site.add(
            "/storm",
            '<title>storm</title><button onclick="for (let i = 0; i < 50; i++) '
            "window.open('/blank?' + i)\">go</button>",
        )
    )
    storm = browser_session.page

    await storm.click("button")
    # Every popup asks for its page, or is closed before it could.
    await until(lambda: len(browser_session.pages) == 20)
    await until(
        lambda: any(
            n.kind == "too_many_tabs" and n.detail.get("count", 1) == 31
            for n in browser_session._notices._items
        ),
        30,
    )

    assert (await browser_session.state()).tab_count == 20
    with pytest.raises(ActionError, match="close one first"):
        await browser_session.new_tab()
    await browser_session.switch_tab(0)
    assert browser_session.page is storm and await storm.title() == "storm"
    await until(lambda: len(browser_session.context.pages) == 20)


async def test_a_person_may_change_the_front_tab(browser_session, browser_handle, site):
    await browser_session.page.goto(site.add("/a", "<title>a</title>"))
    await browser_session.new_tab(site.add("/b", "<title>b</title>"))
    first, second = (tab.target_id for tab in browser_session._tabs._tabs)
    assert read_front(browser_handle.user_data_dir) == second == browser_session.target_id

    write_front(browser_handle.user_data_dir, first)  # as the live view does

    assert (await browser_session.follow_front_tab()).title == "a"


# --- crashes ----------------------------------------------------------------------------------


async def crash(session: BrowserSession) -> None:
    cdp = await session.context.new_cdp_session(session.page)
    crashed = asyncio.get_running_loop().create_future()
    session.page.once("crash", lambda _: crashed.set_result(None))
    crashing = asyncio.ensure_future(cdp.send("Page.crash"))  # never answered
    await asyncio.wait_for(crashed, 30)
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)


async def test_a_crashed_tab_is_reopened_and_told(browser_session, site):
    await browser_session.page.goto(site.add("/a", "<title>a</title>"))
    await browser_session.context.add_cookies([{"name": "k", "value": "v", "url": site.origin}])

    await crash(browser_session)
    state = await browser_session.state()

    assert (state.url, state.title, state.tab_count) == (site.url("/a"), "a", 1)
    assert [n.kind for n in browser_session.drain_notices()] == ["tab_crashed"]
    assert await browser_session.page.evaluate("document.cookie") == "k=v"
    await browser_session.screenshot()

    await crash(browser_session)  # again at once: not a third time
    assert (await browser_session.state()).url == "about:blank"
    assert [n.kind for n in browser_session.drain_notices()] == ["tab_crashed"]


async def test_a_killed_browser_is_gone_at_once(browser_session, site):
    await browser_session.page.goto(site.url("/blank"))
    waiting = asyncio.ensure_future(browser_session.next_download(timeout_s=30))
    await asyncio.sleep(0)

    os.kill(browser_session.handle.pid, signal.SIGKILL)
    await asyncio.wait_for(browser_session.gone.wait(), 30)

    assert not browser_session.alive
    with pytest.raises(BrowserGone):
        await waiting
    for call in (
        browser_session.state,
        browser_session.screenshot,
        browser_session.new_tab,
        browser_session.idle,
    ):
        with pytest.raises(BrowserGone):
            await call()
    with pytest.raises(BrowserGone):
        _ = browser_session.page


async def test_the_drivers_death_costs_a_reconnect_and_no_page(browser_handle, tmp_path, site):
    await close_driver()
    others = drivers()
    session = await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "downloads")
    await session.page.goto(site.add("/form", "<input id=name>"))
    await session.page.fill("#name", "typed before")

    [driver] = drivers() - others
    driver.kill()
    await asyncio.wait_for(session.gone.wait(), 30)
    with pytest.raises(BrowserGone):
        await session.state()

    assert is_alive(browser_handle)
    again = await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "downloads")
    assert await again.page.input_value("#name") == "typed before"
    await again.detach()


async def test_a_left_session_says_so_and_can_be_left_twice(browser_session):
    await browser_session.detach()
    await browser_session.detach()

    assert is_alive(browser_session.handle)
    with pytest.raises(BrowserGone, match="left"):
        await browser_session.state()


# --- attaching to trouble ---------------------------------------------------------------------


async def test_a_browser_left_in_an_endless_loop_can_be_opened(
    browser_session, browser_handle, tmp_path, site
):
    await browser_session.page.goto(site.add("/loop", "<title>loop</title><p>looping</p>"))
    await browser_session.page.evaluate("setTimeout(() => { while (true); }, 0)")
    await browser_session.detach()

    again = await BrowserSession.open(
        browser_handle, downloads_dir=tmp_path / "downloads", timeout_s=3
    )

    assert (await again.state()).url == "about:blank"
    [notice] = again.drain_notices()
    assert notice.kind == "tab_closed" and site.url("/loop") in notice.message
    await again.detach()


async def test_a_browser_left_with_a_hanging_popup_can_be_opened(
    browser_session, browser_handle, tmp_path, site
):
    await browser_session.page.goto(site.add("/a", "<title>a</title>"))
    asked = len(site.requests)
    await browser_session.page.evaluate("void window.open('/hang')")
    await until(lambda: len(site.requests) > asked)
    await browser_session.detach()

    again = await BrowserSession.open(
        browser_handle, downloads_dir=tmp_path / "downloads", timeout_s=3
    )

    titles = [await page.title() for page in again.pages if page.url == site.url("/a")]
    assert titles == ["a"]
    await again.detach()


async def test_a_browser_left_with_a_crashed_tab_can_be_opened(
    browser_session, browser_handle, tmp_path, site
):
    await browser_session.page.goto(site.add("/a", "<title>a</title>"))
    await browser_session.new_tab(site.add("/b", "<title>b</title>"))
    page = browser_session.page
    browser_session._tabs._closing = True  # nobody is there to reopen it
    await crash(browser_session)
    await browser_session.detach()

    again = await BrowserSession.open(
        browser_handle, downloads_dir=tmp_path / "downloads", timeout_s=5
    )

    assert page.url == site.url("/b")
    await again.switch_tab(0)
    assert (await again.state()).title == "a"
    await again.detach()


async def test_a_directory_for_downloads_that_cannot_be_made_is_told(browser_handle, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(BrowserError, match="download directory"):
        await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "file" / "d")
