"""A person's inputs, from message to what the page saw, in a real browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from agents.browser.cdp import CdpConnection
from agents.browser.frames import PAGE, Frame, OpenTab
from agents.browser.front import read_front
from agents.browser.handle import BrowserHandle
from agents.browser.hub import FrameHub, Viewer
from agents.browser.keys import key_params
from agents.browser.screencast import Screencast
from agents.browser.takeover import (
    InputDriver,
    OpenDialog,
    TakeoverError,
    complete_address,
    parse_input,
)

DESK = """<!doctype html><title>desk</title><body style="margin:0;height:3000px">
<input id=name style="position:absolute;left:100px;top:100px;width:200px;height:40px">
<textarea id=long style="position:absolute;left:100px;top:200px;width:300px;height:80px"></textarea>
<button id=press style="position:absolute;left:600px;top:100px;width:100px;height:50px">Go</button>
<div id=pad style="position:absolute;left:600px;top:300px;width:400px;height:300px;
background:#ddd" oncontextmenu="return false"></div>
<script>
window.log = [];
for (const type of ['mousedown','mouseup','click','dblclick','auxclick','contextmenu','mousemove',
                    'touchstart','touchmove','touchend'])
  document.addEventListener(type, e => log.push([type, e.target.id, e.button ?? null, Math.round(
    e.clientX ?? e.changedTouches[0].clientX), Math.round(e.clientY ?? e.changedTouches[0].clientY),
    (e.altKey?1:0)|(e.ctrlKey?2:0)|(e.metaKey?4:0)|(e.shiftKey?8:0), e.buttons ?? null]), true);
for (const type of ['keydown','keyup'])
  document.addEventListener(type, e => log.push([type, e.key, e.code, e.keyCode, e.repeat]), true);
</script>"""


@dataclass
class Desk:
    """The page under test, the hands on it and an eye on it."""

    driver: InputDriver
    viewer: Viewer
    cdp: CdpConnection
    session: str
    dialogs: asyncio.Queue[OpenDialog | None] = field(default_factory=asyncio.Queue)
    tabs: tuple[OpenTab, ...] = ()

    async def do(self, **message: Any) -> None:
        if message["kind"] in ("pointer", "wheel", "touch"):
            assert self.viewer.last_frame is not None
            message.setdefault("view", self.viewer.last_frame.view)
        await self.driver.apply(parse_input(json.loads(json.dumps(message))))

    async def at(self, x: float, y: float, **message: Any) -> None:
        """An input at a point given in CSS px."""
        await self.do(x=x / 1280, y=y / 800, **message)

    async def evaluate(self, expression: str) -> Any:
        result = await self.cdp.call(
            "Runtime.evaluate",
            {"expression": expression, "returnByValue": True, "awaitPromise": True},
            session_id=self.session,
        )
        return result["result"].get("value")

    async def until(self, expression: str) -> Any:
        """The expression's value, once it is truthy; the page looks at each animation frame."""
        async with asyncio.timeout(40):
            return await self.evaluate(
                "new Promise(done=>{(function look(){const v=(" + expression + ");"
                "v ? done(v) : requestAnimationFrame(look)})()})"
            )

    async def events(self, *types: str) -> list[list[Any]]:
        return [entry for entry in await self.evaluate("log") if entry[0] in types]

    async def _next(self) -> Frame | None:
        """The next frame; None for a state, whose tabs are noted."""
        item = await self.viewer.next()
        if isinstance(item, Frame):
            self.viewer.ack()
            return item
        self.tabs = item.tabs
        return None

    async def next_view(self, view: int) -> Frame:
        async with asyncio.timeout(40):
            while True:
                frame = await self._next()
                if frame is not None and frame.view != view:
                    return frame

    async def where(self, path: str) -> None:
        """Wait until the tab that is looked at shows this path."""
        async with asyncio.timeout(40):
            while not any(tab.active and tab.url.endswith(path) for tab in self.tabs):
                await self._next()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser_handle: BrowserHandle, site: Any) -> AsyncIterator[Desk]:
    cdp = await CdpConnection.connect(browser_handle.debug_port)
    target = (await cdp.call("Target.getTargets"))["targetInfos"][0]["targetId"]
    attached = await cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
    session = attached["sessionId"]
    await cdp.call("Page.navigate", {"url": site.add("/desk", DESK)}, session_id=session)

    async def source(key: str) -> Screencast:
        return Screencast(browser_handle.debug_port, user_data_dir=browser_handle.user_data_dir)

    hub = FrameHub(source)
    following: list[asyncio.Task[None]] = []

    def follow(target_id: str) -> None:
        following.append(asyncio.ensure_future(hub.follow("s", target_id)))

    async with hub.watch("s", PAGE) as viewer:
        desk: Desk
        driver = InputDriver(
            browser_handle.debug_port,
            shown=lambda: viewer.last_frame,
            user_data_dir=browser_handle.user_data_dir,
            on_tab=follow,
            on_dialog=lambda dialog: desk.dialogs.put_nowait(dialog),
        )
        desk = Desk(driver, viewer, cdp, session)
        await desk.until("window.log && document.readyState == 'complete'")
        await desk.next_view(0)
        yield desk
        await driver.aclose()
    await asyncio.gather(*following)
    await cdp.close()


