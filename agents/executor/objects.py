"""The objects that cross into the sandbox, each a policy over one of our values.

The sandbox calls in on a thread of its own. Finders only extend a description there; everything
else becomes a coroutine that runs on the loop, through `Actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from pydantic_monty import ClassInstance

from agents.executor.convert import incoming
from agents.executor.diagnostics import similar
from agents.executor.recipes import Recipe
from agents.executor.signatures import Signature, api
from agents.executor.values import (
    Files,
    FrameLocator,
    Keyboard,
    Locator,
    Mouse,
    Page,
    SandboxObject,
    Tabs,
    Variable,
)

# Where the value of a variable may be passed.
_TAKES_VARIABLE = frozenset(
    {
        ("fill", "value"),
        ("type", "text"),
        ("press_sequentially", "text"),
        ("select_option", "value"),
        ("insert_text", "text"),
        ("accept_dialog", "answer"),
    }
)
Perform = Callable[[SandboxObject, str, dict[str, Any]], Coroutine[Any, Any, Any]]


class Handle(ClassInstance):
    """A value in the sandbox's hands. Only what `api.pyi` lists for its class can be reached."""

    def __init__(self, value: SandboxObject, perform: Perform, page_of: Callable[[], Any]) -> None:
        super().__init__(value, eager_attrs=("name",) if isinstance(value, Variable) else None)
        self._perform = perform
        self._page_of = page_of

    def call_method(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        owner = type(self.value).__name__
        signature = api().classes[owner].get(name)
        if signature is None:
            raise AttributeError(_no_such(owner, name))
        bound = bind(signature, args, kwargs)
        if signature.is_async:
            return self._wrapped(self._perform(self.value, name, bound))
        return self._wrap(_found(self.value, name, bound, self._page_of))

    def lookup_lazy_attrs(self, name: str) -> Any:
        value = self.value
        if name not in api().attributes[type(value).__name__]:
            raise AttributeError(_no_such(type(value).__name__, name))
        if name == "url":
            page = value.tab if value.tab is not None else self._page_of()
            return str(page.url)
        if name in ("keyboard", "mouse"):
            return self._wrap((Keyboard if name == "keyboard" else Mouse)(value.tab))
        kind = FrameLocator if name == "content_frame" else type(value)
        return self._wrap(kind(value.recipe.then(name)))

    def _wrap(self, value: Any) -> Any:
        return wrap(value, self._perform, self._page_of)

    async def _wrapped(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._wrap(await coroutine)


def wrap(value: Any, perform: Perform, page_of: Callable[[], Any]) -> Any:
    """Our values as handles, also inside a list; the rest as it is."""
    if isinstance(value, SandboxObject):
        return Handle(value, perform, page_of)
    if isinstance(value, list):
        return [wrap(item, perform, page_of) for item in value]
    return value


def bind(signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments by name, checked and unwrapped. Raises: TypeError."""
    bound = signature.bind(args, kwargs)
    return {
        name: incoming(name, value, takes_variable=(signature.name, name) in _TAKES_VARIABLE)
        for name, value in bound.items()
    }


def _found(
    value: SandboxObject, name: str, bound: dict[str, Any], page_of: Callable[[], Any]
) -> SandboxObject:
    """The value of a finder: the same description, one link longer."""
    if isinstance(value, Page):
        recipe = Recipe(page=value.tab if value.tab is not None else page_of())
    else:
        assert isinstance(value, Locator)
        recipe = value.recipe
    longer = recipe.then(name, **bound)
    if name == "frame_locator" or (isinstance(value, FrameLocator) and name == "nth"):
        return FrameLocator(longer)
    return Locator(longer)


def _no_such(owner: str, name: str) -> str:
    near = similar(owner, name)
    return f"{owner} has no attribute {name!r}" + (f". Did you mean {near}?" if near else "")


def globals_for(
    perform: Perform, page_of: Callable[[], Any], variables: list[str]
) -> dict[str, Any]:
    """The names that every step finds defined."""
    return {
        "page": wrap(Page(), perform, page_of),
        "files": wrap(Files(), perform, page_of),
        "tabs": wrap(Tabs(), perform, page_of),
        "variables": {name: wrap(Variable(name), perform, page_of) for name in variables},
    }
