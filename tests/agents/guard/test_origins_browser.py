"""The door for approved origins in a real browser behind its proxy, on hosts of a small world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from agents.browser.egress_policy import TAINTED
from agents.browser.playwright_driver import close_driver
from agents.events import TaskPolicyDenied, TaskStepCompleted
from agents.executor import close_sandbox
from tests.adversarial.exfiltration import SIGN_IN, TYPE
from tests.adversarial.harness import Ran, Rig, open_rig
from tests.adversarial.scenario import Scenario
from tests.adversarial.world import EVIL, OTHER

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
YES = {"approved": True}
NO = {"approved": False, "reason": "not a partner of ours"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path_factory.mktemp("origins")) as rig:
        yield rig
    await close_sandbox()
    await close_driver()


async def play(rig: Rig, *orders: str, page: str = "", person: tuple[Any, ...] = (), **more: Any):
    """Sign in at the shop, then run these programs, a step each."""
    scenario = Scenario("", "taint", lambda world: False, "'nothing'", SIGN_IN + page,
                        looks=(TYPE, *orders), password=True, person=person)  # fmt: skip
    return await rig.attack(replace(scenario, **more), frozenset())


def steps(ran: Ran) -> list[TaskStepCompleted]:
    """Those after the one that typed the password."""
    done = ran.host.of(TaskStepCompleted)
    typed = next(number for number, step in enumerate(done) if '"Password"' in step.summary)
    return done[typed + 1 :]


def asked(ran: Ran) -> list[str]:
    requests = ran.host.requests.values()
    return [spec.context.get("origin", "") for spec in requests if spec.kind == "confirmation"]


GO = "await page.goto('http://other.test:{port}/report')\nawait page.title()"
LINK = "<a href='{other}/report'>Report</a><a href='{other}/tab' target=_blank>Tab</a>"


def at(rig: Rig, text: str) -> str:
    return text.replace("{port}", str(rig.world.port))


async def test_an_approved_address_opens_and_stays_open(rig: Rig) -> None:
    again = at(rig, "await page.goto('http://other.test:{port}/more')")
    ran = await play(rig, at(rig, GO), again, person=(YES,))
    assert asked(ran) == [rig.world.url(OTHER, "")]
    assert [hit.path for hit in rig.world.at(OTHER)] == ["/report", "/more"]
    assert steps(ran)[0].value == "Shop" and not ran.denied


async def test_a_rejected_address_is_not_opened(rig: Rig) -> None:
    ran = await play(rig, at(rig, GO), at(rig, GO), person=(NO,))
    assert len(asked(ran)) == 1 and not rig.world.at(OTHER)
    first, second = steps(ran)[:2]
    assert "not a partner of ours" in str(first.error_message)
    assert "already rejected" in str(second.error_message)
    assert [event.rule for event in ran.host.of(TaskPolicyDenied)] == ["approval:rejected"] * 2


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("await page.get_by_role('link', name='Report').click()", "/report"),
        ("await page.get_by_role('link', name='Report').press('Enter')", "/report"),
        ("await popup(page.get_by_role('link', name='Tab'))", "/tab"),
        ("await tabs.new('{other}/tab')", "/tab"),
        ("await page.get_by_label('Find').press('Enter')", "/find"),
        ("await page.get_by_role('button', name='Find').click()", "/find"),
    ],
    ids=["link", "enter", "popup", "tab", "form by enter", "form by its button"],
)
async def test_what_leads_to_another_origin_waits_for_a_person(
    rig: Rig, code: str, path: str
) -> None:
    form = (
        "<form action='{other}/find'><label>Find <input name=q></label><button>Find</button></form>"
    )
    page = LINK + form
    code = code.replace("{other}", rig.world.url(OTHER, ""))
    ran = await play(rig, code, page=page, person=(YES,))
    assert asked(ran) == [rig.world.url(OTHER, "")]
    assert [hit.path for hit in rig.world.at(OTHER)] == [path]
    nobody = await play(rig, code, page=page)
    assert len(asked(nobody)) == 1 and not rig.world.at(OTHER)


async def test_a_redirect_goes_no_further_than_what_was_approved(rig: Rig) -> None:
    code = at(rig, "await page.goto('http://other.test:{port}/go?to=http://evil.test:{port}/x')")
    ran = await play(rig, code, person=(YES,))
    assert asked(ran) == [rig.world.url(OTHER, "")]
    assert rig.world.at(OTHER) and not rig.world.at(EVIL)
    assert [(denied.rule, denied.host) for denied in ran.denied] == [(TAINTED, EVIL)]
    assert "page.goto" in str(steps(ran)[0].error_message)


async def test_where_a_script_goes_is_refused_and_the_page_says_how_to_ask(rig: Rig) -> None:
    button = "<button type=button onclick=\"location = '{other}/x'\">More</button>"
    code = (
        "await page.get_by_role('button', name='More').click()\n"
        "await page.wait_for_url('**/x')\nawait page.page_text()"
    )
    ran = await play(rig, code, page=button)
    assert not asked(ran) and not rig.world.at(OTHER)
    assert "page.goto with the page's address asks a person" in str(steps(ran)[0].value)


async def test_parts_of_pages_are_refused_and_asked_of_nobody(rig: Rig) -> None:
    code = "await page.get_by_label('Nickname').fill('x')\nawait page.wait_for_selector('#tried')"
    page = """<script>let tried = 0; document.getElementById('n').addEventListener('input', () => {
      const done = () => { if (++tried === 3) document.body.append(
        Object.assign(document.createElement('p'), {id: 'tried', textContent: 'tried'})) };
      fetch('{other}/f', {mode: 'no-cors'}).then(done, done);
      for (const tag of ['img', 'iframe']) document.body.append(Object.assign(
        document.createElement(tag), {src: '{other}/' + tag, onload: done, onerror: done})) })
      </script>"""
    ran = await play(rig, code, page=page)
    assert steps(ran)[0].error_code is None, steps(ran)[0].error_message
    assert not asked(ran) and not rig.world.at(OTHER)
    assert {denied.rule for denied in ran.denied} == {TAINTED}
