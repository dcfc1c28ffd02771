"""Downloads: stored under safe names, within a size, whatever the page calls them."""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
import os
import re
import shutil
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from agents.browser.notices import Notices
from agents.errors import BrowserError

MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024
_MAX_RUNNING = 5
_MAX_WAITING = 50
_MAX_NAME_BYTES = 150
_INCOMING = ".incoming"
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


@dataclass
class TransferRules:
    """Whether files may come. mode: allow; deny; ask: one for each `grants`, given by a person."""

    mode: str = "allow"
    max_bytes: int = MAX_DOWNLOAD_BYTES
    grants: int = 0


@dataclass(frozen=True)
class Downloaded:
    """A file that the browser fetched, complete on disk."""

    path: str
    name: str
    media_type: str
    size_bytes: int
    url: str = ""


class Downloads:
    """Keeps a browser's downloads. Takes the browser's own events, which tell of progress.

    on_begin is told the frame that a download came from.
    """

    def __init__(
        self,
        cdp: CDPSession,
        directory: Path,
        notices: Notices,
        *,
        on_begin: Callable[[str], None],
        max_bytes: int = MAX_DOWNLOAD_BYTES,
    ) -> None:
        self._cdp = cdp
        self._directory = directory
        self._notices = notices
        self._on_begin = on_begin
        self._max_bytes = max_bytes
        self._rules = TransferRules(max_bytes=max_bytes)
        self._on_denied: Callable[[str, str], None] = lambda rule, url: None
        self._running: dict[str, tuple[str, str]] = {}  # guid -> suggested name, url
        self._refused: set[str] = set()
        self._done: deque[Downloaded] = deque()
        self._failures = 0
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    @staticmethod
    def incoming(directory: Path) -> Path:
        """Where unfinished files are. Made empty: what is in it belongs to a dead worker."""
        incoming = directory.absolute() / _INCOMING
        try:
            shutil.rmtree(incoming, ignore_errors=True)
            incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BrowserError(
                f"The download directory {directory} cannot be used: {error.strerror or error}.",
                code="download_directory",
            ) from error
        return incoming

    async def start(self) -> None:
        self._cdp.on("Browser.downloadWillBegin", self._begun)
        self._cdp.on("Browser.downloadProgress", self._progressed)
        await self._cdp.send(
            "Browser.setDownloadBehavior",
            {
                "behavior": "allowAndName",
                "downloadPath": str(self._directory.absolute() / _INCOMING),
                "eventsEnabled": True,
            },
        )

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        shutil.rmtree(self._directory / _INCOMING, ignore_errors=True)

    def limit(self, mode: str, max_bytes: int, on_denied: Callable[[str, str], None]) -> None:
        """What the session's policy lets come, from the next download on.

        on_denied: told the rule and the address of each file that was refused by it.
        """
        grants = self._rules.grants if self._rules.mode == mode else 0
        self._rules = TransferRules(mode, min(max_bytes, self._max_bytes), grants)
        self._on_denied = on_denied

    def grant(self) -> None:
        """A person lets the next file come, where the policy has them asked."""
        self._rules.grants += 1

    # --- for callers ------------------------------------------------------------------------
    def drain(self) -> list[Downloaded]:
        """Files completed since the last call; earlier failures are forgotten with it."""
        done = list(self._done)
        self._done.clear()
        self._failures = 0
        return done

    async def next(self, timeout_s: float) -> Downloaded:
        """The oldest file not drained yet; waits for one.

        Raises: BrowserError when a download failed or was refused since the last `drain`, or
        fails while waiting, or none comes.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self._done and not self._failures:
                    self._changed.clear()
                    await self._changed.wait()
        if self._done:
            return self._done.popleft()
        if self._failures:
            self._failures = 0
            raise BrowserError(
                "The download failed or was refused; the notices say why.", code="download_failed"
            )
        if self._running:
            raise BrowserError(
                f"The download was not complete after {timeout_s:.0f} s.", code="download_timeout"
            )
        raise BrowserError(
            f"Nothing was downloaded within {timeout_s:.0f} s.", code="download_timeout"
        )

    # --- the browser's events ---------------------------------------------------------------
    def _begun(self, event: dict[str, Any]) -> None:
        guid, url = event["guid"], event.get("url", "")
        self._on_begin(event.get("frameId", ""))
        name = safe_name(event.get("suggestedFilename", ""))
        if len(self._running) >= _MAX_RUNNING or len(self._done) >= _MAX_WAITING:
            self._refuse(guid, f"{name} was not downloaded: too many downloads at once.")
            return
        if not self._granted():
            self._on_denied("policy:downloads", url)
            self._refuse(guid, f"{name} was not downloaded: the task's policy does not allow it.")
            return
        self._running[guid] = (name, url)

    def _granted(self) -> bool:
        if self._rules.mode == "ask" and self._rules.grants > 0:
            self._rules.grants -= 1
            return True
        return self._rules.mode == "allow"

    def _progressed(self, event: dict[str, Any]) -> None:
        guid, state = event["guid"], event["state"]
        if guid not in self._running:
            if state != "inProgress":
                self._refused.discard(guid)
            return
        name, url = self._running[guid]
        size = max(event.get("totalBytes", 0), event.get("receivedBytes", 0))
        if size > self._rules.max_bytes:
            del self._running[guid]
            if self._rules.max_bytes < self._max_bytes:
                self._on_denied("policy:downloads.max_bytes", url)
            limit = _size(self._rules.max_bytes)
            self._refuse(guid, f"{name} was not downloaded: it is larger than {limit}.")
        elif state == "completed":
            del self._running[guid]
            self._keep(guid, name, url)
        elif state == "canceled":
            del self._running[guid]
            self._fail("download_failed", f"The download of {name} broke off.", guid)

    def _keep(self, guid: str, name: str, url: str) -> None:
        source = self._directory / _INCOMING / guid
        try:
            size = source.stat().st_size
            if size > self._rules.max_bytes:  # it came whole before its size was told
                self._on_denied("policy:downloads.max_bytes", url)
                limit = _size(self._rules.max_bytes)
                self._fail(
                    "download_refused", f"{name} was not kept: it is larger than {limit}.", guid
                )
                return
            target = _link_as(source, self._directory, name)
        except OSError as error:
            self._fail(
                "download_failed", f"{name} could not be stored: {error.strerror or error}.", guid
            )
            return
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._done.append(Downloaded(str(target), target.name, media_type, size, url))
        self._changed.set()

    def _refuse(self, guid: str, message: str) -> None:
        self._refused.add(guid)
        self._fail("download_refused", message, guid)
        task = asyncio.ensure_future(self._cancel(guid))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fail(self, kind: str, message: str, guid: str) -> None:
        self._failures += 1
        self._notices.add(kind, message)
        self._changed.set()
        (self._directory / _INCOMING / guid).unlink(missing_ok=True)

    async def _cancel(self, guid: str) -> None:
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(5):
                await self._cdp.send("Browser.cancelDownload", {"guid": guid})
        (self._directory / _INCOMING / guid).unlink(missing_ok=True)


def _size(size_bytes: int) -> str:
    if size_bytes < 1024 * 1024:
        return f"{size_bytes:,} bytes"
    return f"{size_bytes / 1024 / 1024:.0f} MB"


def _link_as(source: Path, directory: Path, name: str) -> Path:
    """Give the file its name; a second one of the name gets a number.

    A link, not a move: Playwright's own download object goes on finding the file by its old name.
    """
    stem, dot, suffix = name.partition(".")
    for number in range(1, 1000):
        target = directory / (name if number == 1 else f"{stem}-{number}{dot}{suffix}")
        try:
            os.link(source, target)
            return target
        except FileExistsError:
            continue
        except OSError:
            if target.exists():
                continue
            shutil.copyfile(source, target)  # a file system without hard links
            return target
    raise FileExistsError(17, "a thousand files of this name are there already")


def safe_name(suggested: str) -> str:
    """A file name that is only a file name: no path, control or hidden-file characters."""
    name = unicodedata.normalize("NFC", suggested.replace("\\", "/").rpartition("/")[2])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    name = name.strip(" .")
    if not name or _RESERVED.match(name):
        name = f"download-{name}" if name else "download"
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 16:
        stem, dot, suffix = name, "", ""
    while len((stem + dot + suffix).encode()) > _MAX_NAME_BYTES:
        stem = stem[:-1]
    return stem + dot + suffix
