"""What the agent sees of a page: one walk in each frame, told as short text with numbered refs.

The walker (`observe_*.js`) runs as a Playwright *selector engine*: of all public ways into a page
this is the one that evaluates in Playwright's isolated world, where the page's patched prototypes
do not exist, and that also hands elements out as handles. It answers a query with a detached
element whose text is the result, so an observation is one round trip for each frame.

Pointer listeners that the page adds by script cannot be seen from an isolated world. `INIT_SCRIPT`
runs in the page's world before the page's scripts and answers the walker's question for them.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, ElementHandle, Error, Frame, Page

from agents.errors import ActionError, BrowserError, BrowserGone

_HERE = Path(__file__).parent
_PARTS = ("dom", "names", "targets", "lines", "structure", "controls", "walk")
_ENGINE = "webagent-observe"
_ENGINE_SOURCE = "(() => {{\n'use strict';\n{}\nreturn engine;\n}})()".format(
    "\n".join(
        (_HERE / name).read_text(encoding="utf-8")
        for name in (*(f"observe_{part}.js" for part in _PARTS), "observe.js")
    )
)
INIT_SCRIPT = (_HERE / "observe_listeners.js").read_text(encoding="utf-8")

WALK_BUDGET_MS = 900
FRAME_TIMEOUT_MS = 2_000
PAGE_TIMEOUT_MS = 10_000
MAX_FRAMES = 24
MAX_FRAME_DEPTH = 5
MAX_URL = 300

_REF = re.compile(r"^\[?(?:f(\d{1,4}))?e(\d{1,7})\]?$")
_CURSOR = re.compile(r"^(view|below|above):(\d{1,7})$")
Part = Literal["view", "below", "above"]


@dataclass(frozen=True)
class Scroll:
    """Where the view stands on the page, in CSS px."""

    x: int
    y: int
    width: int
    height: int
    page_height: int


@dataclass(frozen=True)
class Element:
    """One control of the observation, as data.

    value: None when it has none or must not be known. box: x, y, width, height in CSS px of the
    element's own frame.
    """

    ref: str
    role: str
    name: str
    value: str | None
    states: tuple[str, ...]
    options: tuple[str, ...]
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Observation:
    """A page, or a part of it, as the agent is told about it.

    text: header lines, then the page in reading order; everything after the header is the page's
    own words and not to be trusted. truncated: something within the part was left out, for size,
    time or depth. next_cursor: pass it to `observe` for what this one does not show, None at the
    end.
    """

    text: str
    url: str
    title: str
    truncated: bool
    next_cursor: str | None
    scroll: Scroll
    elements: tuple[Element, ...] = ()
    frame_count: int = 1
    modal: bool = False
    elapsed_ms: float = 0.0


@dataclass
class _Pages:
    """The frames of one page by the number their refs carry."""

    numbers: WeakKeyDictionary[Frame, int] = field(default_factory=WeakKeyDictionary)
    frames: dict[int, Frame] = field(default_factory=dict)
    last: int = 0

    def prefix(self, frame: Frame) -> str:
        """`f2` for the page's second frame in the order they were met, empty for the main one."""
        if frame.parent_frame is None:
            return ""
        if frame not in self.numbers:
            for number in [n for n, known in self.frames.items() if known.is_detached()]:
                del self.frames[number]
            self.last += 1
            self.numbers[frame] = self.last
            self.frames[self.last] = frame
        return f"f{self.numbers[frame]}"


_pages: WeakKeyDictionary[Page, _Pages] = WeakKeyDictionary()
_installed: WeakKeyDictionary[BrowserContext, float] = WeakKeyDictionary()
_registering: WeakKeyDictionary[Any, asyncio.Future[None]] = WeakKeyDictionary()


async def install(context: BrowserContext) -> None:
    """Make a context observable. Call it right after connecting to the browser.

    Documents that are older than this call were numbered by another connection: they start at a
    far number, so that a ref from before cannot meet another element. Without this call `observe`
    prepares the context itself; listeners are then known from the next document on.
    """
    await _prepare(context, since=time.time() * 1000)


async def _prepare(context: BrowserContext, *, since: float = 0.0) -> None:
    await _register(context)
    if context not in _installed:
        _installed[context] = since
        await context.add_init_script(script=INIT_SCRIPT)


