"""The live view against a real browser: pictures, tabs, sharing, stopping, starting again."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from agents.browser.cdp import CdpConnection
from agents.browser.frames import GRID, PAGE, Frame, Quality, decode_frame
from agents.browser.front import write_front
from agents.browser.handle import BrowserHandle
from agents.browser.hub import CastStatus, FrameHub, Viewer
from agents.browser.process import terminate
from agents.browser.screencast import Screencast
from agents.errors import BrowserGone

pytestmark = pytest.mark.browser

MOVING = """<body style="margin:0"><div id=a style="position:absolute;width:200px;height:200px;
background:red"></div><script>let i=0;(function f(){a.style.left=(i++*5%900)+'px';
requestAnimationFrame(f)})()</script>"""


def still(colour: str) -> str:
    return f"<title>{colour}</title><body style='margin:0;background:{colour}'></body>"


class Tab:
    """A tab, driven by the debugging protocol."""

    def __init__(self, cdp: CdpConnection, target_id: str, session_id: str) -> None:
        self.cdp, self.target_id, self.session_id = cdp, target_id, session_id

    @classmethod
    async def first(cls, cdp: CdpConnection) -> Tab:
        infos = (await cdp.call("Target.getTargets"))["targetInfos"]
        return await cls.attach(cdp, next(i["targetId"] for i in infos if i["type"] == "page"))

    @classmethod
    async def attach(cls, cdp: CdpConnection, target_id: str) -> Tab:
        attached = await cdp.call("Target.attachToTarget", {"targetId": target_id, "flatten": True})
        return cls(cdp, target_id, attached["sessionId"])

    async def goto(self, url: str) -> None:
        await self.cdp.call("Page.navigate", {"url": url}, session_id=self.session_id)

    async def evaluate(self, expression: str) -> Any:
        result = await self.cdp.call(
            "Runtime.evaluate",
            {"expression": expression, "returnByValue": True, "awaitPromise": True},
            session_id=self.session_id,
        )
        return result["result"].get("value")

    async def colour_of(self, jpeg: bytes) -> tuple[int, int, int]:
        """Mean colour of a JPEG's middle, decoded by the browser."""
        encoded = base64.b64encode(jpeg).decode()
        return tuple(  # type: ignore[return-value]
            await self.evaluate(
                "(async()=>{const b=await createImageBitmap(await (await fetch("
                f"'data:image/jpeg;base64,{encoded}')).blob());"
                "const c=new OffscreenCanvas(b.width,b.height).getContext('2d');c.drawImage(b,0,0);"
                "return [...c.getImageData(b.width/2,b.height/2,1,1).data].slice(0,3)})()"
            )
        )


@pytest_asyncio.fixture(loop_scope="session")
async def cdp(browser_handle: BrowserHandle) -> AsyncIterator[CdpConnection]:
    connection = await CdpConnection.connect(browser_handle.debug_port)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tab(cdp: CdpConnection) -> Tab:
    return await Tab.first(cdp)


@pytest_asyncio.fixture(loop_scope="session")
async def hub(browser_handle: BrowserHandle) -> AsyncIterator[FrameHub]:
    async def source(key: str) -> Screencast:
        return Screencast(browser_handle.debug_port, user_data_dir=browser_handle.user_data_dir)

    hub = FrameHub(source, look_again_s=60)
    yield hub
    await hub.aclose()


async def until(viewer: Viewer, wanted: Callable[[Any], bool]) -> Any:
    """The next item of a viewer that is wanted; frames are acknowledged as they come."""
    async with asyncio.timeout(40):
        while True:
            item = await viewer.next()
            if isinstance(item, Frame):
                viewer.ack()
            if wanted(item):
                return item


def is_frame(item: Any) -> bool:
    return isinstance(item, Frame) and not item.kept


def state(name: str) -> Callable[[Any], bool]:
    return lambda item: isinstance(item, CastStatus) and item.state == name


async def test_a_viewer_sees_the_page_and_its_measures(hub: FrameHub, tab: Tab) -> None:
    await tab.goto("data:text/html," + still("blue"))
    async with hub.watch("s", PAGE) as viewer:
        assert (await viewer.next()).state == "starting"
        await until(viewer, state("live"))
        frame = await until(viewer, is_frame)
    assert (frame.device_width, frame.device_height) == (1280, 800)
    assert (frame.page_scale, frame.offset_top, frame.scroll_y) == (1, 0, 0)
    assert frame.target_id == tab.target_id
    red, green, blue = await tab.colour_of(frame.jpeg)
    assert blue > 240 and red < 20 and green < 20


def test_the_wire_form_carries_everything_but_the_target() -> None:
    frame = Frame(b"\xff\xd8jpeg", 7, 1234.5, 1280, 800, 1.5, 12, 3, 40, 99, "T", kept=True)
    assert decode_frame(frame.encoded) == replace(frame, target_id="")
    assert frame.encoded[44:] == b"\xff\xd8jpeg"
    for broken in (b"", frame.encoded[:20], b"\x02" + frame.encoded[1:]):
        with pytest.raises(ValueError):
            decode_frame(broken)


