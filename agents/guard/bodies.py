"""The fields of a request, as a server would read them: of its address, and of its body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from agents.guard.encodings import without_halves
from agents.guard.hold import HeldRequest
from agents.guard.part_heads import read_part
from agents.guard.risk_bodies import boundaries
from agents.guard.telling import path_of

_MOST_FIELDS = 5_000
_MOST_DEPTH = 40
_ELEMENT = re.compile(r"<([\w:.-]{1,80})((?:\s[^<>]{0,2000})?)>([^<]*)</\1\s*>")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,80})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_ARGUMENT = re.compile(r'(\w{1,80})\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)')


class Number(str):
    """A number of JSON, as it was written."""

    __slots__ = ()


@dataclass(frozen=True)
class SentField:
    """One field. name: as sent, in JSON its path with dots; value: a `Number` when it is one."""

    name: str
    value: str

    @property
    def path(self) -> tuple[str, ...]:
        """Its name in parts; see `path_of`."""
        return path_of(self.name)


class _Unreadable(Exception):
    """Not in a form that is understood, or more than is looked at."""


def sent_fields(held: HeldRequest) -> tuple[SentField, ...] | None:
    """All fields, repeated ones too, also those inside of JSON in a field. None: unreadable."""
    try:
        query = parse_qsl(urlsplit(held.url).query, keep_blank_values=True)
        found = [field for name, value in query for field in _opened(name, value, 0)]
        for field in _of_body(held.content_type, held.body):
            found.append(field)
            if len(found) > _MOST_FIELDS:
                return None
    except (_Unreadable, ValueError, RecursionError):
        return None
    return tuple(found)


def _of_body(content_type: str, body: str) -> Iterator[SentField]:
    kind = content_type.lower()
    text = body.strip("\ufeff \t\r\n\0")
    if not text:
        return
    if text[0] in "{[" or "json" in kind:
        yield from _of_json(text)
    elif "multipart/" in kind or text.startswith("--"):
        yield from _of_parts(content_type, body)
    elif text[0] == "<":
        yield from _of_markup(text)
    elif "graphql" in kind:
        yield from _of_graphql("", text)
    elif "=" in text and text.isprintable():
        for name, value in parse_qsl(text, keep_blank_values=True):
            yield from _opened(name, value, 0)
    else:
        raise _Unreadable


def _of_json(text: str) -> Iterator[SentField]:
    yield from _flat("", _parsed(text), 0)


def _parsed(text: str) -> Any:
    """JSON whose objects are lists of pairs, since a name may come twice."""
    text = without_halves(text)
    return json.loads(text, parse_float=Number, parse_int=Number, object_pairs_hook=_Pairs)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON."""


def _flat(name: str, value: Any, depth: int) -> Iterator[SentField]:
    if depth > _MOST_DEPTH:
        raise _Unreadable
    if isinstance(value, _Pairs):
        for key, inner in value:
            yield from _flat(f"{name}.{key}" if name else key, inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(name, inner, depth + 1)
    elif isinstance(value, Number):
        yield SentField(name, value)
    elif isinstance(value, str):
        yield from _opened(name, value, depth)
        if name.rpartition(".")[2] == "query":
            yield from _of_graphql(name, value)
    elif value is not None:
        yield SentField(name, str(value).lower())


def _opened(name: str, value: str, depth: int) -> Iterator[SentField]:
    """A field, and what is in it when it holds JSON itself."""
    stripped = value.strip()
    if stripped[:1] in ("{", "[") and stripped[-1:] in ("}", "]"):
        try:
            data = _parsed(stripped)
        except ValueError:
            data = None
        if isinstance(data, list):
            yield from _flat(name, data, depth + 1)
            return
    yield SentField(name, value)


def _of_graphql(name: str, text: str) -> Iterator[SentField]:
    for argument, value in _ARGUMENT.findall(text):
        said = value[1:-1] if value.startswith('"') else Number(value)
        yield SentField(f"{name}.{argument}", said)


def _of_parts(content_type: str, body: str) -> Iterator[SentField]:
    """A form in parts; of files only that they are there."""
    start = body.find("--")
    line = body[start:].splitlines()[0].rstrip() if start >= 0 else ""
    if len(line) < 3 or {line, *boundaries(content_type)} != {line}:
        raise _Unreadable
    for part in re.split(rf"(?:\A|\r?\n){re.escape(line)}", body[start:]):
        if not part.strip("- \t\r\n"):
            continue
        read = read_part(part)
        if read.name is None:
            raise _Unreadable
        if not read.is_file:
            yield from _opened(read.name, read.value, 0)


def _of_markup(text: str) -> Iterator[SentField]:
    for name, attributes, value in _ELEMENT.findall(text):
        yield SentField(name.rpartition(":")[2], value)
        for attribute, first, second in _ATTRIBUTE.findall(attributes):
            yield SentField(f"{name}.{attribute}", first or second)
