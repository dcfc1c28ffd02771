"""Filling in a whole form: which field each piece means is read off the page.

`create` finds the control that opens the form ("New ticket", "Add" in the row "Groups"), unless
the form is there already; then the pieces become steps of the plan, and the form is sent.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing import alike_forms, several
from agents.model.embedded.doing.forms import SUBMIT, submit_button
from agents.model.embedded.doing.offers import box_for, offering, option_of
from agents.model.embedded.doing.openers import opener
from agents.model.embedded.doing.prose import PROSE_WORDS
from agents.model.embedded.doing.touch import after_click, click_code, outcome_of
from agents.model.embedded.grammar.details import ENDS
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.likeness import EDITABLE, likeness
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.view import Element, View
from agents.ports import Decision

LABELLED = 0.7  # a field whose name fits a label at least so well is the one
SURELY = 0.95
MAX_OPENED = 2
NAMING = re.compile(r"\b(?:name|title|subject|text|what|todo|task|item|label)\b", re.I)
_LONG = ("text", "body", "content", "description", "note", "message", "comment")
_SAYS = ("send", "post", "leave", "write", "submit")  # verbs of what is typed and sent
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
    _called(view, step)
    several.settle(run, step)
    if step.get("state") == "failed":
        return None
    if not _form_is_here(view, step) or (step.get("where") and not st.get("opened")):
        button = opener(view, step["verb"], step["noun"], step.get("where") or "")
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
            step["splice"] = [_carried(step)]
            return None
    view = alike_forms.meant(view, step, run.memory.get("form"))
    if asks := several.before_placing(run, step, view):
        return asks
    steps = compose(view, step)
    if any(s["do"] == "unknown" for s in steps) or any(
        p.get("day") or p.get("time") or p.get("off") for p in step["pieces"]
    ):
        step["splice"] = [_carried(step)]  # a part of it is asked for on a later page
        return None
    named = step["pieces"][0]["value"] or {}
    run.memory["focus"] = named.get("text") or run.memory.get("focus")
    lead = next((e for e in fields(view) if takes_enter(e)), None) if len(steps) == 1 else None
    if lead is not None and steps[0].get("st", {}).get("chosen") == lead.key:
        steps.append({"do": "press", "key": "Enter", "text": step["text"]})
    elif steps and not step.get("stop") and not sends(run.steps, run.memory["at"] + 1):
        steps.append(_sending(view, step))
    step["splice"] = steps
    return None


def _called(view: View, step: Step) -> None:
    """ "A todo called Sweep", where the one field asks for todos and not for a name."""
    lone = [e for e in fields(view) if e.role == "textbox"]
    piece = step["pieces"][0] if len(step["pieces"]) == 1 and len(lone) == 1 else {}
    if (piece.get("label") or "").lower() in ("name", "title") and fits(
        view, piece["label"]
    ) is None:
        noun = set(map(singular, plain(step["noun"]).split()))
        asks = f"{lone[0].name} {lone[0].attr or ''}"
        if NAMING.search(asks) or noun & set(map(singular, plain(asks).split())):
            piece["label"] = None


def _carried(step: Step) -> Step:
    kept = {k: step[k] for k in ("text", "verb", "noun", "pieces", "stop") if k in step}
    return {"do": "carry", **kept}


_NO_FORM = re.compile(r"(?:search|filter|find|jump to|go to)\b", re.I)  # a field of the page's own


def fields(view: View) -> list[Element]:
    """What can be typed into now; of an open dialog only its own."""
    pool = [
        e
        for e in view.elements
        if e.role in EDITABLE and not e.off and not e.ro and e.place != "search"
        and e.role != "searchbox" and not _NO_FORM.match(e.name)
    ]  # fmt: skip
    return [e for e in pool if e.top] or pool


def _form_is_here(view: View, step: Step) -> bool:
    """Whether the fields are in sight already."""
    typed = [e for e in fields(view) if e.role == "textbox"]
    if not typed:
        return False
    if step["verb"] in _SAYS and any(e.form >= 0 or e.tag == "textarea" for e in typed):
        return True
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
    lone = len(typed) == 1 and not typed[0].value
    return bool(named) or (lone and opener(view, step["verb"], step["noun"]) is None)


def _target(words: str) -> Target:
    return {"words": words, "raw": words, "kind": None, "nth": None, "in": None}


def fits(view: View, label: str) -> Element | None:
    """The field (or one box of the group) that is called so."""
    matches = rank(view, _target(label), editable=True)
    matches = [m for m in matches if not _within(label, m.element)]
    long = label.lower() in _LONG
    best = matches[0].element if matches and matches[0].score >= LABELLED else None
    if best is not None and not (long and likeness(label, best.label or best.ph or "") < LABELLED):
        return best
    if long:
        areas = [
            e
            for e in fields(view)
            if e.tag == "textarea" or (e.role == "textbox" and e.tag == "div")
        ]
        if len(areas) == 1:
            return areas[0]
    if best is not None:
        return best
    grouped = [
        e for e in view.elements if e.role == "radio" and likeness(label, e.group or "") > 0.8
    ]
    return grouped[0] if grouped else None


def _within(label: str, e: Element) -> bool:
    """ "To" only as a word inside of a name, as in “Notes to the office”."""
    return label in ENDS and bool(re.search(rf"\w\W+{label}\b", e.name, re.I))


def place(view: View, piece: dict[str, Any]) -> tuple[Element, str, dict[str, Any]] | None:
    """(field, label, value) of a piece; the longest beginning that names a field is its label."""
    if piece["label"] and (element := fits(view, piece["label"])):
        return element, piece["label"], piece["value"]
    if piece["label"] and "var" in piece["value"]:
        return None
    if piece["value"] and not piece["label"] and not piece.get("choice"):
        return None  # a value as a whole: no word of it is a label
    if piece["label"] and piece["value"] and (asking := alike_forms.asks_for(view, piece["label"])):
        return asking, piece["label"], piece["value"]
    words = piece["raw"].split()
    named = piece["value"] and plain(piece["raw"]).startswith(plain(piece["label"] or ""))
    whole = len((piece["label"] or "").split()) if named else 0
    for n in range(min(5, len(words) - 1), 0, -1):
        label = " ".join(words[:n])
        if n < whole:
            break  # the rest of what it is called is no value
        if set(plain(label).split()) <= STOPWORDS:
            continue
        element = None if piece.get("maybe") else fits(view, label)
        if element is not None and not _takes_no_guess(element, label):
            return element, label, {"text": " ".join(words[n:])}
    return None


def _takes_no_guess(e: Element, label: str) -> bool:
    """Whether a field is a secret's, which words that only begin like its name are no value of."""
    return e.type == "password" and likeness(label, e.name) < SURELY


