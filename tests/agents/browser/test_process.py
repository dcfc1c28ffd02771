"""Browser processes: they outlive their worker, are found again, and end without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from aiohttp import web

from agents.browser.process import (
    LOG_NAME,
    BrowserHandle,
    BrowserOptions,
    find_browser,
    find_orphans,
    is_alive,
    launch,
    reap,
    terminate,
)
from agents.browser.session import BrowserSession
from agents.errors import BrowserError, BrowserGone

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
FORM = """<title>form</title><form><input id=name></form>
<script>window.count = 0; setInterval(() => window.count++, 10)</script>"""

# A worker: starts a browser, fills half a form, says so, and waits to be killed.
WORKER = """
import asyncio, json, sys
from pathlib import Path
from agents.browser.process import BrowserOptions, launch
from agents.browser.session import BrowserSession

async def main(profile, downloads, url, pool_owner):
    handle = await launch(BrowserOptions(), user_data_dir=Path(profile), proxy_port=None)
    session = await BrowserSession.open(handle, downloads_dir=Path(downloads))
    await session.page.goto(url)
    await session.page.fill("#name", "half a na")
    await session.page.wait_for_function("count > 0")
    print(json.dumps(handle.as_dict()), flush=True)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


def members(handle: BrowserHandle) -> list[psutil.Process]:
    """Living processes that belong to the browser's process session or profile."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            ours = os.getsid(process.pid) == handle.pid or any(
                handle.user_data_dir in arg for arg in process.cmdline()
            )
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


async def kill_worker(*args: str) -> BrowserHandle:
    """Let a worker process start a browser, then kill it with SIGKILL; the browser's handle."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, *args, "", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    line = await asyncio.wait_for(worker.stdout.readline(), 60)
    worker.kill()
    await worker.communicate()
    return BrowserHandle.from_dict(json.loads(line))


@pytest_asyncio.fixture(loop_scope="session")
async def abandoned(tmp_path, site):
    """A browser whose worker was killed in the middle of a form."""
    url = site.add("/form", FORM)

    async def with_cookie(request):
        response = web.Response(text=FORM, content_type="text/html")
        response.set_cookie("sid", "abc123", httponly=True)
        return response

    site.add("/form", with_cookie)
    handle = await kill_worker(str(tmp_path / "b-1"), str(tmp_path / "downloads"), url)
    yield handle
    await terminate(handle)


async def test_a_killed_worker_leaves_page_cookies_and_script_state(
    abandoned, driver, tmp_path, site
):
    assert is_alive(abandoned)

    session = await BrowserSession.open(abandoned, downloads_dir=tmp_path / "downloads")

    page = session.page
    assert page.url == site.url("/form")
    assert await page.input_value("#name") == "half a na"
    before = await page.evaluate("count")
    await page.wait_for_function("n => count > n", arg=before)
    cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    assert cookies == {"sid": "abc123"}
    await page.fill("#name", "half a name, now whole")
    await session.close()
    assert members(abandoned) == []


async def test_the_active_tab_is_found_again(browser_handle, driver, tmp_path, site):
    downloads = tmp_path / "downloads"
    first = await BrowserSession.open(browser_handle, downloads_dir=downloads)
    await first.page.goto(site.add("/one", "<title>one</title>"))
    await first.new_tab(site.add("/two", "<title>two</title>"))
    await first.new_tab(site.add("/three", "<title>three</title>"))
    await first.switch_tab(1)
    await first.detach()
    assert is_alive(browser_handle)

    second = await BrowserSession.open(browser_handle, downloads_dir=downloads)

    assert (await second.state()).title == "two"
    assert (await second.state()).tab_count == 3
    await second.detach()


async def test_terminate_leaves_no_process_within_5_s(browser_handle):
    assert len(members(browser_handle)) > 1
    started = time.monotonic()

    await terminate(browser_handle)

    assert time.monotonic() - started < 5
    assert members(browser_handle) == []
    assert not is_alive(browser_handle)
    await terminate(browser_handle)  # again is fine


