"""Which element a phrase means: a score for each, from names, kinds, rows and positions.

Scores are in [0, 1]. Above SURE the element is taken, between the two thresholds only when
nothing else comes close; two that fit alike are a question for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from agents.model.embedded.grammar.phrases import Target, bare
from agents.model.embedded.grammar.words import KINDS
from agents.model.embedded.likeness import (
    BOXES,
    EDITABLE,
    PRESSED,
    context_score,
    fits_kind,
    label_above,
    name_score,
    norm,
)
from agents.model.embedded.view import Element, View

SURE, LEAST = 0.62, 0.45
CLOSE = 0.045  # two scores nearer than this are the same to us


@dataclass
class Match:
    """An element and how well it fits."""

    element: Element
    score: float


_TAIL = re.compile(
    r"(?<=\w) (?:page|tab|demo|example|section|screen|view|panel|module|board|tutorial|widget|area"
    r"|dialog|form)$",
    re.I,
)
_SIFTS = re.compile(r"(?<=\w) (?:filter|column|search|column filter)$", re.I)
_COMES = re.compile(
    r"^\W*(?:loading|searching|looking for|please wait|fetching)\b.*(?:…|\.\.\.)\W*$", re.I
)


def rank(
    view: View,
    target: Target,
    *,
    roles: Iterable[str] | None = None,
    texts: bool = False,
    avoid: Iterable[str] = (),
    editable: bool = False,
) -> list[Match]:
    """All elements that may be meant, the best first. avoid: keys of elements tried in vain."""
    wanted_roles = set(roles) if roles is not None else None
    shunned = set(avoid)
    pool = [e for e in view.elements if e.key not in shunned]
    if texts:
        pool += [e for e in view.texts if e.key not in shunned]
    out: list[Match] = []
    modal = any(e.top for e in view.elements)
    for element in standing(pool, target):
        if editable and element.role not in EDITABLE:
            continue
        score = _score(element, target, wanted_roles, editable)
        if score <= 0:
            continue
        score -= 0.04 * (not element.view) * 0.25 + (0.12 if element.off else 0.0)
        score -= 0.05 if element.place in ("footer", "contentinfo") else 0.0
        score -= 0.03 if element.cover else 0.0
        score -= 0.1 if editable and element.d.get("ro") and not element.d.get("popup") else 0.0
        clickable = element.d.get("host") and score >= 0.9  # a word inside of a bigger control
        if element.role == "text" and _COMES.search(element.text or ""):
            continue  # "Looking for trains…" is what will not stay
        if element.role == "text" and (score < 0.9 or (element.text or "").endswith(":")):
            score *= 0.6  # a sentence that mentions the words is no control
        score -= (
            0.02
            if clickable
            else 0.12
            if element.role == "text"
            else 0.03
            if element.d.get("weak")
            else 0.0
        )
        if modal:
            score += 0.06 if element.top else -0.1
        out.append(Match(element, max(0.0, min(1.0, score))))
    _prefer_whole(out, target)
    out.sort(key=lambda m: -m.score)
    return _nth(out, target)


def standing(pool: list[Element], target: Target) -> list[Element]:
    """Those in the region, the numbered row or the numbered form that was said.

    A region that the page does not have tells nothing: all of them then.
    """
    if region := target.get("region"):
        pool = [e for e in pool if region in (e.d.get("regions") or ())] or pool
    for place, at in (("row", "rowNo"), ("form", "formNo")):
        if n := target.get(place):
            pool = [e for e in pool if _is_number(n, e.d.get(at))]
    return pool


def _is_number(n: int, at: list[int] | None) -> bool:
    return bool(at) and at[0] == (n if n > 0 else at[1] + 1 + n)


def _prefer_whole(matches: list[Match], target: Target) -> None:
    """ "Checkbox 2" is what one box is called; others called "2" are not meant then."""
    said = norm(target.get("raw") or "")
    if not said or said == norm(target.get("words") or "") or target.get("in"):
        return
    pressed = PRESSED | BOXES | {"link", "tab"}
    whole = [m for m in matches if m.element.role in pressed
             and m.score >= 0.9 and said in map(norm, m.element.names)]  # fmt: skip
    for match in matches if whole else ():
        if match not in whole:
            match.score = max(0.0, match.score - 0.1)


def _score(
    element: Element, target: Target, roles: set[str] | None, editable: bool = False
) -> float:
    kind = fits_kind(target.get("kind"), element, roles)
    if kind == 0.0:
        return 0.0
    words = target.get("words") or ""
    if words:
        score = name_score(words, element)
        if target.get("alt"):
            score = max(score, name_score(target["alt"], element))
        core = _TAIL.sub("", words)  # "the Localization demo" is a link "Localization"
        if core != words and score < 0.9 and element.role not in EDITABLE:
            score = max(score, 0.94 * name_score(core, element))
        sifted = _SIFTS.sub("", words) if element.d.get("col") else words
        if sifted != words:  # "the boat filter" is that of the column "Boat"
            score = max(score, 0.97 * name_score(sifted, element))
        if target.get("raw") and target["raw"] != words and not target.get("quoted"):
            score = max(score, 0.97 * name_score(target["raw"], element))
        head, joint, tail = (
            words.partition(" for ") if " for " in words else words.partition(" of ")
        )
        if joint and tail and score < 0.75 and not target.get("quoted") and not target.get("in"):
            # "Book for Willow": the button of that row.
            inside = context_score(tail, element)
            score = max(score, 0.95 * name_score(head, element) if inside >= 0.8 else 0.0)
    elif target.get("hint"):
        score = max(0.5, name_score(target["hint"], element))
    else:
        # Only a kind was named: everything of that kind fits.
        score = 0.8 if target.get("kind") or roles is not None else 0.0
        score += 0.1 * (target.get("kind") in {norm(name) for name in element.names})
        if element.role in ("text", "heading") and roles is None:
            score = 0.0
        last = (norm(target.get("raw") or "").split() or [""])[-1]
        if score and roles is None and len(last) > 3 and last in norm(element.name).split():
            score = 0.95  # "Open the panel": “Left panel”, “Right panel”
    score *= kind
    said = norm(target.get("raw") or "")
    whole_name = (
        (roles is None or element.role in BOXES)
        and bool(said)
        and said in (norm(n) for n in element.names)
    )
    if kind < 1.0 and whole_name:
        score = max(score, 0.93)  # "Item 4" is its whole name, not an item called 4
    if (
        element.role in EDITABLE
        and roles is None
        and not editable
        and target.get("kind") not in ("field", "textarea", "dropdown", "slider", "spinner")
    ):
        score *= 0.85 if score >= 0.9 else 0.5  # people press buttons, and fill fields
    if target.get("in"):
        inside = context_score(target["in"], element)
        score = score * (0.55 + 0.45 * inside) if inside else score * 0.5
        # "Terms of service": the place may be part of the name after all.
        whole = name_score(f"{words} {target['in']}".strip(), element) if words else 0.0
        said = norm(target.get("raw") or "")
        raw = name_score(said, element) if norm(target["in"]) in said else 0.0
        score = max(score, 0.98 * kind * max(whole, raw) if max(whole, raw) > 0.75 else 0.0)
    if whole_name and element.role in PRESSED | BOXES | {"link", "tab"} and said != norm(words):
        score = max(score, 0.98)  # "Remove "Done" board" is all of a button's name
    return score


def _nth(matches: list[Match], target: Target) -> list[Match]:
    """Apply "the second ...": order as a person reads, top to bottom, left to right."""
    nth = target.get("nth")
    if nth is None or not matches:
        return matches
    said = bare(target.get("raw") or "")
    called = [m for m in matches if said and norm(said) in map(norm, m.element.names)]
    if called:
        return called  # "First day" is the field's own name
    best = matches[0].score
    same = [m for m in matches if m.score >= best - 0.15]
    kind = target.get("kind")
    if kind and not target.get("words"):
        exact = [m for m in same if m.element.role in KINDS.get(kind, ())]
        same = exact or same
    same.sort(key=lambda m: m.element.order)
    index = nth - 1 if nth > 0 else nth
    if target.get("in") and best < LEAST:
        return []  # none of them stands where it was said
    if -len(same) <= index < len(same):
        return [Match(same[index].element, max(same[index].score, 0.8))]
    return []


_SHOWN = frozenset(["text", "heading", "img"])


def decide(matches: list[Match]) -> tuple[str, list[Match]]:
    """("one", [m]), ("many", [m, ...]) when several fit alike, or ("none", [])."""
    if not matches or matches[0].score < LEAST:
        return "none", matches[:3]
    best = matches[0]
    rivals = [m for m in matches if m.score >= best.score - CLOSE]
    acting = {norm(m.element.name) for m in rivals if m.element.role not in _SHOWN}
    if acting:  # a heading of the same words only tells what the button opens
        told = [m for m in rivals if m.element.role in _SHOWN and norm(m.element.name) in acting]
        rivals = [m for m in rivals if m not in told]
        best = rivals[0]
    distinct: list[Match] = []
    for match in rivals:
        if not any(_interchangeable(match.element, d.element) for d in distinct):
            distinct.append(match)
    if len(distinct) == 1:
        return "one", [best]
    if best.score < SURE and len(matches) > 1 and matches[1].score > best.score - CLOSE:
        return "many", distinct[:8]
    return "many", distinct[:8]


def _interchangeable(a: Element, b: Element) -> bool:
    """Two elements that do the same: equal links, a card's picture and its title."""
    if a.href and a.href not in ("#", "javascript:void(0)") and leads_to(a) == leads_to(b):
        return True
    if a.doc is b.doc and (a.path.startswith(b.path + " ") or b.path.startswith(a.path + " ")):
        return True
    if a.doc is b.doc and norm(a.name) == norm(b.name) and (_inside(a, b) or _inside(b, a)):
        return True
    # The same button twice (top and bottom of a form) with the same name and no row of its own.
    same = a.name == b.name and a.role == b.role and a.tag == b.tag
    return bool(
        same and not a.row and not b.row and a.role == "button" and a.type == b.type == "submit"
    )


