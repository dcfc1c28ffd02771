"""Dialogs are answered and told; no page can hold an agent with them."""

from __future__ import annotations

import asyncio
import time

import pytest

from agents.browser.cdp import CdpConnection

pytestmark = pytest.mark.browser


async def test_dialogs_are_answered_and_told(browser_session, site):
    page = browser_session.page
    await page.goto(site.add("/ask", "<title>ask</title>"))

    answers = await page.evaluate("[alert('saved'), confirm('delete all?'), prompt('name?', 'x')]")

    assert answers == [None, False, None]
    notices = browser_session.drain_notices()
    assert [(n.kind, n.detail["type"], n.detail["accepted"]) for n in notices] == [
        ("dialog", "alert", True),
        ("dialog", "confirm", False),
        ("dialog", "prompt", False),
    ]
    assert "'delete all?'" in notices[1].message and "dismissed" in notices[1].message
    assert browser_session.drain_notices() == []


async def test_dialogs_are_left_to_the_person_who_drives(browser_session, site):
    """They answer by a connection of their own; what they leave open is declined at the end."""
    driving = True
    browser_session.leave_dialogs_to(lambda: driving)
    page = browser_session.page
    await page.goto(site.add("/ask", "<title>ask</title>"))
    cdp = await CdpConnection.connect(browser_session.handle.debug_port)
    opened: asyncio.Queue[str] = asyncio.Queue()
    cdp.on(
        lambda method, params, session: (
            opened.put_nowait(params["message"])
            if method == "Page.javascriptDialogOpening"
            else None
        )
    )
    targets = (await cdp.call("Target.getTargets"))["targetInfos"]
    target = next(each["targetId"] for each in targets if each["url"].endswith("/ask"))
    attached = await cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
    session = attached["sessionId"]
    await cdp.call("Page.enable", session_id=session)

    async with asyncio.timeout(30):
        asking = asyncio.ensure_future(page.evaluate("confirm('delete it?')"))
        assert await opened.get() == "delete it?"
        await cdp.call("Page.handleJavaScriptDialog", {"accept": True}, session_id=session)
        assert await asking is True

        asking = asyncio.ensure_future(page.evaluate("confirm('and the rest?')"))
        assert await opened.get() == "and the rest?"
        driving = False
        await browser_session.follow_front_tab()
        assert await asking is False
    await cdp.close()


async def test_a_page_that_does_not_want_to_be_left_is_left(browser_session, site):
    page = browser_session.page
    await page.goto(
        site.add(
            "/stay",
            "<input id=i><script>onbeforeunload = e => { e.preventDefault(); return 'stay' }"
            "</script>",
        )
    )
    await page.fill("#i", "typed")  # the dialog needs a gesture first
    await page.click("#i")

    await page.goto(site.url("/blank"), timeout=30_000)

    assert page.url == site.url("/blank")
    [notice] = browser_session.drain_notices()
    assert notice.detail["type"] == "beforeunload" and notice.detail["accepted"]


@pytest.mark.parametrize(
    "script",
    [
        "while (true) alert('for ever')",
        "setInterval(() => alert('again'), 0)",
        "function again() { confirm('sure?'); Promise.resolve().then(again) } again()",
        "let n = 0; while (true) alert('number ' + n++)",
    ],
)
async def test_a_page_that_alerts_for_ever_is_silenced(browser_session, site, script):
    site.add("/flood", f"<title>flood</title><p>words</p><script>{script}</script>")
    started = time.monotonic()

    await browser_session.page.goto(site.url("/flood"), wait_until="commit", timeout=30_000)
    async with asyncio.timeout(40):
        notices = browser_session.drain_notices()
        while not any(n.kind == "dialog_flood" for n in notices):
            await browser_session.idle()
            notices += browser_session.drain_notices()
    await browser_session.state()

    assert time.monotonic() - started < 60  # it would never end by itself
    assert len(notices) < 25
    shot = await browser_session.screenshot()
    assert shot.width == 1280
    await browser_session.page.goto(site.url("/blank"), timeout=30_000)
    assert (await browser_session.state()).title == "blank"
    # The next page may speak again.
    await browser_session.page.evaluate("alert('hello')")
    assert [n.detail.get("text") for n in browser_session.drain_notices()] == ["hello"]


async def test_a_dialog_in_a_background_tab_is_answered_too(browser_session, site):
    background = browser_session.page
    await background.goto(site.url("/blank"))
    await browser_session.new_tab(site.url("/blank"))

    assert await background.evaluate("confirm('there?')") is False
    assert (await browser_session.state()).tab == 1
