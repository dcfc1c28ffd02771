"""What a deed brings up, and what is given to it: a name, a place to move to, a yes."""

from __future__ import annotations

import re

from agents.model.embedded.doing import rows
from agents.model.embedded.doing.fields import give_code, pick_options
from agents.model.embedded.doing.formats import shown
from agents.model.embedded.doing.forms import SUBMIT
from agents.model.embedded.doing.touch import after_click, click_code, outcome_of, recover
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision

_TYPED = ("textbox", "searchbox", "combobox")
_OPTIONS = ("option", "menuitem", "listitem", "generic", "link", "button", "treeitem", "radio")


def fresh(view: View, known: list[str]) -> list[Element]:
    """What was not there before the deed, a dialog first of all."""
    before = set(known)
    new = [e for e in view.elements if e.key not in before and not e.off]
    return [e for e in new if e.top or e.float] or new


async def give(run: Run, step: Step) -> Decision | None:
    """Give a value to what the deed before brought up: choose it, or type it; then send that.

    step: "value" is what is given; "choose" allows no typing (a place to move something to).
    """
    st = step["st"]
    if await answered(run, step):
        return None
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        decision = await recover(run, step, result, st.get("label", "it"))
        if decision is not None or step.get("state") == "failed":
            return decision
    view = await run.view()
    known = run.memory.get("known", [])
    if st.get("given"):
        return await _send(run, step, view, known)
    text = step["value"].get("text", "")
    new = fresh(view, known)
    option = _option(new, text) or _option(
        [e for e in view.elements if e.role in ("option", "menuitem") and not e.off], text
    )
    if option is not None:
        why = f"Choose {describe(option)}."
        return await run.act(step, await click_code(option), why, given=True)
    for e in new:
        if e.tag == "select" and (labels := pick_options(e.d.get("options") or [], [text])):
            code = f"await {await locate(e)}.select_option(label={quote(labels[0])})"
            return await run.act(step, code, f"Choose “{labels[0]}”.", given=True)
    typed = [e for e in new if e.role in _TYPED and not e.ro and e.tag != "select"]
    if typed and not step.get("choose"):
        field = next((e for e in typed if e.focus), typed[0])
        code = await give_code(field, step["value"]) or ""
        why = f"Put “{shown(step['value'])}” into {describe(field)}."
        return await run.act(step, code, why, given=True, field=await locate(field))
    if norm(text) in norm(view.body) and norm(text) not in norm(run.memory.get("before") or ""):
        run.saw(text)  # the page's own question took it
        return None
    return run.ask_takeover(step, f"I see no place for “{shown(step['value'])}” here.")


def _option(pool: list[Element], text: str) -> Element | None:
    """The entry of a menu or list that is called so ("Travel", "Move to Travel")."""
    wanted = norm(text)
    found = [
        e
        for e in pool
        if e.role in _OPTIONS
        and (
            likeness(text, e.name) >= 0.9 or re.search(rf"\bto {re.escape(wanted)}$", norm(e.name))
        )
    ]
    return found[0] if len({norm(e.name) for e in found}) == 1 else None


async def _send(run: Run, step: Step, view: View, known: list[str]) -> Decision | None:
    """The button of what came up; Enter for a lone field; nothing when it is gone."""
    st = step["st"]
    if st.get("sent"):
        return await after_click(run, step, {"words": step["text"]})
    buttons = [
        e
        for e in fresh(view, known)
        if e.role in ("button", "link") and SUBMIT.fullmatch(norm(e.name))
    ] + [e for e in fresh(view, known) if e.role == "button" and rows.says(e, step["verb"])]
    if buttons:
        why = f"Confirm with {describe(buttons[0])}."
        return await run.act(step, await click_code(buttons[0]), why, sent=True)
    if st.get("field"):
        code = f'await {st["field"]}.press("Enter")'
        return await run.act(step, code, "Confirm with Enter.", sent=True)
    run.saw(view.title)
    return None


async def avoid(run: Run, step: Step) -> Decision | None:
    """What a person does not want: untick it where it stands ticked."""
    from agents.model.embedded.doing.placing import steps_for

    if step["st"].get("looked"):
        return None
    piece = {"raw": step["text"], "label": None, "value": None, "off": step["words"]}
    steps = steps_for(await run.view(), [piece])
    if steps:
        step["splice"] = [{"text": step["text"], **s} for s in steps]
    return None


_ENDS = frozenset(
    {"delete", "remove", "cancel", "leave", "deactivate", "archive", "clear", "suspend", "ban",
     "revoke", "close", "withdraw", "unsubscribe"}
)  # fmt: skip


def unanswered(run: Run, step: Step, view: View, known: list[str]) -> str:
    """What a dialog that the last deed brought up still wants ("Type the name to confirm")."""
    last = run.memory["at"] == len(run.steps) - 1
    if not last or step["verb"] not in _ENDS:
        return ""
    before = set(known)
    new = [e for e in view.elements if e.key not in before and (e.top or e.float)]
    if not any(rows.says(e, step["verb"]) for e in new) and not any(e.role in _TYPED for e in new):
        return ""
    fresh_lines = set((run.memory.get("before") or "").split("\n"))
    lines = [x for x in view.body.split("\n") if x not in fresh_lines and len(x) > 3]
    return " ".join(lines)[:160] if new and lines else ""


def question(view: View, known: list[str], verb: str, context: str) -> Element | None:
    """The button that says yes to "are you sure?", which the deed itself brought up."""
    new = fresh(view, known)
    if not any(e.top or e.float for e in new) or any(e.role in _TYPED for e in new):
        return None
    buttons = [e for e in new if e.role in ("button", "link") and e.name]
    yes = [e for e in buttons if not rows.REFUSES.match(norm(e.name))]
    if len(yes) == len(buttons) or not yes:
        return None  # without a "no" it asks nothing
    sure = [
        e
        for e in yes
        if re.match(r"(?:yes|ok|confirm|continue|sure|i am sure)\b", norm(e.name))
        or rows.says(e, verb)
    ]
    return sure[0] if len(sure) == 1 else None
