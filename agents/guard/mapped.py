"""Text under change, with the place in the original that each of its characters comes from."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.guard.forms import ESCAPE, fold, squeeze, unescaped

ALNUM = re.compile(rb"[a-z0-9\x80-\xff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BLOCK = 4_096


@dataclass
class Folded:
    """Folded bytes, with the span of the original text that each byte comes from."""

    data: bytes
    starts: Sequence[int] | _Kept
    ends: Sequence[int] | _Kept

    def squeezed(self) -> Folded:
        kept = _Places(self.data)
        return Folded(squeeze(self.data), _Kept(kept, self.starts), _Kept(kept, self.ends))


class _Places:
    """Where the letters and digits of folded text stand, by their number.

    Few are asked for, and a list of all would take many times the memory of a large text.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._before: list[int] = []  # letters and digits before each block
        self._block, self._in_block = -1, array("I")  # the one that was asked last

    def __getitem__(self, number: int) -> int:
        if not self._before:
            count = 0
            for start in range(0, len(self._data), _BLOCK):
                self._before.append(count)
                count += len(squeeze(self._data[start : start + _BLOCK]))
        block = bisect_right(self._before, number) - 1
        if block != self._block:
            found = ALNUM.finditer(self._data, block * _BLOCK, (block + 1) * _BLOCK)
            self._block, self._in_block = block, array("I", (match.start() for match in found))
        return self._in_block[number - self._before[block]]


@dataclass
class _Kept:
    """What some of the places in a sequence have."""

    places: _Places
    values: Any

    def __getitem__(self, number: int) -> int:
        return int(self.values[self.places[number]])


@dataclass
class Mapped:
    """Text, with the span of the original text that each character comes from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Mapped:
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def unescaped(self) -> Mapped:
        parts: list[str] = []
        starts, ends = array("I"), array("I")  # four bytes each; a list takes nine times that

        def keep(begin: int, end: int) -> None:
            parts.append(self.text[begin:end])
            starts.extend(self.starts[begin:end])
            ends.extend(self.ends[begin:end])

        at = 0
        for match in ESCAPE.finditer(self.text):
            keep(at, match.start())
            at = match.end()
            for char in (given := unescaped(match)):
                parts.append(char)
            starts.extend([self.starts[match.start()]] * len(given))
            ends.extend([self.ends[match.end() - 1]] * len(given))
        keep(at, len(self.text))
        return Mapped("".join(parts), starts, ends)

    def folded(self) -> Folded:
        if self.text.isascii():
            return Folded(fold(self.text), self.starts, self.ends)
        data = bytearray()
        starts, ends = array("I"), array("I")  # four bytes each; a list takes nine times that

        def keep(begin: int, end: int) -> None:
            if begin < end:
                data.extend(fold(self.text[begin:end]))
                starts.extend(self.starts[begin:end])
                ends.extend(self.ends[begin:end])

        at = 0
        for match in _NOT_ASCII.finditer(self.text):
            place = match.start()
            keep(at, place)
            at = place + 1
            folded = fold(match[0])
            data.extend(folded)
            starts.extend([self.starts[place]] * len(folded))
            ends.extend([self.ends[place]] * len(folded))
        keep(at, len(self.text))
        return Folded(bytes(data), starts, ends)
