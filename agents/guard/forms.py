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

from agents.guard.forms_twice import LEAST_CHARS, base64_parts, encoded_twice

# Shorter values are taken out as whole words only: they are parts of too much else.
WORD_CHARS = 4
# Values with fewer letters and digits are looked for as they stand, not spread or in pieces.
SPREAD_CHARS = 8
# A value's encoded forms are looked for from this length on (hex: characters of the value).
REVERSED_CHARS, HEX_CHARS, CODES_CHARS, BASE64_CHARS = 6, 4, 8, 6
# Of longer values, also a piece from the start or the end counts: text may have been cut short.
PIECE_CHARS = 12
_STRIDE, _WINDOW, _MOST_WINDOWS = 32, 16, 640
# Of what was encoded twice this much is looked for, and the rest compared where it is found.
_SIGN = 16

_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum())
_SPACES = bytes.maketrans(b"\t\n\v\f\r+", b"      ")
_INVISIBLE = re.compile(
    "[\u00ad\u00b7\u0300-\u036f\u061c\u115f\u1160\u180e\u200b-\u200f\u2010-\u2015\u2022"
    "\u2028-\u202e\u2060-\u206f\u2800\ufe00-\ufe0f\ufeff]"
)
ESCAPE = re.compile(
    r"(?:%[89a-fA-F][0-9a-fA-F])+|%u[0-9a-fA-F]{4}|%[0-7][0-9a-fA-F]"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?"
    r"|\\u\{[0-9a-fA-F]{1,6}\}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\U0001[0-9a-fA-F]{4}|\\[uU][0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[\"'\\/bfnrtBFNRT]"
    r"|\b0[xX](?=[0-9a-fA-F]{2}(?![0-9a-fA-F]))"
)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Form:
    """One shape of the value called `name`, folded. spread: looked for in squeezed text."""

    name: str
    data: bytes
    spread: bool
    edges: int = 0  # characters at each end that may hold bits of the value too
    piece: int = 0  # bytes of a piece that counts as the whole; 0: the whole only
    word: bool = False
    twice: bool = False

    @property
    def least(self) -> int:
        """How many bytes have to be there."""
        return min(self.piece or len(self.data), len(self.data))

    def needles(self) -> Iterator[tuple[bytes, int]]:
        """(bytes to look for, where in `data` they are)."""
        size = len(self.data)
        length = min(_SIGN, self.least) if self.twice else self.least
        yield self.data[:length], 0
        if not self.piece or self.piece >= size:
            return
        yield self.data[-length:], size - length
        for start in range(_STRIDE, min(size - _WINDOW, _STRIDE * _MOST_WINDOWS), _STRIDE):
            if self.twice:
                break
            yield self.data[start : start + _WINDOW], start


def forms_of(name: str, value: str) -> Iterator[Form]:
    """Every form of a value. Empty for an empty value."""
    if not value:
        return
    yield from _as_written(name, value)
    for text in {ESCAPE.sub(unescaped, case) for case in (value, value.upper(), value.lower())}:
        if fold(text) != fold(value) and len(text) >= WORD_CHARS:
            yield from _as_written(name, text)  # what undoing escapes makes of a value with signs
    if len(value) >= CODES_CHARS:
        yield Form(name, "".join(str(ord(char)) for char in value).encode(), True)
    for raw in _bytes_of(value):
        if len(value) >= HEX_CHARS:
            data = raw.hex().encode()
            yield Form(name, data, True, piece=_piece(data, 2))
        for data in _base64_of(raw):
            yield Form(name, data, True, edges=1, piece=_piece(data, 4 / 3))
    if len(value) >= WORD_CHARS:
        yield from _twice(name, value)


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
        if wide and spread[:1] + spread[-1:] != whole[:1] + whole[-1:]:
            yield Form(name, backwards, False)


def _twice(name: str, value: str) -> Iterator[Form]:
    """What two encodings, one over the other, make of it."""
    for text, edges in encoded_twice(value, _bytes_of(value)):
        folded = fold(text)
        spread = squeeze(folded)
        # A few digits, spread, are in every table of numbers.
        wide = len(spread) >= (PIECE_CHARS if spread.isdigit() else SPREAD_CHARS)
        data = spread if wide else folded
        if len(data) >= LEAST_CHARS:
            piece = _piece(data, len(data) / len(value)) if len(value) >= PIECE_CHARS else 0
            yield Form(name, data, wide, edges=edges, piece=piece, twice=True)


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
    """What base64 shows of these bytes, alone and in a longer text.

    Encoded alone, the last character is known too. Folded, the two alphabets differ in nothing.
    """
    found = {squeeze(fold(base64.b64encode(raw).decode().rstrip("=")))}
    found |= {squeeze(fold(part)) for part in base64_parts(raw)}
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
    if head in ("\\u", "\\U", "\\x"):
        if text[6:8] == "\\u":
            return bytes.fromhex(text[2:6] + text[8:]).decode("utf-16-be")
        code = int(text[2:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else text
    return _CONTROLS.get(text[1].lower(), text[1])


def _percent(text: str) -> str:
    raw = codecs.decode(text.replace("%", "").encode(), "hex")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
