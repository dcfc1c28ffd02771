"""Where a run goes on after its worker or its browser died."""

from __future__ import annotations

from typing import Any

from agents.errors import BrowserError, BrowserGone
from agents.ports import REOPENED, Act
from agents.run import Run
from agents.sight import ERROR_PAGE, LOOK_S, Sight
from agents.steps import Steps


async def restore(run: Run, steps: Steps, why: str) -> None:
    """In a new browser: tell the model, and reopen the last address as a step of the loop.

    A step that waited for a page goes on with that page instead.
    """
    state = run.state
    if steps.loads_again():
        await run.context.withdraw()  # what a page sent by itself is gone with it
        state.notes.append(f"{why} What was typed into other pages may be lost.")
        await run.save()
        return
    await steps.abandon(BrowserGone.code, "The browser was lost during this step.")
    await run.context.withdraw()
    url = state.page_url
    reopened = _opens(url)
    where = f" The last address {url} was opened again." if reopened else ""
    state.notes.append(f"{why}{where} Pages may have lost what was typed: look before you go on.")
    if not reopened:
        state.page_url = ""
        await run.save()
        return
    await _reopen(steps, url)


async def leave_error_page(run: Run, sight: Sight, steps: Steps) -> bool:
    """In the browser that a dead worker left: what its tab was loading is lost, and it shows an
    error. Go back to the last address, as a step of the loop; False where there is no need.

    Raises: BrowserGone; Interrupted.
    """
    url = run.state.page_url
    if not _opens(url):
        return False
    try:
        here = str((await sight.guarded(sight.session.ready(), LOOK_S)).url)
    except BrowserGone:
        raise
    except BrowserError:
        return False  # whatever it shows is told by the look that comes next
    if not here.startswith(ERROR_PAGE):
        return False
    run.state.notes.append(
        f"What the page was loading was lost. The last address {url} was opened again: look before "
        "you go on."
    )
    await _reopen(steps, url)
    return True


def identity(session: Any) -> str:
    """Which browser process this is."""
    handle = session.handle
    return f"{handle.host}:{handle.pid}:{handle.start_time}"


def _opens(url: str) -> bool:
    return url.startswith(("http://", "https://"))


async def _reopen(steps: Steps, url: str) -> None:
    await steps.begin(Act(f"await page.goto({url!r})", reasoning=REOPENED), model="loop")
