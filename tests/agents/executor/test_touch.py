"""What is touched is what was judged, though the page draws itself anew in between."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from playwright._impl.connection import Connection

from agents.browser.cdp import CdpConnection
from agents.executor.gate import ProposedAction
from agents.ports import Variable
from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]

PAGE = """<script>window.pressed = []</script><label>Name <input id=name></label>
<div id=place><button onclick="pressed.push('first')">Add</button></div>"""
EQUAL = "<button onclick=\"pressed.push('first')\">Add</button>"
PAY = "<button onclick=\"pressed.push('pay')\" class=new>Pay £9</button>"
CODE = """await page.get_by_label("Name").fill("Ada")
await page.locator("#place button").click()"""


class Redrawing:
    """Lets everything happen; the page changes what it shows while the click is being judged."""

    def __init__(self, page, markup: str) -> None:
        self._page = page
        self._markup = markup

    async def allow(self, action: ProposedAction) -> None:
        if action.tool == "locator.click":
            change = "m => { document.getElementById('place').innerHTML = m; }"
            await self._page.evaluate(change, self._markup)


@pytest.mark.parametrize(
    ("markup", "error", "pressed"),
    [(EQUAL, None, ["first"]), (PAY, "page_changed", []), ("", "element_not_found", [])],
)
async def test_another_element_is_not_pressed_in_the_place_of_the_one_that_was_judged(
    bench, markup, error, pressed
):
    await bench.show(PAGE)
    bench.gate = Redrawing(bench.browser.page, markup)

    result = await bench.run(CODE)

    assert result.error_code == error
    assert await bench.browser.page.evaluate("pressed") == pressed


LIVELY = """<div id=root></div><script>
window.pressed = 0; window.typed = ''; let n = 0;
function draw() {
  const at = document.activeElement && document.activeElement.id;
  root.innerHTML = `<label>Name <input id=name value="${typed}"></label><button id=b>Add</button>
    <p>Drawn ${n += 1} times</p>`;
  document.getElementById('name').oninput = e => typed = e.target.value;
  document.getElementById('b').onclick = () => pressed += 1;
  if (at === 'name') document.getElementById('name').select();
}
draw(); setInterval(draw, 100);</script>"""


async def test_a_page_that_draws_itself_anew_all_the_time_can_be_used(bench):
    """The text beside what is touched differs each time; what it is, and would do, does not."""
    await bench.show(LIVELY)
    for _ in range(6):
        result = await bench.run(CODE.replace("#place button", "#b"))
        assert result.ok, result.error_message
    assert await bench.browser.page.evaluate("[pressed, typed]") == [6, "Ada"]


async def test_a_ref_leads_to_its_element_on_both_ways(bench):
    await bench.show("<button onclick='document.title += 1'>One</button><p>Between</p>"
                     "<button onclick='document.title += 2'>Two</button>")  # fmt: skip
    seen = await bench.browser.observe()
    one, two = (next(e.ref for e in seen.elements if e.name == name) for name in ("One", "Two"))
    code = "\n".join(f'await ref("{ref}").click()' for ref in (one, two, two, one))
    result = await bench.run(code)
    assert result.ok, result.error_message
    assert (await bench.browser.state()).title == "A page1221"
    assert [record.target for record in result.actions[1:]] == [
        'button "Two"', 'button "Two"', 'button "One"'
    ]  # fmt: skip


FORM = """<label>Name <input id=name></label><label><input type=checkbox> Agree</label>
<select id=s><option>a<option>b</select><button id=b>Add</button>"""
# Of each call, and what it sends: to Playwright's driver, or over the guard's own socket.
TOUCHES = {
    "fill": ('page.get_by_label("Name").fill("Ada")', ["guard"] * 3),
    "fill a variable": ('page.get_by_label("Name").fill(variables["name"])', ["guard"] * 3),
    "clear": ('page.get_by_label("Name").clear()', ["guard"] * 4),
    "check again": ('page.get_by_label("Agree").check()', ["guard"] * 2),
    "select_option": ('page.locator("#s").select_option("b")', ["guard"] * 2),
    "press": ('page.get_by_label("Name").press("End")', ["guard"] * 4),
    "click": ('page.get_by_role("button", name="Add").click()', ["guard", "click"]),
    "keyboard.press": ('page.keyboard.press("End")', ["guard"] * 3),
    "keyboard.type": ('page.keyboard.type("ab")', ["guard", "keyboardType"]),
}


@pytest.mark.parametrize(("call", "messages"), TOUCHES.values(), ids=TOUCHES)
async def test_a_touch_is_one_look_and_one_call(bench, monkeypatch, call, messages):
    """Messages are counted: to Playwright's driver, and over the socket of the guard's own."""
    bench.variables = {"name": Variable("Ada")}
    await bench.show(FORM)
    warm = await bench.run(f"await {call}")
    assert warm.ok, warm.error_message
    sent: list[str] = []

    def counting(owner, name, told):
        original = getattr(owner, name)

        def counted(self, *args, **kwargs):
            sent.append(told(*args))
            return original(self, *args, **kwargs)

        monkeypatch.setattr(owner, name, counted)

    counting(Connection, "send_message_to_server", lambda _, method, *rest: str(method))
    counting(CdpConnection, "_send", lambda text: "guard")
    result = await bench.run("\n".join([f"await {call}"] * 3))

    assert result.ok, result.error_message
    assert sent == messages * 3


class Leaving:
    """Lets everything happen; the page is on its way to another document when a field is filled."""

    def __init__(self, page, url: str) -> None:
        self._page = page
        self._url = url

    async def allow(self, action: ProposedAction) -> None:
        if action.tool == "locator.fill":
            async with self._page.expect_request(self._url):
                await self._page.evaluate("url => { location.href = url }", self._url)


async def test_a_page_that_is_being_left_is_not_touched_any_more(bench):
    come = asyncio.Event()

    async def later(request: web.Request) -> web.Response:
        await come.wait()
        return web.Response(text=FORM, content_type="text/html")

    await bench.show(FORM)
    assert (await bench.run("await page.get_by_label('Name').clear()")).ok
    bench.gate = Leaving(bench.browser.page, bench.site.add("/later", later))
    running = asyncio.ensure_future(bench.run(f"await {TOUCHES['fill'][0]}"))
    await bench.browser.page.wait_for_event("request")
    asyncio.get_running_loop().call_later(0.2, come.set)

    result = await running

    assert result.ok, result.error_message
    page = bench.browser.page
    assert page.url.endswith("/later")
    assert await page.get_by_label("Name").input_value() == "Ada"


BUSY = """<label>Day <input type=date oninput="n += 1; const end = Date.now() + 1500;
  while (Date.now() < end);"></label><script>n = 0</script>"""


async def test_a_touch_without_an_answer_is_not_made_again(bench):
    await bench.show(BUSY)
    fill = 'await page.get_by_label("Day").fill("2026-01-31", timeout=500)'
    result = await bench.run(f'await page.get_by_label("Day").clear()\n{fill}')
    assert result.error_code == "action_timeout", result.error_message
    assert await bench.browser.page.evaluate("n") == 2
