"""What a worker that died in the middle of a risky call leaves behind: it is never made twice."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from agents.guard.intents import arm, observe
from tests.agents.browser.conftest import Site
from tests.agents.guard.test_gate import Opener, die_at, handle, opener, site, world_of

__all__ = ["handle", "opener", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FRAME = """<!doctype html><body style="margin:0"><button style="width:300px;height:100px"
  onclick="fetch('/hit?' + Date.now())">Pay now</button>"""
OUTER = """<!doctype html><body style="margin:0">
  <iframe src=/frame style="border:0;width:400px;height:200px"></iframe>"""


def hits(site: Site, path: str, text: str = "") -> list[str]:
    found: list[str] = []

    async def take(request: web.Request) -> web.Response:
        found.append(request.path_qs)
        return web.Response(text=text, content_type="text/html")

    site.add(path, take)
    return found


async def dies(
    site: Site, opener: Opener, code: str, done: list[str], path: str, numbers: range, when: str
) -> list[Any]:
    """The questions that each death at one of these saves led to; each time it was done once."""
    asked: list[Any] = []
    for number in numbers:
        world = world_of(site, path=path)
        assert await die_at(number, when, world, opener, code, done)
        assert len(done) == 1, f"died {when} save {number}"
        asked.append([spec.kind for spec in world.requests.values()])
    return asked


async def test_an_address_that_acts_is_opened_once(site, opener):
    done = hits(site, "/account/delete", "<h1>Deleted</h1>")
    site.add("/start", "<h1>Start</h1>")
    code = f"await page.goto({site.url('/account/delete?confirm=1')!r})\n'x'"
    asked = await dies(site, opener, code, done, "/start", range(7, 9), "before")
    assert asked[1] == ["confirmation"]  # the tab is at the address: nobody has to tell


async def test_an_address_that_leads_on_is_asked_about(site, opener):
    done: list[str] = []

    async def take(request: web.Request) -> web.Response:
        done.append(request.path_qs)
        raise web.HTTPFound("/start")

    site.add("/account/delete", take)
    site.add("/start", "<h1>Start</h1>")
    code = f"await page.goto({site.url('/account/delete?confirm=1')!r})\n'x'"
    asked = await dies(site, opener, code, done, "/start", range(8, 9), "before")
    assert asked == [["confirmation", "choice"]]


async def test_a_press_into_a_frame_is_not_repeated(site, opener):
    done = hits(site, "/hit")
    site.add("/frame", FRAME)
    site.add("/outer", OUTER)
    code = 'await page.frame_locator("iframe").locator("button").wait_for()\n' \
           "await page.mouse.click(100, 50)\n'x'"  # fmt: skip
    asked = await dies(site, opener, code, done, "/outer", range(7, 9), "before")
    # Pressed, but what the press sent may have died with the worker: a person looks.
    assert asked == [["confirmation"], ["confirmation", "choice"]]


async def test_a_ticked_box_is_not_ticked_again(site, opener):
    done = hits(site, "/hit")
    site.add("/terms", "<label><input type=checkbox onclick=\"fetch('/hit');this.checked=false;"
             "setTimeout(()=>this.checked=true)\">I accept the terms</label>")  # fmt: skip
    code = "await page.get_by_label('I accept the terms').check()\n'x'"
    await dies(site, opener, code, done, "/terms", range(7, 9), "before")


async def test_a_page_cannot_take_the_mark_back(site, opener):
    site.add("/mark", "<button>Press</button>")
    page = (session := await opener()).page
    await page.goto(site.url("/mark"))
    windows = await arm(page.locator("button"), "1.1:1:abc")
    assert await observe(session, "1.1:1:abc", windows) == "untouched"
    await page.locator("button").click()
    await page.evaluate("""() => {
      const name = Object.getOwnPropertySymbols(document).find(s => /abc/.test(String(s)));
      try { document[name] = false } catch {}
      try { delete document[name] } catch {}
      try { Object.defineProperty(document, name, {value: false}) } catch {}
    }""")
    assert await observe(session, "1.1:1:abc", windows) == "touched"


DEAF = """<script>for (const kind of ['pointerdown', 'mousedown', 'click', 'keydown'])
  addEventListener(kind, e => { e.stopImmediatePropagation();
    if (kind === 'pointerdown') fetch('/hit?' + Date.now()) }, true)</script>
  <button>Pay now</button>"""
ANEW = "document.open(); document.write('<button>Pay now</button>'); document.close()"
FORGED = """performance.__proto__.__defineGetter__('eventCounts', () => new Map());
  Object.getOwnPropertySymbols(frames[0].document).forEach(s => { document[s] = false })"""
HIDES = {
    "swallows every press": ("/deaf", "", ""),
    "is written anew before the press": ("/mark", ANEW, ""),
    "is written anew after it": ("/mark", "", ANEW),
    "shows a false mark": ("/outer", "", FORGED),
    "lives in a process of its own": ("/far", "", ""),
}


@pytest.mark.parametrize("how", HIDES)
async def test_a_page_cannot_hide_a_press(site, opener, how):
    hits(site, "/hit")
    far = site.url("/deaf").replace("127.0.0.1", "localhost")
    for path, text in (("/mark", "<button>Pay now</button>"), ("/deaf", DEAF), ("/frame", FRAME),
                       ("/outer", OUTER), ("/far", f"<iframe src={far}>")):  # fmt: skip
        site.add(path, text)
    path, before, after = HIDES[how]
    page = (session := await opener()).page
    await page.goto(site.url(path))
    place = page.frame_locator("iframe") if path in ("/outer", "/far") else page
    windows = await arm(place.locator("button"), "1.1:1:abc")
    await page.evaluate(before or "0")
    await page.mouse.move(1, 1)
    if not before:
        assert await observe(session, "1.1:1:abc", windows) == "untouched"
    await place.locator("button").click()
    await page.evaluate(after or "0")
    assert await observe(await opener(), "1.1:1:abc", windows) == "touched"


async def test_a_page_that_moved_on_tells_nothing(site, opener):
    site.add("/mark", "<button>Pay now</button>")
    page = (session := await opener()).page
    await page.goto(site.url("/mark"))
    windows = await arm(page.locator("button"), "1.1:1:abc")
    await page.reload()
    assert await observe(session, "1.1:1:abc", windows) == "gone"


async def test_a_press_that_its_page_swallows_is_not_repeated(site, opener):
    done = hits(site, "/hit")
    site.add("/deaf", DEAF)
    code = "await page.get_by_role('button').click()\n'x'"
    asked = await dies(site, opener, code, done, "/deaf", range(7, 9), "before")
    assert asked == [["confirmation"], ["confirmation", "choice"]]
