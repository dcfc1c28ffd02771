"""The gate on real pages: what is asked, what an answer does, what a dead worker leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserHandle, BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.errors import Parked
from agents.events import (
    TaskActionDone,
    TaskActionIntent,
    TaskPolicyDenied,
    TaskStepCompleted,
)
from agents.executor import close_sandbox
from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import Act, Answer, DecideInput, Finish, InputRequestSpec
from tests.agents.browser.conftest import Site, site
from tests.agents.doubles import PlannedRoute, in_order
from tests.agents.fakes import FakeContext, World, make_task

__all__ = ["site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHOP = """<!doctype html><title>Checkout</title><h1>Checkout</h1>
<form method=post action=/buy><p>Blue backpack, total $49.00</p>
<label>Note <input name=note></label>
<button>Pay now</button></form>"""
PAY = 'await page.get_by_role("button", name="Pay now").click()\n"pressed"'
Opener = Callable[[], Awaitable[BrowserSession]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def handle(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BrowserHandle]:
    """One browser for all; each test's runs attach to it anew."""
    folder = tmp_path_factory.mktemp("browser")
    found = await launch(BrowserOptions(), user_data_dir=folder / "profile", proxy_port=None)
    yield found
    await terminate(found)
    await close_driver()
    await close_sandbox()


@pytest.fixture
def bought(site: Site) -> list[str]:
    """Bodies of what was sent to /buy and /api/pay."""
    sent: list[str] = []

    async def take(request: web.Request) -> web.Response:
        sent.append(f"{request.path} {await request.text()}")
        return web.Response(text="<h1>Thank you</h1>", content_type="text/html")

    site.add("/checkout", SHOP)
    for path in ("/buy", "/api/pay", "/api/delete-account"):
        site.add(path, take)
    return sent


@pytest_asyncio.fixture(loop_scope="session")
async def opener(handle: BrowserHandle, tmp_path: Path) -> AsyncIterator[Opener]:
    """Attaches to the one browser anew, as each worker does."""
    sessions: list[BrowserSession] = []

    async def open_session() -> BrowserSession:
        for old in sessions:
            await old.detach()
        sessions.append(await BrowserSession.open(handle, downloads_dir=tmp_path / "dl"))
        return sessions[-1]

    yield open_session
    last = await open_session()
    await last.new_tab()
    while len(last.pages) > 1:
        await last.close_tab(0)
    await last.detach()


def yes(**more: Any) -> Answer:
    return Answer("answered", {"approved": True, "edits": {}, **more}, "Olivia")


def no(reason: str = "too dear", outcome: str = "continue") -> Answer:
    return Answer("answered", {"approved": False, "reason": reason, "outcome": outcome}, "Olivia")


def world_of(site: Site, *answers: Answer | Exception, path: str = "/checkout", **task: Any):
    return World(make_task(start_url=site.url(path), **task), answers=list(answers))


async def play(world: World, opener: Opener, *decisions: Any, **context: Any) -> Outcome:
    async with asyncio.timeout(100):
        return await run_loop(
            FakeContext(world, browser=opener, **context), in_order(*decisions, Finish("Ended."))
        )


def steps(world: World) -> list[TaskStepCompleted]:
    return [event for event in world.of(TaskStepCompleted) if event.step]


async def test_paying_waits_for_a_person_with_a_boxed_picture(site, bought, opener):
    world = world_of(site, yes())
    await play(world, opener, Act(PAY, reasoning="The cart matches."))
    (asked,) = world.requests.values()
    assert asked.kind == "confirmation"
    assert asked.risk in ("payment", "purchase")
    context = asked.context
    assert (context["level"], context["tool"], context["step"]) == ("high", "locator.click", 1)
    assert context["why"] == "The cart matches."
    assert context["page_url"] == site.url("/checkout")
    x, y, width, height = context["box"]
    shown_width, shown_height = context["screenshot_size"]
    assert x >= 0 and x + width <= shown_width and y >= 0 and y + height <= shown_height
    assert world.store.files[context["screenshot_artifact_id"]][:2] == b"\xff\xd8"
    assert bought == ["/buy note="]
    intent, done = world.of(TaskActionIntent)[0], world.of(TaskActionDone)[0]
    assert intent.action_id == done.action_id == "1.1"
    assert done.outcome == "done"


async def test_a_rejection_is_told_with_its_reason_and_not_asked_again(site, bought, opener):
    world = world_of(site, no("over budget"))
    outcome = await play(world, opener, Act(PAY), Act(PAY))
    first, second = steps(world)
    assert first.error_code == "policy_denied"
    assert "over budget" in first.error_message
    assert "has already rejected this: over budget" in second.error_message
    assert len(world.requests) == 1
    assert [event.rule for event in world.of(TaskPolicyDenied)] == ["approval:rejected"] * 2
    assert (bought, outcome.terminal_reason) == ([], "done")