def leads_to(e: Element) -> str:
    """The full address that a link leads to, or ""."""
    return urljoin(e.doc.url, e.href) if e.href else ""


def _inside(a: Element, b: Element) -> bool:
    """Whether a's box lies in b's."""
    return (
        a.x >= b.x - 2
        and a.y >= b.y - 2
        and a.x + a.w <= b.x + b.w + 2
        and a.y + a.h <= b.y + b.h + 2
    )


def describe(element: Element) -> str:
    """Words by which a person recognises the element."""
    kind = {"textbox": "field", "combobox": "list", "generic": "element", "text": "text"}.get(
        element.role, element.role
    )
    name = label_above(element) or element.name[:80]
    name = name or (element.d.get("attr") or "").split(" ")[0] or "without a name"
    where = ""
    is_group = element.group and norm(element.row).startswith(norm(element.group))
    told = norm(element.row) in (norm(element.name), norm(name))
    if element.row and element.name and not (is_group or told or element.d.get("col")):
        rest = element.row.replace(element.name, " ").strip()
        where = f' in "{_cut(rest, 70)}"' if rest else ""
    if not where and element.group:
        where = f' in "{_cut(element.group, 60)}"'
    if not where and (element.sect or element.head):
        where = f' under "{_cut(element.sect or element.head, 60)}"'
    return f'{kind} "{name}"{where}'


def _cut(text: str, most: int) -> str:
    """The text up to the last whole word that fits, with an ellipsis where more follows."""
    if len(text) <= most:
        return text
    return f"{(text[:most].rpartition(' ')[0] or text[:most]).rstrip(' ,;:.')}…"