def compose(view: View, step: Step) -> list[Step]:
    """Steps of the plan for all pieces, each for one field."""
    out: list[Step] = []
    noun, opened = step.get("noun") or "", bool(step["st"].get("opened"))
    kept = {placed[0].key for p in step["pieces"] if p["label"] and (placed := place(view, p))}
    for piece in step["pieces"]:
        if piece.get("spot") and (there := several.steps_at(view, piece)) is not None:
            out += there or [{"do": "nothing"}]
        elif piece["label"] and splits(view, piece):
            out += first_and_last(view, piece)
        elif piece.get("agrees"):
            box = box_for(view, piece["raw"])
            out.append({"do": "check", "target": _target(box.name)} if box else _placeless(piece))
        elif (placed := place(view, piece)) and placed[0].key not in _taken(out):
            element, label, value = placed
            if element.role == "radio":
                values = [value.get("text", "")]
                out.append({"do": "select", "values": values, "target": _target(label)})
            else:
                out.append({"do": "set", "target": _target(label), "value": value})
                if not alike_forms.either(view, label):
                    out[-1]["st"] = {"chosen": element.key}
            if element.type == "password":
                out += repeats(view, element, value)
        elif option := option_of(view, piece["raw"]):
            out.append(
                {"do": "check", "target": _target(option.name), "st": {"chosen": option.key}}
            )
        elif piece["value"] and not piece["label"] and (choice := offering(view, piece["value"])):
            values = [piece["value"]["text"]]
            out.append({"do": "select", "values": values, "target": _target(choice.name)})
        elif piece.get("choice"):
            out.append(_placeless(piece))
        elif (
            piece["value"]
            and not piece["label"]
            and (lead := _leading(view, kept | _taken(out), noun, piece, opened=opened))
        ):
            chosen = {"chosen": lead.key}
            target = _target(lead.name or "field")
            out.append({"do": "fill", "target": target, "value": piece["value"], "st": chosen})
        elif not piece["value"] and (box := box_for(view, piece["raw"])):
            out.append({"do": "check", "target": _target(box.name)})
        elif piece["label"]:
            out.append({"do": "set", "target": _target(piece["label"]), "value": piece["value"]})
        else:
            out.append(_placeless(piece))
        out[-1].setdefault("text", piece["raw"])
    return [{"text": step["text"], **s} for s in out]


