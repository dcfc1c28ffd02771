"""What is in the body of a request: fields with their values, and operations that it names.

Servers read bodies in more ways than one, so what one of them might read counts: each of several
equal fields, the last part of `user[role]`, JSON inside a field, a batch's requests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from agents.guard.labels_paths import read_address
from agents.guard.telling import path_of

MOST_NAMES = 5_000
_MOST_PAIRS = 8_000
_YES = frozenset({"1", "true", "yes", "on"})
A_NUMBER = re.compile(r"^[^\w]{0,3}\d[\d.,_ ]*\s?[^\d\s]{0,4}$")


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


@dataclass
class Sent:
    """What a body holds.

    pairs: names and values, in their order; of equal names, the values that may say a deed, and
    one that is empty, one that is a number and one other.
    operations: (`read` or `write`, names
    of what is called) of GraphQL, JSON-RPC, SOAP. requests: (method, address) of a batch.
    only_operations: the pairs are an operation's arguments. too_much: there is more in it.
    files: whether parts of it are files. left_out: whether values of equal names are not in pairs.
    fields: all of it with its values, in full, for what is compared; unclear: they are not all.
    """

    pairs: dict[tuple[str, str], None] = field(default_factory=dict)
    operations: list[tuple[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    only_operations: bool = False
    too_much: bool = False
    files: bool = False
    left_out: bool = False
    fields: list[SentField] = field(default_factory=list)
    unclear: bool = False
    _names: set[str] = field(default_factory=set)
    _shapes: set[tuple[str, str]] = field(default_factory=set)

    def add(self, name: str, value: str) -> None:
        """A field, and the parts of its name that servers take for one. Raises: TooMuch."""
        self._keep(name, value)
        if "[" in name or "." in name or ":" in name or "$" in name:
            self._add_parts(name, value)

    def _keep(self, name: str, value: str) -> None:
        shape = "number" if A_NUMBER.match(value) else "text" if value else ""
        known = (name, shape) in self._shapes
        if known and value.lower() not in _YES and not may_say(name):
            self.left_out = self.left_out or (name, value) not in self.pairs
            return
        self._names.add(name)
        self._shapes.add((name, shape))
        self.pairs[name, value] = None
        if len(self._names) > MOST_NAMES or len(self.pairs) > _MOST_PAIRS:
            raise TooMuch

    def _add_parts(self, name: str, value: str) -> None:
        parts = [part for part in re.split(r"[\[\].$]+", name) if part and not part.isdigit()]
        if len(parts) > 1 and parts[-1] in ("x", "y") and "." in name:
            self._keep(parts[-2], "1")  # a picture that was pressed: delete.x=12
        elif parts and parts[-1] != name:
            self._keep(parts[-1], value)
        head, colon, tail = name.partition(":")
        if colon:
            self._keep(head, tail)  # action:delete=

    def tell(self, name: str, value: str) -> None:
        """A field as it is compared with what was shown. name: in JSON its path, with dots."""
        if len(self.fields) >= MOST_NAMES:
            self.unclear = True
        else:
            self.fields.append(SentField(name, value))

    def call(self, name: str) -> None:
        self.operations.append(("read" if is_reading(name) else "write", name))


@lru_cache(maxsize=8192)
def may_say(name: str) -> bool:
    """Whether a field of this name says what is to be done: by its value, or by being set."""
    key = quote(name[:100])
    return bool(read_address(f"?{key}=delete") or read_address(f"?{key}=1"))


class TooMuch(Exception):
    """More than is looked at."""


_READING = re.compile(
    r"^(get|list|search|find|fetch|read|query|load|suggest|count|describe|lookup|is|has|"
    r"check|validate|preview|watch|poll|ping|web_?search_?read|name_?search|search_read|fields_get)"
    r"([A-Z_]|$)"
)
_READ_LAST = re.compile(r"_(get|list|search|find|fetch|read|query|count|describe|lookup)$")


def is_reading(name: str) -> bool:
    """Whether an operation only reads, by its name: `user.get`, `listOrders`, `GetCart`."""
    last = re.split(r"[./:#]", name)[-1]
    first = last[:1].lower() + last[1:]
    if _READING.match(first):
        return True
    return bool(_READ_LAST.search(last)) and read_address(f"/x/{last.replace('_', '/')}/1") is None
