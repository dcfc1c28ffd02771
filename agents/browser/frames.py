"""Pictures of a page on their way to viewers: the values, the wire form, and who makes them.

Wire form of one frame, big-endian, sent as one binary message:

    offset  type   meaning
    0       u8     version, 1
    1       u8     flags; bit 0: a kept picture, shown again, not one taken just now
    2       u16    length of this header: the JPEG starts there
    4       u32    number of the frame in its cast
    8       f64    when the browser showed it, seconds since the epoch
    16      f32    width of the view, CSS px
    20      f32    height of the view, CSS px
    24      f32    page scale factor (pinch zoom)
    28      f32    top offset of the page in the view, CSS px
    32      f32    horizontal scroll, CSS px
    36      f32    vertical scroll, CSS px
    40      u32    view: changes when the picture shows another tab; input names it, so that a
                   click aimed at one tab never lands on another
    44      bytes  JPEG

A point of the picture, as a share of its width and height, times the view's size is a point in
CSS px of the page's viewport (less the top offset).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

from agents.browser.handle import BrowserHandle

VERSION = 1
KEPT = 1
_HEADER = struct.Struct("!BBHIdffffffI")

CastState = Literal["starting", "live", "reconnecting", "closed"]


@dataclass(frozen=True, order=True)
class Quality:
    """What a viewer asks for. max_width: px of the longer side; jpeg: 1 to 100."""

    max_width: int = 800
    jpeg: int = 50

    def __or__(self, other: Quality) -> Quality:
        """The quality that satisfies both."""
        return Quality(max(self.max_width, other.max_width), max(self.jpeg, other.jpeg))


GRID = Quality(800, 50)
PAGE = Quality(1280, 70)
QUALITIES: dict[str, Quality] = {"grid": GRID, "page": PAGE}


@dataclass(frozen=True)
class Frame:
    """One picture. `view` and `target_id` tell which tab; sizes are CSS px, not JPEG px."""

    jpeg: bytes
    number: int
    timestamp: float
    device_width: float
    device_height: float
    page_scale: float = 1.0
    offset_top: float = 0.0
    scroll_x: float = 0.0
    scroll_y: float = 0.0
    view: int = 0
    target_id: str = ""
    kept: bool = False

    @cached_property
    def encoded(self) -> bytes:
        """The wire form; made once, however many viewers get it."""
        header = _HEADER.pack(
            VERSION,
            KEPT if self.kept else 0,
            _HEADER.size,
            self.number & 0xFFFFFFFF,
            self.timestamp,
            self.device_width,
            self.device_height,
            self.page_scale,
            self.offset_top,
            self.scroll_x,
            self.scroll_y,
            self.view,
        )
        return header + self.jpeg

    def as_kept(self) -> Frame:
        return self if self.kept else replace(self, kept=True)


def decode_frame(data: bytes) -> Frame:
    """The frame of a wire message; its `target_id` does not travel. Raises: ValueError."""
    if len(data) < _HEADER.size:
        raise ValueError("a frame is longer than that")
    version, flags, length, number, timestamp, *geometry = _HEADER.unpack_from(data)
    if version != VERSION or not _HEADER.size <= length <= len(data):
        raise ValueError("not a frame of this version")
    width, height, scale, top, scroll_x, scroll_y, view = geometry
    return Frame(
        data[length:],
        number=number,
        timestamp=timestamp,
        device_width=width,
        device_height=height,
        page_scale=scale,
        offset_top=top,
        scroll_x=scroll_x,
        scroll_y=scroll_y,
        view=view,
        kept=bool(flags & KEPT),
    )


@dataclass(frozen=True)
class OpenTab:
    """One tab of the browser; `active` is the one that is shown."""

    target_id: str
    url: str
    title: str
    active: bool


class FrameSink(Protocol):
    """Where a source delivers to. Called on the event loop; must not block."""

    def frame(self, frame: Frame) -> None: ...

    def state(self, state: CastState, reason: str = "") -> None: ...

    def tabs(self, tabs: tuple[OpenTab, ...]) -> None:
        """All tabs, in the order in which they were first seen."""
        ...


class FrameSource(Protocol):
    """Something that makes pictures of one browser: its debugging port, or a relay of it.

    browser: which one, compared by `FrameHub.refresh`; None when the source cannot tell.
    """

    browser: BrowserHandle | None

    async def run(self, sink: FrameSink, quality: Quality) -> None:
        """Deliver until cancelled. Returns when the browser is gone, having said `closed`."""
        ...

    async def set_quality(self, quality: Quality) -> None:
        """Change what is delivered from now on."""
        ...

    async def follow(self, target_id: str) -> None:
        """Show this tab now. Newer tabs are followed as they open, all the same."""
        ...