async def _register(context: BrowserContext) -> None:
    """Give this context our selector engine, once."""
    if context.browser is None:
        raise BrowserGone("The browser of this page is closed.")
    done = _registering.get(context)
    if done is None:
        # Not `playwright.selectors.register`: it reaches the contexts that exist when it is
        # called, takes a name once, and browsers that are attached later go without the engine.
        channel = context._impl_obj._channel
        engine: Any = {"name": _ENGINE, "source": _ENGINE_SOURCE, "contentScript": True}
        done = _registering[context] = asyncio.ensure_future(
            channel.registerSelectorEngine(selectorEngine=engine, timeout=0)
        )
    await asyncio.shield(done)


async def observe(page: Page, *, max_chars: int = 24_000, cursor: str | None = None) -> Observation:
    """What stands in the page's view, modal dialogs first; with a cursor, what lies outside of it.

    max_chars: of the text, at least 500. Raises: ActionError for a malformed cursor;
    BrowserError when the page does not answer; BrowserGone when it is closed.
    """
    started = time.perf_counter()
    part, skip = _parse_cursor(cursor)
    max_chars = max(500, max_chars)
    if page.is_closed():
        raise BrowserGone("The page is closed.")
    await _prepare(page.context)
    run = _Run(page, part, max_chars)
    try:
        main = await run.frame(page.main_frame, skip, None, 0, PAGE_TIMEOUT_MS)
    except Error as error:
        raise _page_error(page, error) from error
    return run.finish(main, started)


def _page_error(page: Page, error: Error) -> BrowserError:
    if page.is_closed() or "closed" in error.message:
        return BrowserGone("The page was closed while it was being read.")
    return BrowserError(
        "The page did not answer while it was being read. It may be busy or still loading; "
        "wait a moment or reload it.",
        code="page_unresponsive",
    )


def _parse_cursor(cursor: str | None) -> tuple[Part, int]:
    if cursor is None:
        return "view", 0
    match = _CURSOR.match(cursor)
    if match is None:
        raise ActionError(
            f"{cursor[:40]!r} is not a cursor. Use the next_cursor of the last observation.",
            code="bad_cursor",
        )
    return match.group(1), int(match.group(2))  # type: ignore[return-value]


class _Run:
    """One observation: walks the main frame, then the frames it shows, and splices them in."""

    def __init__(self, page: Page, part: Part, max_chars: int) -> None:
        self.page = page
        self.part = part
        self.left = max_chars
        self.frames = _pages.setdefault(page, _Pages())
        self.since = _installed.get(page.context, 0.0)
        self.elements: list[Element] = []
        self.frame_count = 0
        self.truncated = False

    async def frame(
        self, frame: Frame, skip: int, view: dict[str, float] | None, depth: int, timeout_ms: int
    ) -> dict[str, Any]:
        """Walk one frame and those in it. The answer's `lines` hold them all."""
        options = {
            "part": self.part if depth == 0 else "view",
            "skip": skip,
            "maxChars": self.left,
            "budgetMs": WALK_BUDGET_MS,
            "view": view,
            "prefix": self.frames.prefix(frame),
            "since": self.since,
        }
        self.frame_count += 1
        selector = f"{_ENGINE}={quote(json.dumps(options))}"
        raw = await frame.text_content(selector, timeout=timeout_ms)
        answer: dict[str, Any] = json.loads(raw or "{}")
        if "error" in answer or "lines" not in answer:
            raise BrowserError(f"The page could not be read: {answer.get('error', 'no answer')}")
        self.left -= sum(len(line) + 1 for line in answer["lines"])
        self.truncated |= answer["late"] or answer["deep"]
        self.elements += [_element(found) for found in answer["elements"]]
        await self._splice(frame, answer, depth)
        return answer

    async def _splice(self, frame: Frame, answer: dict[str, Any], depth: int) -> None:
        """Put what the child frames show under the lines that announce them."""
        found = answer["frames"]
        if not found:
            return
        inner = await asyncio.gather(*(self._child(frame, each, depth + 1) for each in found))
        for each, lines in sorted(
            zip(found, inner, strict=True), key=lambda pair: pair[0]["line"], reverse=True
        ):
            indent = " " * min(each["depth"], 12)
            at = each["line"] + 1
            answer["lines"][at:at] = [indent + line for line in lines]

    async def _child(self, frame: Frame, found: dict[str, Any], depth: int) -> list[str]:
        if depth > MAX_FRAME_DEPTH or self.frame_count >= MAX_FRAMES or self.left < 200:
            self.truncated = True
            return ["(not shown: too many frames)"]
        try:
            async with asyncio.timeout(FRAME_TIMEOUT_MS / 1000 + 1):
                handle = await frame.query_selector(f"{_ENGINE}=ref:{found['key']}")
                child = await handle.content_frame() if handle else None
                if child is None:
                    return []
                answer = await self.frame(child, 0, found["view"], depth, FRAME_TIMEOUT_MS)
        except (Error, BrowserError, TimeoutError):
            self.truncated = True
            return ["(this frame does not answer)"]
        if answer["next"] is not None:
            self.truncated = True
        lines: list[str] = answer["lines"]
        if answer["more"]["below"]:
            lines.append("… more below in this frame")
        return lines

    def finish(self, main: dict[str, Any], started: float) -> Observation:
        """The observation, header and all."""
        scroll = Scroll(**{_snake(key): value for key, value in main["scroll"].items()})
        cursor = self._next_cursor(main)
        url = self.page.url
        header = [
            f"page: {main['title'] or '(no title)'}",
            f"url: {url if len(url) <= MAX_URL else url[:MAX_URL] + '…'}",
            _scroll_line(self.part, scroll, main),
        ]
        truncated = self.truncated or main["next"] is not None
        lines = main["lines"] or ["(nothing to see here)"]
        tail = []
        if main["late"]:
            tail.append("… cut: the page is too large to read in time")
        elif main["next"] is not None:
            tail.append("… cut for size")
        if cursor is not None and truncated:
            tail[-1:] = [f"{tail[-1]}; go on with cursor {cursor}"] if tail else []
        return Observation(
            text="\n".join([*header, "", *lines, *tail]),
            url=url,
            title=main["title"],
            truncated=truncated,
            next_cursor=cursor,
            scroll=scroll,
            elements=tuple(self.elements),
            frame_count=self.frame_count,
            modal=main["modal"],
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )

    def _next_cursor(self, main: dict[str, Any]) -> str | None:
        """What is left, in the order view, below, above."""
        if main["next"] is not None:
            return f"{self.part}:{main['next']}"
        if self.part == "view" and (main["more"]["below"] or main["late"]):
            return "below:0"
        if self.part != "above" and main["more"]["above"]:
            return "above:0"
        return None


