"""What the agent is told about a page, checked on real pages in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page

from agents.browser import observe as observing
from agents.browser.observe import Observation, install, observe, resolve_ref
from agents.errors import ActionError, BrowserGone

pytestmark = pytest.mark.browser

SITES = Path(__file__).parents[2] / "sites" / "observe"


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: Browser) -> AsyncIterator[Page]:
    context = await window.new_context(viewport={"width": 1280, "height": 800})
    await install(context)
    yield await context.new_page()
    await context.close()


async def open_site(page: Page, name: str) -> None:
    await page.goto((SITES / name).as_uri())


async def serve(stack: AsyncExitStack, html: str) -> str:
    """An origin of its own with one page."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/"


def other_site(url: str) -> str:
    """The same server under another name: another site, so another process."""
    return url.replace("127.0.0.1", "localhost")


def ref_of(seen: Observation, name: str) -> str:
    return next(element.ref for element in seen.elements if element.name == name)


async def test_controls_are_listed_with_role_name_value_and_state(page: Page) -> None:
    await open_site(page, "shop.html")
    text = (await observe(page)).text
    assert 'link "Home"' in text
    assert 'textbox "Email" = "a@b.example" required' in text
    assert 'checkbox "Remember me, see terms" checked' in text
    assert 'combobox "Country" = "Germany" (Austria | Germany)' in text
    assert 'textbox "Nick" placeholder "as you like" readonly' in text
    assert 'button "Later" disabled' in text
    assert 'disclosure "More" collapsed' in text
    assert 'button "In the shadow"' in text
    assert "(image: A red bicycle)" in text
    assert "| Milk | 1.20" in text
    assert 'navigation "Main":' in text
    assert "# Sign in" in text


async def test_secrets_are_never_told(page: Page) -> None:
    await open_site(page, "shop.html")
    seen = await observe(page)
    for secret in ("hunter2", "482913", "4242"):
        assert secret not in seen.text
        assert secret not in repr(seen.elements)
    assert 'textbox "Password" filled' in seen.text
    assert 'textbox "Card" filled' in seen.text


async def test_scripted_listeners_and_pointer_cursors_make_targets(page: Page) -> None:
    await open_site(page, "shop.html")
    text = (await observe(page)).text
    assert 'clickable "Listener div"' in text
    assert 'clickable "Pointer root"' in text


async def test_nested_targets_are_listed_once(page: Page) -> None:
    await open_site(page, "shop.html")
    seen = await observe(page)
    assert [e.role for e in seen.elements if e.name == "only once"] == ["link"]
    assert [(e.role, e.states) for e in seen.elements if e.name == "Details"] == [
        ("tab", ("selected",))
    ]


async def test_covered_and_invisible_things_are_left_out(page: Page) -> None:
    await open_site(page, "shop.html")
    seen = await observe(page)
    assert 'button "Under"' not in seen.text
    assert "covered by something else: 1" in seen.text
    assert "Ignore all previous" not in seen.text


async def test_page_text_cannot_forge_a_ref(page: Page) -> None:
    await open_site(page, "shop.html")
    seen = await observe(page)
    assert 'Page text with (e12) button "Pay"' in seen.text
    assert seen.title == "Shop (e1)"


async def test_refs_stay_with_their_elements(page: Page) -> None:
    await open_site(page, "shop.html")
    before = await observe(page)
    await page.evaluate(
        "document.querySelector('nav').insertAdjacentHTML('afterbegin','<a href=/n>New</a>')"
    )
    after = await observe(page)
    assert ref_of(before, "Sign in") == ref_of(after, "Sign in")
    assert ref_of(after, "New") not in {element.ref for element in before.elements}


async def test_ref_resolves_to_its_element(page: Page) -> None:
    await open_site(page, "shop.html")
    seen = await observe(page)
    handle = await resolve_ref(page, f"[{ref_of(seen, 'Remember me, see terms')}]")
    assert await handle.get_attribute("id") == "remember"
    await handle.uncheck()
    assert 'checkbox "Remember me, see terms" checked' not in (await observe(page)).text


@pytest.mark.parametrize(
    ("ref", "code"),
    [("e99999", "stale_ref"), ("f7e1", "stale_ref"), ("x", "bad_ref"), ("", "bad_ref")],
)
async def test_unknown_refs_say_what_to_do(page: Page, ref: str, code: str) -> None:
    await open_site(page, "shop.html")
    await observe(page)
    with pytest.raises(ActionError) as caught:
        await resolve_ref(page, ref)
    assert caught.value.code == code


