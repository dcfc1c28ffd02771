"""The eyes of the loop: what the page shows, bounded in time, and never a reason to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from agents.control import Interrupted
from agents.errors import BrowserError, BrowserGone, RunSignal
from agents.events import Payload, TaskNotice, TaskPageChanged, TaskScreenshot
from agents.plain import plain, plain_text
from agents.ports import ArtifactStore
from agents.repeats import page_mark
from agents.run import Run

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOOK_S = 20.0
PICTURE_S = 10.0
SETTLE_S = 2.5
HALT_S = 1.0
ERROR_PAGE = "chrome-error:"  # how the address of a page begins that could not be loaded


@dataclass(frozen=True)
class View:
    """The active tab as it was looked at."""

    text: str
    url: str
    title: str
    tab: int = 0
    tab_count: int = 1
    readable: bool = True

    @property
    def mark(self) -> str:
        """Digest of what is shown."""
        return page_mark(self.text, self.url)


class Sight:
    """Looks at the session's browser. Everything it raises is a lost browser or a person's wish."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.session: Any = None
        self.redact: Callable[[str], str] = str  # hides values of sensitive variables

    async def guarded(self, work: Awaitable[T], limit_s: float) -> T:
        """Await something of the browser, within a limit, cut short when a person interrupts.

        Raises: BrowserGone when the browser died over it; BrowserError for the rest; Interrupted.
        """
        try:
            return await self._run.control.interruptible(asyncio.wait_for(work, limit_s))
        except (BrowserError, RunSignal, Interrupted):
            raise
        except TimeoutError as error:
            self._check_alive(error)
            raise BrowserError(f"The page did not answer within {limit_s:.0f} seconds.") from error
        except Exception as error:
            # Playwright's own errors, and what its listeners left for the next call to raise.
            self._check_alive(error)
            raise BrowserError(_first_line(error)) from error

    async def look(self) -> View:
        """What the active tab shows; a page that cannot be read says so in its text.

        Raises: BrowserGone, Interrupted.
        """
        try:
            try:
                seen = await self.guarded(self.session.observe(), LOOK_S)
            except BrowserGone:
                raise
            except BrowserError:
                await self.stop_loading()
                seen = await self.guarded(self.session.observe(), LOOK_S)
            state = await self.guarded(self.session.state(), LOOK_S)
        except BrowserGone:
            raise
        except BrowserError as error:
            log.warning("page_unreadable", error=str(error), step=self._run.state.step)
            text = f"(The page could not be read: {error})"
            return View(text, self._run.state.page_url, "", readable=False)
        text = self._clean(seen.text)
        url, title = self._clean(state.url), self._clean(state.title)
        view = View(text, url, title, state.tab, state.tab_count)
        self._run.seen.add_page(f"{view.title}\n{view.url}\n{text}")
        return view

    async def settle(self) -> None:
        """Give a page that was just acted on a moment to load and to stop moving.

        Raises: BrowserGone, Interrupted.
        """
        try:
            await self.guarded(self.session.idle(), SETTLE_S)
        except BrowserGone:
            raise
        except BrowserError as error:
            log.debug("page_unsettled", error=str(error))

    async def stop_loading(self) -> None:
        """Give up a navigation that does not come: a page cannot be read while it waits for one.

        Raises: BrowserGone, Interrupted.
        """
        try:
            await self.guarded(self.session.stop_loading(), SETTLE_S)
        except BrowserGone:
            raise
        except BrowserError as error:
            log.debug("page_still_loading", error=str(error))

    async def halt(self) -> None:
        """Break off what the active tab loads, though a person interrupts; soon over, never fails.

        Without it, the next look would wait for a page that nobody wants any more.
        """
        try:
            await asyncio.wait_for(self.session.stop_loading(), HALT_S)
        except Exception as error:  # a convenience: the look that follows tells what is wrong
            log.debug("page_still_loading", error=str(error))

    async def picture(self) -> Any | None:
        """A screenshot, or None when the page gives none. Raises: BrowserGone, Interrupted."""
        try:
            return await self.guarded(self.session.screenshot(), PICTURE_S)
        except BrowserGone:
            raise
        except BrowserError as error:
            log.warning("no_screenshot", error=str(error), step=self._run.state.step)
            return None

    async def store_picture(self, view: View, step: int) -> list[TaskScreenshot]:
        """Take a screenshot and store it; the event for it, if there is one."""
        shot = await self.picture()
        if shot is None:
            return []
        stored = await self._artifacts.put(
            shot.data,
            name=f"step-{step}.jpg",
            media_type="image/jpeg",
            kind="screenshot",
            step=step,
        )
        event = TaskScreenshot(
            artifact_id=stored.id,
            step=step,
            page_url=view.url,
            page_title=view.title,
            width=shot.width,
            height=shot.height,
        )
        return [event]

    def page_events(self, view: View | None) -> list[Payload]:
        """`task.page_changed` when the active tab or its address is another one than before."""
        state = self._run.state
        if view is None or not view.readable or view.url.startswith(ERROR_PAGE):
            return []  # a page that could not be opened is no place; why is told as the error
        now = (view.url, view.tab, view.tab_count)
        if now == (state.page_url, state.page_tab, state.page_tab_count):
            return []
        state.page_url, state.page_tab, state.page_tab_count = now
        state.page_title = view.title
        return [
            TaskPageChanged(
                page_url=view.url,
                page_title=view.title,
                tab=view.tab,
                tab_count=view.tab_count,
            )
        ]

    def notices(self, step: int | None) -> tuple[list[Payload], list[str]]:
        """What the browser reported since the last time: events, and lines for the model."""
        events: list[Payload] = []
        lines: list[str] = []
        for item in self.session.drain_notices():
            message = self._clean(item.message)
            detail = self._clean_all(plain(item.detail or {}))
            detail = detail if isinstance(detail, dict) else {"detail": detail}
            events.append(TaskNotice(kind=item.kind, message=message, step=step, detail=detail))
            lines.append(message)
        return events, lines

    def _clean_all(self, value: Any) -> Any:
        """The value with secrets taken out of every text in it."""
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, dict):
            return {key: self._clean_all(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._clean_all(item) for item in value]
        return value

    async def downloads(self, step: int | None) -> list[Any]:
        """Store files that the browser downloaded by itself; the stored artifacts."""
        stored = []
        for item in self.session.drain_downloads():
            stored.append(
                await self._artifacts.put_file(
                    str(item.path),
                    name=item.name,
                    media_type=item.media_type,
                    kind="download",
                    step=step,
                )
            )
        return stored

    async def whole_text(self) -> str:
        """All text of the page, for checking claims; empty when it cannot be had."""
        try:
            page = await self.guarded(self.session.ready(), LOOK_S)
            return await self.guarded(page.inner_text("body", timeout=3_000), 5.0)
        except BrowserGone:
            raise
        except BrowserError:
            return ""

    def _clean(self, text: str) -> str:
        return self.redact(plain_text(text))

    @property
    def _artifacts(self) -> ArtifactStore:
        return self._run.context.artifacts

    def _check_alive(self, error: BaseException) -> None:
        if self.session is None or not self.session.alive:
            raise BrowserGone("The browser is gone.") from error


def _first_line(error: BaseException) -> str:
    line = str(error).strip().partition("\n")[0]
    return plain_text(line) or type(error).__name__
