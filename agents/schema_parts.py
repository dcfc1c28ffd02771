"""The schemas within a JSON Schema, found along its keywords and references.

What a reference may do is settled before any value is checked: it leads to a part of the schema
itself or to the standard's own schemas, and no chain of parts that all judge the same value comes
back to its beginning. Source: JSON Schema 2020-12 core, 8.2.3 and 9.4.1 ("infinite recursion").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from jsonschema_specifications import REGISTRY
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from referencing._core import Resolver

# Keywords whose schemas judge the very value that the schema around them judges.
_IN_PLACE_ONE = ("not", "if", "then", "else")
_IN_PLACE_MANY = ("allOf", "anyOf", "oneOf")
_REFERENCES = ("$ref", "$dynamicRef")
# Checking a value takes a few stack frames for each link, and a turn for each way through them.
MAX_CHAIN = 50
MAX_WAYS = 10_000


def parts_of(schema: Any, check_form: Callable[[Any], None]) -> list[Any]:
    """The schema, all schemas in it, and all that its references lead to.

    check_form: raises ValueError for what is no schema. The whole must have passed it already;
    it is asked about what only a reference makes a schema. Raises: ValueError.
    """
    walk = _Walk(check_form)
    walk.enter(schema, REGISTRY.resolver_with_root(DRAFT202012.create_resource(schema)))
    walk.run()
    _check_chains(walk.in_place)
    return list(walk.parts.values())


class _Walk:
    """Visits each part once; `in_place` holds by a part's id which parts judge the same value."""

    def __init__(self, check_form: Callable[[Any], None]) -> None:
        self.parts: dict[int, Any] = {}
        self.in_place: dict[int, list[int]] = {}
        self._check_form = check_form
        self._open: list[tuple[Any, Resolver[Any]]] = []
        self._led_to: list[tuple[Any, Resolver[Any]]] = []

    def enter(self, part: Any, resolver: Resolver[Any]) -> None:
        """Look at this part later, unless it is known."""
        if isinstance(part, bool) or id(part) in self.parts:
            return
        self.parts[id(part)] = part
        self.in_place[id(part)] = []
        self._open.append((part, resolver))

    def run(self) -> None:
        """Look at all parts. Those that only references lead to come last: the form of all others
        is known."""
        while self._open or self._led_to:
            if self._open:
                self._look_at(*self._open.pop())
                continue
            target, resolver = self._led_to.pop()
            if id(target) not in self.parts:
                self._check_form(target)
                self.enter(target, resolver)

    def _look_at(self, part: dict[str, Any], resolver: Resolver[Any]) -> None:
        resolver = resolver.in_subresource(DRAFT202012.create_resource(part))
        for inner in DRAFT202012.subresources_of(part):
            self.enter(inner, resolver)
        self.in_place[id(part)] += [id(inner) for inner in _in_place(part)]
        for keyword in _REFERENCES:
            if isinstance(reference := part.get(keyword), str):
                target, there = _follow(reference, resolver)
                self.in_place[id(part)].append(id(target))
                self._led_to.append((target, there))


def _in_place(part: dict[str, Any]) -> Iterator[Any]:
    for keyword in _IN_PLACE_ONE:
        if keyword in part:
            yield part[keyword]
    for keyword in _IN_PLACE_MANY:
        yield from part.get(keyword, ())
    yield from part.get("dependentSchemas", {}).values()


def _follow(reference: str, resolver: Resolver[Any]) -> tuple[Any, Resolver[Any]]:
    try:
        found = resolver.lookup(reference)
    except Unresolvable:
        raise ValueError(
            f"names a part that is not in it: {reference[:200]} (nothing is fetched: put the part "
            'under `$defs` and refer to it as "#/$defs/<its name>")'
        ) from None
    return found.contents, found.resolver


def _check_chains(in_place: dict[int, list[int]]) -> None:
    """Raises: ValueError for a chain that never ends, or that a check would lose itself in."""
    length: dict[int, int] = {}
    ways: dict[int, int] = {}
    for start in in_place:
        above: set[int] = set()
        stack = [start]
        while stack:
            at = stack[-1]
            following = [one for one in in_place[at] if one in in_place]
            if at in length or at in above:
                stack.pop()
                if at not in length:
                    above.remove(at)
                    length[at] = 1 + max((length[one] for one in following), default=0)
                    ways[at] = 1 + sum(ways[one] for one in following)
                    if length[at] > MAX_CHAIN or ways[at] > MAX_WAYS:
                        raise ValueError("is too deep: too many schemas judge one value")
                continue
            above.add(at)
            if not above.isdisjoint(following):
                raise ValueError(
                    "refers to itself without end: let each turn go a level deeper into the value, "
                    "through `properties` or `items`"
                )
            stack += [one for one in following if one not in length]
