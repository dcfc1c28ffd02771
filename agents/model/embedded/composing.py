"""Filling in a whole form: which field each piece means is read off the page.

`create` finds the control that opens the form ("New ticket", "Add" in the row "Groups"), unless
the form is there already; then the pieces become steps of the plan, and the form is sent.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_fields import plain, singular
from agents.model.embedded.forms import SUBMIT, submit_button
from agents.model.embedded.ground import BOXES, EDITABLE, describe, likeness, norm, rank
from agents.model.embedded.phrases import Target
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.touch import after_click, click_code, outcome_of
from agents.model.embedded.view import Element, View
from agents.model.embedded.words import STOPWORDS
from agents.ports import Decision

LABELLED = 0.7  # a field whose name fits a label at least so well is the one
MAX_OPENED = 2
_MAKERS = frozenset(["add", "create", "new", "plus", "register", "compose", "start", "insert"])
_NAMING = re.compile(r"\b(?:name|title|subject|text|what|todo|task|item|label)\b", re.I)
_AGAIN = re.compile(r"confirm|repeat|again|re-?(?:enter|type)|verify|retype", re.I)


async def create(run: Run, step: Step) -> Decision | None:
    """Open the form for a new thing, and put its pieces into the plan."""
    st = step["st"]
    if await answered(run, step):
        return None
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        run.fail(step, (result.error_message or "the form did not open").splitlines()[0])
        return None
    if st.get("opened"):
        await after_click(run, step, {"words": step["noun"]})
    view = await run.view()
    if not _form_is_here(view, step):
        button = _opener(view, step["verb"], step["noun"])
        if button is not None and st.get("opened", 0) < MAX_OPENED:
            why = f"Open the form with {describe(button)}."
            opened = st.get("opened", 0) + 1
            return await run.act(
                step,
                await click_code(button),
                why,
                opened=opened,
                seen=[e.key for e in fields(view)],
            )
        if not st.get("opened"):
            return run.ask_takeover(step, f"I see no way to {step['verb']} “{step['noun']}” here.")
    steps = compose(view, step)
    named = step["pieces"][0]["value"] or {}
    run.memory["focus"] = named.get("text") or run.memory.get("focus")
    if steps and not _sends(run.steps, run.memory["at"] + 1):
        steps.append(_sending(view, step))
    step["splice"] = steps
    return None


async def fill_form(run: Run, step: Step) -> Decision | None:
    """Put each piece into the field that it names; the form is not sent."""
    step["splice"] = compose(await run.view(), step)
    return None


def fields(view: View) -> list[Element]:
    """What can be typed into now; of an open dialog only its own."""
    pool = [
        e
        for e in view.elements
        if e.role in EDITABLE and not e.off and not e.ro and e.place != "search"
        and e.role != "searchbox"
    ]  # fmt: skip
    return [e for e in pool if e.top] or pool


def _form_is_here(view: View, step: Step) -> bool:
    """Whether the fields are in sight already."""
    typed = [e for e in fields(view) if e.role == "textbox"]
    if not typed:
        return False
    labels = [p for p in step["pieces"] if p["label"] or not p["value"]]
    if labels:
        return sum(place(view, p) is not None for p in labels) * 2 >= len(labels)
    if step["st"].get("opened"):
        return True
    noun = {singular(w) for w in plain(step["noun"]).split()}
    named = [
        e
        for e in typed
        if re.search(r"\b(?:add|new|what)\b", e.name, re.I)
        or noun & {singular(w) for w in plain(f"{e.name} {e.attr or ''}").split()}
    ]
    return bool(named) or (len(typed) == 1 and _opener(view, step["verb"], step["noun"]) is None)


def _opener(view: View, verb: str, noun: str) -> Element | None:
    """The control that starts a new thing: its name, or its row, says of what."""
    stems = {singular(w) for w in plain(noun).split() if w not in STOPWORDS}
    best: tuple[float, Element] | None = None
    for e in view.elements:
        if e.role not in ("button", "link", "menuitem", "tab", "generic") or e.off:
            continue
        words = {singular(w) for w in plain(norm(e.name)).split()} | {norm(e.name)}
        if not words & (_MAKERS | {verb}) or len(words) > 8:
            continue
        row = {singular(w) for w in plain(e.row or "").split()}
        if stems and stems <= words:
            score = 3.0
        elif stems and stems <= row and len(words) <= 3:
            score = 2.5 - 0.01 * len(row)
        elif not words - _MAKERS - {verb, "item", "a", "an", norm(e.name)}:
            score = 1.5
        else:
            continue
        score += 0.3 * (e.role in ("button", "link")) - 0.5 * (not e.view)
        if best is None or score > best[0]:
            best = (score, e)
    return best[1] if best else None


def _target(words: str) -> Target:
    return {"words": words, "raw": words, "kind": None, "nth": None, "in": None}


def _fits(view: View, label: str) -> Element | None:
    """The field (or one box of the group) that is called so."""
    matches = rank(view, _target(label), editable=True)
    if matches and matches[0].score >= LABELLED:
        return matches[0].element
    grouped = [
        e for e in view.elements if e.role == "radio" and likeness(label, e.group or "") > 0.8
    ]
    return grouped[0] if grouped else None


def place(view: View, piece: dict[str, Any]) -> tuple[Element, str, dict[str, Any]] | None:
    """(field, label, value) of a piece; the longest beginning that names a field is its label."""
    if piece["label"] and (element := _fits(view, piece["label"])):
        return element, piece["label"], piece["value"]
    if piece["label"] and "var" in piece["value"]:
        return None
    words = piece["raw"].split()
    for n in range(min(5, len(words) - 1), 0, -1):
        label = " ".join(words[:n])
        if element := _fits(view, label):
            return element, label, {"text": " ".join(words[n:])}
    return None


def _box(view: View, raw: str) -> Element | None:
    """The box that a piece without value means ("insured" and “Insure it”)."""
    matches = rank(view, _target(raw), roles=BOXES)
    if matches and matches[0].score >= 0.6:
        return matches[0].element
    start = plain(raw).split()[0][:5] if plain(raw) else ""
    boxes = [e for e in view.elements if e.role in ("checkbox", "switch")]
    near = [e for e in boxes if len(start) == 5 and plain(e.name).startswith(start)]
    return near[0] if len(near) == 1 else None


def _option(view: View, raw: str) -> Element | None:
    """ "priority urgent" where only the option “Urgent” has a name."""
    words = raw.split()
    for at in range(1, len(words)):
        end = norm(" ".join(words[at:]))
        named = [e for e in view.elements if e.role in BOXES and norm(e.name) == end and not e.off]
        if len(named) == 1:
            return named[0]
    return None


def compose(view: View, step: Step) -> list[Step]:
    """Steps of the plan for all pieces, each for one field."""
    out: list[Step] = []
    for piece in step["pieces"]:
        if piece["label"] and _splits(view, piece):
            out += _first_and_last(view, piece)
        elif placed := place(view, piece):
            element, label, value = placed
            if element.role == "radio":
                values = [value.get("text", "")]
                out.append({"do": "select", "values": values, "target": _target(label)})
            else:
                out.append({"do": "set", "target": _target(label), "value": value})
                out[-1]["st"] = {"chosen": element.key}
            if element.type == "password":
                out += _repeats(view, element, value)
        elif option := _option(view, piece["raw"]):
            out.append(
                {"do": "check", "target": _target(option.name), "st": {"chosen": option.key}}
            )
        elif piece["value"] and not piece["label"] and (choice := _offering(view, piece["value"])):
            values = [piece["value"]["text"]]
            out.append({"do": "select", "values": values, "target": _target(choice.name)})
        elif piece.get("choice"):
            out.append({"do": "unknown", "words": piece["raw"]})
        elif piece["value"] and not piece["label"] and (lead := _leading(view, out)):
            chosen = {"chosen": lead.key}
            target = _target(lead.name or "field")
            out.append({"do": "fill", "target": target, "value": piece["value"], "st": chosen})
        elif not piece["value"] and (box := _box(view, piece["raw"])):
            out.append({"do": "check", "target": _target(box.name)})
        elif piece["label"]:
            out.append({"do": "set", "target": _target(piece["label"]), "value": piece["value"]})
        else:
            out.append({"do": "unknown", "words": piece["raw"]})
        out[-1].setdefault("text", piece["raw"])
    return [{"text": step["text"], **s} for s in out]


def _offering(view: View, value: dict[str, Any]) -> Element | None:
    """The one select that has the value among its options ("Dr. Lind")."""
    text = value.get("text") or ""
    selects = [e for e in view.elements if e.tag == "select" and not e.off and text]
    found = [
        e
        for e in selects
        if any(
            likeness(text, o) >= 0.85 or plain(text) == plain(o) for o in e.d.get("options") or []
        )
    ]
    return found[0] if len(found) == 1 else None


def _leading(view: View, taken: list[Step]) -> Element | None:
    """The field for a name that was given without a label: one that asks for it, else the first."""
    used = {s.get("st", {}).get("chosen") for s in taken}
    free = [e for e in fields(view) if e.role == "textbox" and e.key not in used]
    named = [e for e in free if _NAMING.search(f"{e.name} {e.attr or ''}")]
    return next(iter([*named, *(e for e in free if not e.value), *free]), None)


def _named(view: View, pattern: str) -> Element | None:
    return next((e for e in fields(view) if re.search(pattern, e.name, re.I)), None)


_FIRST, _LAST = r"\b(?:first|given) ?name|forename", r"\b(?:last|family) ?name|surname"


def _splits(view: View, piece: dict[str, Any]) -> bool:
    """Whether a full name goes into two fields here."""
    text = (piece["value"] or {}).get("text", "")
    full = re.fullmatch(r"(?:full |your )?name", piece["label"].lower())
    return bool(full and " " in text and _named(view, _FIRST) and _named(view, _LAST))


def _first_and_last(view: View, piece: dict[str, Any]) -> list[Step]:
    first, _, last = piece["value"]["text"].rpartition(" ")
    pairs = ((_named(view, _FIRST), first), (_named(view, _LAST), last))
    return [
        {"do": "fill", "target": _target(e.name), "value": {"text": v}, "st": {"chosen": e.key}}
        for e, v in pairs
        if e is not None
    ]


def _repeats(view: View, element: Element, value: dict[str, Any]) -> list[Step]:
    """A password is typed again where the form wants it twice."""
    again = [
        e
        for e in fields(view)
        if e.type == "password" and e.key != element.key and _AGAIN.search(f"{e.name} {e.attr}")
    ]
    return [
        {"do": "fill", "target": _target(e.name), "value": value, "st": {"chosen": e.key}}
        for e in again
    ]


def _sends(steps: list[Step], at: int) -> bool:
    """Whether the instruction itself says how the form is sent."""
    if at >= len(steps):
        return False
    then = steps[at]
    if then["do"] in ("submit", "press"):
        return True
    words = (then.get("target") or {}).get("words") or ""
    said = f"{then['verb']} {words}".strip() if then["do"] == "act_on" else words
    return then["do"] in ("click", "act_on") and bool(SUBMIT.match(said))


def _sending(view: View, step: Step) -> Step:
    """Its own button, else Enter in a lone field."""
    if submit_button(view) is not None or len(step["pieces"]) > 1:
        return {"do": "submit", "text": step["text"]}
    return {"do": "press", "key": "Enter", "text": step["text"]}
