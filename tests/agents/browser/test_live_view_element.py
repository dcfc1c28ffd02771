"""`<live-view>` in a real browser, watching and driving another one over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import WSMsgType, web
from playwright.async_api import Page, expect

from agents.browser.handle import BrowserHandle
from agents.browser.hub import FrameHub
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.screencast import Screencast
from agents.browser.session import BrowserSession
from agents.browser.takeover import InputDriver
from agents.browser.viewing import ViewerConnection

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[3] / "static" / "js"
HOST = """<!doctype html><title>host</title><link rel=stylesheet href=/host.css>
<script type=module src=/js/live-view.js></script><script src=/host.js></script>
<body><div id=box><live-view id=v src=/ws interactive leave-to=#after></live-view></div>
<button id=after>after</button>"""
HOST_CSS = "body { margin: 0 } live-view { width: 640px }"
HOST_JS = """window.seen=[];for(const n of ['state','control','tabs','error','leave'])
document.addEventListener('live-view:'+n,e=>seen.push([n,e.detail]));
window.view=()=>document.querySelector('live-view');
window.corner=()=>{const c=view().shadowRoot.querySelector('canvas');
return [...c.getContext('2d').getImageData(c.width-20,c.height-20,1,1).data].slice(0,3)}"""
DESK = """<!doctype html><title>desk</title><body style="margin:0;height:4000px;background:lime">
<input id=name style="position:absolute;left:100px;top:100px;width:400px;height:60px">
<button id=go style="position:absolute;left:600px;top:100px;width:200px;height:60px"
onclick="document.body.style.background='blue';document.title='clicked'">Go</button>
<div id=pad style="position:absolute;left:100px;top:300px;width:600px;height:300px"></div>
<script>window.log=[];for(const t of ['dblclick','mousemove','keydown','keyup','contextmenu'])
document.addEventListener(t,e=>log.push([t,e.key??e.button,e.target.id]))</script>"""
AGENT = {"driver": "agent", "by": None, "you": False}
YOU = {"driver": "person", "by": "Ada", "you": True}


class Gallery:
    """Serves the element and its socket; watches one browser."""

    def __init__(self, handle: BrowserHandle) -> None:
        self.handle = handle
        self.control = AGENT
        self.viewers: list[ViewerConnection] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.close_with: int | None = None
        self.hub = FrameHub(self._source, look_again_s=60)

    async def _source(self, key: str) -> Screencast:
        return Screencast(self.handle.debug_port, user_data_dir=self.handle.user_data_dir)

    async def _page(self, request: web.Request) -> web.Response:
        # As strict as the console's, but for the test's own evaluations.
        headers = {"Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-eval'"}
        return web.Response(text=HOST, content_type="text/html", headers=headers)

    async def _part(self, request: web.Request) -> web.Response:
        if request.path.endswith("css"):
            return web.Response(text=HOST_CSS, content_type="text/css")
        return web.Response(text=HOST_JS, content_type="text/javascript")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.close_with is not None:
            await socket.close(code=self.close_with)
            return socket
        tasks: set[asyncio.Task[None]] = set()
        driver = InputDriver(
            self.handle.debug_port,
            shown=lambda: self.hub.last_frame("s"),
            on_tab=lambda target: tasks.add(asyncio.ensure_future(self.hub.follow("s", target))),
        )
        viewer = ViewerConnection(
            self.hub,
            "s",
            send_bytes=socket.send_bytes,
            send_text=socket.send_str,
            on_input=driver.apply,
            quality=request.query["quality"],
            control=self.control,
        )
        self.viewers.append(viewer)
        self.sockets.append(socket)
        pump = asyncio.ensure_future(viewer.run())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await viewer.receive(message.data)
        finally:
            self.viewers.remove(viewer)
            self.sockets.remove(socket)
            pump.cancel()
            await asyncio.gather(pump, *tasks, return_exceptions=True)
            await driver.aclose()
        return socket

    async def start(self) -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/host.js", self._part)
        app.router.add_get("/host.css", self._part)
        app.router.add_get("/ws", self._socket)
        app.router.add_static("/js", STATIC)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/"

    async def give_control(self, control: dict[str, Any]) -> None:
        self.control = control
        for viewer in self.viewers:
            await viewer.set_control(control)


@pytest_asyncio.fixture(loop_scope="session")
async def watched(browser_session: BrowserSession, site: Any) -> Page:
    page = browser_session.page
    await page.goto(site.add("/desk", DESK))
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def gallery(
    watched: Page, browser_handle: BrowserHandle, tmp_path: Path
) -> AsyncIterator[tuple[Gallery, Page]]:
    gallery = Gallery(browser_handle)
    runner, url = await gallery.start()
    handle = await launch(BrowserOptions(), user_data_dir=tmp_path / "viewer", proxy_port=None)
    session = await BrowserSession.open(handle, downloads_dir=tmp_path / "viewer-downloads")
    problems: list[str] = []
    session.page.on("pageerror", lambda error: problems.append(str(error)))
    await session.page.goto(url)
    yield gallery, session.page
    await session.close()
    await terminate(handle)
    await runner.cleanup()
    assert problems == []


async def wait_for(page: Page, expression: str) -> Any:
    handle = await page.wait_for_function(expression, timeout=40_000)
    return await handle.json_value()


LIME = "(c => c[1] > 230 && c[0] < 40 && c[2] < 40)(corner())"
BLUE = "(c => c[2] > 230 && c[0] < 40 && c[1] < 40)(corner())"


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what the server side comes to by itself."""
    async with asyncio.timeout(40):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