async def test_quality_is_the_most_that_anybody_asks_for(hub: FrameHub, tab: Tab) -> None:
    await tab.goto("data:text/html," + still("red"))

    async def width(frame: Frame) -> int:
        at = frame.jpeg.index(b"\xff\xc0")  # start of frame: length, depth, height, width
        return int.from_bytes(frame.jpeg[at + 7 : at + 9])

    def as_wide(px: int) -> Callable[[Any], bool]:
        return lambda item: is_frame(item) and b"\xff\xc0" in item.jpeg and px == int.from_bytes(
            item.jpeg[item.jpeg.index(b"\xff\xc0") + 7 :][:2]
        )  # fmt: skip

    async with hub.watch("s", GRID) as small:
        assert await width(await until(small, is_frame)) == 800
        async with hub.watch("s", PAGE) as large:
            await until(large, as_wide(1280))
            await until(small, as_wide(1280))
            large.ask(Quality(400, 50))
            await until(small, as_wide(800))


async def test_viewers_share_one_cast_and_the_last_one_ends_it(
    browser_handle: BrowserHandle, tab: Tab
) -> None:
    made: list[Screencast] = []

    async def source(key: str) -> Screencast:
        made.append(Screencast(browser_handle.debug_port))
        return made[-1]

    hub = FrameHub(source)
    await tab.goto("data:text/html," + still("lime"))
    async with hub.watch("s", PAGE) as first:
        await until(first, is_frame)
        async with hub.watch("s", PAGE) as second:
            # The page stands still, yet the second viewer has its picture.
            assert (await until(second, is_frame)).number == first.last_frame.number
            assert hub.casting == ["s"] and len(made) == 1
        first.show(False)
        assert hub.casting == []
        first.show(True)
        assert hub.casting == ["s"]
        kept = await until(first, lambda item: isinstance(item, Frame))
        assert kept.kept
        await until(first, is_frame)
    assert hub.casting == []
    assert len(made) == 2


async def test_nothing_is_captured_when_nobody_watches(
    hub: FrameHub, cdp: CdpConnection, tab: Tab
) -> None:
    await tab.goto("data:text/html," + still("red"))
    async with hub.watch("s", PAGE) as viewer:
        await until(viewer, is_frame)
    # Whoever captures a page is attached to it. First it is only this test, then nobody.
    infos = (await cdp.call("Target.getTargets"))["targetInfos"]
    assert [i["attached"] for i in infos if i["targetId"] == tab.target_id] == [True]
    await cdp.call("Target.detachFromTarget", {"sessionId": tab.session_id})
    infos = (await cdp.call("Target.getTargets"))["targetInfos"]
    assert [i["attached"] for i in infos if i["targetId"] == tab.target_id] == [False]


async def test_a_slow_viewer_gets_the_newest_frame_and_holds_nobody_up(
    hub: FrameHub, tab: Tab, site: Any
) -> None:
    await tab.goto(site.add("/moving", MOVING))
    async with hub.watch("s", GRID) as slow, hub.watch("s", GRID) as quick:
        first = await until(slow, is_frame)
        slow._in_flight = True  # as before its acknowledgement
        for _ in range(10):
            latest = await until(quick, is_frame)
        slow.ack()
        assert (await until(slow, is_frame)).number >= latest.number > first.number + 5


async def test_the_active_tab_is_followed(
    hub: FrameHub, cdp: CdpConnection, tab: Tab, browser_handle: BrowserHandle
) -> None:
    def shows(target_id: str) -> Callable[[Any], bool]:
        return lambda item: isinstance(item, Frame) and item.target_id == target_id

    async def open_tab(colour: str) -> str:
        params = {"url": "data:text/html," + still(colour)}
        return str((await cdp.call("Target.createTarget", params))["targetId"])

    await tab.goto("data:text/html," + still("red"))
    async with hub.watch("s", PAGE) as viewer:
        before = await until(viewer, shows(tab.target_id))
        second = await open_tab("lime")
        after = await until(viewer, shows(second))
        assert after.view != before.view
        third = await open_tab("blue")
        await until(viewer, shows(third))
        await hub.follow("s", tab.target_id)
        await until(viewer, shows(tab.target_id))
        write_front(browser_handle.user_data_dir, second)
        await until(viewer, shows(second))
        await cdp.call("Target.closeTarget", {"targetId": second})
        await until(viewer, shows(third))
        await cdp.call("Target.closeTarget", {"targetId": third})
        await until(viewer, shows(tab.target_id))


async def test_the_tab_noted_as_in_front_is_shown_first(
    hub: FrameHub, cdp: CdpConnection, tab: Tab, browser_handle: BrowserHandle
) -> None:
    await cdp.call("Target.createTarget", {"url": "data:text/html," + still("blue")})
    write_front(browser_handle.user_data_dir, tab.target_id)
    async with hub.watch("s", PAGE) as viewer:
        assert (await until(viewer, is_frame)).target_id == tab.target_id


