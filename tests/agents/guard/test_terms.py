"""Terms are accepted once: by the press that sends them, or by the box that sends itself."""

from __future__ import annotations

import pytest
from aiohttp import web

from agents.ports import Act
from tests.agents.browser.conftest import Site
from tests.agents.guard.test_gate import Opener, handle, opener, play, site, world_of, yes

__all__ = ["handle", "opener", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BOX = "<label><input type=checkbox name=rules value=yes ATTRS> I accept the travel rules</label>"
FORM = (
    "<title>Trip</title><form method=post action=/send FORM><label>Name <input name=name></label>"
    f"{BOX}<button>Send request</button><button name=draft value=1>Save draft</button>"
    "<button type=button id=own>Abschicken</button></form><output></output>"
)
TICK = 'await page.get_by_label("I accept the travel rules").check()'
SENDS = "fetch('/api/rules', {method: 'POST', body: JSON.stringify({rules: true})})"
LISTENS = (
    "<script>document.querySelector('[name=rules]').addEventListener('change', () => "
    f"{SENDS}.then(() => document.querySelector('output').textContent = 'Saved'))</script>"
)
OWN = (
    "<script>document.querySelector('#own').onclick = () => "
    "fetch('/send', {method: 'POST', body: new FormData(document.forms[0])})</script>"
)


def press(name: str) -> str:
    return f'await page.get_by_role("button", name="{name}").click()'


@pytest.fixture
def sent(site: Site) -> list[str]:
    """What the site was sent: method, path and body."""
    came: list[str] = []

    async def take(request: web.Request) -> web.Response:
        came.append(f"{request.path} {await request.text()}")
        return web.Response(text="<h1>Thank you</h1>", content_type="text/html")

    site.add("/send", take)
    site.add("/api/rules", take)
    return came


def serve(site: Site, *, box: str = "", form: str = "", more: str = "") -> None:
    site.add("/trip", FORM.replace("ATTRS", box).replace("FORM", form) + more)


@pytest.mark.parametrize("button", ["Send request", "Save draft"])
@pytest.mark.parametrize("apart", [True, False])
async def test_a_tick_and_its_press_are_one_question(
    site: Site, sent: list[str], opener: Opener, button: str, apart: bool
) -> None:
    serve(site)
    world = world_of(site, yes(), path="/trip")
    codes = [TICK, press(button)] if apart else [f"{TICK}\n{press(button)}"]
    await play(world, opener, *map(Act, codes))
    (asked,) = world.requests.values()
    assert (asked.risk, asked.context["tool"]) == ("legal_acceptance", "locator.click")
    assert asked.prompt.startswith(f'Press "{button}" on ')
    assert 'with "I accept the travel rules" ticked' in asked.prompt
    (came,) = sent
    assert came.startswith("/send") and "rules=yes" in came


@pytest.mark.parametrize(
    ("box", "form"),
    [
        (f'onchange="{SENDS}"', ""),
        ("hx-post=/api/rules", ""),
        ("role=switch", ""),
        ("", 'onchange="this.requestSubmit()"'),
        ("", "phx-change=validate"),
    ],
)
async def test_a_box_that_may_act_at_once_is_asked_about(
    site: Site, sent: list[str], opener: Opener, box: str, form: str
) -> None:
    serve(site, box=box, form=form)
    world = world_of(site, yes(), yes(), path="/trip")  # it may send it elsewhere than the form
    role = "switch" if "switch" in box else "checkbox"
    await play(world, opener, Act(f'await page.get_by_role("{role}").check()'))
    asked = next(iter(world.requests.values()))
    assert (asked.risk, asked.context["tool"]) == ("legal_acceptance", "locator.check")


async def test_a_box_that_sends_by_a_hidden_script_is_held(
    site: Site, sent: list[str], opener: Opener
) -> None:
    serve(site, more=LISTENS)
    world = world_of(site, yes(), path="/trip")
    wait = 'await page.get_by_text("Saved").wait_for(timeout=5000)'
    await play(world, opener, Act(f"{TICK}\n{wait}"))
    (asked,) = world.requests.values()
    assert (asked.risk, asked.context["tool"]) == ("legal_acceptance", "request")
    assert 'right after: Tick "I accept the travel rules"' in asked.prompt
    assert sent == ['/api/rules {"rules":true}']


async def test_a_button_by_script_with_words_of_its_own_accepts_what_is_ticked(
    site: Site, sent: list[str], opener: Opener
) -> None:
    serve(site, more=OWN)
    world = world_of(site, yes(), path="/trip")
    await play(world, opener, Act(TICK), Act(press("Abschicken")))
    (asked,) = world.requests.values()
    assert (asked.risk, asked.context["tool"]) == ("legal_acceptance", "locator.click")