def _scroll_line(part: Part, scroll: Scroll, main: dict[str, Any]) -> str:
    """`view: 0-800 of 3240 px; below: 41 more controls; 2 covered`."""
    bottom = min(scroll.y + scroll.height, scroll.page_height)
    where = {"view": "view", "below": "below the view", "above": "above the view"}[part]
    words = [f"{where}: {scroll.y}-{bottom} of {scroll.page_height} px"]
    if main["whole"] and part == "view":
        words.append("told whole")
    counts, more = main["counts"], main["more"]
    for side in ("above", "below"):
        if part == "view" and more[side]:
            count = counts[side]
            what = f"{count} more control{'' if count == 1 else 's'}" if count else "more text"
            words.append(f"{side}: {what}")
    if counts["covered"]:
        words.append(f"covered by something else: {counts['covered']}")
    return "; ".join(words)


def _element(found: dict[str, Any]) -> Element:
    x, y, width, height = found["box"]
    return Element(
        ref=found["ref"],
        role=found["role"],
        name=found["name"],
        value=found["value"],
        states=tuple(found["states"]),
        options=tuple(found["options"] or ()),
        box=(x, y, width, height),
    )


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match.group(1).lower(), name)


async def resolve_ref(page: Page, ref: str) -> ElementHandle:
    """The element that an observation called `ref`, in whichever frame it is.

    ref: `e12`, `f2e12`, brackets allowed. Raises: ActionError when it is malformed, or when the
    element is gone or was never listed; the message says what to do.
    """
    match = _REF.match(ref.strip()) if isinstance(ref, str) else None
    if match is None:
        raise ActionError(
            f"{str(ref)[:40]!r} is not a ref. Refs look like e12 or f2e12 and stand in brackets "
            "in the observation.",
            code="bad_ref",
        )
    stale = ActionError(
        f"There is no element {match.group(0).strip('[]')} on the page any more. "
        "Observe the page again and use a ref from there.",
        code="stale_ref",
    )
    await _register(page.context)
    frame: Frame | None = page.main_frame
    if match.group(1) is not None:
        known = _pages.get(page)
        frame = known.frames.get(int(match.group(1))) if known else None
    if frame is None or frame.is_detached():
        raise stale
    try:
        handle = await frame.query_selector(f"{_ENGINE}=ref:{match.group(2)}")
    except Error as error:
        if page.is_closed():
            raise BrowserGone("The page is closed.") from error
        raise stale from error
    if handle is None:
        raise stale
    return handle