@pytest.mark.browser
class TestPointer:
    async def test_a_click_lands_where_it_was_aimed(self, desk: Desk) -> None:
        await desk.at(650, 125, kind="pointer", action="click")
        assert await desk.events("mousedown", "mouseup", "click") == [
            ["mousedown", "press", 0, 650, 125, 0, 1],
            ["mouseup", "press", 0, 650, 125, 0, 0],
            ["click", "press", 0, 650, 125, 0, 0],
        ]

    async def test_double_right_and_modified_clicks(self, desk: Desk) -> None:
        await desk.at(650, 125, kind="pointer", action="dblclick")
        await desk.at(700, 400, kind="pointer", action="click", button="right")
        await desk.at(700, 400, kind="pointer", action="click", modifiers=10)
        await desk.at(700, 400, kind="pointer", action="click", button="middle")
        seen = await desk.events("dblclick", "contextmenu", "click", "auxclick")
        assert ["dblclick", "press", 0, 650, 125, 0, 0] in seen
        assert [entry[:3] for entry in seen if entry[0] == "contextmenu"] == [
            ["contextmenu", "pad", 2]
        ]
        assert ["click", "pad", 0, 700, 400, 10, 0] in seen
        assert ["auxclick", "pad", 1, 700, 400, 0, 0] in seen

    async def test_a_drag_is_down_moves_up(self, desk: Desk) -> None:
        await desk.at(650, 350, kind="pointer", action="down")
        await desk.at(700, 400, kind="pointer", action="move", buttons=1)
        await desk.at(750, 450, kind="pointer", action="move", buttons=1)
        await desk.at(750, 450, kind="pointer", action="up", buttons=0)
        await desk.until("log.some(e => e[0] == 'mouseup')")
        moves = [entry for entry in await desk.events("mousemove") if entry[1] == "pad"]
        assert moves and all(entry[6] == 1 for entry in moves)
        assert (await desk.events("mouseup"))[0][:5] == ["mouseup", "pad", 0, 750, 450]

    async def test_the_wheel_scrolls(self, desk: Desk) -> None:
        await desk.at(640, 700, kind="wheel", dy=500)
        await desk.until("scrollY == 500")
        await desk.at(640, 400, kind="wheel", dy=-200)
        await desk.until("scrollY == 300")

    async def test_a_tap_touches_and_clicks(self, desk: Desk) -> None:
        point = {"x": 650 / 1280, "y": 125 / 800}
        await desk.do(kind="touch", action="tap", points=[point])
        await desk.until("log.some(e => e[0] == 'click' && e[1] == 'press')")
        assert [e[:2] for e in await desk.events("touchstart", "touchend")] == [
            ["touchstart", "press"],
            ["touchend", "press"],
        ]
        for action, points in (("start", [point]), ("move", [point]), ("end", [])):
            await desk.do(kind="touch", action=action, points=points)
        with pytest.raises(TakeoverError):
            await desk.do(kind="touch", action="tap", points=[])

    async def test_a_click_aimed_at_another_tab_is_refused(self, desk: Desk) -> None:
        assert desk.viewer.last_frame is not None
        view = desk.viewer.last_frame.view
        await desk.cdp.call("Target.createTarget", {"url": "about:blank"})
        await desk.next_view(view)
        with pytest.raises(TakeoverError) as error:
            await desk.at(650, 125, kind="pointer", action="click", view=view)
        assert error.value.code == "stale_view"
        assert await desk.events("click") == []


