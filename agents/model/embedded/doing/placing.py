"""Where a detail goes on the page at hand: a field, an option, a card, a calendar, a stepper."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain
from agents.model.embedded.doing import composing, several
from agents.model.embedded.doing.calendar import shown_month
from agents.model.embedded.doing.formats import moment
from agents.model.embedded.doing.prose import PROSE_WORDS
from agents.model.embedded.doing.slots import slot
from agents.model.embedded.doing.steppers import closed, stepper
from agents.model.embedded.grammar.details import DAY, ENDS
from agents.model.embedded.ground import rank
from agents.model.embedded.likeness import BOXES, likeness, norm
from agents.model.embedded.run import Step
from agents.model.embedded.view import Element, View

Piece = dict[str, Any]
_CLICKED = frozenset(
    ["button", "generic", "radio", "option", "tab", "listitem", "gridcell", "checkbox", "link"]
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHERE = re.compile(r"destination|where|city|location|place|going|town|airport|stay", re.I)
_GOES = {  # what else a place is called that somebody comes from, or goes to
    "from": ("country", "city", "town", "location"),  # "Nuria from Spain"
    "to": ("destination", "city", "town", "location"),
}
_BOX_WORDS = re.compile(
    r"\b(?:account|option|delivery|shipping|plan|type|please|"
    r"appointment|booking|session|visit|slot|treatment|reservation)\b",
    re.I,
)


def steps_for(view: View, pieces: list[Piece]) -> list[Step]:
    """Steps of the plan for the pieces that have a place here; those are marked as done."""
    out: list[Step] = []
    taken = {p["at"] for p in pieces if p.get("at")}
    kept = _kept(view, pieces)
    if cell := slot(view, pieces):
        element, both = cell
        for piece in both:
            piece["done"] = True
        return [{"text": " ".join(p["raw"] for p in both), **_do("click", element)}]
    for piece in pieces:
        if piece.get("done"):
            continue
        if piece.get("off"):
            out += _unticked(view, piece)
            continue
        steps = _steps(view, piece, taken if piece.get("label") else taken | kept)
        if steps is None:
            continue
        piece["done"] = True
        piece["at"] = next((s["st"]["chosen"] for s in steps if s.get("st", {}).get("chosen")), "")
        taken |= {s.get("st", {}).get("chosen") or "" for s in steps}
        out += [{"text": piece["raw"], **s} for s in steps]
    return out


def _kept(view: View, pieces: list[Piece]) -> set[str]:
    """The fields that the pieces with labels name: nothing without a label goes there."""
    labels = [
        p["label"]
        for p in pieces
        if p.get("label") and p["label"] not in ENDS and not p.get("done") and not p.get("day")
    ]
    return {e.key for label in labels if (e := composing.fits(view, label)) is not None}


def _steps(view: View, piece: Piece, taken: set[str]) -> list[Step] | None:
    """None when the piece has no place here; no steps when what it wants is so already."""
    if piece.get("spot"):
        return several.steps_at(view, piece)
    text = (piece.get("value") or {}).get("text", "")
    label = piece.get("label") or ""
    if piece.get("agrees") and (box := composing.box_for(view, piece["raw"])):
        return [] if box.on else [_do("check", box)]  # "the travel rules" fills no field "Travel"
    if piece.get("agrees"):
        return None
    if piece.get("count") is not None and (steps := _counted(view, piece, taken)):
        return steps
    if piece.get("day") and (steps := _day(view, piece, text, taken)):
        return steps
    if composing.splits(view, piece):
        return composing.first_and_last(view, piece)
    if text and piece.get("choice") and label:  # a person's name may be one of those to choose
        if (chip := _chip(view, piece, text, taken)) is not None:
            return [] if chip.on else [_do("click", chip)]
        if choice := composing.offering(view, {"text": text}):
            return [{**_do("select", choice), "values": [text]}]
    names = ENDS.get(label, (label,)) if label else ()
    if label in _GOES and not piece.get("day") and not piece.get("time"):
        names = (*names, *_GOES[label])
    if label == "address":
        names = ("address", "street and number", "street", "address line 1")
    for name in names:
        if (element := _field(view, name, taken)) is not None:
            return _given(view, element, {**piece, "label": name})
    if piece.get("value") is None or (not label and not piece.get("choice")):
        placed = composing.place(view, {**piece, "label": None})
        if placed and placed[0].key not in taken:
            return _given(view, placed[0], {**piece, "value": placed[2]})
        if not piece.get("value") and (box := composing.box_for(view, piece["raw"])):
            return [] if box.on else [_do("check", box)]
    if text and (chip := _chip(view, piece, text, taken)) is not None:
        return [] if chip.on else [_do("click", chip)]
    if text and piece.get("choice") and (box := _in_group(view, text)) is not None:
        return [] if box.on else [_do("check", box)]
    if text and (choice := composing.offering(view, {"text": text})):
        return [{**_do("select", choice), "values": [text]}]
    if piece.get("choice") and (one := _said_in_part(view, text, taken)):
        return [{**_do("select", one[0]), "values": [one[1]]}]
    placed = composing.place(view, {**piece, "label": None}) if piece.get("choice") else None
    if placed and placed[0].key not in taken:
        return _given(view, placed[0], {**piece, "value": placed[2]})
    if (piece.get("place") or not label) and text and (where := _where(view, piece, taken)):
        return _given(view, where, piece)
    return None


def _do(do: str, element: Element) -> Step:
    name = element.name or element.d.get("attr") or "field"
    target = {"words": name, "raw": name[:80], "kind": None, "nth": None, "in": None}
    return {"do": do, "target": target, "st": {"chosen": element.key}}


def _given(view: View, element: Element, piece: Piece) -> list[Step]:
    value = piece["value"] or {"text": piece["raw"]}
    if element.role == "radio":
        return [{"do": "select", "values": [value.get("text", "")],
                 "target": {**_do("select", element)["target"], "words": piece["label"] or ""},
                 "st": {}}]  # fmt: skip
    out = [{**_do("set", element), "value": value}]
    if element.type == "password":
        out += composing.repeats(view, element, value)
    if composing.takes_enter(element):
        out.append({"do": "press", "key": "Enter"})
    return out


def _field(view: View, label: str, taken: set[str]) -> Element | None:
    found = composing.fits(view, label)
    return found if found is not None and found.key not in taken else None


def _counted(view: View, piece: Piece, taken: set[str]) -> list[Step]:
    """ "3 adults": a field or list of that name, else a stepper, in sight or folded up."""
    label = piece["label"]
    target = {"words": label, "raw": label, "kind": None, "nth": None, "in": None}
    if stepper(view, label) or closed(view, label):
        return [{"do": "step_to", "target": target, "n": piece["count"], "st": {}}]
    guests = next((e for e in view.elements if e.tag == "select" and _offers(e, piece)), None)
    if guests is not None:
        return [{**_do("select", guests), "values": [piece["raw"]]}]
    if (chip := _chip(view, {**piece, "choice": True}, piece["raw"], taken)) is not None:
        return [_do("check" if chip.role in BOXES else "click", chip)]
    if (element := _field(view, label, taken)) is not None:
        return [{**_do("set", element), "value": piece["value"]}]
    return []


def _offers(e: Element, piece: Piece) -> bool:
    return any(norm(o) == norm(piece["raw"]) for o in e.d.get("options") or [])


def _day(view: View, piece: Piece, text: str, taken: set[str]) -> list[Step]:
    """A day: its field, three lists, a drawn field that opens a calendar, or a button."""
    when = moment(text)
    if when is None:
        return []
    label = piece["label"] or "date"
    if three := _three_boxes(view, taken, label):
        values = (str(when.day), str(when.month), str(when.year))
        return [
            {**_do("fill", e), "value": {"text": v}} for e, v in zip(three, values, strict=True)
        ]
    names = ENDS.get(label, (label, "date", "day", "when"))
    for name in names:
        element = _field(view, name, taken)
        if element is not None and element.tag != "select":
            return [{**_do("set", element), "value": {"text": text}}]
    if three := _three(view):
        values = (str(when.day), f"{when:%B}", str(when.year))
        return [{**_do("select", e), "values": [v]} for e, v in zip(three, values, strict=True)]
    dated = [e for e in view.elements if e.type == "date" and not e.off and e.key not in taken]
    if dated and (len(dated) == 1 or label in ENDS):
        return [{**_do("set", dated[-1 if label == "to" else 0]), "value": {"text": text}}]
    for name in names:
        target = {"words": name, "raw": name, "kind": None, "nth": None, "in": None}
        drawn = rank(view, target, roles={"button", "generic", "combobox", "textbox"})
        if drawn and drawn[0].score >= composing.LABELLED and drawn[0].element.key not in taken:
            return [{**_do("pick_date", drawn[0].element), "value": {"text": text}}]
    if (chip := _chip(view, piece, text, taken)) is not None:
        return [_do("click", chip)]
    if shown_month(view) is not None and DAY.search(text) and _days_shown(view) >= 20:
        any_list = {"words": "", "raw": text, "kind": None, "nth": None, "in": None}
        return [{"do": "select", "values": [text], "st": {}, "target": any_list}]
    return []


def _days_shown(view: View) -> int:
    return sum(bool(re.fullmatch(r"\d{1,2}", e.text or "")) for e in [*view.elements, *view.texts])


def _three_boxes(view: View, taken: set[str], label: str) -> list[Element]:
    """Fields for the day, the month and the year in numbers, beside each other.

    Those of a date of birth take nothing else.
    """
    out: list[Element] = []
    for part in ("day|dd", "month|mm", "year|yyyy"):
        named = [
            e for e in view.elements
            if e.role in ("textbox", "spinbutton") and not e.off and e.key not in taken
            and re.fullmatch(part, norm(e.name)) and (not out or e.group == out[0].group)
        ]  # fmt: skip
        out += named[:1]
    born = any(re.search(r"\bbirth|\bborn", f"{e.group} {e.row} {e.head}", re.I) for e in out)
    return out if len(out) == 3 and (not born or "birth" in label) else []


def _three(view: View) -> tuple[Element, Element, Element] | None:
    """Lists of days, months and years that stand side by side."""
    day = month = year = None
    for e in view.elements:
        options = [o for o in e.d.get("options") or [] if o]
        real = [o for o in options if re.match(r"\d|[A-Z][a-z]{2}", o)]
        if e.tag != "select" or e.off or not real:
            continue
        if sum(o[:3].lower() in _MONTHS for o in options) >= 12:
            month = month or e
        elif sum(bool(re.fullmatch(r"\d{4}", o)) for o in options) >= 5:
            year = year or e
        elif sum(bool(re.fullmatch(r"\d{1,2}", o)) for o in options) >= 28:
            day = day or e
    return (day, month, year) if day and month and year else None


def _says(name: str, piece: Piece, text: str) -> bool:
    """Whether a button or card is called like the piece, a day or time in other words."""
    if piece.get("day") and (when := moment(text)) is not None:
        return bool(
            re.search(rf"(?<!\d){when.day}(?!\d)", name)
            and re.search(rf"\b{_MONTHS[when.month - 1]}", name, re.I)
            and len(name) <= 40
        )
    if piece.get("time"):
        wanted, shown = moment(text), re.search(r"\d{1,2}:\d\d(?: ?[ap]\.?m\.?)?", name, re.I)
        given = moment(shown.group()) if shown and len(name) <= 24 else None
        return bool(wanted and given and wanted.time() == given.time())
    if norm(name) == norm(text):
        return True
    less = norm(_BOX_WORDS.sub("", text))
    if less and re.match(rf"{re.escape(less)}\s*(?:[–—(:,-]|\W?\d)", norm(name)):
        return True  # “Express – £4.90”
    return bool(less) and (norm(name) == less or norm(_BOX_WORDS.sub("", name)) == less)


def _chip(view: View, piece: Piece, text: str, taken: set[str]) -> Element | None:
    """The one card, round button or time that is called like the value."""
    found = [
        e
        for e in view.elements
        if e.role in _CLICKED
        and not e.off
        and e.key not in taken
        and any(_says(n, piece, text) for n in e.names)
    ]
    if not found and piece.get("choice"):
        found = partly(view, text, taken)
    if len({norm(e.name) for e in found}) > 1:
        return None
    boxes = [e for e in found if e.role in BOXES]
    return next(iter(boxes or found), None)


_FRAME = frozenset(["nav", "navigation", "header", "banner", "footer", "contentinfo", "aside"])


_UNDOES = re.compile(r"(?:remove|delete|cancel|edit|close|clear|undo)\b")


def partly(view: View, text: str, taken: set[str]) -> list[Element]:
    """Cards and round buttons that say all words of a choice, and more ("Nora Berg, knees")."""
    wanted = set(plain(text).split())
    cards = [
        e
        for e in view.elements
        if e.role in _CLICKED - {"link"} and not e.off and e.key not in taken
        and e.place not in _FRAME and len(e.name) <= 80 and not _UNDOES.match(norm(e.name))
        and wanted and wanted <= set(plain(e.name).split())
    ]  # fmt: skip
    return [
        e for e in cards
        if not any(o is not e and o.doc is e.doc and o.path.startswith(f"{e.path} ") for o in cards)
    ]  # fmt: skip


def _said_in_part(view: View, text: str, taken: set[str]) -> tuple[Element, str] | None:
    """The only option of all lists that says the words and more ("Amara" for “Dr Amara Osei”)."""
    words = set(plain(_BOX_WORDS.sub("", text)).split())
    found = [
        (e, option)
        for e in view.elements
        if e.tag == "select" and not e.off and e.key not in taken
        for option in e.d.get("options") or []
        if words and words <= set(plain(option).split())
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _in_group(view: View, text: str) -> Element | None:
    """ "High priority": the round button “High” of the group “Priority”."""
    target = {"words": text, "raw": text, "kind": None, "nth": None, "in": None}
    found = rank(view, target, roles=BOXES)
    sure = [m for m in found if m.score >= 0.72]
    return sure[0].element if len(sure) == 1 else None


def unavailable(view: View, pieces: list[Piece]) -> str:
    """What the page shows but does not let choose: a full day, a taken hour."""
    for piece in pieces:
        text = (piece.get("value") or {}).get("text", "")
        if not (piece.get("day") or piece.get("time") or piece.get("choice")) or not text:
            continue
        shown = [e for e in view.texts if not e.host and _says(e.text or "", piece, text)]
        off = [e for e in view.elements if e.off and any(_says(n, piece, text) for n in e.names)]
        for e in [*off, *shown]:
            like = [x for x in view.elements if x.tag == e.tag and x.y == e.y and not x.off]
            if e.off or like:
                return e.name or e.text
    return ""


def _where(view: View, piece: Piece, taken: set[str]) -> Element | None:
    """The field for a place, or for a name that was given without a label."""
    free = [
        e
        for e in composing.fields(view)
        if e.role in ("textbox", "combobox") and e.tag != "select" and e.key not in taken
        and e.type in ("text", "search", "") and not e.value
    ]  # fmt: skip
    named = [e for e in free if _WHERE.search(f"{e.name} {e.ph or ''} {e.attr or ''}")]
    if named and (piece.get("place") or re.match(r"[A-Z]", piece["value"].get("text") or "")):
        return named[0]
    if piece.get("place") or (piece.get("choice") and not piece.get("label")):
        return None
    prose = len((piece["value"].get("text") or "").split()) >= PROSE_WORDS
    if prose and len(areas := [e for e in free if e.tag == "textarea"]) == 1:
        return areas[0]
    lead = [e for e in free if composing.NAMING.search(f"{e.name} {e.attr or ''}")]
    return next(iter([*lead, *free]), None)


def _unticked(view: View, piece: Piece) -> list[Step]:
    """What is not wanted and stands ticked."""
    words = piece["off"]
    if (denial := _denial(view, words)) is not None:
        return [] if denial.on else [{"text": piece["raw"], **_do("check", denial)}]
    ticked = [
        e for e in view.elements
        if not e.off and (e.lit and e.boxed if e.role == "generic" else e.on and e.role in _TICKED)
    ]  # fmt: skip
    found = [e for e in ticked if unwanted(e, words)]
    return [{"text": piece["raw"], **_do("uncheck", e)} for e in found]


_DENIES = re.compile(r"(?:no|none|without|not|don['’]?t|do not|skip)\b", re.I)


def _denial(view: View, words: str) -> Element | None:
    """The choice that says so itself: “No donation”, “Without gift wrap”."""
    wanted = {w for w in plain(words).split() if len(w) > 3}
    found = [
        e for e in view.elements
        if e.role == "radio" and not e.off and _DENIES.match(e.name)
        and wanted and wanted <= set(plain(e.name).split())
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


_TICKED = frozenset(["checkbox", "switch"])


def unwanted(e: Element, words: str) -> bool:
    """Whether a ticked box gives what the words refuse ("the newsletter")."""
    wanted = {w for w in plain(words).split() if len(w) > 3}
    have = set(plain(e.name).split())
    return bool(wanted & have) or likeness(words, e.name) >= 0.7
