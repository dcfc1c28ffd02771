"""Server-sent events from bytes, however they are cut.

The grammar is the WHATWG one: lines end in CR, LF or CRLF, a blank line ends a frame, a line
that starts with a colon is a comment, an `id` with a NUL is ignored, and a frame that the
connection cut short is dropped.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_FRAME_BYTES = 32 * 1024 * 1024


class FrameTooLong(ValueError):
    """A frame without an end: not an event stream."""


@dataclass(frozen=True)
class Frame:
    """One frame. `id` is None when the frame carried none."""

    data: str
    id: str | None = None
    event: str | None = None
    retry_ms: int | None = None


class Parser:
    """Feed it the chunks of one connection; it gives back whole frames."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._scanned = 0
        self._skip_lf = False
        self._first = True
        self._data: list[str] = []
        self._size = 0
        self._id: str | None = None
        self._event: str | None = None
        self._retry_ms: int | None = None

    def feed(self, chunk: bytes) -> list[Frame]:
        """Frames that this chunk completes. Raises: FrameTooLong."""
        self._rest += chunk
        frames: list[Frame] = []
        while (line := self._next_line()) is not None:
            frame = self._take(line)
            if frame is not None:
                frames.append(frame)
        if len(self._rest) + self._size > MAX_FRAME_BYTES:
            raise FrameTooLong(f"a frame is longer than {MAX_FRAME_BYTES} bytes")
        return frames

    def _next_line(self) -> str | None:
        """The next whole line, without its end. A character may be cut: lines are decoded whole."""
        if self._skip_lf and self._rest:
            # The LF of a CRLF that two chunks share.
            if self._rest[0] == 0x0A:
                del self._rest[0]
            self._skip_lf = False
        cr = self._rest.find(b"\r", self._scanned)
        lf = self._rest.find(b"\n", self._scanned)
        ends = [at for at in (cr, lf) if at >= 0]
        if not ends:
            self._scanned = len(self._rest)
            return None
        end = min(ends)
        raw = bytes(self._rest[:end])
        self._skip_lf = self._rest[end] == 0x0D
        del self._rest[: end + 1]
        self._scanned = 0
        if self._first:
            self._first = False
            raw = raw[3:] if raw.startswith(b"\xef\xbb\xbf") else raw
        return raw.decode("utf-8", errors="replace")

    def _take(self, line: str) -> Frame | None:
        if not line:
            return self._end()
        if line.startswith(":"):
            return None
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "data":
            self._data.append(value)
            self._size += len(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "event":
            self._event = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self._retry_ms = int(value[:9])
        return None

    def _end(self) -> Frame | None:
        data, found = "\n".join(self._data), bool(self._data)
        frame = Frame(data, self._id, self._event, self._retry_ms)
        retry_only = self._retry_ms is not None
        self._data, self._size = [], 0
        self._id = self._event = self._retry_ms = None
        return frame if found or retry_only else None
