"""The text of a body that is compressed, or in another encoding than UTF-8, as servers read it."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Mapping

_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-32", "ucs-2", "unicode")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|"
    r"\\(u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


def without_halves(text: str) -> str:
    """JSON without escaped halves of characters: scripts leave them where they cut texts off."""
    if not _HALF.search(text):
        return text
    return _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text)


def as_utf8(raw: bytes, headers: Mapping[str, str], limit_bytes: int) -> bytes:
    """A body in UTF-8 when it can be brought to that; as it is otherwise.

    headers: with names in lower case. limit_bytes: of a compressed one, no more than this and one
    byte is unpacked.
    """
    packed = headers.get("content-encoding", "").lower()
    if raw.startswith(_GZIP) or packed in ("gzip", "x-gzip", "deflate"):
        raw = _unpacked(raw, limit_bytes + 1)
    kind = headers.get("content-type", "").lower()
    charset = kind.partition("charset=")[2].partition(";")[0].strip("\"' ")
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    for name in (marked, charset if charset.startswith(_WIDE) else ""):
        if name:
            try:
                return raw.decode(name).encode()
            except (LookupError, UnicodeError):
                continue
    return raw


def _unpacked(raw: bytes, limit_bytes: int) -> bytes:
    """zlib or gzip, whichever it says it is, or deflate without a head."""
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(bits).decompress(raw, limit_bytes)
        except zlib.error:
            continue
    return raw
