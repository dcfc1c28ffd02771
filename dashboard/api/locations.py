"""Where in a request an error is, as the caller wrote it: no name of ours, each error once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from dashboard.services.agent_options import ALSO_WRITTEN
from dashboard.services.options import snake

Problem = dict[str, Any]  # loc, msg, type; of pydantic, or of a service
Location = list[str | int]


def body_of(request: HttpRequest) -> Any:
    """The body as JSON; None when it is no JSON."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError, UnreadablePostError, RequestDataTooBig):
        return None


def as_sent(problems: Sequence[Problem], body: Any, *, keep_absent: bool = False) -> list[Problem]:
    """The same problems with their `loc` in the caller's words.

    keep_absent: what is not in the body was missed there, and is no name of a union's branch.

    A value that fits no branch of a union brings one problem for each, told apart by the branch's
    name. Of these, those of the branch that was followed furthest are kept.
    """
    found: list[tuple[Problem, tuple[str | int, ...] | None]] = []
    for problem in problems:
        loc, union = _followed(problem["loc"], body, keep_absent or problem["type"] == "missing")
        found.append(({**problem, "loc": loc}, union))
    unions: dict[tuple[str | int, ...], list[Problem]] = {}
    for problem, union in found:
        if union is not None:
            unions.setdefault(union, []).append(problem)
    kept = [
        problem for problem, union in found if union is None or problem in _furthest(unions[union])
    ]
    return [problem for at, problem in enumerate(kept) if problem not in kept[:at]]


def _furthest(branches: list[Problem]) -> list[Problem]:
    deepest = max(len(problem["loc"]) for problem in branches)
    deep = [problem for problem in branches if len(problem["loc"]) == deepest]
    # "Not even text" says nothing of a value that another branch found of the right type.
    return [problem for problem in deep if not problem["type"].endswith("_type")] or deep


def _followed(
    loc: Sequence[str | int], body: Any, is_missing: bool
) -> tuple[Location, tuple[str | int, ...] | None]:
    """The place in the body, and up to where it led before the first branch of a union."""
    parts = list(loc)
    if parts[:1] != ["body"]:
        return parts, None
    parts = parts[2:] if parts[:2] == ["body", "body"] else parts[1:]  # our parameter's name
    at, here, union = body, Location(["body"]), None
    for index, part in enumerate(parts):
        names = _step(at, part) or (_elsewhere(body, part) if index == 0 else [])
        if names:
            at = _inside(at, names)
            here += names
        elif index == len(parts) - 1 and is_missing:
            here.append(part)  # what the caller should have sent
        elif part != "[key]" and union is None:
            union = tuple(here)
    return here, union


def _step(at: Any, part: str | int) -> Location:
    """The part's name in what was sent, alone; empty when it was not sent."""
    if isinstance(at, list):
        return [part] if isinstance(part, int) and part < len(at) else []
    if not isinstance(at, dict):
        return []
    return [part] if part in at else [key for key in at if snake(key) == part][:1]


def _elsewhere(body: Any, part: str | int) -> Location:
    """The other place in which the caller wrote what we read as this field."""
    for path in ALSO_WRITTEN.get(str(part), ()):
        at, names = body, Location()
        for name in path:
            names += (found := _step(at, name))
            at = _inside(at, found) if found else None
        if at is not None:
            return names
    return []


def _inside(at: Any, names: Location) -> Any:
    for name in names:
        at = at[name]
    return at