@pytest.mark.browser
class TestKeys:
    async def test_typing_edits_the_field_in_focus(self, desk: Desk) -> None:
        await desk.at(200, 120, kind="pointer", action="click")
        for key, code in (("A", "KeyA"), ("b", "KeyB"), ("!", "Digit1"), ("ß", ""), ("€", "KeyE")):
            await desk.do(kind="key", key=key, code=code, modifiers=8 if key == "A" else 0)
        assert await desk.evaluate("document.querySelector('#name').value") == "Ab!ß€"
        await desk.do(kind="key", key="Backspace", code="Backspace")
        await desk.do(kind="key", key="ArrowLeft")
        await desk.do(kind="key", key="Home", modifiers=8)
        await desk.do(kind="key", key="x", code="KeyX")
        assert await desk.evaluate("document.querySelector('#name').value") == "xß"
        downs = await desk.events("keydown")
        assert downs[0][1:4] == ["A", "KeyA", 65]
        assert ["keydown", "Backspace", "Backspace", 8, False] in downs
        assert ["keydown", "ArrowLeft", "ArrowLeft", 37, False] in downs

    async def test_shortcuts_enter_and_tab_act(self, desk: Desk) -> None:
        await desk.at(250, 240, kind="pointer", action="click")
        await desk.do(kind="text", text="one")
        await desk.do(kind="key", key="Enter", code="Enter")
        await desk.do(kind="text", text="two")
        assert await desk.evaluate("document.activeElement.value") == "one\ntwo"
        await desk.do(kind="key", key="a", code="KeyA", modifiers=2)
        await desk.do(kind="text", text="new")
        assert await desk.evaluate("document.activeElement.value") == "new"
        await desk.do(kind="key", key="Tab", code="Tab")
        assert await desk.evaluate("document.activeElement.id") == "press"
        await desk.do(kind="key", key="Enter", code="Enter")
        await desk.until("log.some(e => e[0] == 'click' && e[1] == 'press')")

    async def test_down_up_and_repeat_are_told_apart(self, desk: Desk) -> None:
        await desk.do(kind="key", action="down", key="Shift", code="ShiftLeft", modifiers=8)
        await desk.do(kind="key", action="down", key="ArrowDown", repeat=True, modifiers=8)
        await desk.do(kind="key", action="up", key="Shift", code="ShiftLeft")
        assert await desk.events("keydown", "keyup") == [
            ["keydown", "Shift", "ShiftLeft", 16, False],
            ["keydown", "ArrowDown", "ArrowDown", 40, True],
            ["keyup", "Shift", "ShiftLeft", 16, False],
        ]

    @pytest.mark.parametrize("text", ["日本語を入力", "👩‍👩‍👧 é", "a\nb\tc", "x" * 20_000])
    async def test_composed_and_pasted_text_goes_in_whole(self, desk: Desk, text: str) -> None:
        await desk.at(250, 240, kind="pointer", action="click")
        await desk.do(kind="text", text=text)
        assert await desk.evaluate("document.querySelector('#long').value") == text

    async def test_a_key_that_no_keyboard_has_is_refused(self, desk: Desk) -> None:
        for key in ("Process", "Dead", "Unidentified", "\n"):
            with pytest.raises(TakeoverError) as error:
                await desk.do(kind="key", key=key)
            assert error.value.code == "unknown_key"


