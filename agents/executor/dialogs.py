"""A call that brings up a question of the page and answers it with OK: `accept_dialog`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from playwright.async_api import Frame

from agents.browser.dialog_answers import Expected, said, site_of, unfit
from agents.errors import ActionError
from agents.executor.calls import Call
from agents.executor.elements import Elements
from agents.executor.kinds import kind_of
from agents.executor.probe import HIDDEN
from agents.executor.recipes import Recipe
from agents.executor.values import Variable as Handle
from agents.guard.risk_dialogs import wants_secret
from agents.guard.risk_facts import DialogFacts, ElementFacts
from agents.ports import JSON, ActionRecord

GROUP = "accept_dialog"


def accepting(
    browser: Any,
    elements: Elements,
    recipe: Recipe,
    bound: Mapping[str, Any],
    redact: Callable[[str], str],
) -> Call:
    """The call. bound: its arguments; redact: takes the caller's secrets out of text.

    Raises: TypeError; ValueError for a text that nobody could approve by reading it.
    """
    text = said(_text_of(bound, "message"))
    if why := unfit(text):
        raise ValueError(f"{GROUP}: a dialog with this message cannot be accepted: {why}.")
    method, arguments = _touch(bound)
    kind = "prompt" if "answer" in bound else "confirm"
    given = {"answer": elements.named(_answer_of(bound))} if kind == "prompt" else {}
    handle = given["answer"] if isinstance(given.get("answer"), Handle) else None
    call = elements.call(recipe, method, arguments, f"{GROUP}.{method}")
    touch, look = call.run, call.prepare

    async def prepare(record: ActionRecord) -> ElementFacts | None:
        if given and handle is None and wants_secret(text):
            record.arguments["answer"] = HIDDEN
        return await look(record)

    async def run(timeout_ms: float) -> JSON:
        ends = time.monotonic() + timeout_ms / 1000
        locator = await elements.locator(recipe)
        element = await locator.element_handle(timeout=timeout_ms)
        frame = await element.owner_frame()
        if frame is None:
            raise ActionError("The element is in no page any more.", code="page_changed")
        site = site_of(frame.url)  # the frame may go elsewhere while this waits
        answer = await _answer(elements, given.get("answer"), frame)
        if method == "click":  # what it has to wait for comes first: nothing is accepted meanwhile
            await locator.click(trial=True, timeout=_left_ms(ends))
        expected = Expected(
            kind,
            text,
            site,
            answer,
            scripted=method == "select_option",
            told=lambda s: redact(said(s)),
        )
        async with browser.dialogs.expecting(locator.page, expected):
            await touch(_left_ms(ends))
        if not expected.accepted:
            raise _declined(expected, method)
        secret = "answer" in given and wants_secret(text)
        return {"asked": text, "answer": HIDDEN if secret else _shown(given.get("answer", "OK"))}

    call.kind = kind_of(GROUP, method)
    call.arguments = {
        "message": text,
        **{name: _shown(value) for name, value in {**given, **_more(bound)}.items()},
    }
    call.dialog = DialogFacts(kind, text)
    call.run, call.prepare, call.wrap = run, prepare, lambda value: value
    call.edit = given.update
    call.editable = ("answer",) if given and handle is None else ()
    call.timeout_ms = bound.get("timeout")
    if handle is not None:
        call.variables = (handle.name,)
        call.typed_kinds = (elements.variable(handle.name).kind,)
    return call


def _touch(bound: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What is done to the target: the method of a locator, and its arguments."""
    if "key" in bound and "option" in bound:
        raise TypeError(f"{GROUP}() takes key or option, not both")
    if "key" in bound:
        return "press", {"key": _text_of(bound, "key")}
    if "option" in bound:
        return "select_option", {"label": _text_of(bound, "option")}
    return "click", {}


def _more(bound: Mapping[str, Any]) -> dict[str, Any]:
    return {name: bound[name] for name in ("key", "option") if name in bound}


def _text_of(bound: Mapping[str, Any], name: str) -> str:
    if not isinstance(bound[name], str):
        raise TypeError(f"{GROUP}() takes {name} as text")
    return str(bound[name])


def _answer_of(bound: Mapping[str, Any]) -> Any:
    """Text or a variable. Anything else would leave what the page wrote into its box."""
    return bound["answer"] if isinstance(bound["answer"], Handle) else _text_of(bound, "answer")


async def _answer(elements: Elements, answer: Any, frame: Frame) -> str | None:
    """What a prompt gets; a variable's value only where a field would get it.

    Raises: PolicyError.
    """
    if not isinstance(answer, Handle):
        return answer if isinstance(answer, str) else None
    variable = elements.variable(answer.name)
    await elements.before_typing(answer.name, variable, None, frame)
    return variable.value


def _declined(expected: Expected, method: str) -> ActionError:
    did = {"press": "The key was pressed", "select_option": "The option was chosen"}.get(
        method, "The element was pressed"
    )
    if not expected.others:
        return ActionError(
            f"{did}, and the page asked nothing while it handled that. Look at the page.",
            code="no_dialog",
        )
    told = "; ".join(f"{expected.told(text)!r} ({why})" for text, why in expected.others[:3])
    return ActionError(
        f"{did}, and the page asked something else, which was declined: {told}.",
        code="other_dialog",
    )


def _shown(value: Any) -> JSON:
    return f'variables["{value.name}"]' if isinstance(value, Handle) else value


def _left_ms(ends: float) -> float:
    return max(1.0, (ends - time.monotonic()) * 1000)
