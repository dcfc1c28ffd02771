"""Where the live view of this web process gets its pictures, and who may touch which browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis.asyncio
from django.conf import settings

from agents.browser.frames import FrameSource
from agents.browser.handle import BrowserHandle
from agents.browser.hub import FrameHub
from agents.browser.process import is_alive
from agents.browser.relay import RelayInput, RelaySource, Subscriptions
from agents.browser.screencast import Screencast
from agents.browser.takeover import InputDriver, dialog_event
from agents.browser.takeover_messages import Input
from agents.errors import BrowserError
from dashboard.errors import NotFound
from dashboard.models import AgentSession, Control, Project, User
from dashboard.services import control
from dashboard.threads import in_thread

_DRIVERS = {Control.AGENT: "agent", Control.TAKING: "taking", Control.HUMAN: "person"}


@dataclass(frozen=True)
class View:
    """A session as its live view needs it, for one user. `token` is set while that user drives."""

    handle: BrowserHandle | None
    driver: str  # agent, taking or person
    by: str
    mine: bool
    token: str

    @property
    def driving(self) -> bool:
        """Whether this user's input goes to the page."""
        return self.mine and self.driver == "person"

    def as_control(self) -> dict[str, Any]:
        """What viewers are told about who drives."""
        return {"driver": self.driver, "by": self.by or None, "you": self.driving}


@in_thread
def look(session_id: str, project: Project, user: User) -> View | None:
    """The session's present state; None when it is not the project's."""
    rows = AgentSession.objects.for_project(project)
    try:
        row = rows.only("browser", "control", "driver_id", "driver_name", "driver_token").fetch(
            session_id
        )
    except NotFound:
        return None
    mine = row.driver_id == user.pk
    return View(
        handle=_handle(row.browser),
        driver=_DRIVERS[Control(row.control)],
        by=row.driver_name,
        mine=mine,
        token=row.driver_token if mine else "",
    )


def _handle(stored: dict[str, Any] | None) -> BrowserHandle | None:
    try:
        return BrowserHandle.from_dict(stored) if stored else None
    except BrowserError:
        return None


@in_thread
def _handle_of(session_id: str) -> BrowserHandle | None:
    return _handle(
        AgentSession.objects.filter(pk=session_id).values_list("browser", flat=True).first()
    )


renew = in_thread(control.renew)


class Casts:
    """The casts of one event loop, local and relayed."""

    def __init__(self) -> None:
        self.hub = FrameHub(self._source)
        self._subscriptions: Subscriptions | None = None

    @property
    def subscriptions(self) -> Subscriptions:
        if self._subscriptions is None:
            self._subscriptions = Subscriptions(redis.asyncio.Redis.from_url(settings.REDIS_URL))
        return self._subscriptions

    async def _source(self, session_id: str) -> FrameSource | None:
        handle = await _handle_of(session_id)
        if handle is None:
            return None
        if handle.host != settings.CONFIG.host_name:
            return RelaySource(self.subscriptions, session_id, handle.host, browser=handle)
        # By pid and start time: another browser may have come to the dead one's port.
        if not is_alive(handle):
            return None
        return Screencast(handle.debug_port, user_data_dir=handle.user_data_dir, browser=handle)

    async def hands(
        self, session_id: str, handle: BrowserHandle, on_event: Callable[[dict[str, Any]], None]
    ) -> Hands:
        """Something to apply a person's inputs with. Raises: BrowserError."""
        if handle.host != settings.CONFIG.host_name:
            relay = RelayInput(self.subscriptions, session_id, handle.host, on_event=on_event)
            await relay.start()
            return Hands(handle, relay)
        if not is_alive(handle):
            raise BrowserError("The browser is closed.", code="browser_gone")
        following: set[asyncio.Task[None]] = set()

        def on_tab(target_id: str) -> None:
            task = asyncio.ensure_future(self.hub.follow(session_id, target_id))
            following.add(task)
            task.add_done_callback(following.discard)

        driver = InputDriver(
            handle.debug_port,
            shown=lambda: self.hub.last_frame(session_id),
            user_data_dir=handle.user_data_dir,
            on_tab=on_tab,
            on_dialog=lambda dialog: on_event(dialog_event(dialog)),
        )
        return Hands(handle, driver)


@dataclass(frozen=True)
class Hands:
    """A person's hands on one browser, here or on another host."""

    handle: BrowserHandle
    _driver: InputDriver | RelayInput

    async def apply(self, message: Input) -> None:
        """Raises: BrowserError when the input is not applied."""
        await self._driver.apply(message)

    async def aclose(self) -> None:
        await self._driver.aclose()


_casts: dict[int, tuple[asyncio.AbstractEventLoop, Casts]] = {}


def casts() -> Casts:
    """The casts of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _casts.get(id(loop))
    if found is None or found[0] is not loop:
        for key, (other, _) in list(_casts.items()):
            if other.is_closed():
                del _casts[key]
        found = _casts[id(loop)] = (loop, Casts())
    return found[1]