def _placeless(piece: dict[str, Any]) -> Step:
    """A piece that nothing on the page takes: a person is asked about it."""
    problem = f"I find no place for “{piece['raw']}” here."
    return {"do": "unknown", "words": piece["raw"], "problem": problem}


def _taken(steps: list[Step]) -> set[str]:
    """Fields that one of the steps fills already."""
    return {s["st"]["chosen"] for s in steps if s.get("st", {}).get("chosen")}


def _leading(
    view: View, used: set[str], noun: str, piece: dict[str, Any], *, opened: bool = False
) -> Element | None:
    """The field for a name that was given without a label: one that asks for it, else the first."""
    free = [e for e in fields(view) if e.role == "textbox" and e.key not in used]
    if noun and not opened:
        free = [e for e in free if not e.value]  # nothing that stands there is written over
    prose = len((piece["value"].get("text") or "").split()) >= PROSE_WORDS
    if prose and len(areas := [e for e in free if e.tag == "textarea" and not e.value]) == 1:
        return areas[0]
    stems = {singular(w) for w in plain(noun).split()} - STOPWORDS
    own = [
        e
        for e in free
        if e.tag in ("input", "textarea")
        and stems
        and stems <= {singular(w) for w in plain(e.name).split()}
    ]
    if own and not any(e.top for e in free):
        return own[0]  # "Add a tag", among other fields of the page
    named = [e for e in free if NAMING.search(f"{e.name} {e.attr or ''}")]
    return next(iter([*named, *(e for e in free if not e.value), *free]), None)


def _named(view: View, pattern: str) -> Element | None:
    return next((e for e in fields(view) if re.search(pattern, e.name, re.I)), None)


_FIRST, _LAST = r"\b(?:first|given) ?name|forename", r"\b(?:last|family) ?name|surname"


def splits(view: View, piece: dict[str, Any]) -> bool:
    """Whether a full name goes into two fields here."""
    text = (piece["value"] or {}).get("text", "")
    full = re.fullmatch(r"(?:full |your )?name", (piece["label"] or "").lower())
    return bool(full and " " in text and _named(view, _FIRST) and _named(view, _LAST))


def first_and_last(view: View, piece: dict[str, Any]) -> list[Step]:
    first, _, last = piece["value"]["text"].rpartition(" ")
    pairs = ((_named(view, _FIRST), first), (_named(view, _LAST), last))
    return [
        {"do": "fill", "target": _target(e.name), "value": {"text": v}, "st": {"chosen": e.key}}
        for e, v in pairs
        if e is not None
    ]


def repeats(view: View, element: Element, value: dict[str, Any]) -> list[Step]:
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


def takes_enter(e: Element) -> bool:
    return bool(re.search(r"\b(?:press|hit) (?:enter|return)\b", e.name, re.I))


def sends(steps: list[Step], at: int) -> bool:
    """Whether the instruction itself says how the form is sent."""
    while at < len(steps) and steps[at]["do"] in _FIELDS:
        at += 1  # "... tick the box. Post it": more of the same form
    if at >= len(steps):
        return False
    then = steps[at]
    if then["do"] in ("submit", "press"):
        return True
    words = (then.get("target") or {}).get("words") or ""
    said = f"{then['verb']} {words}".strip() if then["do"] == "act_on" else words
    return then["do"] in ("click", "act_on") and bool(SUBMIT.match(said) or _POSTS.fullmatch(said))


_FIELDS = frozenset(
    ["check", "uncheck", "fill", "set", "select", "fill_form", "avoid", "rate", "step_to",
     "pick_date"]
)  # fmt: skip
_POSTS = re.compile(r"(?:(?:add|leave) )?(?:comment|reply|note|review|message|answer)", re.I)


def _sending(view: View, step: Step) -> Step:
    """Its own button, else Enter in a lone field."""
    if submit_button(view) is not None or len(step["pieces"]) > 1:
        return {"do": "submit", "text": step["text"]}
    return {"do": "press", "key": "Enter", "text": step["text"]}
