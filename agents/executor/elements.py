"""Calls on one element: found anew each time, probed when its words or its secrecy matter."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playwright.async_api import ElementHandle, Frame, Locator, Page
from playwright.async_api import Error as PlaywrightError

from agents.browser.masking import mask, remember
from agents.errors import ActionError, PolicyError
from agents.executor.aiming import aimed_at
from agents.executor.calls import Call
from agents.executor.field_formats import check_format
from agents.executor.files import Shelf
from agents.executor.kinds import kind_of
from agents.executor.probe import HIDDEN, box_of, is_secret, words_of
from agents.executor.recipes import Recipe
from agents.executor.values import Locator as LocatorValue
from agents.executor.values import Variable as Handle
from agents.executor.variables import (
    OnTyped,
    address_of,
    check_receiver,
    fitting,
    has_breaks,
)
from agents.guard.intents import arm
from agents.guard.probe import GONE, is_there, touched
from agents.guard.probe_touch import Touched, touch
from agents.guard.risk import classify
from agents.guard.risk_facts import CallFacts, ElementFacts
from agents.ports import JSON, ActionRecord, Variable

_NO_TIMEOUT = frozenset(
    {"count", "all", "all_inner_texts", "all_text_contents", "is_visible", "is_hidden"}
)
_ENGINE = "webagent-observe"
_ATTACH_MS = 8_000
_SOON_MS = 500
_MAIN_REF = re.compile(r"e(\d{1,7})")  # of the tab's own document
_PLACEHOLDER = re.compile(r"\{\{(\w{1,64})\}\}")
# What a person may change before approving it: words and choices, not keys.
_EDITABLE = ("fill", "type", "press_sequentially", "select_option")


class Elements:
    """Makes calls on elements of a browser."""

    def __init__(
        self,
        browser: Any,
        variables: Mapping[str, Variable],
        shelf: Shelf,
        on_typed: OnTyped | None = None,
    ) -> None:
        self._browser = browser
        self._on_typed = on_typed
        self._variables = variables
        self._shelf = shelf

    # --- finding ----------------------------------------------------------------------------
    async def locator(self, recipe: Recipe) -> Locator:
        """The Playwright locator. Raises: ActionError when its tab is closed or its ref stale."""
        page: Page = recipe.page if recipe.page is not None else await self._browser.ready()
        if page.is_closed():
            raise ActionError(
                "The tab that this locator belongs to is closed: start again from `page`.",
                code="tab_closed",
            )
        if recipe.ref is None:
            return recipe.build(page)
        main = _MAIN_REF.fullmatch(recipe.ref)
        near = page.locator(f"{_ENGINE}=ref:{main[1]}") if main else None
        if near is None or not await is_there(near):
            near = (await self._by_ref(recipe.ref))[0]
        return recipe.build_from(near, page)

    async def _at(self, recipe: Recipe, looked: ElementFacts | None) -> Locator:
        """Where a call is made: at the very element that was looked at, if that was kept."""
        if looked is None or not looked.key:
            return await self.locator(recipe)
        return touched(recipe.page or await self._browser.ready(), looked)

    async def _by_ref(self, ref: str) -> tuple[Locator, ElementHandle]:
        handle: ElementHandle = await self._browser.resolve_ref(ref)
        frame = await handle.owner_frame()
        number = re.search(r"(\d+)\]?\s*$", ref)
        if frame is None or number is None:
            raise ActionError(f"{ref} is gone. Look at the page again.", code="stale_ref")
        return frame.locator(f"{_ENGINE}=ref:{number[1]}"), handle

    async def look(
        self,
        recipe: Recipe,
        timeout_ms: float,
        method: str = "",
        arguments: Mapping[str, Any] | None = None,
        *,
        whole: bool = False,
    ) -> ElementFacts | None:
        """What a call on the element reaches, once it is there. None when it cannot be read.

        whole: also what an approval needs.
        Raises: what Playwright raises when there is no such element in time.
        """
        locator = await self.locator(recipe)
        given = arguments or {}
        target = given.get("target")
        onto = await self.locator(target) if isinstance(target, Recipe) else None
        facts = await aimed_at(
            locator, method, given, onto=onto, timeout_ms=timeout_ms, whole=whole
        )
        if facts is None:
            await locator.first.wait_for(state="attached", timeout=_SOON_MS)
        return facts

    # --- calling ----------------------------------------------------------------------------
    def call(self, recipe: Recipe, method: str, arguments: dict[str, Any], tool: str) -> Call:
        """The call of `method`. arguments: bound and checked."""
        arguments = dict(arguments)
        timeout_ms = arguments.pop("timeout", None)
        kind = kind_of("locator", method)
        if kind.typed and kind.typed in arguments:
            arguments[kind.typed] = self.named(arguments[kind.typed])
        typed = arguments.get(kind.typed) if kind.typed else None
        handle = self._variables.get(typed.name) if isinstance(typed, Handle) else None
        breaks = handle is not None and has_breaks(handle.value)
        looked: ElementFacts | None = None  # what the call is going to touch, as it was judged

        async def prepare(record: ActionRecord) -> ElementFacts | None:
            nonlocal looked
            if not kind.judged and recipe.speaks:
                return None
            element = await self.look(recipe, timeout_ms or _ATTACH_MS, method, arguments)
            looked = element
            if element is None:
                return None
            record.box = box_of(element)
            if not recipe.speaks:
                record.arguments["at"], record.target = record.target, words_of(element)
            secret = isinstance(typed, str | list) and not _is_key_name(method, typed)
            if secret and kind.typed and is_secret(element):
                record.arguments[kind.typed] = HIDDEN
            if method == "fill" and isinstance(typed, str):
                check_format(recipe, element.type, typed)
            return element

        async def look_again() -> ElementFacts | None:
            nonlocal looked
            looked = await self.look(recipe, _ATTACH_MS, method, arguments, whole=True)
            return looked

        async def mark(name: str) -> JSON:
            return await arm((await self.locator(recipe)).first, name)

        async def run(timeout: float) -> JSON:
            kinds = (handle.kind,) if handle is not None else ()
            facts = CallFacts(tool, arguments, page_url="", typed_kinds=kinds, typed_breaks=breaks)
            return await self._touch(recipe, method, arguments, looked, facts, timeout)

        return Call(
            tool=tool,
            kind=kind,
            target=recipe.words(),
            arguments={key: _shown(value) for key, value in arguments.items()},
            run=run,
            wrap=lambda value: _wrapped(recipe, method, value),
            prepare=prepare,
            look=look_again,
            arm=mark,
            edit=arguments.update,
            editable=(kind.typed,) if kind.typed and method in _EDITABLE else (),
            timeout_ms=timeout_ms,
            variables=(typed.name,) if isinstance(typed, Handle) else (),
            typed_kinds=(handle.kind,) if handle is not None else (),
            typed_breaks=breaks,
            field=method == "input_value" or arguments.get("name") == "value",
        )

    async def _touch(
        self,
        recipe: Recipe,
        method: str,
        arguments: dict[str, Any],
        looked: ElementFacts | None,
        call: CallFacts,
        timeout: float,
    ) -> JSON:
        """Make the call on what was looked at; drawn anew, on what would be judged the same.

        Pages may draw themselves anew many times a second. The element is gone then before it is
        touched, so that nothing happens twice.
        """
        at, ends = looked, time.monotonic() + timeout / 1000
        while True:
            left_ms = (ends - time.monotonic()) * 1000
            if left_ms < 1:
                raise ActionError(
                    f"{recipe.words()} was drawn anew each time before it could be touched, for "
                    f"{timeout / 1000:.0f} s. Wait until the page stays.",
                    code="element_moving",
                )
            try:
                done = await self._shortly(recipe, method, arguments, at, left_ms)
                if done is not None:
                    return done.value
                place = await self._at(recipe, at)
                return await self._run(recipe, place, method, arguments, at, left_ms)
            except PlaywrightError as error:
                if looked is None or GONE not in str(error):
                    raise
            left_ms = max(_SOON_MS, (ends - time.monotonic()) * 1000)
            at = await self.look(recipe, left_ms, method, arguments, whole=not looked.brief)
            was, is_now = classify(call, looked), classify(call, at)
            if at is None or (was.risks, was.fingerprint) != (is_now.risks, is_now.fingerprint):
                raise ActionError(
                    f"{recipe.words()} changed right before it was touched. Look at it again.",
                    code="page_changed",
                )

    async def _shortly(
        self,
        recipe: Recipe,
        method: str,
        arguments: dict[str, Any],
        looked: ElementFacts | None,
        timeout: float,
    ) -> Touched | None:
        """The call made past Playwright's driver; None when that has to make it."""
        if looked is None or not looked.key:
            return None
        page: Page = recipe.page or await self._browser.ready()
        given = {key: self._openly(value) for key, value in arguments.items()}
        done = await touch(page, looked, method, given, timeout)
        # The option's own value is no news to the page, but it would be to the model.
        hidden = any(isinstance(value, Handle) for value in arguments.values())
        return replace(done, value=None) if done is not None and hidden else done

    def _openly(self, value: Any) -> Any:
        """The value of a variable that may go anywhere; else as it is."""
        if not isinstance(value, Handle):
            return value
        variable = self.variable(value.name)
        may_go = variable.allowed_domains is None and not variable.sensitive
        return variable.value if may_go and not has_breaks(variable.value) else value

    async def _run(
        self,
        recipe: Recipe,
        locator: Locator,
        method: str,
        arguments: dict[str, Any],
        at: ElementFacts | None,
        timeout: float,
    ) -> JSON:
        if method == "all":
            return await locator.count()
        if method in ("input_value", "get_attribute") and await self._is_secret(
            recipe, method, arguments
        ):
            return HIDDEN
        given: dict[str, Any] = {
            key: await self.locator(value) if isinstance(value, Recipe) else value
            for key, value in arguments.items()
        }
        if method not in _NO_TIMEOUT:
            given["timeout"] = timeout
        for key, value in arguments.items():
            if isinstance(value, Handle):
                return await self._type_variable(locator, method, key, value, given, at, timeout)
        if method == "set_input_files":
            names = given.pop("names")
            files = await self._shelf.payloads([names] if isinstance(names, str) else names)
            return await locator.set_input_files(files, **given)
        if method == "aria_snapshot":
            return await _without_passwords(locator, await locator.aria_snapshot(**given))
        value = await getattr(locator, method)(**given)
        return "" if method == "text_content" and value is None else value

    async def _is_secret(self, recipe: Recipe, method: str, arguments: dict[str, Any]) -> bool:
        """Whether the call would read what a password field holds."""
        if method == "get_attribute" and str(arguments.get("name")).lower() != "value":
            return False
        element = await self.look(recipe, _ATTACH_MS)
        return element is None or is_secret(element)

    async def _type_variable(
        self,
        locator: Locator,
        method: str,
        parameter: str,
        handle: Handle,
        given: dict[str, Any],
        at: ElementFacts | None,
        timeout: float,
    ) -> JSON:
        """Type a variable's value, into exactly the document whose address was checked.

        The handle is bound to that document: if its frame goes elsewhere meanwhile, typing fails.
        """
        variable = self.variable(handle.name)
        if variable.allowed_domains is None and not variable.sensitive:
            given[parameter] = fitting(variable.value, at)
            result = await getattr(locator, method)(**given)
            return None if method == "select_option" else result
        element = await locator.element_handle(timeout=timeout)
        frame = await element.owner_frame()
        if frame is None:
            raise PolicyError("The field is in no page any more.", rule="variable_domain")
        await self.before_typing(handle.name, variable, element, frame)
        given[parameter] = fitting(variable.value, at)
        if method == "press_sequentially":
            await element.type(given.pop("text"), **given)
            return None
        result = await getattr(element, method)(**given)
        # The option's own value is no news to the page, but it would be to the model.
        return None if method == "select_option" else result

    async def before_typing(
        self, name: str, variable: Variable, element: ElementHandle | None, frame: Frame
    ) -> None:
        """Check the receiver, mask its field, and tell the host, who may lock the way out.

        element: None when the document gets it without a field.
        Raises: PolicyError when the value may not go there.
        """
        check_receiver(name, variable, frame)
        if variable.sensitive:
            if element is not None:
                await mask(element)
            remember(frame, variable.value)
            if self._on_typed is not None:
                await self._on_typed(name, variable, address_of(frame))

    def named(self, typed: Any) -> Any:
        """The variable itself where step code types its `{{name}}`, as it is told of it."""
        found = _PLACEHOLDER.fullmatch(typed) if isinstance(typed, str) else None
        return Handle(found[1]) if found and found[1] in self._variables else typed

    def variable(self, name: str) -> Variable:
        """Raises: ActionError when there is none of the name."""
        found = self._variables.get(name)
        if found is None:
            there = ", ".join(self._variables) or "none"
            raise ActionError(
                f"There is no variable {name!r}. Variables: {there}.", code="no_such_variable"
            )
        return found


_PASSWORDS = """() => [...document.querySelectorAll('input')]
  .filter(e => e.type === 'password' || /cc-|one-time-code/.test(e.autocomplete || ''))
  .map(e => e.value).filter(Boolean)"""


async def _without_passwords(locator: Locator, snapshot: str) -> str:
    """Playwright's snapshot shows what password fields hold; ours does not."""
    for value in await locator.first.evaluate(_PASSWORDS):
        snapshot = snapshot.replace(str(value), HIDDEN)
    return snapshot


def _wrapped(recipe: Recipe, method: str, value: JSON) -> Any:
    if method == "all":
        return [LocatorValue(recipe.then("nth", index=i)) for i in range(value)]
    return value


def _is_key_name(method: str, typed: Any) -> bool:
    """A named key (`Enter`) says nothing; a single character may be part of a password."""
    return method == "press" and isinstance(typed, str) and len(typed) > 1


def _shown(value: Any) -> JSON:
    """An argument in a record: a variable by its name, an element by its words."""
    if isinstance(value, Handle):
        return f'variables["{value.name}"]'
    if isinstance(value, Recipe):
        return value.words()
    if isinstance(value, re.Pattern):
        return f"/{value.pattern}/"
    return value