@pytest.mark.browser
class TestNavigation:
    async def test_the_address_bar_and_its_buttons(self, desk: Desk, site: Any) -> None:
        site.add("/second", "<title>second</title>two")
        await desk.do(kind="navigate", action="goto", url=site.url("/second"))
        await desk.where("/second")
        await desk.do(kind="navigate", action="back")
        await desk.where("/desk")
        await desk.do(kind="navigate", action="forward")
        await desk.where("/second")
        await desk.evaluate("window.old = true")
        await desk.do(kind="navigate", action="reload")
        await desk.until("!window.old && document.readyState == 'complete'")
        await desk.do(kind="navigate", action="forward")  # nothing is there: nothing happens
        await desk.do(kind="navigate", action="stop")
        await desk.do(kind="navigate", action="goto", url=site.url("/desk").removeprefix("http://"))
        await desk.where("/desk")

    async def test_what_cannot_be_opened_is_said(self, desk: Desk) -> None:
        with pytest.raises(TakeoverError) as error:
            await desk.do(kind="navigate", action="goto", url="http://127.0.0.1:9/")
        assert error.value.code == "navigation_failed"

    async def test_tabs_open_switch_and_close(
        self, desk: Desk, browser_handle: BrowserHandle
    ) -> None:
        assert desk.viewer.last_frame is not None
        view = desk.viewer.last_frame.view
        await desk.do(kind="tab", action="open")
        second = await desk.next_view(view)
        await desk.where("about:blank")
        assert [tab.active for tab in desk.tabs] == [False, True]
        assert desk.tabs[0].title == "desk"
        desk_id, blank_id = (tab.target_id for tab in desk.tabs)
        assert read_front(browser_handle.user_data_dir) == blank_id == second.target_id
        await desk.do(kind="tab", action="switch", target_id=desk_id)
        back = await desk.next_view(second.view)
        assert read_front(browser_handle.user_data_dir) == back.target_id == desk_id
        await desk.do(kind="tab", action="close", target_id=blank_id)
        for message, code in (
            ({"action": "switch", "target_id": "ABC"}, "no_such_tab"),
            ({"action": "switch"}, "no_such_tab"),
            ({"action": "close", "target_id": desk_id}, "last_tab"),
        ):
            with pytest.raises(TakeoverError) as error:
                await desk.do(kind="tab", **message)
            assert error.value.code == code

    async def test_a_dialog_is_shown_and_answered(self, desk: Desk) -> None:
        await desk.evaluate("press.onclick = () => { window.said = prompt('Name?', 'nobody') }")
        with pytest.raises(TakeoverError) as error:
            await desk.do(kind="dialog", accept=True)
        assert error.value.code == "no_dialog"
        click = asyncio.ensure_future(desk.at(650, 125, kind="pointer", action="click"))
        async with asyncio.timeout(40):
            assert await desk.dialogs.get() == OpenDialog("prompt", "Name?", "nobody")
            await desk.do(kind="dialog", accept=True, text="Ada")
            assert await desk.dialogs.get() is None
            await click
        assert await desk.until("window.said") == "Ada"

    async def test_a_page_that_hangs_does_not_hang_the_driver(self, desk: Desk) -> None:
        desk.cdp.post("Runtime.evaluate", {"expression": "for(;;);"}, session_id=desk.session)
        async with asyncio.timeout(30):
            with pytest.raises(TakeoverError) as error:
                for _ in range(200):
                    await desk.at(300, 300, kind="pointer", action="move")
                    await asyncio.gather(
                        *(desk.do(kind="key", key="a", code="KeyA") for _ in range(40))
                    )
        assert error.value.code == "page_busy"


