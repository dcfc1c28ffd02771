"""Is what the agent claims at its end what was really seen?

Pages and results of the run are the witnesses. A quote counts when its words stand in a page, or
in something read from a page; words that the agent's own code printed are no witness.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema.exceptions import best_match

from agents.plain import shown
from agents.ports import JSON, Finish, StepResult
from agents.schemas import schema_errors

MAX_LEAVES = 500
LONG_TEXT_CHARS = 200  # longer strings are summaries, in nobody's words but the agent's

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d(?:[\d.,' \u00a0\u202f]*\d)?")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_ONE_NUMBER = re.compile(r"\d+(?:[.,]\d+)?$|\d{1,3}(?:[.,']\d{3})+(?:[.,]\d+)?$")
_REF = re.compile(r"\[?\be\d+\b\]?")
_GAP = re.compile(r"\s*(?:…|\.{3}|\[…\])\s*")


@dataclass
class _Witness:
    words: str
    numbers: frozenset[str]
    own_words: str = ""  # the code that made it: what it says itself proves nothing


@dataclass
class Seen:
    """What was seen in the run, ready to be compared with claims."""

    _witnesses: list[_Witness] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def add_page(self, text: str) -> None:
        """Text of a page."""
        self._add(text, "")

    def add_result(self, result: StepResult, code: str) -> None:
        """What a step brought back."""
        for action in result.actions:
            if action.status == "completed" and action.result is not None:
                self._add(shown(action.result), "")
        brought = [shown(result.value)] if result.value is not None else []
        brought += [result.printed] if result.printed else []
        brought += result.notices
        if brought:
            self._add("\n".join(brought), code)
        for item in result.downloads:
            self._add(item.name, "")

    def add_text(self, text: str, code: str = "") -> None:
        """Text that `code` brought back from a page."""
        self._add(text, code)

    def has(self, quote: str) -> bool:
        """Whether the quote was seen. An ellipsis in it stands for anything."""
        pieces = [
            _open_ends(words) for piece in _GAP.split(quote) if (words := _words(piece)).strip()
        ]
        if not pieces:
            return False
        return all(any(_holds(witness, piece) for witness in self._witnesses) for piece in pieces)

    def has_number(self, value: int | float) -> bool:
        """Whether the number was seen, however its digits were grouped."""
        wanted = _number(f"{value:f}" if isinstance(value, float) else str(value))
        return any(wanted in witness.numbers for witness in self._witnesses)

    def _add(self, text: str, code: str) -> None:
        words = _words(_REF.sub(" ", text))
        key = words + "\x00" + code
        if not words.strip() or key in self._known:
            return
        self._known.add(key)
        own = _words(code) if code else ""
        self._witnesses.append(_Witness(words, _numbers(text) - _numbers(code), own))


@dataclass(frozen=True)
class Verdict:
    """verified: True, or None when it could not be shown. missing: claims nobody saw."""

    verified: bool | None
    missing_evidence: tuple[str, ...] = ()
    missing_values: tuple[str, ...] = ()


def check_claims(finish: Finish, seen: Seen) -> Verdict:
    """Compare evidence and output with what was seen. Text alone proves nothing."""
    missing = tuple(quote for quote in finish.evidence if not seen.has(quote))
    telling, absent = False, []
    for leaf in _leaves(finish.output):
        telling = telling or _tells(leaf)
        found = seen.has(leaf) if isinstance(leaf, str) else seen.has_number(leaf)
        if not found:
            absent.append(str(leaf))
    proved = bool(finish.evidence or telling) and not missing and not absent
    return Verdict(True if proved else None, missing, tuple(absent))


def schema_error(output: JSON, schema: Mapping[str, Any] | None) -> str | None:
    """What is wrong with the output in one line, or None.

    Raises: ValueError when the schema itself is broken.
    """
    if not schema:
        return None
    try:
        worst = best_match(schema_errors(output, schema))
    except ValueError as error:
        raise ValueError(f"output_schema {error}") from error
    if worst is None:
        return None
    where = "/".join(str(part) for part in worst.absolute_path) or "the top"
    return f"at {where}: {worst.message[:300]}"


def _tells(leaf: str | int | float) -> bool:
    """Whether finding it proves anything: a lone digit or a short word is on every page."""
    number = not isinstance(leaf, str) or bool(_ONE_NUMBER.match(leaf))
    return len(re.sub(r"\W", "", str(leaf))) >= (2 if number else 4)


def _leaves(output: JSON) -> Iterable[str | int | float]:
    """Strings and numbers of the output that can be looked for."""
    stack, count = [output], 0
    while stack and count < MAX_LEAVES:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, bool) or item is None:
            continue
        elif isinstance(item, int | float) or (
            isinstance(item, str) and item.strip() and len(item) <= LONG_TEXT_CHARS
        ):
            count += 1
            yield item


def _holds(witness: _Witness, piece: str) -> bool:
    if piece not in witness.words:
        return False
    return not (witness.own_words and piece in witness.own_words)


def _words(text: str) -> str:
    """Words of the text in one form, with a space at either end: a substring is whole words."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return f" {' '.join(_WORD.findall(text))} "


def _open_ends(words: str) -> str:
    """A longer quote may be cut in the middle of its first and last word, but not of a number."""
    parts = words.split()
    if len(parts) < 4:
        return words
    start = "" if parts[0].isalpha() else " "
    end = "" if parts[-1].isalpha() else " "
    return f"{start}{words.strip()}{end}"


def _numbers(text: str) -> frozenset[str]:
    """Numbers of a text in one form; `1 249` may be one number or two, so it is both."""
    found: set[str] = set()
    for match in _NUMBER.findall(unicodedata.normalize("NFKC", text)):
        found.add(_number(match))
        for piece in _SPACES.split(match):
            found.add(_number(piece))
            if not _ONE_NUMBER.match(piece):
                found.update(_number(digits) for digits in re.findall(r"\d+", piece))
    return frozenset(found)


def _number(text: str) -> str:
    """Digits in one form: 1,234.50 and 1234.5 are the same."""
    text = re.sub(r"[\s'\u00a0\u202f]", "", text.lstrip("+-"))
    comma, dot = text.rfind(","), text.rfind(".")
    if comma > dot and len(text) - comma - 1 != 3:
        text = text.replace(".", "").replace(",", ".")  # 1.234,50
    else:
        text = text.replace(",", "")
        if text.count(".") > 1:
            text = text.replace(".", "")
    whole, point, rest = text.partition(".")
    rest = rest.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{rest}" if point and rest else whole
