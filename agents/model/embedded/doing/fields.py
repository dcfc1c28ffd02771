"""Putting a value into a field, of whatever kind it is."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from agents.model.embedded.doing import asked, held, overwriting, prose
from agents.model.embedded.doing.adders import things_added
from agents.model.embedded.doing.calendar import opened_beside, pick_day, wants_calendar
from agents.model.embedded.doing.formats import (
    for_field,
    may_hold,
    moment,
    same_value,
    shown,
    without_unit,
)
from agents.model.embedded.doing.mixed import mixed_code
from agents.model.embedded.doing.sliders import is_drawn_slider, slide, slide_on
from agents.model.embedded.doing.touch import (
    clear_way,
    click_code,
    outcome_of,
    point,
    recover,
)
from agents.model.embedded.grammar.words import ordinal_in
from agents.model.embedded.ground import LEAST, describe, rank
from agents.model.embedded.likeness import EDITABLE, context_score, likeness
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, quote, value_code
from agents.ports import Decision

FILLABLE = EDITABLE | {"checkbox", "radio", "switch", "button", "generic"}


async def fill(run: Run, step: Step) -> Decision | None:
    """Put a value into the field that is meant; see that it stands there."""
    if asked.fail_unknown(run, step):
        return None
    if go_on := _PHASES.get(step["st"].get("phase") or ""):
        return await go_on(run, step)
    view = await run.view()
    target = _target(view, step)
    if target.get("all"):
        return await fill_all(run, step, target)
    if others := _other_steps(view, step, target):
        step["splice"] = others
        return None
    element = await _field(run, step, target)
    if isinstance(element, Element) and overwriting.overwrites(run, step, element, target):
        step["st"].setdefault("tried", []).append(element.key)
        step["st"].pop("chosen", None)
        element = await point(run, step, target, editable=True)
    if not isinstance(element, Element):
        return element
    return await clear_way(run, step, element) or await _give(run, step, view, element)


def _target(view: View, step: Step) -> dict[str, Any]:
    """What names the field; the words before the value do where nothing else does."""
    target = dict(step["target"])
    if not target.get("words") and step.get("hint") and not target.get("all"):
        hint = rank(view, {**target, "words": step["hint"], "kind": None}, editable=True)
        if hint and hint[0].score > 0.6:
            target.update(words=step["hint"], kind=None)
    return target


def _other_steps(view: View, step: Step, target: dict[str, Any]) -> list[Step]:
    """What the page has in place of a field: a button that clears, one that adds a thing."""
    if _clears_list(view, step, target):
        verb = step["text"].split()[0].lower()
        return [{"do": "act_on", "verb": verb, "target": target, "text": step["text"]}]
    return things_added(view, step)


async def _give(run: Run, step: Step, view: View, element: Element) -> Decision | None:
    """The value into its field, in the way that the field takes it."""
    if split := _date_and_time(view, step, element):
        step["splice"] = split
        return None
    if is_drawn_slider(element):
        return await slide(run, step, element)
    if wants_calendar(element) and moment(step["value"].get("text", "")) is not None:
        return await _open_calendar(run, step, element)
    code = await give_code(element, step["value"], run.turn.variables or {})
    if code is None:
        run.fail(step, f"{describe(element)} has no option “{shown(step['value'])}”")
        return None
    names = [e.key for e in view.elements]
    run.memory["typed"] = step["value"].get("text") or ""
    return await run.act(
        step,
        code,
        f"Put “{shown(step['value'])}” into {describe(element)}.",
        on=element,
        phase="filled",
        aim=element.key,
        label=describe(element),
        kind=element.type or element.role,
        known=names[-400:],
        typed=element.role in ("textbox", "searchbox", "combobox"),
    )


async def _open_calendar(run: Run, step: Step, element: Element) -> Decision:
    why = f"Open the calendar of {describe(element)}."
    return await run.act(step, await click_code(element), why, phase="calendar")


async def _picked(run: Run, step: Step) -> Decision | None:
    """The suggestion was taken."""
    await outcome_of(run, step)
    return None


async def _pick_day(run: Run, step: Step) -> Decision | None:
    return await pick_day(run, step, step["value"].get("text", ""))


async def pick_date(run: Run, step: Step) -> Decision | None:
    """A day into a drawn field: the calendar that it opens is turned to it."""
    if step["st"].get("phase") == "calendar":
        return await _pick_day(run, step)
    element = await point(run, step, step["target"])
    if not isinstance(element, Element):
        return element
    return await clear_way(run, step, element) or await _open_calendar(run, step, element)


def _clears_list(view: View, step: Step, target: dict[str, Any]) -> bool:
    """ "Clear the completed ones" is no field to empty where a button says so."""
    if step["value"].get("text") != "" or not target.get("words"):
        return False
    fields = rank(view, target, editable=True)
    return not fields or fields[0].score < LEAST


def _date_and_time(view: View, step: Step, element: Element) -> list[Step]:
    """ "1 June at 14:30" where the day and the time have a field each."""
    text = step["value"].get("text") or ""
    match = re.fullmatch(r"(.+?)(?:,? at |T| )(\d{1,2}:\d{2}.*)", text)
    if element.type != "date" or match is None:
        return []
    after = [e for e in view.elements if e.type == "time" and e.order > element.order]
    if not after:
        return []
    pairs = ((element, match.group(1)), (after[0], match.group(2)))
    keep = {"do": "fill", "text": step["text"]}
    return [
        {**keep, "target": {"words": e.name, "raw": e.name or step["text"]},
         "value": {"text": value}, "st": {"chosen": e.key}}
        for e, value in pairs
    ]  # fmt: skip


async def _field(run: Run, step: Step, target: dict[str, Any]) -> Element | Decision | None:
    """The field: by name; without one the focused, the only, or the first empty one."""
    view = await run.view()
    if (
        not target.get("words")
        and target.get("nth") is None
        and not step["st"].get("chosen")
        and step["st"].get("phase") != "takeover"
    ):
        text = step["value"].get("text")
        pool = [
            e
            for e in view.elements
            if e.role in EDITABLE and not e.off and not e.ro and e.type not in ("hidden",)
            and (text is None or may_hold(e.type or "", text))
            and not overwriting.overwrites(run, step, e, target)
        ]  # fmt: skip
        if place := target.get("in"):  # "In “My list” type …"
            pool = [e for e in pool if context_score(place, e) >= 0.8] or pool
        if target.get("kind") not in (None, "field"):
            pool = [m.element for m in rank(view, target, editable=True)] or pool
        texts = [e for e in pool if e.role in ("textbox", "searchbox", "spinbutton")] or pool
        focused = [e for e in pool if e.focus]
        empty = [e for e in texts if not e.value]
        inputs = [e for e in empty or texts if e.tag == "input" or e.role == "searchbox"]
        areas = prose.areas(empty) if len((text or "").split()) >= prose.PROSE_WORDS else []
        if pick := (
            focused
            or (areas if len(areas) == 1 else [])
            or ([texts[0]] if len(texts) == 1 else inputs if len(inputs) == 1 else [])
        ):
            return pick[0]
    if step.get("long") and (area := prose.area(view, target)):
        return area
    fresh = not step["st"].get("chosen") and not step["st"].get("phase")
    if fresh and (lone := prose.unnamed(view, target)):
        return lone
    return brought_up(view, target) or await point(run, step, target, editable=True)


def brought_up(view: View, target: dict[str, Any]) -> Element | None:
    """ "Double-click it, change the text to …": the field that this brought up."""
    if not re.fullmatch(r"(?:the )?(?:text|it|value|name|title|words)", target.get("words") or ""):
        return None
    named = rank(view, target, editable=True)
    focused = [e for e in view.elements if e.focus and e.role in EDITABLE and not e.off]
    return focused[0] if focused and (not named or named[0].score < LEAST) else None


async def give_code(
    element: Element, value: dict[str, Any], variables: Collection[str] = ()
) -> str | None:
    """Code that gives one value to one element; None when it has no such option.

    variables: names that a text may hold in double braces.
    """
    where = await locate(element)
    text = value.get("text", "")
    written = element.role in ("textbox", "searchbox") and "{{" in text
    if written and (code := mixed_code(where, text, variables)):
        return code
    if element.tag == "select":
        if "var" in value:
            return f"await {where}.select_option({value_code(value)})"
        labels = pick_options(element.d.get("options") or [], [text])
        return f"await {where}.select_option(label={quote(labels[0])})" if labels else None
    if element.role in ("checkbox", "switch", "radio"):
        off = re.fullmatch(r"(?i)off|no|false|0|unchecked", text)
        return f"await {where}.{'uncheck' if off else 'check'}()"
    if element.type == "file":
        names = quote(text) if "text" in value else value_code(value)
        return f"await {where}.set_input_files({names})"
    text = without_unit(text, element.name)
    literal = value_code(value) if "var" in value else quote(for_field(text, element.type or ""))
    if element.tag in ("input", "textarea"):
        suggests = element.role == "combobox" or re.search(
            r"autocomplete|typeahead|suggest|combobox", element.attr or "", re.I
        )
        sifts = bool(element.d.get("col"))  # many listen to keys alone
        if (suggests or sifts) and element.type in ("text", "search", ""):
            return (
                f'field = {where}\nawait field.fill("")\nawait '
                f"field.press_sequentially({literal}, delay=20)\nawait "
                f"page.wait_for_timeout(350)" + ("\nawait field.input_value()" if sifts else "")
            )
        if "var" in value:
            return f"await {where}.fill({literal})"
        return f"field = {where}\nawait field.fill({literal})\nawait field.input_value()"
    if element.role in ("textbox", "combobox", "searchbox") and element.tag not in (
        "button",
        "select",
    ):
        return (
            f"field = {where}\nawait field.click()\nawait "
            f"field.fill({literal})\nawait field.inner_text()"
        )
    return f"await {where}.click()"


def pick_options(options: list[str], wanted: list[str]) -> list[str]:
    """Labels of a select's options that the wanted values mean; empty when one has none."""
    out = []
    for value in wanted:
        nth, rest = ordinal_in(value)
        if nth is not None and not rest.strip():
            # "the 3rd option": a first line that only invites to choose is none.
            real = [
                o for o in options if not re.match(r"(?:-|—|choose|select|please|pick)", o, re.I)
            ]
            if -len(real) <= (nth - 1 if nth > 0 else nth) < len(real):
                out.append(real[nth - 1 if nth > 0 else nth])
                continue
        best = max(options, key=lambda o: likeness(value, o), default=None)
        if best is None or likeness(value, best) < 0.62:
            numbers = [
                o
                for o in options
                if re.findall(r"\d+", value) and re.findall(r"\d+", o) == re.findall(r"\d+", value)
            ]
            if len(numbers) != 1:
                return []
            best = numbers[0]
        out.append(best)
    return out