@pytest.mark.parametrize(
    "message",
    [
        None, 1, "x", [], {}, {"kind": "teleport"}, {"kind": "pointer"},
        {"kind": "pointer", "action": "click", "x": 1.1, "y": 0, "view": 1},
        {"kind": "pointer", "action": "click", "x": -0.1, "y": 0, "view": 1},
        {"kind": "pointer", "action": "click", "x": float("nan"), "y": 0, "view": 1},
        {"kind": "pointer", "action": "click", "x": "0.5", "y": 0, "view": 1},
        {"kind": "pointer", "action": "click", "x": 0.5, "y": 0.5},
        {"kind": "pointer", "action": "click", "x": 0.5, "y": 0.5, "view": 1, "clicks": 9},
        {"kind": "pointer", "action": "click", "x": 0.5, "y": 0.5, "view": 1, "more": 1},
        {"kind": "wheel", "x": 0, "y": 0, "view": 1, "dy": 1e9},
        {"kind": "key", "key": ""}, {"kind": "key", "key": "a" * 33},
        {"kind": "key", "key": "a", "code": "Key A"}, {"kind": "key", "key": "a", "modifiers": 16},
        {"kind": "text", "text": ""}, {"kind": "text", "text": "x" * 20_001},
        {"kind": "text", "text": "\ud800"}, {"kind": "text", "text": 5},
        {"kind": "touch", "action": "start", "view": 1, "points": [{"x": 0, "y": 0}] * 6},
        {"kind": "navigate", "action": "goto", "url": "x" * 9_000},
        {"kind": "tab", "action": "switch", "target_id": "../x"}, {"kind": "dialog"},
    ],
)  # fmt: skip
def test_what_is_not_an_input_is_refused(message: Any) -> None:
    with pytest.raises(TakeoverError) as error:
        parse_input(message)
    assert error.value.code == "bad_input"


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(TakeoverError) as error:
        parse_input({"kind": "text", "text": ["hunter2"]})
    assert "hunter2" not in str(error.value) and error.value.__cause__ is None


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.com", "https://example.com/"), (" EXAMPLE.com/a b ", "https://example.com/a%20b"),
        ("http://example.com", "http://example.com/"), ("localhost", "http://localhost/"),
        ("localhost:8001/shop", "http://localhost:8001/shop"),
        ("127.0.0.1:8001/shop", "http://127.0.0.1:8001/shop"), ("10.0.0.1", "http://10.0.0.1/"),
        ("https://user@host/", "https://user@host/"),
    ],
)  # fmt: skip
def test_an_address_is_completed_as_people_mean_it(typed: str, address: str) -> None:
    assert complete_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "javascript:alert(1)", "file:///etc/passwd", "chrome://settings",
     "data:text/html,x", "view-source:http://a/", "about:blank", "blob:http://a/b", "ftp://a/", "http://",
     "a b", "http://[::1", "filesystem:http://a/"],
)  # fmt: skip
def test_other_addresses_are_refused(typed: str) -> None:
    with pytest.raises(TakeoverError) as error:
        complete_address(typed)
    assert error.value.code == "address_refused"


def test_keys_carry_the_codes_that_pages_read() -> None:
    assert key_params("Escape", "", 0)["windowsVirtualKeyCode"] == 27
    assert key_params(";", "Semicolon", 0)["windowsVirtualKeyCode"] == 186
    assert key_params("5", "Numpad5", 0, 3) | {"isKeypad": True} == key_params("5", "Numpad5", 0, 3)
    assert "text" not in key_params("c", "KeyC", 2)
    assert key_params("Enter", "Enter", 2)["text"] == "\r"
    assert key_params("F5", "", 0)["windowsVirtualKeyCode"] == 116
