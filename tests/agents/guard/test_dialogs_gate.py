"""Questions of pages on real pages: what people are asked, what their answer covers, what dies."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from agents.errors import Parked
from agents.events import TaskActionDone, TaskActionIntent, TaskNotice, TaskPolicyDenied
from agents.loop import run_loop
from agents.ports import Act, Answer, Finish, InputRequestSpec, Variable
from tests.agents.browser.conftest import Site
from tests.agents.doubles import in_order
from tests.agents.fakes import FakeContext
from tests.agents.guard.test_gate import (
    Answering,
    die_at_every_save,
    handle,
    no,
    opener,
    play,
    site,
    steps,
    world_of,
    yes,
)

__all__ = ["handle", "opener", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKED = "Delete the note Groceries?"
PAGE = """<!doctype html><title>Notes</title><h1>Notes</h1>
<button id=b>{1}</button>
<script>let a = ''; b.addEventListener('click', () => {{
  if ({0}) fetch('/gone', {{method: 'POST', body: a, keepalive: true}}) }})</script>"""
DELETE = f"await accept_dialog(page.locator('#b'), {ASKED!r})\n'said'"


@pytest.fixture
def gone(site: Site) -> list[str]:
    """Bodies of what was sent to /gone."""
    sent: list[str] = []

    async def take(request: web.Request) -> web.Response:
        sent.append(await request.text())
        return web.Response(text="gone")

    site.add("/gone", take)
    site.add("/notes", PAGE.format(f"confirm('{ASKED}')", "More"))
    return sent


def notes_of(site: Site, *answers: Any, **task: Any):
    return world_of(site, *answers, path="/notes", **task)


async def test_people_see_the_question_and_approve_it_once(site, gone, opener):
    world = notes_of(site, yes(), no())
    await play(world, opener, Act(DELETE, reasoning="I was told to."), Act(DELETE))
    first, second = world.requests.values()
    assert ASKED in first.prompt and 'Press "More"' in first.prompt
    assert first.risk == "destructive"
    assert first.context["dialog"] == {"kind": "confirm", "text": ASKED}
    assert first.context["tool"] == "accept_dialog.click"
    shown = {each["label"]: each for each in first.context["arguments"]}
    assert shown["Question"]["value"] == ASKED
    assert shown["Question"]["editable"] is False
    assert second.key != first.key
    assert len(gone) == 1
    said, refused = steps(world)
    assert said.value == "said" and refused.error_code == "policy_denied"
    intent, done = world.of(TaskActionIntent)[0], world.of(TaskActionDone)[0]
    assert ASKED in intent.effect and done.outcome == "done"
    told = [n for n in world.of(TaskNotice) if n.kind == "dialog"]
    assert [(n.detail["text"], n.detail["accepted"]) for n in told] == [(ASKED, True)]


async def test_a_press_alone_says_no_and_the_model_learns_how_to_say_yes(site, gone, opener):
    world = notes_of(site)
    await play(world, opener, Act("await page.click('#b')"))
    assert not world.requests and not gone
    (told,) = [n for n in world.of(TaskNotice) if n.kind == "dialog"]
    assert told.detail["accepted"] is False
    assert ASKED in told.message and "accept_dialog" in told.message


async def test_another_question_than_the_approved_is_declined(site, gone, opener):
    turns = f"(window.n = (window.n || 0) + 1) > 1 ? confirm('{ASKED}') : confirm('Delete all?')"
    site.add("/notes", PAGE.format(turns, "More"))
    world = notes_of(site, yes())
    await play(world, opener, Act(DELETE))
    assert len(world.requests) == 1 and not gone
    assert steps(world)[0].error_code == "other_dialog"
    assert "Delete all?" in steps(world)[0].error_message


async def test_an_element_that_changes_while_people_look_is_asked_anew(site, gone, opener):
    world = notes_of(site)

    class Changing(FakeContext):
        async def ask(self, request: InputRequestSpec) -> Answer:
            if not self.world.requests:
                await self.session.page.evaluate("b.textContent = 'Delete everything'")
            self.world.answers.append(yes())
            return await super().ask(request)

        async def browser(self) -> Any:
            self.session = await super().browser()
            return self.session

    async with asyncio.timeout(100):
        await run_loop(Changing(world, browser=opener), in_order(Act(DELETE), Finish("Ended.")))
    prompts = [spec.prompt for spec in world.requests.values()]
    assert ['"Delete everything"' in prompt for prompt in prompts] == [False, True]
    assert len(gone) == 1


@pytest.mark.parametrize(
    ("task", "rule"),
    [
        ({"approval": "never"}, "approval:never"),
        ({"policy": {"approvals": {"destructive": "deny"}}}, "policy:approvals"),
    ],
)
async def test_what_is_refused_is_not_even_pressed(site, gone, opener, task, rule):
    site.add("/notes", PAGE.format(f"window.pressed = 1, confirm('{ASKED}')", "More"))
    world = notes_of(site, **task)
    await play(world, opener, Act(DELETE), Act("await page.title()"))
    assert not world.requests and not gone
    assert [event.rule for event in world.of(TaskPolicyDenied)] == [rule]
    assert not [n for n in world.of(TaskNotice) if n.kind == "dialog"]


async def test_a_question_that_tells_no_deed_asks_in_the_mode_ask(site, gone, opener):
    sure = "await accept_dialog(page.locator('#b'), 'Are you sure?')"
    site.add("/notes", PAGE.format("confirm('Are you sure?')", "More"))
    delegated = notes_of(site)
    await play(delegated, opener, Act(sure))
    assert not delegated.requests and len(gone) == 1
    asking = notes_of(site, yes(), yes(), approval="ask")
    await play(asking, opener, Act(sure))
    assert next(iter(asking.requests.values())).risk == "ambiguous"
    host = site.origin.removeprefix("http://")
    standing = notes_of(site, yes(), approval="ask")
    standing.standing |= {("accept_dialog.click", host), ("request", host)}
    await play(standing, opener, Act(sure))
    assert not standing.requests
    other = notes_of(site, no(), approval="ask")
    other.standing |= {("locator.click", host)}  # for presses: they say no to questions
    await play(other, opener, Act(sure))
    assert len(other.requests) == 1


async def test_a_password_into_a_box_is_asked_about_in_every_mode(site, gone, opener):
    site.add("/notes", PAGE.format("a = prompt('Your password?')", "More"))
    password = Variable("s3cr3t-pw", sensitive=True, kind="password",
                        allowed_domains=("127.0.0.1",))  # fmt: skip
    world = notes_of(site, no(), variables={"pw": password})
    code = "await accept_dialog(page.locator('#b'), 'Your password?', answer=variables['pw'])"
    await play(world, opener, Act(code))
    (asked,) = world.requests.values()
    assert asked.risk == "sensitive_data"
    assert steps(world)[0].error_code == "policy_denied"
    everything = repr(world.requests) + repr(world.events) + (world.checkpoint or "")
    assert "s3cr3t" not in everything


async def test_an_answer_may_be_edited(site, gone, opener):
    site.add("/notes", PAGE.format("a = prompt('Delete it? Type its name')", "More"))
    world = notes_of(site, yes(edits={"answer": "Drafts"}))
    code = "await accept_dialog(page.locator('#b'), 'Delete it? Type its name', answer='All')"
    await play(world, opener, Act(code))
    (asked,) = world.requests.values()
    assert [a["editable"] for a in asked.context["arguments"] if a["name"] == "answer"] == [True]
    assert gone == ["Drafts"]


async def test_a_parked_approval_goes_on_at_the_very_question(site, gone, opener):
    world = notes_of(site, Parked())
    route = in_order(Act(DELETE), Finish("Ended."))
    async with asyncio.timeout(100):
        with pytest.raises(Parked):
            await run_loop(FakeContext(world, browser=opener), route)
        assert not gone
        world.answers.append(yes())
        await run_loop(FakeContext(world, browser=opener), route)
    assert len(world.requests) == 1 and len(gone) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_worker_that_dies_at_any_save_says_ok_once(site, gone, opener, when):
    told = await die_at_every_save(lambda: notes_of(site), gone, when, DELETE, opener, 4)
    assert {number: len(each) for number, each in told.items()} == dict.fromkeys(told, 1)


async def test_a_worker_that_dies_while_the_question_is_open_said_no(site, gone, opener):
    """The browser declines what nobody answers any more; a person is asked what happened."""
    world = notes_of(site)
    context = Answering(world, browser=opener)
    context.bought = gone
    sessions: list[Any] = []
    asked = asyncio.Event()

    async def opened() -> Any:
        sessions.append(await opener())
        if len(sessions) == 1:  # nobody answers the first
            sessions[0].leave_dialogs_to(lambda: True)
            sessions[0].context.on("dialog", lambda _: asked.set())
        return sessions[-1]

    context._browser = opened
    run = asyncio.ensure_future(run_loop(context, in_order(Act(DELETE), Finish("Ended."))))
    async with asyncio.timeout(60):
        await asked.wait()
    context._dead = True
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    again = Answering(world, browser=opened)
    again.bought = gone
    async with asyncio.timeout(100):
        await run_loop(again, in_order(Act(DELETE), Finish("Ended.")))
    kinds = [spec.kind for spec in world.requests.values()]
    assert "choice" in kinds, kinds
    assert len(gone) == 1
