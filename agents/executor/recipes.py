"""How to find an element: a chain of Playwright's own finders, kept as data.

Sandbox code builds chains on another thread than the browser's, so a chain is only a description
until a call needs the element. The same description gives the words that people read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import FrameLocator, Locator, Page

MAX_PARTS = 40
_MAX_WORDS = 160
_ROLE_WORDS = {"textbox": "field", "searchbox": "search field", "combobox": "choice"}


@dataclass(frozen=True)
class Part:
    """One link of the chain: a finder's name and its arguments."""

    method: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """Where an element is. page: the tab it was looked for in; None is the tab active at use.

    ref: number of an observation, instead of a search from the page's top.
    """

    page: Page | None = None
    ref: str | None = None
    parts: tuple[Part, ...] = ()

    def then(self, method: str, **arguments: Any) -> Recipe:
        """The chain, one link longer. Raises: ValueError when it gets absurdly long."""
        if len(self.parts) >= MAX_PARTS:
            raise ValueError(f"A locator of more than {MAX_PARTS} parts: start again from page.")
        return replace(self, parts=(*self.parts, Part(method, arguments)))

    def build(self, root: Page) -> Locator:
        """The Playwright locator. Raises: what Playwright raises on bad arguments."""
        return self.build_from(root, root)

    def build_from(self, start: Page | Locator, root: Page) -> Locator:
        """The same, with the chain hung to an element that was found otherwise."""
        found: Any = start
        for part in self.parts:
            found = _apply(found, part, root)
        return found.owner if isinstance(found, FrameLocator) else found

    def words(self) -> str:
        """The element in words a person knows: `button "Search" in row with "Lamp"`."""
        said: list[str] = []
        for part in self.parts:
            _say(said, part)
        if self.ref:
            said.insert(0, self.ref)
        text = " in ".join(reversed(said)) or "page"
        return text if len(text) <= _MAX_WORDS else text[: _MAX_WORDS - 1] + "…"

    @property
    def speaks(self) -> bool:
        """Whether `words` tell a person which element is meant: it is not just a selector."""
        return any(
            p.method.startswith("get_by_") and p.method != "get_by_test_id" for p in self.parts
        )


def _apply(found: Any, part: Part, root: Page) -> Any:
    arguments: dict[str, Any] = {
        key: value.build(root) if isinstance(value, Recipe) else value
        for key, value in part.arguments.items()
    }
    if part.method in ("first", "last", "content_frame"):
        return getattr(found, part.method)
    if part.method == "locator":
        selector = arguments.pop("selector")
        return found.locator(selector, **arguments)
    if part.method in ("and_", "or_"):
        return getattr(found, part.method)(arguments["locator"])
    if part.method == "nth":
        return found.nth(int(arguments["index"]))
    return getattr(found, part.method)(**arguments)


def _say(said: list[str], part: Part) -> None:
    method, args = part.method, part.arguments
    if method == "get_by_role":
        role = _ROLE_WORDS.get(str(args.get("role")), str(args.get("role")))
        said.append(role + (f" {_quoted(args['name'])}" if args.get("name") else ""))
    elif method == "get_by_test_id":
        said.append(f"test id {_quoted(args.get('test_id'))}")
    elif method.startswith("get_by_"):
        kind = {"get_by_label": "field ", "get_by_placeholder": "field ", "get_by_text": "text "}
        kind["get_by_alt_text"] = "image "
        said.append(kind.get(method, "") + _quoted(args.get("text")))
    elif method == "locator":
        inner = args.get("selector")
        said.append(inner.words() if isinstance(inner, Recipe) else _plain(inner))
        _qualify(said, args)
    elif method == "filter":
        _qualify(said, args)
    elif method == "frame_locator":
        said.append(f"frame {_plain(args.get('selector'))}")
    elif method == "nth" and said:
        index = args.get("index")
        said[-1] += f" no. {index + 1}" if isinstance(index, int) and index >= 0 else f" [{index}]"
    elif method in ("first", "last") and said:
        said[-1] = f"{method} {said[-1]}"
    elif method in ("and_", "or_") and said:
        said[-1] += f" {method[:-1]} {args['locator'].words()}"


def _qualify(said: list[str], args: dict[str, Any]) -> None:
    if not said:
        return
    for key, word in (("has_text", "with"), ("has_not_text", "without")):
        if args.get(key):
            said[-1] += f" {word} {_quoted(args[key])}"
    for key, word in (("has", "with"), ("has_not", "without")):
        if isinstance(args.get(key), Recipe):
            said[-1] += f" {word} {args[key].words()}"


def _quoted(value: Any) -> str:
    if isinstance(value, re.Pattern):
        return f"/{value.pattern[:60]}/"
    text = " ".join(str(value).split())
    return f'"{text[:80]}…"' if len(text) > 80 else f'"{text}"'


def _plain(value: Any) -> str:
    return " ".join(str(value).split())[:100]