async def test_a_stopped_browser_is_ended_too(browser_handle):
    os.kill(browser_handle.pid, signal.SIGSTOP)

    await terminate(browser_handle, timeout_s=2)

    assert members(browser_handle) == []


async def test_helpers_of_a_dead_browser_are_ended(browser_handle):
    helpers = [p for p in members(browser_handle) if p.pid != browser_handle.pid]
    for helper in helpers:
        helper.suspend()
    os.kill(browser_handle.pid, signal.SIGKILL)

    await terminate(browser_handle)

    assert members(browser_handle) == []


async def test_a_full_chromium_works_and_ends(driver, tmp_path, site):
    try:
        executable = find_browser(headless=False)
    except BrowserError:
        pytest.skip("only a headless shell is installed")
    handle = await launch(
        BrowserOptions(executable=executable, width=900, height=700),
        user_data_dir=tmp_path / "profile",
        proxy_port=None,
    )
    try:
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
        await session.page.goto(site.url("/blank"))
        assert await session.page.evaluate("[innerWidth, innerHeight]") == [900, 700]
        await session.close_tab(0)
        assert (await session.state()).url == "about:blank"
        await session.close()
    finally:
        await terminate(handle)
    assert members(handle) == []


async def test_a_browser_behind_a_script_is_ended_whole(tmp_path):
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\n{find_browser()} "$@"\n')  # no exec: it stays the parent
    script.chmod(0o755)
    handle = await launch(
        BrowserOptions(executable=str(script)), user_data_dir=tmp_path / "p", proxy_port=None
    )
    started = time.monotonic()

    await terminate(handle)

    assert members(handle) == []
    assert time.monotonic() - started < 5


# --- whose process it is ----------------------------------------------------------------------


async def test_a_pid_of_somebody_else_is_not_ours(browser_handle):
    stranger = replace(browser_handle, start_time=browser_handle.start_time - 100)

    assert not is_alive(stranger)
    await terminate(stranger)

    assert is_alive(browser_handle)


async def test_a_browser_of_another_host_is_not_touched(browser_handle):
    elsewhere = replace(browser_handle, host="another-host")

    assert not is_alive(elsewhere)
    with pytest.raises(BrowserError, match="another-host"):
        await terminate(elsewhere)

    assert is_alive(browser_handle)


def test_a_handle_survives_its_row():
    handle = BrowserHandle(4711, 1.5, 9222, 8080, "h", "/p", 800, 600)

    assert BrowserHandle.from_dict({**handle.as_dict(), "later_field": 1}) == handle
    for broken in ({}, {"pid": 1}, {**handle.as_dict(), "debug_port": 0}, None):
        with pytest.raises(BrowserError, match="handle"):
            BrowserHandle.from_dict(broken)


async def test_orphans_are_found_and_reaped(abandoned, tmp_path):
    assert find_orphans(tmp_path, {abandoned.pid}, min_age_s=0) == []
    assert find_orphans(tmp_path / "other", set(), min_age_s=0) == []
    assert find_orphans(tmp_path, set(), min_age_s=600) == []
    [orphan] = find_orphans(tmp_path, set(), min_age_s=0)
    assert (orphan.pid, orphan.debug_port) == (abandoned.pid, abandoned.debug_port)

    reaped = await reap(tmp_path, set(), min_age_s=0)

    assert [handle.pid for handle in reaped] == [abandoned.pid]
    assert members(abandoned) == []


# --- starting ---------------------------------------------------------------------------------


async def test_a_profile_in_use_is_refused_and_a_stale_lock_is_not(browser_handle):
    lock = Path(browser_handle.user_data_dir) / "SingletonLock"
    lock.unlink(missing_ok=True)
    lock.symlink_to(f"host-{browser_handle.pid}")
    with pytest.raises(BrowserError, match="in use"):
        await launch(
            BrowserOptions(), user_data_dir=Path(browser_handle.user_data_dir), proxy_port=None
        )

    await terminate(browser_handle)
    lock.unlink(missing_ok=True)
    lock.symlink_to(f"host-{browser_handle.pid}")
    again = await launch(
        BrowserOptions(), user_data_dir=Path(browser_handle.user_data_dir), proxy_port=None
    )
    await terminate(again)