async def test_a_rejection_may_end_the_task(site, bought, opener):
    world = world_of(site, no("fraud", outcome="stop"))
    outcome = await play(world, opener, Act(PAY))
    assert (outcome.terminal_reason, outcome.is_task_successful) == ("failed", False)
    assert outcome.error["code"] == "rejected"
    assert "fraud" in outcome.text and "Olivia" in outcome.text
    assert bought == []


@pytest.mark.parametrize("status", ["expired", "canceled"])
async def test_no_decision_is_no_approval(site, bought, opener, status):
    world = world_of(site, Answer(status))
    await play(world, opener, Act(PAY))
    assert steps(world)[0].error_code == "policy_denied"
    assert bought == []


async def test_never_refuses_without_asking(site, bought, opener):
    world = world_of(site, approval="never")
    await play(world, opener, Act(PAY))
    assert (len(world.requests), bought) == (0, [])
    assert world.of(TaskPolicyDenied)[0].rule == "approval:never"


async def test_delegated_asks_only_for_the_gravest_and_ask_for_all(site, opener):
    site.add("/login", "<form method=post action=/in><input name=u><input type=password name=p>"
             "<button>Sign in</button></form>")  # fmt: skip
    press = Act('await page.get_by_role("button", name="Sign in").click()')
    delegated = world_of(site, path="/login")
    await play(delegated, opener, press)
    assert not delegated.requests
    asking = world_of(site, yes(), path="/login", approval="ask")
    await play(asking, opener, press)
    (asked,) = asking.requests.values()
    assert asked.risk == "auth"
    standing = world_of(site, path="/login", approval="ask")
    standing.standing.add(("locator.click", site.origin.removeprefix("http://")))
    await play(standing, opener, press)
    assert not standing.requests


async def test_an_approval_of_another_page_is_void(site, bought, opener):
    world = world_of(site)
    context: list[FakeContext] = []

    class Changing(FakeContext):
        async def ask(self, request: InputRequestSpec) -> Answer:
            if not self.world.requests:
                page = (await self.browser_now()).page
                await page.evaluate("document.querySelector('p').textContent = 'total $4,900.00'")
            self.world.answers.append(yes())
            return await super().ask(request)

        async def browser_now(self) -> BrowserSession:
            return self.session

        async def browser(self) -> Any:
            self.session = await super().browser()
            return self.session

    context.append(Changing(world, browser=opener))
    async with asyncio.timeout(100):
        await run_loop(context[0], in_order(Act(PAY), Finish("Ended.")))
    assert len(world.requests) == 2
    first, second = (spec.context["fingerprint"] for spec in world.requests.values())
    assert first != second
    assert bought == ["/buy note="]


async def test_edits_change_the_call(site, bought, opener):
    fill = Act('await page.get_by_label("Note").fill("leave it outside")')
    world = world_of(site, yes(edits={"value": "ring the bell"}), yes(), approval="ask",
                     policy={"approvals": ["sensitive_data", "external_submit"]})  # fmt: skip
    site.add("/checkout", SHOP.replace("<input name=note>", "<input name=ssn autocomplete=off>")
             .replace("Note", "Social security number"))  # fmt: skip
    fill = Act('await page.get_by_label("Social security number").fill("111")')
    await play(world, opener, fill, Act(PAY))
    first = next(iter(world.requests.values()))
    (argument,) = [a for a in first.context["arguments"] if a["name"] == "value"]
    assert (argument["editable"], argument["type"], argument["value"]) == (True, "string", "111")
    assert bought == ["/buy ssn=ring+the+bell"]


async def test_an_address_that_acts_is_asked_about_and_may_be_edited(site, bought, opener):
    site.add("/account/delete", "gone")
    site.add("/account/settings", "<h1>Settings</h1>")
    go = Act(f"await page.goto({site.url('/account/delete?confirm=1')!r})\nawait page.page_text()")
    settings = site.url("/account/settings")
    world = world_of(site, yes(edits={"url": settings}))
    await play(world, opener, go)
    (asked,) = world.requests.values()
    assert (asked.risk, asked.context["tool"]) == ("destructive", "page.goto")
    assert "Settings" in steps(world)[0].value
    assert not [r for r in site.requests if r.path == "/account/delete"]


# --- the worker dies --------------------------------------------------------------------------
async def test_a_parked_approval_goes_on_at_the_very_call(site, bought, opener):
    code = 'await page.get_by_label("Note").fill("hi")\n' + PAY
    world = world_of(site, Parked())
    route = in_order(Act(code), Finish("Ended."))
    async with asyncio.timeout(100):
        with pytest.raises(Parked):
            await run_loop(FakeContext(world, browser=opener), route)
        assert bought == []
        world.answers.append(yes())
        await run_loop(FakeContext(world, browser=opener), route)
    assert len(world.requests) == 1
    assert bought == ["/buy note=hi"]


class Answering(FakeContext):
    """A person who approves, and who tells the truth about what happened."""

    bought: list[str]

    async def ask(self, request: InputRequestSpec) -> Answer:
        truth = Answer("answered", "done" if self.bought else "not_done", "Olivia")
        answer = yes() if request.kind == "confirmation" else truth
        self.world.answers = [answer]
        return await super().ask(request)