async def test_it_draws_the_page_and_says_that_it_is_live(gallery: tuple[Gallery, Page]) -> None:
    _, page = gallery
    await wait_for(page, LIME)
    await expect(page.locator("live-view .words")).to_have_text("Live")
    assert await page.locator("live-view").get_attribute("data-driver") == "agent"
    box = await page.locator("live-view canvas").bounding_box()
    assert box is not None and (box["width"], box["height"]) == (640, 400)
    tabs = await wait_for(page, "seen.filter(e => e[0]=='tabs').at(-1)?.[1].tabs.length == 1")
    assert tabs


async def test_a_spectator_sends_nothing(gallery: tuple[Gallery, Page], watched: Page) -> None:
    _, page = gallery
    await wait_for(page, LIME)
    await page.mouse.click(350, 65)
    assert await page.evaluate("view().input({kind:'text',text:'x'})") is False
    assert await watched.title() == "desk"


async def test_driving_with_mouse_keys_wheel_and_paste(
    gallery: tuple[Gallery, Page], watched: Page
) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    await show.give_control(YOU)
    await wait_for(page, "view().hasAttribute('driving')")
    await page.mouse.click(150, 65)  # half the size: 300, 130 is in the field
    await page.keyboard.type("Ab! ß")
    await page.keyboard.insert_text("日本")
    await page.evaluate(
        """() => { const d = new DataTransfer(); d.setData('text/plain', ' pasted');
        view().shadowRoot.querySelector('textarea').dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})) }"""
    )
    await wait_for(watched, "document.querySelector('#name').value == 'Ab! ß日本 pasted'")
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    await wait_for(watched, "document.querySelector('#name').value == ''")
    await page.mouse.dblclick(200, 250)
    await wait_for(watched, "log.some(e => e[0] == 'dblclick' && e[2] == 'pad')")
    await page.mouse.click(200, 250, button="right")
    await wait_for(watched, "log.some(e => e[0] == 'contextmenu' && e[2] == 'pad')")
    await page.mouse.click(350, 65)
    await wait_for(watched, "document.title == 'clicked'")
    await wait_for(page, BLUE)
    await page.mouse.wheel(0, 600)
    await wait_for(watched, "scrollY == 600")


