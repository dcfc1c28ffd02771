"""A worker may die at any moment: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio

import pytest

from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import Act, Answer, Ask, DecideInput, Decision, Finish
from tests.agents.doubles import DoubleBrowser, DoubleExecutor, PlannedRoute
from tests.agents.fakes import FakeContext, World, make_task

WANTED = 5


def careful(turn: DecideInput) -> Decision:
    """Clicks three times, then twice, asking in between; looks before it repeats a click."""
    if not turn.turns or not any(t.answer for t in turn.turns):
        done = [t for t in turn.turns if isinstance(t.decision, Act)]
        if not done:
            return Act("await page.click('add')\n" * 3 + "await page.count()")
        if not done[-1].result.ok:
            return more(turn, 3)
        return Ask("Two more?")
    acts = [t for t in turn.turns if isinstance(t.decision, Act)]
    asked = next(i for i, t in enumerate(turn.turns) if t.answer)
    later = [t for t in turn.turns[asked:] if isinstance(t.decision, Act)]
    if not later or not acts[-1].result.ok:
        return more(turn, WANTED)
    return Finish("Clicked.", {"count": later[-1].result.value}, evidence=[f"Count: {WANTED}"])


def more(turn: DecideInput, wanted: int) -> Act:
    """Looks at the counter and clicks what is missing, in one step."""
    shown = int(turn.observation.partition("Count: ")[2].partition("\n")[0])
    return Act("await page.click('add')\n" * (wanted - shown) + "await page.count()")


def executor_of(context: FakeContext):
    return lambda session, on_action, files: DoubleExecutor(session, on_action, context.control)


async def worker(
    world: World, browser: DoubleBrowser, crash: tuple[int, str] | None
) -> Outcome | None:
    """One worker's life: the outcome, or None when it was killed."""

    async def session() -> DoubleBrowser:
        return browser

    context = FakeContext(world, browser=session, crash=crash)
    route = PlannedRoute(careful)
    work = asyncio.create_task(run_loop(context, route, executor_factory=executor_of(context)))
    death = asyncio.create_task(context.crashed.wait())
    await asyncio.wait({work, death}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        death.cancel()
        return work.result()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return None


async def emits_of_a_whole_run() -> int:
    world = World(make_task("Click five times."), answers=[Answer("answered", "yes")])
    assert await worker(world, DoubleBrowser(), None) is not None
    return world.emits


def assert_done_once(world: World, browser: DoubleBrowser, outcome: Outcome) -> None:
    assert outcome.terminal_reason == "done"
    assert outcome.is_task_successful is True
    assert outcome.output == {"count": WANTED}
    assert browser.clicks == ["add"] * WANTED
    assert list(world.requests) == ["ask:2"] or list(world.requests) == ["ask:3"]
    completed = [e.step for e in world.events if e.type == "task.step_completed"]
    assert completed == sorted(set(completed)), "each step ends once"


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_death_at_any_emit_loses_and_repeats_nothing(moment: str) -> None:
    total = await emits_of_a_whole_run()
    assert total > 10
    for number in range(1, total + 1):
        browser = DoubleBrowser()
        world = World(make_task("Click five times."), answers=[Answer("answered", "yes")])
        first = await worker(world, browser, (number, moment))
        outcome = first or await worker(world, browser, None)
        assert outcome is not None
        assert_done_once(world, browser, outcome)


async def test_death_of_every_second_worker_still_ends_well() -> None:
    browser = DoubleBrowser()
    world = World(make_task("Click five times."), answers=[Answer("answered", "yes")])
    outcome = None
    for _ in range(60):
        outcome = await worker(world, browser, (2, "after"))
        if outcome is not None:
            break
    assert outcome is not None
    assert_done_once(world, browser, outcome)


async def test_usage_is_charged_once_whatever_happens() -> None:
    total = await emits_of_a_whole_run()
    for number in range(1, total + 1):
        browser = DoubleBrowser()
        world = World(make_task("Click five times."), answers=[Answer("answered", "yes")])
        if await worker(world, browser, (number, "after")) is None:
            await worker(world, browser, None)
        acts = {e.step for e in world.events if e.type == "task.step_completed"}
        assert world.usage.steps == len(acts) + 1  # and the question