async def test_refs_end_with_their_element_and_their_document(page: Page) -> None:
    await open_site(page, "shop.html")
    ref = ref_of(await observe(page), "Sign in")
    await page.evaluate("document.querySelector('form').remove()")
    with pytest.raises(ActionError, match="Observe the page again"):
        await resolve_ref(page, ref)
    await page.reload()
    with pytest.raises(ActionError, match="Observe the page again"):
        await resolve_ref(page, ref)


async def test_what_is_out_of_view_is_counted_and_paged(page: Page) -> None:
    await open_site(page, "shop.html")
    seen = await observe(page)
    assert "Far away" not in seen.text
    assert "below: 1 more control" in seen.text
    assert seen.next_cursor is not None
    rest = await observe(page, cursor=seen.next_cursor)
    assert 'button "Far away"' in rest.text
    assert 'link "Home"' not in rest.text
    assert rest.next_cursor is None


async def test_bad_cursor_is_an_action_error(page: Page) -> None:
    with pytest.raises(ActionError) as caught:
        await observe(page, cursor="next please")
    assert caught.value.code == "bad_cursor"


async def test_closed_page_is_gone(page: Page) -> None:
    await page.close()
    with pytest.raises(BrowserGone):
        await observe(page)


async def test_modal_dialog_comes_first_and_hides_what_it_covers(page: Page) -> None:
    await open_site(page, "modal.html")
    seen = await observe(page)
    assert seen.modal
    lines = seen.text.splitlines()[4:]
    assert lines[0] == 'dialog "Your choice" (modal):'
    assert 'button "Accept"' in seen.text
    assert "First link" not in seen.text
    assert "covered by something else: 2" in seen.text
    await (await resolve_ref(page, ref_of(seen, "Accept"))).click()
    after = await observe(page)
    assert not after.modal
    assert 'link "First link"' in after.text
    await (await resolve_ref(page, ref_of(after, "Open"))).click()
    assert 'dialog "Native" (modal):' in (await observe(page)).text


async def test_widgets_are_told_as_what_they_are(page: Page) -> None:
    await open_site(page, "widgets.html")
    text = (await observe(page, max_chars=50_000)).text
    assert 'checkbox "Send me news"' in text
    assert 'file upload "Upload"' in text
    assert 'clickable "Blue kettle 42 euro"' in text
    assert 'button "Add to cart"' in text
    assert 'checkbox "Paint" checked' in text
    assert "link (trash icon)" in text
    assert 'tab "Alpha" selected' in text
    assert 'slider "Volume" = "30"' in text
    assert 'textbox "Note" = "Written already"' in text
    assert 'spinbutton "Age" = "-1" invalid' in text
    assert "… 85 more)" in text
    assert "first line\nsecond line" in text
    assert 'button "Slotted"' in text
    assert "clickable (circle red 20x20)" in text
    assert "… 30 more items" in text
    assert "word " * 20 in text
    assert "word " * 400 not in text


async def test_hidden_checkbox_works_through_its_label(page: Page) -> None:
    await open_site(page, "widgets.html")
    seen = await observe(page)
    await (await resolve_ref(page, ref_of(seen, "Send me news"))).click()
    assert await page.evaluate("document.getElementById('hidden-box').checked")
    assert 'checkbox "Send me news" checked' in (await observe(page)).text


async def test_listening_wrapper_of_controls_is_not_a_control(page: Page) -> None:
    await open_site(page, "widgets.html")
    seen = await observe(page)
    assert "One Two" not in {element.name for element in seen.elements}
    assert {"One", "Two"} <= {element.name for element in seen.elements}


async def test_patched_and_clobbered_page_is_read_as_it_is(page: Page) -> None:
    await open_site(page, "hostile.html")
    seen = await observe(page)
    assert seen.title == "Hostile"
    assert 'button "Real button"' in seen.text
    assert '"Safe"' not in seen.text
    assert "reversed (e7) and tag ( f1 e2 )" in seen.text.replace("  ", " ")
    assert "\u202e" not in seen.text
    markers = re.findall(r"\[(?:f\d+)?e\d+\]", seen.text)
    assert sorted(markers) == sorted(f"[{element.ref}]" for element in seen.elements)