async def _filled(run: Run, step: Step) -> Decision | None:
    """After typing: take the suggestion that fits, and compare what the field shows."""
    st = step["st"]
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        st["phase"] = ""
        decision = await recover(run, step, result, st.get("label", "the field"))
        if decision is not None or step.get("state") == "failed":
            return decision
        return await fill(run, step)
    text = step["value"].get("text")
    view = await run.view()
    if text and st.get("typed") and not step.get("leave"):
        known = set(st.get("known", []))
        fresh = [
            e
            for e in view.elements
            if e.key not in known
            and e.role in ("option", "menuitem", "listitem", "generic", "link", "treeitem")
            and e.view
        ]
        best = max(fresh, key=lambda e: likeness(text, e.name), default=None)
        if best is not None and likeness(text, best.name) >= 0.7:
            return await run.act(
                step,
                await click_code(best),
                f"Take the suggestion “{best.name[:60]}”.",
                phase="picked",
            )
    plain_text = text and st.get("kind") in ("text", "textbox") and moment(text) is not None
    if plain_text and opened_beside(view, set(st.get("known", []))):
        st["phase"] = "calendar"  # what is typed beside an open calendar may not be taken
        return await pick_day(run, step, text)
    step["filled"] = st.get("aim")
    got = result.value if result is not None else None
    wanted = for_field(text or "", st.get("kind", ""))
    hidden = isinstance(got, str) and "[hidden" in got
    if text and isinstance(got, str) and got and not hidden:
        if same_value(wanted, got):
            held.keep(step, st.get("aim", ""), got)
        else:
            run.note(f"{st.get('label')} shows “{got[:60]}” instead of “{wanted[:60]}”.")
            run.memory["unheard"] = True
    return None


# What a field that was begun goes on with.
_PHASES = {
    "filled": _filled, "picked": _picked, "probe": slide_on, "slid": slide_on,
    "calendar": _pick_day,
}  # fmt: skip


async def fill_all(run: Run, step: Step, target: dict[str, Any]) -> Decision | None:
    """The same value into every field that fits ("both text fields")."""
    st = step["st"]
    if st.get("phase") == "all":
        return None
    view = await run.view()
    matches = rank(view, target, editable=True)
    best = matches[0].score if matches else 0
    fields = [
        m.element for m in matches if m.score >= max(LEAST, best - 0.12) and not m.element.off
    ]
    if not fields:
        return await point(run, step, target, editable=True)  # type: ignore[return-value]
    fields.sort(key=lambda e: e.order)
    lines = [f"await {await locate(e)}.fill({value_code(step['value'])})" for e in fields[:20]]
    return await run.act(
        step,
        "\n".join(lines),
        f"Put “{shown(step['value'])}” into {len(lines)} fields.",
        phase="all",
    )
