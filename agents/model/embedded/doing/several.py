"""Choices that stand in more than one place of a page, and several that were said as one.

"Breakfast and dinner" are two choices where the page has each and none called so. A name that
both a box of "Meals" and the list "Extras" offer is a question, unless what else was said tells
the place: a group that is named beside it, or one that has all that was said together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing import alike_forms
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import SKIP, Run, Step, reply_value
from agents.model.embedded.view import Element, View
from agents.ports import Ask

Piece = dict[str, Any]
MOST_NAMES = 6
_BOXES = frozenset(["checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"])
_IN = re.compile(r"(?P<what>.+?)\s+(?:in|under|from|among|as)\s+(?:the |an? )?(?P<in>.+)", re.I)
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|plus)\s+|\s*[&+]\s*", re.I)


@dataclass(eq=False)
class Spot:
    """One place that a choice may go to: a box, or an option of a list."""

    element: Element
    option: str = ""

    @property
    def label(self) -> str:
        about = describe(self.element)
        return f"“{self.option}” in {about}" if self.option else about

    @property
    def stored(self) -> list[str]:
        return [self.element.key, self.option]

    @property
    def place(self) -> str:
        return _place(self.element)


def _place(e: Element) -> str:
    """What the choices around a box, or in a list, are called together."""
    if e.tag == "select":
        return e.name
    return e.group or "" if e.role in _BOXES else ""


def spots(view: View, text: str) -> list[Spot]:
    """The boxes and options of lists that are called just so."""
    wanted = norm(text)
    if not wanted:
        return []
    out: list[Spot] = []
    for e in view.elements:
        if e.off:
            continue
        if e.tag == "select":
            out += [Spot(e, o) for o in _options(e) if norm(o) == wanted][:1]
        elif e.role in _BOXES and any(norm(n) == wanted for n in e.names):
            inside = [s for s in out if _nested(s.element, e)]
            out += [] if inside else [Spot(e)]
    return out


def _options(e: Element) -> list[str]:
    return e.d.get("options") or []


def _nested(a: Element, b: Element) -> bool:
    """Whether one is drawn within the other: a label's round button, and the button itself."""
    within = b.path.startswith(f"{a.path} ") or a.path.startswith(f"{b.path} ")
    return a.doc is b.doc and within


def _choice(piece: Piece) -> str:
    """The words of a piece that is a choice: it says no field, or its group."""
    if piece.get("done") or piece.get("off") or piece.get("agrees") or piece.get("spot"):
        return ""
    if piece.get("value") is None:
        return "" if piece.get("label") else bare(piece["raw"])
    said = piece.get("choice") or (piece.get("label") and not piece.get("day"))
    return piece["value"].get("text", "") if said else ""


def apart(view: View, step: Step) -> None:
    """Make a piece of each choice that was said together with others, where the page has it."""
    out: list[Piece] = []
    for piece in step["pieces"]:
        names = _names(view, piece)
        out += [{**piece, "raw": n, "value": {"text": n}, "with": piece["raw"]} for n in names]
        out += [] if names else [piece]
    step["pieces"] = out


def _names(view: View, piece: Piece) -> list[str]:
    text = _choice(piece)
    names = [bare(n) for n in _AND.split(text) if n.strip()]
    if len(names) < 2 or (piece.get("label") and not _groups(view, piece["label"])):
        return []
    called = any(norm(text) in norm(n) for e in view.elements for n in [*e.names, *_options(e)])
    return names if not called and any(spots(view, n) for n in names) else []


def _groups(view: View, label: str) -> set[str]:
    """The groups of boxes and the lists that a label names."""
    return {s for e in view.elements if (s := _place(e)) and _stems(s) == _stems(label)}


def offered(view: View, text: str) -> bool:
    """Whether each of the names in a few words is one of the choices here."""
    names = [bare(n) for n in _AND.split(text) if n.strip()]
    return 0 < len(names) <= MOST_NAMES and all(spots(view, n) for n in names)


