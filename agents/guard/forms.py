"""The shapes in which a value may turn up, as bytes to look for in folded text.

Text is looked at in two foldings. `fold` takes away case, accents, width and invisible characters;
`squeeze` also takes away all that is neither letter nor digit, so a value is found whatever was
put between its characters. Percent, HTML and JSON escapes are undone before (`unescaped`).
"""

from __future__ import annotations

import base64
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Shorter values are taken out as whole words only: they are parts of too much else.
WORD_CHARS = 4
# Values with fewer letters and digits are looked for as they stand, not spread or in pieces.
SPREAD_CHARS = 8
# A value's encoded forms are looked for from this length on (hex: characters of the value).
REVERSED_CHARS, HEX_CHARS, CODES_CHARS, BASE64_CHARS = 6, 4, 8, 6
# Of longer values, also a piece from the start or the end counts: text may have been cut short.
PIECE_CHARS = 12
_STRIDE, _WINDOW, _MOST_WINDOWS = 32, 16, 640

_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum())
_SPACES = bytes.maketrans(b"\t\n\v\f\r+", b"      ")
_INVISIBLE = re.compile(
    "[\u00ad\u00b7\u0300-\u036f\u061c\u180e\u200b-\u200f\u2010-\u2015\u2022\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
ESCAPE = re.compile(
    r"(?:%[89a-fA-F][0-9a-fA-F])+|%u[0-9a-fA-F]{4}|%[0-7][0-9a-fA-F]"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?"
    r"|\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[\"'\\/bfnrt]"
    r"|\b0[xX](?=[0-9a-fA-F]{2}(?![0-9a-fA-F]))"
)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Form:
    """One shape of the value called `name`, folded. spread: looked for in squeezed text."""

    name: str
    data: bytes
    spread: bool
    base64: bool = False
    piece: int = 0  # bytes of a piece that counts as the whole; 0: the whole only
    word: bool = False

    def needles(self) -> Iterator[tuple[bytes, int]]:
        """(bytes to look for, where in `data` they are)."""
        size = len(self.data)
        if not self.piece or self.piece >= size:
            yield self.data, 0
            return
        yield self.data[: self.piece], 0
        yield self.data[-self.piece :], size - self.piece
        for start in range(_STRIDE, min(size - _WINDOW, _STRIDE * _MOST_WINDOWS), _STRIDE):
            yield self.data[start : start + _WINDOW], start


def forms_of(name: str, value: str) -> Iterator[Form]:
    """Every form of a value. Empty for an empty value."""
    if not value:
        return
    yield from _as_written(name, value)
    undone = ESCAPE.sub(unescaped, value)
    if undone != value and len(undone) >= WORD_CHARS:
        yield from _as_written(name, undone)  # what undoing escapes makes of a value with signs
    if len(value) >= CODES_CHARS:
        yield Form(name, "".join(str(ord(char)) for char in value).encode(), True)
    for raw in _bytes_of(value):
        if len(value) >= HEX_CHARS:
            data = raw.hex().encode()
            yield Form(name, data, True, piece=_piece(data, 2))
        for data in _base64_of(raw):
            yield Form(name, data, True, base64=True, piece=_piece(data, 4 / 3))


def _as_written(name: str, value: str) -> Iterator[Form]:
    """Forwards and backwards."""
    whole, spread = fold(value), squeeze(fold(value))
    wide = len(spread) >= SPREAD_CHARS
    chosen = spread if wide else whole
    yield Form(name, chosen, wide, piece=_piece(chosen, 1), word=len(value) < WORD_CHARS)
    if wide and spread[:1] + spread[-1:] != whole[:1] + whole[-1:]:
        yield Form(name, whole, False)  # with the signs at its ends
    if len(value) >= REVERSED_CHARS:
        backwards = fold(value[::-1])
        chosen = squeeze(backwards) if wide else backwards
        yield Form(name, chosen, wide, piece=_piece(chosen, 1))


def _piece(data: bytes, scale: float) -> int:
    """How much of a form counts as the whole. scale: its characters for one of the value."""
    if len(data) < PIECE_CHARS:
        return 0
    return max(SPREAD_CHARS, min(round(PIECE_CHARS * scale), len(data) // 2))


def _bytes_of(value: str) -> list[bytes]:
    """UTF-8, and what `btoa` makes of characters that have one byte in Latin-1."""
    found = [value.encode("utf-8", "replace")]
    if not value.isascii():
        try:
            found.append(value.encode("latin-1"))
        except UnicodeEncodeError:
            pass
    return found


def _base64_of(raw: bytes) -> set[bytes]:
    """What base64 of a longer text shows of these bytes, at each of the three places of a group.

    The characters at both ends also hold bits of the neighbours, so they are left out; encoded
    alone, the last one is known too. Folded, the two alphabets differ in nothing.
    """
    found = {squeeze(fold(base64.b64encode(raw).decode().rstrip("=")))}
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        start = (0, 2, 3)[before]
        end = len(encoded) if (before + len(raw)) % 3 == 0 else len(encoded) - 1
        found.add(squeeze(fold(encoded[start:end])))
    return {data for data in found if len(data) >= BASE64_CHARS}


def fold(text: str) -> bytes:
    """Text without case, accents, width and invisible characters; every space is a space."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text).casefold())
        return text.encode("utf-8", "replace").translate(_SPACES)
    return text.lower().encode().translate(_SPACES)


def squeeze(folded: bytes) -> bytes:
    """Only the letters and digits of folded text."""
    return folded.translate(None, _BETWEEN)


def unescaped(match: re.Match[str]) -> str:
    """What an escape stands for."""
    text = match[0]
    head = text[:2]
    if text[0] == "%":
        return chr(int(text[2:], 16)) if head == "%u" else _percent(text)
    if text[0] == "&":
        return html.unescape(text)
    if head in ("0x", "0X"):
        return ""
    if head in ("\\u", "\\x"):
        code = int(text[2:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else text
    return _CONTROLS.get(text[1], text[1])


def _percent(text: str) -> str:
    raw = codecs.decode(text.replace("%", "").encode(), "hex")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
