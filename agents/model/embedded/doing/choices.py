"""Choosing among options: selects, groups of boxes, lists that open."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain
from agents.model.embedded.doing import rows
from agents.model.embedded.doing.boxes import check_code, row_box
from agents.model.embedded.doing.calendar import pick_day, shown_month, wants_calendar
from agents.model.embedded.doing.fields import FILLABLE, brought_up, fill, give_code, pick_options
from agents.model.embedded.doing.formats import moment
from agents.model.embedded.doing.naming import (
    chooser,
    drawn_chip,
    list_in_row,
    list_of_counts,
    name_and_value,
    radio_called,
    without_kind,
)
from agents.model.embedded.doing.select_lists import by_noun, select_for, with_picked
from agents.model.embedded.doing.steppers import stepper
from agents.model.embedded.doing.touch import (
    click_code,
    outcome_of,
    point,
    recover,
)
from agents.model.embedded.doing.ways import beside_words, leads_away
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import LEAST, Match, decide, describe, rank
from agents.model.embedded.likeness import BOXES, likeness, norm
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision


async def set_value(run: Run, step: Step) -> Decision | None:
    """ "Set X to Y" on whatever kind of field X is."""
    st = step["st"]
    if st.get("phase") in ("filled", "picked"):
        return await fill(run, step)
    if st.get("as") == "select":
        return await select(run, step)
    view, target = await run.view(), step["target"]
    if not st.get("phase") and not st.get("chosen") and (own := list_in_row(view, step)):
        st["chosen"] = own.key
    if not st.get("phase") and not st.get("chosen") and (field := brought_up(view, target)):
        st["chosen"] = field.key
        return await fill(run, step)
    if not st.get("phase") and not st.get("chosen") and radio_called(view, step):
        step.update(do="select", values=[step.pop("value")["text"]])
        return await select(run, step)
    if not st.get("phase") and not st.get("chosen") and _lacks_field(view, target):
        number = re.fullmatch(r"\d{1,2}", step["value"].get("text") or "")
        if number and stepper(view, target.get("words") or ""):
            step["splice"] = [
                {"do": "step_to", "target": target, "n": int(number.group()), "text": step["text"]}
            ]
            return None
        if number and (counts := list_of_counts(view, target)):
            st["chosen"] = counts.key
            step.update(do="select", values=[step.pop("value").get("text", "")])
            return await select(run, step)
        if _drawn_list(view, target) or chooser(view, target.get("words") or ""):
            step.update(do="select", values=[step.pop("value").get("text", "")])
            return await select(run, step)
        if beside_words(view, target.get("words") or ""):
            step.update(do="select", values=[step.pop("value").get("text", "")])
            return await select(run, step)
        if _group_called(view, target):
            step.update(do="select", values=[step.pop("value").get("text", "")])
            return await select(run, step)
        exact = rank(view, _called(step["value"].get("text") or ""), roles=BOXES)
        if exact and exact[0].score >= 0.95 and not target.get("in"):
            step.update(do="select", values=[step.pop("value").get("text", "")])
            return await select(run, step)
        if target.get("in") and rows.has_editor(view, target["in"]):
            step["splice"] = rows.editing(run.steps, run.memory["at"])
            return None
    element = (
        await point(run, step, step["target"], roles=FILLABLE - {"button", "generic"}, texts=False)
        if st.get("as") is None
        else None
    )
    if not isinstance(element, Element):
        return element
    drawn = element.role in ("combobox", "listbox") and (element.tag != "input" or element.ro)
    if drawn or _is_group(element, step):
        st["as"] = "select"
        step["values"] = [step["value"].get("text", "")]
        if "var" not in step["value"]:
            step.pop("value")
            step["do"] = "select"
        return await select(run, step)
    st["chosen"] = element.key
    return await fill(run, step)


def _called(name: str) -> Target:
    return {"words": name, "raw": name, "kind": None, "nth": None, "in": None}


def _lacks_field(view: View, target: Target) -> bool:
    """Whether no field or box is called so, in the row that is named if one is."""
    matches = rank(view, target, roles=FILLABLE - {"button", "generic"})
    return not matches or matches[0].score < LEAST


def _group_called(view: View, target: Target) -> bool:
    """Whether a group of round buttons is called so ("Contact me by")."""
    said = target.get("raw") or target.get("words") or ""
    return any(e.role == "radio" and likeness(said, e.group or "") > 0.8 for e in view.elements)


def _drawn_list(view: View, target: Target) -> bool:
    """Whether a button that opens a list is called so ("Language: English")."""
    named = rank(view, target, roles={"button", "generic"})
    return any(m.element.popup and m.score >= LEAST for m in named[:3])


def _is_group(element: Element, step: Step) -> bool:
    return (
        element.role == "radio"
        and likeness(step["target"].get("words") or "", element.group or "") > 0.6
    )


def _as_field(view: View, step: Step, value: str) -> bool:
    """A date, number or colour "selected" into a field is typed or picked there."""
    target = step["target"]
    if not (target.get("words") or target.get("kind")) or len(step["values"]) > 1:
        return False
    fields = rank(view, target, editable=True)
    if not fields or fields[0].score < LEAST or fields[0].element.tag == "select":
        return False
    element = fields[0].element
    if element.ro and element.role == "combobox":
        return False  # a drawn list: it opens
    dated = wants_calendar(element) or element.role in ("date", "color", "slider", "spinbutton")
    return dated and (element.role != "date" or moment(value) is not None)


async def select(run: Run, step: Step) -> Decision | None:
    """Choose options: of a select, of a group of boxes, of a list that opens."""
    st = step["st"]
    if st.get("as") == "fill":
        return await fill(run, step)
    if st.get("as") == "day":
        return await pick_day(run, step, step["value"]["text"])
    if st.get("phase") in ("chosen", "opened"):
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            st["phase"] = ""
            st["done"] = st.get("done", [])[:-1]  # what failed was not chosen
            decision = await recover(run, step, result, st.get("label", "the list"))
            if decision is not None or step.get("state") == "failed":
                return decision
    if await answered(run, step):
        return None
    if step["target"].get("whole") and not st.get("phase"):
        _as_whole(await run.view(), step)
    done = st.setdefault("done", [])
    left = [v for v in step["values"] if v not in done]
    if not left or (st.get("phase") == "chosen" and not left):
        return None
    view = await run.view()
    if st.get("phase") == "opened":
        return await _pick_open(run, step, view, left[0])
    if field := select_for(view, step, left):
        labels = pick_options(field.d.get("options") or [], left if field.multiple else left[:1])
        labels = labels or by_noun(field, left[0])
        labels = with_picked(run, field, labels)
        done += left if field.multiple else left[:1]
        given = (
            f"label={quote(labels[0])}"
            if len(labels) == 1
            else f"label=[{', '.join(map(quote, labels))}]"
        )
        code = f"await {await locate(field)}.select_option({given})"
        return await run.act(
            step,
            code,
            f"Choose “{', '.join(labels)}” in {describe(field)}.",
            phase="chosen",
            label=describe(field),
        )
    if step.get("value") or _as_field(view, step, left[0]):
        step["value"] = step.get("value") or {"text": left[0]}
        step["st"]["as"] = "fill"
        return await fill(run, step)
    if _is_day(left[0]) and shown_month(view) is not None:
        st["as"] = "day"  # a calendar that stands open on the page
        step["value"] = {"text": left[0]}
        return await pick_day(run, step, left[0])
    return await _choose_one(run, step, view, left[0])


def _as_whole(view: View, step: Step) -> None:
    """ "Collection from a branch" is one choice where one is called so, or nearly so."""
    whole = step["target"].pop("whole")
    boxes = [e for e in view.elements if e.role in BOXES and not e.off]
    stems = {w[:6] for w in plain(whole).split()} - STOPWORDS
    fits = [e for e in boxes if stems <= {w[:6] for w in plain(e.name).split()}]
    if len(step["values"]) == 1 and len(fits) == 1 and len(stems) > 1:
        step.update(values=[fits[0].name], target=_called(""))


def _is_day(text: str) -> bool:
    """Whether a value is a whole date ("17 December 2026"), no bare number."""
    return bool(re.search(r"[a-z]{3}|\d[-/.]\d", text, re.I) and re.search(r"\d", text)) and (
        moment(text) is not None
    )


_OPENERS = frozenset(
    [
        "combobox",
        "listbox",
        "button",
        "textbox",
        "searchbox",
        "generic",
        "menuitem",
        "link",
        "slider",
        "spinbutton",
        "date",
        "color",
    ]
)


async def _choose_one(run: Run, step: Step, view: View, value: str) -> Decision | None:
    """One value among boxes, options, tabs, cards; or open the list that hides it."""
    st, target = step["st"], step["target"]
    if named := without_kind(view, value):
        step["values"] = [named if v == value else v for v in step["values"]]
        value = named
    context = target.get("words") or None
    wanted = {"words": value, "raw": value, "kind": None, "nth": None, "in": None, "quoted": True}
    roles = BOXES | {"treeitem", "gridcell", "tab"}
    boxes = rank(view, {**wanted, "in": context}, roles=roles)
    if not boxes or boxes[0].score < LEAST:
        boxes = rank(view, wanted, roles=roles)
    kind, found = decide(_exact(boxes, value))
    if kind == "many" and st.get("asks", 0) < 2 and "chosen" not in st:
        return run.ask_which(step, [m.element for m in found])
    if found and kind != "none" and found[0].score >= 0.6:
        box = row_box(view, value) if found[0].element.role == "gridcell" else None
        return await take_option(run, step, box or found[0].element, value)
    if box := row_box(view, value):
        return await take_option(run, step, box, value)
    chips = [e for e in view.elements if context and not e.off and drawn_chip(e, context, value)]
    if len(chips) == 1:
        return await take_option(run, step, chips[0], value)
    if (context or target.get("kind")) and not st.get("opener"):
        openers = [m for m in rank(view, target, roles=_OPENERS) if not leads_away(m.element)]
        if openers and openers[0].score >= LEAST:
            return await _open_list(run, step, openers[0].element, value)
        if drawn := beside_words(view, context or "") or chooser(view, context or ""):
            return await _open_list(run, step, drawn, value)
    under = target.get("under")  # "Under Size select Large"
    if under and not st.get("opener") and (drawn := beside_words(view, under)):
        return await _open_list(run, step, drawn, value)
    return await _choose_loosely(run, step, view, value, wanted)


_CHOOSES = re.compile(r"(?:select|choose|pick)\b", re.I)


async def _open_list(run: Run, step: Step, e: Element, value: str) -> Decision:
    """Set the field at once when it takes values, else open it to see its options."""
    st = step["st"]
    free = e.role == "textbox" and not e.ro and not e.popup
    if free and e.tag == "input" and _CHOOSES.match(step["text"]):
        st["free"] = True  # a list may be drawn below what is typed; else it is a mere field
    elif free or e.role in ("slider", "spinbutton", "date", "color"):
        st["done"].append(value)
        code = await give_code(e, {"text": value}) or ""
        why = f"Set {describe(e)} to “{value}”."
        return await run.act(step, code, why, on=e, phase="chosen", label=describe(e))
    typed = st.get("free") or e.role in ("combobox", "searchbox")
    typed = typed and e.tag == "input" and not e.ro
    opening = await give_code(e, {"text": value}) if typed else await click_code(e)
    known = [x.key for x in (await run.view()).elements][-400:]
    why = f"Open {describe(e)}."
    return await run.act(
        step, opening or "", why, phase="opened", opener=e.key, label=describe(e), known=known
    )


async def _choose_loosely(
    run: Run, step: Step, view: View, value: str, wanted: Target
) -> Decision | None:
    """A button that says so ("Choose Spring"), else whatever carries the value."""
    st = step["st"]
    noun = re.fullmatch(r"(.+?) (?:chip|pill|tile|swatch|segment)", value, re.I)
    if noun and (named := rank(view, _called(noun[1]), texts=True)) and named[0].score >= 0.95:
        step["values"] = [noun[1] if v == value else v for v in step["values"]]
        value, wanted = noun[1], _called(noun[1])
    said = f"{step['text'].split()[0]} {value}"
    button = rank(view, {**wanted, "words": said, "raw": said})
    if button and button[0].score >= 0.9:
        return await take_option(run, step, button[0].element, value)
    if not step.get("parted") and (parted := name_and_value(view, value)):
        said_whole = value
        label, value = parted
        others = [v for v in step["values"] if v != said_whole and v not in st["done"]]
        if others:  # "size M and the colour Moss": each in its own
            again = {k: v for k, v in step.items() if k not in ("st", "state")}
            step["splice"] = [{**again, "values": [v]} for v in (said_whole, *others)]
            return None
        step.update(parted=True, values=[value])
        step["target"] = {**step["target"], "words": label, "raw": label}
        return await select(run, step)
    kind, found = decide(rank(view, wanted, texts=True))
    if kind == "many" and st.get("asks", 0) < 2:
        return run.ask_which(step, [m.element for m in found])
    if kind != "none":
        st["done"].append(value)
        element = found[0].element
        code, why = await click_code(element), f"Choose {describe(element)}."
        return await run.act(step, code, why, phase="chosen", label=describe(element))
    missing = await point(run, step, wanted)
    if isinstance(missing, Element):
        return await take_option(run, step, missing, value)
    return missing


def _alike_options(fresh: list[Match], value: str) -> list[Element]:
    """Two options or more that say all of a value and more, when none says just that."""
    words = set(norm(value).split())
    options = [m.element for m in fresh if m.element.role in ("option", "menuitem", "listitem")]
    if any(norm(e.name) == norm(value) for e in options):
        return []
    fits = [e for e in options if words <= set(norm(e.name).split())]
    return fits if len({norm(e.name) for e in fits}) > 1 else []


def _exact(matches: list[Match], value: str) -> list[Match]:
    """When one is called exactly so, its likes with more words are no rivals."""
    exact = [m for m in matches if any(norm(n) == norm(value) for n in m.element.names)]
    return exact or matches


async def take_option(run: Run, step: Step, element: Element, value: str) -> Decision | None:
    st = step["st"]
    st["done"].append(value)
    st["opener"] = None
    if element.on and element.role in ("checkbox", "radio", "switch"):
        st["phase"] = "chosen"
        return await select(run, step)
    return await run.act(
        step,
        await check_code(element, True),
        f"Choose {describe(element)}.",
        phase="chosen",
        label=describe(element),
        aim=element.key,
    )


async def _pick_open(run: Run, step: Step, view: View, value: str) -> Decision | None:
    """The list is open: click the option."""
    st = step["st"]
    known = set(st.get("known", []))
    wanted = {"words": value, "raw": value, "kind": None, "nth": None, "in": None}
    fresh = [
        m
        for m in rank(view, wanted, texts=True)
        if m.element.key not in known or m.element.role in ("option", "menuitem")
    ]
    fresh = [m for m in fresh if m.score >= 0.55]
    alike = _alike_options(fresh, value)
    if alike and st.get("asks", 0) < 2 and "chosen" not in st:
        return run.ask_which(step, alike)
    if fresh:
        st["done"].append(value)
        st["opener"] = None  # a list may close after each choice, and is opened again
        element = fresh[0].element
        return await run.act(
            step,
            await click_code(element),
            f"Choose {describe(element)}.",
            phase="chosen",
            label=describe(element),
        )
    if st.get("free"):
        st["done"].append(value)
        return None
    if _is_day(value) and shown_month(view) is not None:
        st["as"], step["value"] = "day", {"text": value}  # a calendar opened, and no list
        return await pick_day(run, step, value)
    typing = next((e for e in view.elements if e.focus and e.tag == "input" and not e.ro), None)
    if typing is not None and not st.get("sought") and typing.role in ("combobox", "searchbox"):
        code = await give_code(typing, {"text": value}) or ""  # a long list shows a part of it
        why = f"Look for “{value}” in {st.get('label', 'the list')}."
        return await run.act(step, code, why, phase="opened", sought=True)
    st["phase"] = ""
    if st.get("asks", 0) >= 2:
        run.fail(step, f"the list has no “{value}”")
        return None
    return run.ask_takeover(step, f"I opened {st.get('label', 'the list')} but see no “{value}”.")
