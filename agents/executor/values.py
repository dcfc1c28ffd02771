"""What step code holds in its hands: small values that only name things on our side.

The sandbox shows their class names and what `__match_args__` of a dataclass would; every method
call comes back to `objects.py`. None of them holds a secret or a Playwright object in reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Page as PlaywrightPage

from agents.executor.recipes import Recipe


class SandboxObject:
    """Base of all objects that step code may hold."""

    def describe(self) -> str:
        """In place of a value, where only JSON fits."""
        return f"<{type(self).__name__}>"


@dataclass(frozen=True)
class Variable(SandboxObject):
    """A value of the caller, by name only; fields get the value on our side of the border."""

    name: str

    def describe(self) -> str:
        return f"<variable {self.name}>"


class Page(SandboxObject):
    """A tab; without one, whichever tab is active."""

    def __init__(self, tab: PlaywrightPage | None = None) -> None:
        self.tab = tab


class Keyboard(Page):
    """The keyboard of a tab."""


class Mouse(Page):
    """The mouse of a tab."""


class Locator(SandboxObject):
    """How to find an element."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def describe(self) -> str:
        return f"<Locator {self.recipe.words()}>"


class FrameLocator(Locator):
    """How to find a frame."""


class Files(SandboxObject):
    """The task's files."""


class Tabs(SandboxObject):
    """The browser's tabs."""
