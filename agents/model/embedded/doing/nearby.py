"""Of several elements that fit alike, the one beside what was worked on before."""

from __future__ import annotations

from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.ground import CLOSE, Match
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run
from agents.model.embedded.view import Element


def twin_at_hand(run: Run, matches: list[Match], best: Match) -> Element:
    """Of links that a script makes do something (“Next”, to "#next") the one worked beside."""
    one = best.element
    if not (one.href or "").startswith("#"):
        return one
    twins = [m for m in matches if m.score > best.score - CLOSE
             and (m.element.name, m.element.href) == (one.name, one.href)]  # fmt: skip
    if len(twins) < 2:
        return one
    return same_form(run, twins) or nearest(run, [m.element for m in twins]) or one


def same_form(run: Run, found: list[Match]) -> Element | None:
    """Of several that fit alike, the one in the form that was worked on last."""
    last = run.memory.get("form")
    if not last:
        return None
    same = [m.element for m in found if [m.element.doc.prefix, m.element.d.get("form")] == last]
    return same[0] if len(same) == 1 else nearest(run, same)


def nearest(run: Run, found: list[Element]) -> Element | None:
    """Of several elements the one in the innermost part that was worked in last."""
    prefix, path = run.memory.get("place") or ["", ""]
    last = path.split(" > ")

    def shared(e: Element) -> int:
        steps = zip(last, e.path.split(" > "), strict=False)
        return next((i for i, (a, b) in enumerate(steps) if a != b), len(last))

    ranked = sorted((shared(e), i) for i, e in enumerate(found) if e.doc.prefix == prefix)
    if len(ranked) < 2 or ranked[-1][0] == ranked[-2][0]:
        return None
    return found[ranked[-1][1]]


def in_focus(matches: list[Match], focus: str | None, target: Target) -> list[Match]:
    """After "find the mail by Ann", controls in Ann's row come first."""
    if not focus or target.get("in"):
        return matches
    wanted = norm(focus)
    for match in matches:
        row = norm(f"{match.element.d.get('row') or ''} {match.element.name}")
        if wanted and wanted in row:
            match.score = min(1.0, match.score + 0.2)
    return sorted(matches, key=lambda m: -m.score)