def which(run: Run, step: Step, view: View) -> Ask | None:
    """The question about the first choice that more than one place offers alike."""
    for at, piece in enumerate(step["pieces"]):
        text = _choice(piece)
        if not text or (piece.get("label") and not _groups(view, piece["label"])):
            continue
        found = spots(view, text)
        told = None if found else _IN.fullmatch(text)  # "breakfast in the extras"
        if told:
            found = [s for s in spots(view, told["what"]) if _stems(s.place) == _stems(told["in"])]
        sure = bool(told) or len(found) > 1 or not piece.get("choice") or bool(piece.get("with"))
        found = _meant(run, view, step["pieces"], at, found)
        if len(found) > 1:
            return _ask(run, step, at, found[:8])
        if found and sure:
            piece["spot"] = found[0].stored
    return None


def _meant(run: Run, view: View, pieces: list[Piece], at: int, found: list[Spot]) -> list[Spot]:
    """Those that what else was said leaves: of the form at hand, in the place that was named."""
    piece = pieces[at]
    here = alike_forms.at_hand(view, run.memory.get("form"))
    found = [s for s in found if s.element in here] or found
    found = [s for s in found if s.element.top] or found
    said = _stems(f"{piece.get('with') or ''} {piece['raw']} {piece.get('label') or ''}")
    named = [s for s in found if _stems(s.place) and _stems(s.place) <= said]
    if named or len(found) < 2:
        return named or found
    if piece.get("with"):
        others = [o["raw"] for o in pieces if o is not piece and o.get("with") == piece["with"]]
        groups = [{s.place for s in spots(view, o)} for o in others]
        found = [s for s in found if all(s.place in g for g in groups)] or found
    labels = [o["label"] for o in pieces[:at] if o.get("label") and _groups(view, o["label"])]
    last = [s for s in found if labels and _stems(s.place) == _stems(labels[-1])]
    return last or found  # "meals: breakfast, lunch"


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()} - STOPWORDS


def _ask(run: Run, step: Step, at: int, found: list[Spot]) -> Ask:
    choices = [{"value": str(i), "label": s.label} for i, s in enumerate(found, 1)]
    choices.append({"value": SKIP, "label": "None of these: leave this part out"})
    said = step["pieces"][at]["raw"]
    prompt = f"“{said}” stands in more than one place on the page. Which one is meant?"
    asked = Ask(prompt=prompt, kind="choice", choices=choices)
    offered = {str(i): s.stored for i, s in enumerate(found, 1)}
    return run.ask(step, asked, phase="spot", about=at, offered=offered)


def settle(run: Run, step: Step) -> None:
    """Use the answer to `which`: the piece knows its place now, or is left out."""
    st = step["st"]
    if run.answer is None or st.get("phase") != "spot":
        return
    answer, run.answer, st["phase"] = run.answer, None, ""
    piece, offered = step["pieces"][st.pop("about")], st.pop("offered")
    if answer.status != "answered":
        run.fail(step, f"the question about “{piece['raw']}” was {answer.status}")
    elif spot := offered.get(str(reply_value(answer))):
        piece["spot"] = spot
    else:
        piece["done"] = True


def steps_at(view: View, piece: Piece) -> list[Step] | None:
    """Steps for a piece whose place is known; none when it is chosen already."""
    key, option = piece["spot"]
    element = next((e for e in view.elements if e.key == key), None)
    if element is None:
        return None
    name = element.name or piece["raw"]
    target = {"words": name, "raw": name[:80], "kind": None, "nth": None, "in": None}
    step: Step = {"target": target, "st": {"chosen": key}, "text": piece["raw"]}
    if option:
        return [{"do": "select", "values": [option], **step}]
    return [] if element.on else [{"do": "check", **step}]


def before_placing(run: Run, step: Step, view: View) -> Ask | None:
    """What comes before the pieces of a form are placed: take them apart, and ask which."""
    apart(view, step)
    return which(run, step, view)
