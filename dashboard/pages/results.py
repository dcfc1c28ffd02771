"""A task's result for people: tables and facts out of its output, and prose only for the rest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from dashboard.pages import wording

MAX_ROWS, MAX_COLUMNS, MAX_PARTS = 200, 12, 12  # shown; the JSON has all
CELL_CHARS = 160

_WORDS = re.compile(r"\w+")
_ITEM = re.compile(r"\s*(?:\d+[.)]|[-*•]|\|)\s*\S|\s*… and \d+ more\s*$")
_RULE = re.compile(r"[\s|:-]+")  # below a Markdown table's head
_MORE = re.compile(r"\s*… and \d+ more\s*")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Cell:
    """A value: its text, and where it leads when it is an address."""

    text: str
    link: str = ""


@dataclass
class Part:
    """One piece of a result.

    rows: of (column, cell) pairs; a list of single values has no columns. left_out: what a long or
    wide list has more of, in words.
    """

    heading: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[tuple[str, Cell]]] = field(default_factory=list)
    facts: list[tuple[str, Cell]] = field(default_factory=list)
    left_out: str = ""


@dataclass(frozen=True)
class Shown:
    """prose: what the agent said beyond its output. parts: the output. raw: as text or JSON."""

    prose: str
    parts: list[Part]
    raw: str


def shown(output: Any, text: str) -> Shown:
    """What a page shows of an output and of the words that came with it."""
    if output is None:
        return Shown(text, [], "")
    parts = _parts(output)
    raw = output if isinstance(output, str) else wording.pretty(output)
    if parts:
        return Shown(_without(text, output), parts, raw)
    if output in ({}, []):
        return Shown(text or "The result is empty.", [], "")
    if not isinstance(output, dict | list) and _says(text, raw):
        return Shown(text, [], "")
    return Shown(text, [], raw)


def _says(text: str, value: str) -> bool:
    """Whether the words have the value already."""
    plain, wanted = (" ".join(one.casefold().split()) for one in (text, value))
    return bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain)) if wanted else True


def _parts(output: Any) -> list[Part]:
    """Tables and facts; nothing where the output is neither."""
    if not isinstance(output, dict):
        part = _list(output)
        return [part] if part else []
    parts, facts = [], Part()
    for name, value in output.items():
        if not isinstance(value, dict | list):
            facts.facts.append((name, _cell(value)))
            continue
        part = _facts(value) if isinstance(value, dict) else _list(value)
        if part is None:
            return []
        part.heading = wording.sentence(name.replace("_", " "))
        parts.append(part)
    found = [facts, *parts] if facts.facts else parts
    return found if len(found) <= MAX_PARTS else []


def _facts(value: dict[str, Any]) -> Part | None:
    if not value or any(isinstance(item, dict | list) for item in value.values()):
        return None
    return Part(facts=[(name, _cell(item)) for name, item in value.items()])


def _list(value: Any) -> Part | None:
    """A list of flat objects, or of single values."""
    if not isinstance(value, list) or not value:
        return None
    shown = value[:MAX_ROWS]
    cut = [f"{len(shown)} of {len(value)} rows"] if len(shown) < len(value) else []
    if all(isinstance(row, dict) for row in value):
        names = list(dict.fromkeys(name for row in value for name in row))
        columns = names[:MAX_COLUMNS]
        if len(columns) < len(names):
            cut.append(f"{len(columns)} of {len(names)} columns")
        rows = [[(name, _cell(row.get(name))) for name in columns] for row in shown]
        return Part(columns=columns, rows=rows, left_out=" and ".join(cut)) if names else None
    if any(isinstance(item, dict | list) for item in value):
        return None
    return Part(rows=[[("", _cell(item))] for item in shown], left_out=" and ".join(cut))


def _cell(value: Any) -> Cell:
    if value is None:
        return Cell("")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _LINK.fullmatch(text.strip()):
        return Cell(wording.address(text.strip()), text.strip())
    return Cell(wording.clip(text, CELL_CHARS))


# --- what the words say besides ----------------------------------------------------------------
def _without(text: str, output: Any) -> str:
    """The text without the lists, tables and lines that only repeat the output."""
    rows = [_words_of(row) for row in _rows(output)]
    everything = set().union(*rows)
    names = set().union(*(_words(name) for row in _rows(output) for name in _names(row)))

    def repeats(line: str) -> bool:
        said = _words(line)
        if _ITEM.match(line):
            said = _words(re.sub(r"^\s*\d+[.)]", "", line))
            tells = (said and said <= names) or any(said <= row for row in rows)
            return bool(_RULE.fullmatch(line) or _MORE.fullmatch(line) or tells)
        name, colon, _ = line.partition(":")
        return bool(colon and _words(name) <= names and said <= everything | {"not", "shown"})

    kept = []
    for block in _blocks(text):
        if not all(repeats(line) for line in block):
            kept += block
    return "\n".join(kept).strip()


def _blocks(text: str) -> list[list[str]]:
    """The text's lines; those of a list or a table together, empty ones by themselves."""
    blocks: list[list[str]] = []
    was_item = False
    for line in text.splitlines():
        is_item = bool(_ITEM.match(line))
        if is_item and was_item:
            blocks[-1].append(line)
        else:
            blocks.append([line])
        was_item = is_item
    return blocks


def _rows(output: Any) -> list[Any]:
    """All that may stand in one line of text: rows, pairs, single values."""
    if isinstance(output, list):
        return output
    if not isinstance(output, dict):
        return [output]
    found: list[Any] = []
    for name, value in output.items():
        inner = value if isinstance(value, list) else [value]
        found += inner if isinstance(value, dict | list) else [{name: value}]
    return found


def _names(row: Any) -> list[str]:
    return list(row) if isinstance(row, dict) else []


def _words_of(row: Any) -> set[str]:
    if isinstance(row, dict):
        return set().union(*(_words(name) | _words_of(value) for name, value in row.items()))
    text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
    return set() if row is None else _words(text)


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.casefold()))