async def test_the_browser_sees_no_secret_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    handle = await launch(BrowserOptions(), user_data_dir=tmp_path / "p", proxy_port=None)
    try:
        environment = psutil.Process(handle.pid).environ()
        assert "OPENAI_API_KEY" not in environment
        assert "HTTP_PROXY" not in environment
    finally:
        await terminate(handle)


async def test_all_traffic_goes_to_the_proxy_even_to_loopback(driver, tmp_path, site):
    seen = []

    async def proxy(reader, writer):
        line = await reader.readline()
        seen.append(line.decode())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    handle = await launch(
        BrowserOptions(),
        user_data_dir=tmp_path / "p",
        proxy_port=server.sockets[0].getsockname()[1],
    )
    try:
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
        answer = await session.page.goto(site.url("/blank"))
        assert answer.status == 403
        assert site.requests == []
        assert any(line.startswith(f"GET {site.url('/blank')}") for line in seen)
        await session.close()
    finally:
        await terminate(handle)
        server.close()
        await server.wait_closed()


async def test_locale_and_time_zone_are_the_browsers_own(driver, tmp_path):
    handle = await launch(
        BrowserOptions(locale="de-DE", timezone="Asia/Tokyo"),
        user_data_dir=tmp_path / "p",
        proxy_port=None,
    )
    try:
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
        assert await session.page.evaluate(
            "[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]"
        ) == ["de-DE", "Asia/Tokyo"]
        await session.close()
    finally:
        await terminate(handle)


async def test_a_dead_browser_cannot_be_opened(browser_handle, driver, tmp_path):
    await terminate(browser_handle)

    with pytest.raises(BrowserGone):
        await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "downloads")


# --- saved profiles ---------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["close", "terminate"])
async def test_a_saved_profile_keeps_its_sign_in(driver, tmp_path, site, ending):
    async def sign_in(request):
        response = web.Response(text="signed in", content_type="text/html")
        response.set_cookie("sid", "abc123", max_age=86_400, httponly=True)
        return response

    async def who(request):
        return web.Response(text=request.cookies.get("sid", "nobody"), content_type="text/html")

    site.add("/signin", sign_in)
    site.add("/who", who)
    profile, downloads = tmp_path / "profile", tmp_path / "downloads"
    handle = await launch(BrowserOptions(), user_data_dir=profile, proxy_port=None)
    session = await BrowserSession.open(handle, downloads_dir=downloads)
    await session.page.goto(site.url("/signin"))
    await session.page.evaluate("localStorage.setItem('theme', 'dark')")
    if ending == "close":
        await session.close()
    else:
        await session.detach()
        await terminate(handle)

    handle = await launch(BrowserOptions(), user_data_dir=profile, proxy_port=None)
    try:
        session = await BrowserSession.open(handle, downloads_dir=downloads)
        await session.page.goto(site.url("/who"))
        assert await session.page.text_content("body") == "abc123"
        assert await session.page.evaluate("localStorage.getItem('theme')") == "dark"
        assert (await session.state()).tab_count == 1
        await session.close()
    finally:
        await terminate(handle)


async def test_what_pages_say_to_their_console_is_not_written_down(
    driver: None, tmp_path: Path
) -> None:
    """It may be a secret, and a page can say it without end."""
    handle = await launch(BrowserOptions(), user_data_dir=tmp_path / "p", proxy_port=None)
    session = await BrowserSession.open(handle, downloads_dir=tmp_path / "d")
    said: list[str] = []
    session.page.on("console", lambda message: said.append(message.text))
    async with session.page.expect_event("pageerror"):
        await session.page.evaluate(
            """() => { for (const level of ['log', 'warn', 'error']) console[level]('sesame');
            setTimeout(() => { throw new Error('sesame') }) }"""
        )
    await session.close()
    await terminate(handle)
    assert said == ["sesame"] * 3
    assert "sesame" not in (tmp_path / "p" / LOG_NAME).read_text()