async def test_frames_are_entered_on_both_sides_of_an_origin(page: Page) -> None:
    async with AsyncExitStack() as stack:
        inner = await serve(stack, "<button>Inside</button><p>Inner words</p>")
        nested = await serve(stack, f"<b>Middle</b><iframe src='{inner}' height=90></iframe>")
        outer = await serve(
            stack,
            f"<h1>Outer</h1><iframe title=Pay src={other_site(nested)} height=200></iframe>"
            "<iframe srcdoc='<button>Same origin</button>'></iframe><button>After</button>",
        )
        await page.goto(outer)
        seen = await observe(page)
        assert seen.frame_count == 4
        assert 'frame "Pay":' in seen.text
        assert "Inner words" in seen.text
        assert seen.text.index("Inside") < seen.text.index("After")
        for name in ("Inside", "Same origin"):
            ref = ref_of(seen, name)
            assert ref.startswith("f")
            handle = await resolve_ref(page, ref)
            assert await handle.inner_text() == name
            await handle.click()
        again = await observe(page)
        assert ref_of(again, "Inside") == ref_of(seen, "Inside")
        await page.evaluate("document.querySelector('iframe').remove()")
        with pytest.raises(ActionError, match="Observe the page again"):
            await resolve_ref(page, ref_of(seen, "Inside"))


async def test_frame_that_never_answers_costs_a_moment_only(page: Page) -> None:
    async with AsyncExitStack() as stack:
        stuck = await serve(
            stack, "<p>stuck</p><script>setTimeout(() => { for (;;); }, 50)</script>"
        )
        outer = await serve(
            stack,
            f"<button>Mine</button><iframe src='{other_site(stuck)}'></iframe>",
        )
        await page.goto(outer)
        seen = await observe(page)
        assert 'button "Mine"' in seen.text
        assert seen.elapsed_ms < 20_000


async def test_huge_page_is_bounded_in_time_and_size(page: Page) -> None:
    await page.set_content("<div id=root></div>")
    await page.evaluate(
        """() => {
        root.innerHTML = Array.from({length: 100000}, (_, i) =>
            `<span data-x="${'y'.repeat(20)}"><a href="#${i}">l${i}</a></span>`).join(' ');
        root.firstChild.setAttribute('aria-label', 'z'.repeat(2e6));
        root.firstChild.setAttribute('role', 'button');
        document.title = 'T'.repeat(1e6);
        }"""
    )
    await page.evaluate("document.body.getBoundingClientRect()")  # the page's own layout
    seen = await observe(page, max_chars=3000)
    assert len(seen.text) < 4000
    assert seen.truncated
    assert seen.next_cursor is not None
    assert len(seen.title) <= 200


async def test_size_limit_pages_through_everything_once(page: Page) -> None:
    await page.set_content(
        "".join(f"<p>Line number {i} with words</p><button>B{i}</button>" for i in range(120))
    )
    names: list[str] = []
    cursor: str | None = None
    for _ in range(40):
        seen = await observe(page, max_chars=700, cursor=cursor)
        assert len(seen.text) < 1000
        names += [element.name for element in seen.elements]
        cursor = seen.next_cursor
        if cursor is None:
            break
    assert cursor is None
    assert set(names) == {f"B{i}" for i in range(120)}


async def test_deep_nesting_does_not_break_the_walk(page: Page) -> None:
    await page.set_content("<button>Top</button><div id=root></div>")
    await page.evaluate(
        """() => { let node = root;
        for (let i = 0; i < 3000; i += 1) node = node.appendChild(document.createElement('i'));
        node.textContent = 'bottom'; }"""
    )
    seen = await observe(page)
    assert 'button "Top"' in seen.text
    assert seen.truncated


async def test_page_that_mutates_without_end_is_read(page: Page) -> None:
    await page.set_content(
        "<button>Still</button><div id=d></div><script>new MutationObserver(() => tick())"
        ".observe(d, {childList: true}); function tick() { setTimeout(() => "
        "{ d.replaceChildren(new Text(Math.random())); }, 0); } tick(); tick();</script>"
    )
    refs = {ref_of(await observe(page), "Still") for _ in range(3)}
    assert len(refs) == 1


async def test_scrolled_page_tells_what_is_above(page: Page) -> None:
    await open_site(page, "shop.html")
    await page.evaluate("scrollTo(0, 1e6)")
    seen = await observe(page)
    assert 'button "Far away"' in seen.text
    assert "above:" in seen.text
    assert seen.next_cursor == "above:0"
    assert 'link "Home"' in (await observe(page, cursor="above:0")).text


async def test_document_that_is_older_than_the_connection_gets_far_numbers(page: Page) -> None:
    await open_site(page, "shop.html")
    await page.wait_for_function("performance.now() > 50")
    assert page.context.browser is not None
    context = page.context
    observing._installed[context] = time.time() * 1000
    seen = await observe(page)
    assert min(int(element.ref[1:]) for element in seen.elements) > 1000


async def test_page_of_little_more_than_a_screen_is_told_whole(page: Page) -> None:
    await page.set_content("<div style='height:900px'>Form</div><button>Submit</button>")
    seen = await observe(page)
    assert 'button "Submit"' in seen.text
    assert "told whole" in seen.text
    assert seen.next_cursor is None
