"""The probe in a real browser: what it reads of pages that lie about themselves."""

from __future__ import annotations

import pytest

from agents.browser.session import BrowserSession
from agents.guard.probe import probe, probe_focused, probe_point
from agents.guard.risk import CallFacts, Verdict, classify
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import shared_site

__all__ = ["shared_site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

POST = 'method="post" action="/go"'
OVER = "position:absolute;inset:0;opacity:.01"
SHADOW = (
    "<div id=t></div><script>t.attachShadow({mode: 'open'}).innerHTML = "
    "'<button style=\"width:90px;height:30px\">Delete all</button>'</script>"
)
LIES = """
Object.defineProperty(Node.prototype, 'textContent', {get: () => 'Back'});
Element.prototype.getAttribute = () => null;
Object.defineProperty(HTMLFormElement.prototype, 'method', {get: () => 'get'});
"""
SNIPPETS = [
    ("payment", f"<form {POST}><button id=t>P&#8203;a&#8205;y</button></form>"),
    ("payment", "<button id=t aria-label=Close>Pay now</button>"),
    ("payment", "<button id=t aria-label='Pay now'>Close</button>"),
    ("payment", f"<form id=f {POST}></form><button id=t form=f>Pay now</button>"),
    ("payment", f"<form {POST}><input type=image id=t alt='Pay' width=50 height=30></form>"),
    (
        "destructive",
        "<form role=search><input name=q>"
        "<button id=t formaction='/account/delete' formmethod=post>Go</button></form>",
    ),
    (
        "legal_acceptance",
        "<label id=t><span><input type=checkbox> I accept the terms</span></label>",
    ),
    (
        "none",
        f"<form {POST}><label id=t><input type=checkbox> I accept the terms</label>"
        "<button>Send</button></form>",
    ),
    (
        "purchase",
        f"<div style='position:relative'><a id=t href=/about>About us</a>"
        f"<button style='{OVER}'>Buy now</button></div>",
    ),
    ("destructive", "<a id=t href='#' role=button onclick='del()'>Delete</a>"),
    ("destructive", "<a id=t href='javascript:deleteAccount()'>Continue</a>"),
    ("payment", "<svg id=t width=99 height=40 onclick='go()'><text y=20>Pay now</text></svg>"),
    ("payment", "<button id=t><svg width=80 height=20><text y=15>Pay</text></svg></button>"),
    ("purchase", "<style>#t::after{content:'Place order'}</style><button id=t></button>"),
    ("ambiguous", f"<form {POST}><button id=t style='width:30px;height:30px'></button></form>"),
    ("payment", "<button><b><span id=t>Pay</span></b></button>"),
    ("destructive", "<div role=dialog><h2>Delete 3 files?</h2><button id=t>Yes</button></div>"),
    ("destructive", "<button id=t><i class='fa fa-trash'></i></button>"),
    ("destructive", "<button id=t hx-delete='/items/5'>x</button>"),
    ("destructive", SHADOW),
    ("auth", "<div><input><input type=password><button id=t type=button>Next</button></div>"),
    (
        "auth",
        f"<form {POST}><input name=method><input name=action><input name=elements>"
        "<input type=password name=attributes><button id=t>Next</button></form>",
    ),
    ("payment", f"<script>{LIES}</script><form {POST}><button id=t>Pay</button></form>"),
    ("payment", f"<form {POST}><button id=t>{'so ' * 200} Pay now</button></form>"),
    (
        "payment",
        "<button id=t><i style='font-size:1px'>how to read of it</i>Pay now"
        f"<i style='font-size:1px'>{'so ' * 90}</i></button>",
    ),
    ("none", "<div>This site uses cookies. <button id=t>Accept</button></div>"),
    ("none", "<button id=t aria-haspopup=menu aria-label=Menu>☰</button>"),
    ("none", "<button id=t aria-expanded=false>How do I cancel my order?</button>"),
    ("none", "<form action=/cart/add method=post><button id=t>Add to cart £45.00</button></form>"),
    ("none", "<a id=t href='/help/payments'>Payments</a>"),
]


async def verdict_of(session: BrowserSession, selector: str = "#t") -> Verdict:
    facts = await probe(session.page.locator(selector), timeout_ms=20_000)
    return classify(CallFacts("locator.click", {}, session.page.url), facts)


async def show(session: BrowserSession, site: Site, body: str) -> None:
    await session.page.goto(site.add("/page", f"<!doctype html><meta charset=utf-8>{body}"))


async def test_what_pages_hide(shared_session: BrowserSession, shared_site: Site) -> None:
    wrong = []
    for wanted, body in SNIPPETS:
        await show(shared_session, shared_site, body)
        verdict = await verdict_of(shared_session)
        if (verdict.main or "none") != wanted:
            wrong.append((wanted, verdict.main, body, verdict.reasons))
    assert not wrong


async def test_facts_of_a_form(shared_session: BrowserSession, shared_site: Site) -> None:
    await show(
        shared_session,
        shared_site,
        "<div style='height:3000px'></div><section><h2>Your order</h2><p>Total £45.00</p>"
        "<form action=/one><input name=to value=bob><input type=password name=pw value=hunter2>"
        "<input type=hidden name=_method value=DELETE><label>Card <input autocomplete=cc-number>"
        "</label><button id=t formaction=/two formmethod=post name=action value=pay>Go</button>"
        "</form></section>",
    )
    page = shared_session.page
    facts = await probe(page.locator("#t"), timeout_ms=20_000)
    assert facts is not None and facts.form is not None
    assert facts.form.method == "post" and facts.form.action == shared_site.url("/two")
    assert facts.form.hidden == {"_method": "DELETE", "action": "pay"}
    assert [field.autocomplete for field in facts.form.fields] == ["", "", "cc-number"]
    assert "to" in facts.form.values and "pw" not in facts.form.values
    assert "hunter2" not in repr(facts) and "bob" not in repr(facts)
    assert facts.heading == "Your order" and facts.amounts == ("£45.00",)
    assert facts.origin == facts.top_origin == shared_site.origin
    assert facts.box is not None and 0 < facts.box[1] < 1000  # brought into view

    before = await verdict_of(shared_session)
    assert (await verdict_of(shared_session)).fingerprint == before.fingerprint
    await page.locator("p").evaluate("p => { p.textContent = 'Total £450.00'; }")
    priced = await verdict_of(shared_session)
    assert priced.fingerprint != before.fingerprint
    await page.locator("[name=to]").evaluate("e => { e.value = 'eve'; }")
    assert (await verdict_of(shared_session)).fingerprint != priced.fingerprint


async def test_enter_presses_the_default_button(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    await show(
        shared_session, shared_site, f"<form {POST}><input id=t><button>Pay £9</button></form>"
    )
    page = shared_session.page
    await page.locator("#t").focus()
    focused = await probe_focused(page)
    call = CallFacts("keyboard.press", {"key": "Enter"}, page.url)
    assert classify(call, focused).main == "payment"


async def test_through_frames(shared_session: BrowserSession, shared_site: Site) -> None:
    shared_site.add("/inner", "<body style='margin:0'><button style='padding:20px'>Delete</button>")
    inner = shared_site.url("/inner").replace("127.0.0.1", "localhost")
    style = "position:absolute;left:50px;top:60px;border:0"
    await show(shared_session, shared_site, f"<iframe src='{inner}' style='{style}'></iframe>")
    page = shared_session.page
    button = page.frame_locator("iframe").locator("button")
    facts = await probe(button, timeout_ms=20_000)
    assert facts is not None
    assert facts.origin.startswith("http://localhost") and facts.top_origin == shared_site.origin
    pointed = await probe_point(page, 70, 80)
    assert pointed is not None and pointed.label == "Delete"
    await button.focus()
    focused = await probe_focused(page)
    assert focused is not None and focused.label == "Delete"


async def test_what_is_not_there(shared_session: BrowserSession, shared_site: Site) -> None:
    await show(shared_session, shared_site, "<p>nothing</p>")
    assert await probe(shared_session.page.locator("#no"), timeout_ms=50) is None
    handle = await shared_session.page.query_selector("p")
    assert handle is not None
    facts = await probe(handle)
    assert facts is not None and facts.label == "nothing"


FORMLESS = """<title>T</title><main><h1>Transfer</h1><p id=clock>12:00</p>
  <input type=hidden name=csrf_token value=a><div><label>To <input id=to value=Ada></label>
  <select id=kind multiple><option selected>now<option>later</select>
  <div id=note contenteditable=true>rent</div><input type=password id=pin></div>
  <div><button id=t>Transfer money</button></div></main><section><input id=other></section>"""
LONG = "<title>T</title><form method=post action=/pay>{}<input name=amount value=10>{}".format(
    "".join(f"<input name=x{n} value=1>" for n in range(121)),
    "<textarea name=text></textarea><button id=t>Pay now</button></form>",
)
SHADOWED = """<title>T</title><div id=host></div><script>host.attachShadow({mode: 'open'})
  .innerHTML = '<p><input id=to value=Ada></p><button id=t>Transfer money</button>'</script>"""
CHANGES = [
    (FORMLESS, "document.getElementById('to').value = 'Mallory'", True),
    (FORMLESS, "document.getElementById('kind').options[1].selected = true", True),
    (FORMLESS, "document.getElementById('note').textContent = 'gift'", True),
    (FORMLESS, "document.getElementById('pin').value = '1234'", False),
    (FORMLESS, "document.getElementById('clock').textContent = '12:01'", False),
    (FORMLESS, "document.querySelector('[name=csrf_token]').value = 'b'", False),
    (FORMLESS, "document.getElementById('other').value = 'x'", False),
    (LONG, "document.querySelector('[name=amount]').value = '9999'", True),
    (LONG, "document.querySelector('textarea').value = 'x'.repeat(5000) + 'y'", True),
    (SHADOWED, "host.shadowRoot.getElementById('to').value = 'Mallory'", True),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
async def test_an_approval_binds_what_the_fields_hold(shared_session, shared_site, number):
    markup, change, voids = CHANGES[number]
    shared_site.add("/held", markup)
    page = shared_session.page
    await page.goto(shared_site.url("/held"))

    async def print_of() -> str:
        facts = await probe(page.locator("#t"))
        assert facts is not None
        return classify(CallFacts("locator.click", {}, page.url), facts).fingerprint

    before = await print_of()
    assert await print_of() == before
    await page.evaluate(change)
    assert (await print_of() != before) is voids
