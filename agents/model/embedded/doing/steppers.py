"""Numbers that are set by pressing "+" and "−": the words, the two buttons, the number between."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing.touch import click_code, outcome_of
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

Stepper = tuple[Element, Element, int]  # the button for less, the one for more, the number now
_LESS = re.compile(r"minus|decre|less|remove|fewer|reduce|^[-−–]$", re.I)
_MORE = re.compile(r"plus|incre|more|add|^\+$", re.I)
_ODD = {
    "children": "child", "people": "person", "adult": "adult", "kids": "child",
    "serves": "serving", "portion": "serving", "portions": "serving", "quantity": "qty",
}  # fmt: skip
MAX_PRESSES = 30
LINE = 14  # px that the middles of things on one line may differ by


def stem(word: str) -> str:
    word = word.lower()
    return _ODD.get(word) or singular(word)


def stepper(view: View, label: str) -> Stepper | None:
    """The stepper that stands beside the words."""
    wanted = {stem(w) for w in plain(label).split()}
    if not wanted:
        return None
    named = [e for e in _buttons(view) if wanted <= {stem(w) for w in plain(e.name).split()}]
    if len(named) == 2 and (found := _pair(view, named)):
        return found  # "Remove guest", "Add guest"
    for e in [*view.texts, *view.elements]:
        words = {stem(w) for w in plain(e.text or "").split()}
        if wanted <= words and len(e.text or "") <= 60 and (found := _beside(view, e)):
            return found
    return _lone(view) if wanted <= _HOW_MANY else None


_HOW_MANY = frozenset({"qty", "number", "amount", "count"})


def _lone(view: View) -> Stepper | None:
    """ "Make it two": the only stepper of the page."""
    less = [e for e in _buttons(view) if _LESS.fullmatch(norm(e.name)) and not e.off]
    more = [e for e in _buttons(view) if _MORE.fullmatch(norm(e.name)) and not e.off]
    return _pair(view, [*less, *more]) if len(less) == len(more) == 1 else None


def row_stepper(view: View, row: str) -> Stepper | None:
    """The stepper inside of a row or card."""
    inside = [e for e in _buttons(view) if e.row == row]
    return _pair(view, inside)


def _buttons(view: View) -> list[Element]:
    return [
        e
        for e in view.elements
        if e.role in ("button", "generic", "link")
        and e.w <= 80
        and (_LESS.search(norm(e.name)) or _MORE.search(norm(e.name)) or not e.name)
        and len(e.name) <= 40
    ]


def _beside(view: View, label: Element) -> Stepper | None:
    middle = label.y + label.h / 2
    line = [
        e
        for e in _buttons(view)
        if e.doc is label.doc and abs(e.y + e.h / 2 - middle) <= LINE and e.x >= label.x
    ]
    return _pair(view, line)


def _pair(view: View, buttons: list[Element]) -> Stepper | None:
    """Two buttons with a number between them or beside."""
    buttons = sorted(buttons, key=lambda e: e.x)
    less = next((e for e in buttons if _LESS.search(norm(e.name) or e.attr or "")), None)
    more = next((e for e in buttons if _MORE.search(norm(e.name) or e.attr or "")), None)
    if (less is None or more is None) and len(buttons) == 2:
        less, more = buttons
    if less is None or more is None or less is more:
        return None
    middle = more.y + more.h / 2
    numbers = [
        e
        for e in [*view.texts, *view.elements]
        if re.fullmatch(r"\d{1,3}", _shown(e))
        and abs(e.y + e.h / 2 - middle) <= LINE
        and less.x - 60 <= e.x <= more.x + more.w + 60
    ]
    if not numbers:
        return _in_row(less, more) or _between(view, less, more)
    return less, more, int(_shown(numbers[0]))


def _in_row(less: Element, more: Element) -> Stepper | None:
    """The number as a bare text among the words of the row."""
    found = re.findall(r"(?<![\d.,])\d{1,3}(?![\d.,])", more.row or "")
    return (less, more, int(found[-1])) if len(found) == 1 else None


def _between(view: View, less: Element, more: Element) -> Stepper | None:
    """The number as a bare text between the words of the two buttons."""
    ends = [re.escape(e.text or "") for e in (less, more)]
    found = re.findall(rf"{ends[0]}\s*(\d{{1,3}})\s*{ends[1]}", view.body) if all(ends) else []
    return (less, more, int(found[0])) if len(found) == 1 else None


def _shown(e: Element) -> str:
    return str(e.value or e.text or "").strip()


async def step_to(run: Run, step: Step) -> Decision | None:
    """Press until the number is the wanted one; opens what hides the stepper."""
    st, label = step["st"], step["target"]["words"]
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        run.fail(step, (result.error_message or "it could not be pressed").splitlines()[0])
        return None
    found = stepper(await run.view(), label)
    if found is None:
        if (opener := closed(await run.view(), label)) and not st.get("opened"):
            why = f"Open “{opener.name[:60]}”."
            return await run.act(step, await click_code(opener), why, opened=True)
        run.fail(step, f"I see nothing to set “{label}” with")
        return None
    now = found[2]
    wanted = st.setdefault("wanted", now + int(step["by"]) if "by" in step else int(step["n"]))
    if now == wanted:
        return None
    if st.get("presses", 0) >= 3 or abs(now - wanted) > MAX_PRESSES:
        run.fail(step, f"“{label}” shows {now} instead of {wanted}")
        return None
    code = await press_code(found, wanted)
    why = f"Set “{label}” from {now} to {wanted}."
    return await run.act(step, code, why, presses=st.get("presses", 0) + 1)


async def press_code(found: Stepper, wanted: int) -> str:
    less, more, now = found
    press = await click_code(more if wanted > now else less)
    return f"for _ in range({abs(wanted - now)}):\n    {press}"


def closed(view: View, label: str) -> Element | None:
    """A control that shows such a number and opens its stepper ("2 adults · 1 room")."""
    wanted = {stem(w) for w in plain(label).split()}
    found = [
        e
        for e in view.elements
        if e.role in ("button", "generic", "combobox", "textbox", "link")
        and re.search(r"\d", e.name + (e.value or ""))
        and len(e.name) <= 80
        and wanted <= {stem(w) for w in plain(f"{e.name} {e.value or ''}").split()}
    ]
    return min(found, key=lambda e: len(e.name), default=None)


def target(label: str) -> dict[str, Any]:
    return {"words": label, "raw": label, "kind": None, "nth": None, "in": None}