async def test_a_move_to_another_site_goes_on_in_the_same_view(
    hub: FrameHub, tab: Tab, site: Any
) -> None:
    await tab.goto("data:text/html," + still("red"))
    async with hub.watch("s", PAGE) as viewer:
        first = await until(viewer, is_frame)
        await tab.goto(site.add("/blue", still("blue")))
        async with asyncio.timeout(40):
            while (await tab.colour_of((await until(viewer, is_frame)).jpeg))[2] < 200:
                pass
        assert viewer.last_frame is not None and viewer.last_frame.view == first.view


async def test_a_title_is_told_when_it_changes_and_a_still_page_is_not_asked(
    hub: FrameHub, cdp: CdpConnection, tab: Tab, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever asked now and then would be told after the test's end.
    monkeypatch.setattr("agents.browser.screencast._OTHER_TITLES_S", 600)

    def told(title: str) -> Callable[[Any], bool]:
        return lambda item: isinstance(item, CastStatus) and title in [t.title for t in item.tabs]

    await tab.goto(site.add("/red", still("red")))
    async with hub.watch("s", PAGE) as viewer:
        await until(viewer, told("red"))
        for title in ("one", "two", "three"):
            await tab.evaluate(f"document.title = {title!r}")
            await until(viewer, told(title))
        await tab.evaluate("document.head.innerHTML = '<title>four</title>'")
        await until(viewer, told("four"))
        await tab.goto(site.add("/blue", still("blue")))
        await until(viewer, told("blue"))
        await tab.evaluate("history.pushState({}, '', '/green'); document.title = 'green'")
        await until(viewer, told("green"))
        await tab.evaluate("setTimeout(() => location.replace('/red'))")
        await until(viewer, told("red"))
        # The page's own scripts see nothing of it.
        assert await tab.evaluate("typeof earlier") == "undefined"


async def test_a_lost_connection_is_taken_up_again(
    hub: FrameHub, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[CdpConnection] = []
    connect = CdpConnection.connect

    async def remember(debug_port: int, **options: Any) -> CdpConnection:
        made.append(await connect(debug_port, **options))
        return made[-1]

    monkeypatch.setattr(CdpConnection, "connect", remember)
    await tab.goto("data:text/html," + still("red"))
    async with hub.watch("s", PAGE) as viewer:
        await until(viewer, is_frame)
        await made[0]._socket.close()
        status = await until(viewer, state("reconnecting"))
        assert status.last_frame_at is not None
        await until(viewer, state("live"))
        await until(viewer, is_frame)


async def test_a_closed_browser_is_told_and_a_new_one_is_taken_up(
    browser_handle: BrowserHandle, tab: Tab
) -> None:
    current: list[BrowserHandle | None] = [browser_handle]

    async def source(key: str) -> Screencast | None:
        return Screencast(current[0].debug_port) if current[0] else None

    hub = FrameHub(source, look_again_s=60)
    async with hub.watch("s", PAGE) as viewer:
        await until(viewer, is_frame)
        await terminate(browser_handle)
        status = await until(viewer, state("closed"))
        assert status.reason and status.last_frame_at is not None
        current[0] = None
        hub.refresh("s")
        assert viewer.last_frame is not None
    async with hub.watch("s", PAGE) as late:
        assert (await until(late, lambda item: isinstance(item, Frame))).kept


async def test_no_browser_yet_then_one_after_a_refresh(browser_handle: BrowserHandle) -> None:
    here: list[Screencast] = []

    async def source(key: str) -> Screencast | None:
        return here[0] if here else None

    hub = FrameHub(source, look_again_s=60)
    async with hub.watch("s", PAGE) as viewer:
        assert (await until(viewer, state("closed"))).reason == "No browser is open."
        here.append(Screencast(browser_handle.debug_port))
        hub.refresh("s")
        await until(viewer, state("live"))
        await until(viewer, is_frame)


async def test_a_refresh_leaves_the_cast_of_the_same_browser_alone(
    browser_handle: BrowserHandle, tab: Tab, site: Any
) -> None:
    async def source(key: str) -> Screencast:
        return Screencast(browser_handle.debug_port, browser=browser_handle)

    hub = FrameHub(source, look_again_s=60)
    await tab.goto(site.add("/red", still("red")))
    async with hub.watch("s", PAGE) as viewer:
        first = await until(viewer, is_frame)
        hub.refresh("s", browser_handle)
        await tab.goto(site.add("/blue", still("blue")))
        async with asyncio.timeout(40):
            while (await tab.colour_of((await until(viewer, is_frame)).jpeg))[2] < 200:
                pass
        assert viewer.last_frame is not None and viewer.last_frame.view == first.view
        hub.refresh("s", replace(browser_handle, start_time=browser_handle.start_time + 1))
        await until(viewer, lambda item: is_frame(item) and item.view != first.view)


async def test_watching_leaves_the_pages_dialogs_alone(hub: FrameHub, tab: Tab) -> None:
    async with hub.watch("s", PAGE) as viewer:
        await until(viewer, is_frame)
        # With a client that has to answer dialogs, this would never return.
        async with asyncio.timeout(40):
            assert await tab.evaluate("alert(1), 5") == 5


async def test_a_dead_port_is_browser_gone() -> None:
    with pytest.raises(BrowserGone):
        await CdpConnection.connect(9)