async def die_at(
    number: int, when: str, world: World, opener: Opener, code: str, done: list[str]
) -> bool:
    """Run `code`, with a worker that dies at this save, and another that goes on.

    `done` keeps what the site was told. False when the first ended before it came to that save.
    """
    done.clear()
    route = in_order(Act(code), Finish("Ended."))
    first = Answering(world, browser=opener, crash=(number, when))
    first.bought = done
    run = asyncio.ensure_future(run_loop(first, route))
    crash = asyncio.ensure_future(first.crashed.wait())
    await asyncio.wait({run, crash}, timeout=90, return_when=asyncio.FIRST_COMPLETED)
    crash.cancel()
    if run.done():
        return False
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    second = Answering(world, browser=opener)
    second.bought = done
    async with asyncio.timeout(100):
        await run_loop(second, route)
    return True


async def die_at_every_save(start, done, when, code, opener, first):
    """Run `code`, with a worker that dies at each save in turn, and another that goes on.

    start() gives a new world, `done` keeps what its site was told. Gives what that was, by save.
    """
    told = {}
    for number in range(first, 20):
        if not await die_at(number, when, start(), opener, code, done):
            break
        told[number] = list(done)
    assert len(told) >= 4
    return told


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_worker_that_dies_at_any_save_buys_once(site, bought, opener, when):
    told = await die_at_every_save(lambda: world_of(site), bought, when, PAY, opener, 5)
    assert told == {key: ["/buy note="] for key in told}


# --- the network hold -------------------------------------------------------------------------
SENDERS = {
    "fetch": "fetch('/api/delete-account', {method: 'POST'}).catch(() => 0)",
    "xhr": "(() => { const x = new XMLHttpRequest(); x.open('DELETE', '/api/delete-account');"
    " x.send() })()",
    "beacon": "navigator.sendBeacon('/api/delete-account', 'x')",
    "keepalive": "fetch('/api/delete-account', {method: 'POST', keepalive: true}).catch(() => 0)",
    "form": "(() => { const f = document.createElement('form'); f.method = 'post';"
    " f.action = '/api/delete-account'; document.body.append(f); f.submit() })()",
    "popup": "(() => { const f = document.createElement('form'); f.method = 'post';"
    " f.target = '_blank'; f.action = '/api/delete-account'; document.body.append(f);"
    " f.submit() })()",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${location.origin}"
    "/api/delete-account', {method: 'POST'}).catch(() => 0)`])))",
    "service worker": "navigator.serviceWorker.register('/sw.js').then(() =>"
    " navigator.serviceWorker.ready).then(r => r.active.postMessage('go'))",
}
SERVICE = """onmessage = () => fetch('/api/delete-account', {method: 'POST'}).catch(() => 0);"""


def quiet(how: str) -> str:
    """A page whose button tells nothing of what its handler sends."""
    return f"""<title>Q</title><button id=more>More</button>
      <script>more.addEventListener('click', () => {{ {SENDERS[how]} }});</script>"""


@pytest.mark.parametrize("how", SENDERS)
async def test_what_a_script_sends_is_held(site, bought, opener, how):
    site.add("/quiet", quiet(how))
    site.add("/sw.js", SERVICE, "text/javascript")
    more = Act('await page.get_by_role("button", name="More").click()\n'
               "await page.wait_for_timeout(600)\nawait page.title()")  # fmt: skip
    world = world_of(site, no("keep the account"), path="/quiet")
    await play(world, opener, more)
    (asked,) = world.requests.values()
    assert asked.risk == "destructive"
    assert asked.context["tool"] == "request"
    assert bought == []


async def test_a_held_request_goes_once_it_is_approved(site, bought, opener):
    site.add("/quiet", quiet("form"))
    world = world_of(site, yes(), path="/quiet")
    await play(world, opener, Act('await page.get_by_role("button", name="More").click()'))
    assert len(bought) == 1
    assert [event.tool for event in world.of(TaskActionIntent)] == ["request"]


async def test_a_timer_between_steps_is_held_too(site, bought, opener):
    site.add("/timer", f"<title>T</title><script>setTimeout(() => {{ {SENDERS['fetch']} }}, 500)"
             "</script>")  # fmt: skip
    world = world_of(site, no(), path="/timer")

    def decide(turn: DecideInput) -> Any:
        count = turn.memory["n"] = turn.memory.get("n", 0) + 1
        return Act(f"await page.wait_for_timeout({300 + count})") if count < 4 else Finish("Ended.")

    async with asyncio.timeout(100):
        await run_loop(FakeContext(world, browser=opener), PlannedRoute(decide))
    assert len(world.requests) == 1
    assert bought == []


async def test_a_document_that_was_there_before_is_held_too(site, bought, opener):
    site.add("/quiet", quiet("fetch"))
    session = await opener()
    await session.page.goto(site.url("/quiet"))

    async def same() -> BrowserSession:
        return session

    world = World(make_task(), answers=[no()])
    await play(world, same, Act('await page.get_by_role("button", name="More").click()'))
    assert (len(world.requests), bought) == (1, [])
