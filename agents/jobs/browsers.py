"""The browsers of this worker: which session drives which process, each behind its own proxy."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import structlog

from agents.browser.egress import Denied, EgressProxy
from agents.browser.egress_policy import SessionEgress
from agents.browser.playwright_driver import close_driver
from agents.browser.process import (
    BrowserHandle,
    BrowserOptions,
    is_alive,
    launch,
    network_namespaces,
    terminate,
)
from agents.browser.session import BrowserSession
from agents.browser.warm import WarmPool
from agents.errors import BrowserError, BrowserGone
from agents.jobs.addresses import checker_of
from agents.jobs.db import db
from dashboard import nudges
from dashboard.conf import Config

log = structlog.get_logger(__name__)

PROFILE_FREE_WITHIN_S = 10.0
PORT_FREE_WITHIN_S = 20.0
LET_GO_TOPIC = "let_go"  # a worker asks the others of its host for what they no longer run


@dataclass
class LiveBrowser:
    """A browser this worker is attached to."""

    session: BrowserSession
    proxy: EgressProxy


class BrowserPool:
    """Starts, adopts and ends the browsers of sessions on this host. Lives on one event loop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._options = BrowserOptions(
            executable=config.browser_path,
            no_sandbox=config.browser_no_sandbox,
            own_network=config.browser_netns == "on"
            or (config.browser_netns == "auto" and network_namespaces()),
        )
        # Judges what browsers, and models that tasks brought along, may reach.
        self.addresses = checker_of(config, self.own_ports)
        self._spare_proxies: dict[int, EgressProxy] = {}
        self._warm = WarmPool(
            self._options,
            root_dir=config.data_dir / "browsers",
            size=config.warm_browsers,
            open_proxy=self._open_spare_proxy,
            close_proxy=self._close_spare_proxy,
        )
        self._live: dict[str, LiveBrowser] = {}
        self._proxies: dict[str, EgressProxy] = {}
        # Each lives for as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listeners: dict[str, Callable[[Denied], None]] = {}
        self._egress: dict[str, SessionEgress] = {}
        self._ports_in_use: set[int] = set()

    @property
    def count(self) -> int:
        """Browsers that this worker serves: attached now, or on the network by its proxy."""
        serving = {session_id for session_id, proxy in self._proxies.items() if proxy.port}
        return len(serving | self._live.keys())

    @property
    def attached(self) -> dict[str, BrowserSession]:
        """Browsers that this worker is attached to, by session."""
        return {session_id: live.session for session_id, live in self._live.items()}

    def root(self, session_id: str) -> Path:
        """Where the session's browser keeps its files."""
        return self._config.data_dir / "browsers" / session_id

    def on_denied(self, session_id: str, listener: Callable[[Denied], None]) -> None:
        """Tell this listener, and no other, of everything the session's proxy refuses."""
        self._listeners[session_id] = listener

    def ignore_denied(self, session_id: str, listener: Callable[[Denied], None]) -> None:
        """Tell this listener no more; a follow-up's may have taken its place already."""
        if self._listeners.get(session_id) == listener:
            del self._listeners[session_id]

    # --- what sessions may reach ------------------------------------------------------------
    def set_egress(self, session_id: str, egress: SessionEgress) -> None:
        """Hold the session's browser to these rules from now on, and to each change of them."""
        self._egress[session_id] = egress
        egress.addresses = self.addresses
        egress.on_change(lambda: self._egress_changed(session_id))
        self._egress_changed(session_id)

    def restore_egress(self, session_id: str, stored: dict[str, Any] | None) -> None:
        """The rules that the row of a session has which nobody runs here."""
        if stored is None:
            return
        known = self._egress.get(session_id)
        if known is None or known.as_json() != stored:
            self.set_egress(session_id, SessionEgress.from_json(stored))

    def _egress_changed(self, session_id: str) -> None:
        proxy = self._proxies.get(session_id)
        if proxy is not None:
            proxy.policy = self._egress.get(session_id)
            proxy.recheck()

    async def limit(self, session_id: str) -> None:
        """Have a browser that runs tell why a page is closed, as far as that has changed."""
        live = self._live.get(session_id)
        if live is not None:
            with suppress(BrowserError):  # its proxy holds it all the same
                await self._limit(session_id, live.session)

    async def _limit(self, session_id: str, session: BrowserSession) -> None:
        """Have the browser itself keep what its proxy cannot see."""
        egress = self._egress.get(session_id)
        if egress is not None:
            await session.limit(egress, lambda denied: self._refused(session_id, denied))

    def own_ports(self) -> set[int]:
        """Ports on this machine that no page has business with: browsers' and proxies'."""
        handles = (live.session.handle for live in self._live.values())
        here = {port for handle in handles for port in (handle.debug_port, handle.proxy_port or 0)}
        return here | self._ports_in_use | set(self._spare_proxies)

    def note_ports(self, ports: set[int]) -> None:
        """The same of all browsers on this host, as their rows tell."""
        self._ports_in_use = ports

    def _lock(self, session_id: str) -> asyncio.Lock:
        return self._locks.setdefault(session_id, asyncio.Lock())

    async def get(
        self, session_id: str, handle: dict[str, Any] | None, *, profile_dir: Path | None = None
    ) -> tuple[BrowserSession, bool]:
        """The session's browser, and whether it was started just now.

        handle: as the row has it. Raises: BrowserError when none can be started.
        """
        async with self._lock(session_id):
            session, fresh = await self._attached(session_id, handle, profile_dir)
            await self._limit(session_id, session)
            return session, fresh

    async def _attached(
        self, session_id: str, handle: dict[str, Any] | None, profile_dir: Path | None
    ) -> tuple[BrowserSession, bool]:
        live = self._live.get(session_id)
        if live is not None and live.session.alive:
            return live.session, False
        if live is not None:
            await self._drop(session_id)
        if handle is not None:
            with suppress(BrowserGone):
                return await self._adopt(session_id, BrowserHandle.from_dict(handle)), False
        return await self._start(session_id, profile_dir), True

    async def _adopt(self, session_id: str, handle: BrowserHandle) -> BrowserSession:
        if handle.host != self._config.host_name or not is_alive(handle):
            raise BrowserGone("The browser is not alive on this host.")
        await self._take_proxy(session_id, handle.proxy_port)
        session = await BrowserSession.open(handle, downloads_dir=self._downloads(session_id))
        self._live[session_id] = LiveBrowser(session, self._proxies[session_id])
        return session

    async def _start(self, session_id: str, profile_dir: Path | None) -> BrowserSession:
        stale = self._proxies.pop(session_id, None)
        if stale is not None:
            await stale.stop()
        if profile_dir is None:
            handle = await self._warm.take()
            proxy = self._spare_proxies.pop(handle.proxy_port or 0)
            proxy.tell(lambda denied: self._refused(session_id, denied))
            proxy.policy = self._egress.get(session_id)
            self._proxies[session_id] = proxy
        else:
            port = await self.ensure_proxy(session_id, None)
            handle = await self._launch(profile_dir, port)
        try:
            session = await BrowserSession.open(handle, downloads_dir=self._downloads(session_id))
        except BrowserGone as error:
            await terminate(handle)
            raise BrowserError("The browser started but did not answer; try again.") from error
        self._live[session_id] = LiveBrowser(session, self._proxies[session_id])
        return session

    async def _launch(self, profile_dir: Path, proxy_port: int) -> BrowserHandle:
        """Start a browser on a profile, once the one that had it before is closed."""
        deadline = asyncio.get_running_loop().time() + PROFILE_FREE_WITHIN_S
        while True:
            try:
                return await launch(self._options, user_data_dir=profile_dir, proxy_port=proxy_port)
            except BrowserError as error:
                late = asyncio.get_running_loop().time() > deadline
                if error.code != "profile_in_use" or late:
                    raise
                await asyncio.sleep(0.2)

    def warm_up(self) -> None:
        """Begin to start spare browsers."""
        self._warm.start()

    async def _open_spare_proxy(self) -> int:
        proxy = EgressProxy(self.addresses)
        port = await proxy.start()
        self._spare_proxies[port] = proxy
        return port

    async def _close_spare_proxy(self, port: int) -> None:
        proxy = self._spare_proxies.pop(port, None)
        if proxy is not None:
            await proxy.stop()

    def _downloads(self, session_id: str) -> Path:
        return self.root(session_id) / "downloads"

    async def _take_proxy(self, session_id: str, port: int | None) -> None:
        """Have the proxy listen here and nowhere else: another worker's knows other rules.

        Raises: BrowserError when the worker that has the port does not let it go.
        """
        deadline = asyncio.get_running_loop().time() + PORT_FREE_WITHIN_S
        while True:
            await self.ensure_proxy(session_id, port)
            if port is None or self._proxies[session_id].port == port:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise BrowserError(
                    "Another worker of this host holds the browser's way to the network.",
                    code="proxy_port_taken",
                )
            await db(nudges.after_commit, LET_GO_TOPIC)
            await asyncio.sleep(0.2)

    async def ensure_proxy(self, session_id: str, port: int | None) -> int:
        """Have the session's proxy listen; on the given port, if a browser counts on one."""
        proxy = self._proxies.get(session_id)
        if proxy is not None and proxy.port and port in (None, proxy.port):
            return proxy.port
        proxy = EgressProxy(
            self.addresses,
            on_denied=lambda denied: self._refused(session_id, denied),
            policy=self._egress.get(session_id),
        )
        try:
            bound = await proxy.start(port or 0)
        except BrowserError as error:
            if error.code != "proxy_port_taken":
                raise
            # Another worker of this host serves the browser; it will do while nobody runs it here.
            log.info("egress endpoint is served elsewhere", session=session_id)
            bound = port or 0
        self._proxies[session_id] = proxy
        return bound

    def _refused(self, session_id: str, denied: Denied) -> None:
        listener = self._listeners.get(session_id)
        if listener is not None:
            listener(denied)

    async def _drop(self, session_id: str) -> None:
        live = self._live.pop(session_id, None)
        if live is not None:
            try:
                await asyncio.wait_for(live.session.detach(), 5)
            except Exception as error:  # however it broke, nobody is kept from the next browser
                log.info("a browser was not let go in order", session=session_id, error=str(error))

    @property
    def known(self) -> set[str]:
        """Sessions that this worker is attached to, or has a proxy or rules for."""
        return self._live.keys() | self._proxies.keys() | self._egress.keys()

    async def let_go(self, session_id: str, *, unless: Callable[[], bool] | None = None) -> None:
        """Another worker drives this browser now, or nobody does.

        unless: asked while nobody else can get the browser; True keeps it.
        """
        async with self._lock(session_id):
            if unless is not None and unless():
                return
            await self._drop(session_id)
            self._egress.pop(session_id, None)
            proxy = self._proxies.pop(session_id, None)
            if proxy is not None:
                await proxy.stop()

    async def close(
        self,
        session_id: str,
        handle: dict[str, Any] | None,
        *,
        if_so: Callable[[], Awaitable[bool]] | None = None,
    ) -> bool:
        """End the session's browser; its profile stays on disk.

        if_so: asked while nobody else can get the browser; False lets it be.
        """
        async with self._lock(session_id):
            if if_so is not None and not await if_so():
                return False
            await self._drop(session_id)
            if handle is not None:
                found = BrowserHandle.from_dict(handle)
                if found.host == self._config.host_name:
                    await terminate(found)  # also what a dead browser left behind
            proxy = self._proxies.pop(session_id, None)
            if proxy is not None:
                await proxy.stop()
            # Its rules stay: they hold for a run's next browser. `let_go` drops them.
        return True

    def forget_files(self, session_id: str, user_data_dir: str) -> None:
        """Delete what a session that will never run again left on disk."""
        shutil.rmtree(self.root(session_id), ignore_errors=True)
        mine = Path(user_data_dir) if user_data_dir else None
        if mine is not None and mine.is_relative_to(self._config.data_dir / "browsers"):
            shutil.rmtree(mine, ignore_errors=True)

    async def aclose(self) -> None:
        """Detach from all browsers and leave them running for the next worker."""
        await self._warm.aclose()
        for session_id in list(self._live):
            await self._drop(session_id)
        for proxy in self._proxies.values():
            await proxy.stop()
        self._proxies.clear()
        await close_driver()