async def test_the_keyboard_leaves_by_ctrl_alt_x(
    gallery: tuple[Gallery, Page], watched: Page
) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    await show.give_control(YOU)
    await wait_for(page, "view().hasAttribute('driving')")
    await page.mouse.click(150, 65)
    await page.keyboard.press("Tab")
    await wait_for(watched, "document.activeElement.id == 'go'")
    await expect(page.locator("live-view .hint")).to_be_visible()
    await page.keyboard.down("Shift")
    await page.keyboard.up("Shift")
    await page.keyboard.press("Control+Alt+x")
    assert await page.evaluate("document.activeElement.id") == "after"
    assert await wait_for(page, "seen.some(e => e[0] == 'leave')")
    # Nothing stays pressed in the page.
    await wait_for(
        watched,
        "['Control','Alt'].every(k => log.filter(e => e[1] == k && e[0] == 'keydown').length"
        " == log.filter(e => e[1] == k && e[0] == 'keyup').length)",
    )


async def test_a_move_within_the_page_keeps_the_socket_and_removal_ends_it(
    gallery: tuple[Gallery, Page],
) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    first = show.sockets[0]
    await show.give_control(YOU)
    await wait_for(page, "view().hasAttribute('driving')")
    await page.evaluate("document.body.append(view())")
    # A morphing swap would take the attribute off.
    await page.evaluate("view().removeAttribute('driving')")
    await wait_for(page, "view().hasAttribute('driving')")
    assert show.sockets == [first] and show.hub.casting == ["s"]
    await page.evaluate("window.gone = view(); gone.remove()")
    await eventually(lambda: not show.sockets and not show.hub.casting)
    await page.evaluate("document.body.append(gone)")
    await wait_for(page, "gone.dataset.state == 'live'")


async def test_a_lost_socket_comes_back_by_itself(gallery: tuple[Gallery, Page]) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    await show.give_control(YOU)
    await show.sockets[0].close(code=1011)
    await wait_for(page, "seen.some(e => e[0] == 'state' && e[1].state == 'reconnecting')")
    await wait_for(page, "view().dataset.state == 'live'")
    assert await wait_for(page, "view().hasAttribute('driving')")


async def test_a_refused_socket_is_final(gallery: tuple[Gallery, Page]) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    show.close_with = 4403
    await show.sockets[0].close(code=1011)
    words = page.locator("live-view .words")
    await expect(words).to_contain_text("You may not watch this browser", timeout=40_000)
    await expect(words).to_contain_text("Last picture")


async def test_a_closed_browser_and_a_hidden_tab(
    gallery: tuple[Gallery, Page], browser_handle: BrowserHandle
) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    await page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    await eventually(lambda: not show.hub.casting)
    await page.evaluate(
        "delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))"
    )
    await eventually(lambda: bool(show.hub.casting))
    await terminate(browser_handle)
    await expect(page.locator("live-view .words")).to_contain_text(
        "The browser is closed", timeout=40_000
    )
    await expect(page.locator("live-view .words")).to_contain_text("Last picture")


async def test_a_dialog_of_the_page_is_answered_in_the_picture(
    gallery: tuple[Gallery, Page],
) -> None:
    show, page = gallery
    await wait_for(page, LIME)
    await show.give_control(YOU)
    await wait_for(page, "view().hasAttribute('driving')")
    await show.viewers[0].tell(
        {"type": "dialog", "open": True, "kind": "prompt", "message": "<b>Who?</b>",
         "default_text": "Ada"}
    )  # fmt: skip
    box = page.get_by_role("alertdialog")
    await expect(box).to_contain_text("<b>Who?</b>")
    assert await box.get_by_role("textbox").input_value() == "Ada"
    await box.get_by_role("button", name="OK").click()
    # No dialog is open in the page, which the server says.
    await wait_for(page, "seen.some(e => e[0] == 'error' && e[1].code == 'no_dialog')")
    await show.viewers[0].tell({"type": "dialog", "open": False})
    await expect(box).to_have_count(0)


async def test_quality_follows_the_attribute(gallery: tuple[Gallery, Page]) -> None:
    _, page = gallery
    await wait_for(page, LIME)
    await page.evaluate("view().setAttribute('quality', 'grid')")
    await wait_for(page, "view().shadowRoot.querySelector('canvas').width == 800")
