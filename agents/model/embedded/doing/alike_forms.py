"""Forms of one page that ask for the same: which of them what was said belongs to."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agents.browser.extract_names import canonical, plain, singular
from agents.browser.field_names import is_known, same_words
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import decide, rank
from agents.model.embedded.likeness import EDITABLE, norm
from agents.model.embedded.reading.alike import forms, same
from agents.model.embedded.run import Step
from agents.model.embedded.view import Element, View

Form = tuple[str, int]
_FRAME = frozenset(["nav", "navigation", "header", "banner", "footer", "contentinfo", "aside"])


def meant(view: View, step: Step, last: list[Any] | None) -> View:
    """The view without the forms that are like the one that is meant, where it can be told."""
    out: set[Form] = set()
    for alike in _alike(view):
        pick = _picked(alike, step, last)
        if pick is not None:
            out |= alike.keys() - {pick}
    if not out:
        return view
    kept = [e for e in view.elements if not (e.sent and _form(e) in out)]
    return replace(view, elements=kept, whole=view)


def rivals(view: View, step: Step, last: list[Any] | None) -> list[Element]:
    """A field of each form that may be meant alike, to ask a person about; else nothing."""
    labels = [norm(p["label"]) for p in step["pieces"] if p.get("label") and not p.get("done")]
    for alike in _alike(view):
        first = next(iter(alike.values()))
        asked = {norm(e.name) for e in first}
        told = any(own - common for own, common in _own_words(alike).values())
        if told and _picked(alike, step, last) is None and any(
            label in name for label in labels for name in asked
        ):  # fmt: skip
            return [own[0] for own in alike.values()]
    return []


def at_hand(view: View, last: list[Any] | None) -> list[Element]:
    """The fields of the form that was worked on last; of the page where that is no real form."""
    own = [e for e in view.elements if e.sent and last == list(_form(e))]
    return own or view.elements


def _form(e: Element) -> Form:
    return e.doc.prefix, e.form


def _alike(view: View) -> list[dict[Form, list[Element]]]:
    """Sets of forms whose fields are called the same."""
    forms: dict[Form, list[Element]] = {}
    for e in view.elements:
        if e.sent and e.role in EDITABLE and not e.off and e.place != "search" and e.name:
            forms.setdefault(_form(e), []).append(e)
    by_names: dict[frozenset[str], dict[Form, list[Element]]] = {}
    for form, fields in forms.items():
        names = frozenset(norm(e.name) for e in fields)
        by_names.setdefault(names, {})[form] = fields
    return [alike for alike in by_names.values() if len(alike) > 1]


def _picked(alike: dict[Form, list[Element]], step: Step, last: list[Any] | None) -> Form | None:
    """The one that was chosen, whose own words were said, that is worked on, or not in a margin."""
    chosen = tuple(step.get("form") or ())
    if chosen in alike:
        return chosen  # type: ignore[return-value]
    said = _stems(f"{step.get('noun') or ''} {step.get('text') or ''}")
    hits = {form: len(said & (own - common)) for form, (own, common) in _own_words(alike).items()}
    best = max(hits.values())
    if best and list(hits.values()).count(best) == 1:
        return max(hits, key=lambda form: hits[form])
    begun = tuple(last or ())
    if begun in alike and any(p.get("done") for p in step["pieces"]):
        return begun  # type: ignore[return-value]
    inner = [form for form, fields in alike.items() if fields[0].place not in _FRAME
             and not any(f in fields[0].path for f in ("footer", "aside", "header"))]  # fmt: skip
    return inner[0] if len(inner) == 1 else None


def _own_words(alike: dict[Form, list[Element]]) -> dict[Form, tuple[set[str], set[str]]]:
    """(words of its place, words that all of them have) of each form."""
    words = {form: _stems(f"{f[0].row} {f[0].head} {f[0].group}") for form, f in alike.items()}
    common = set.intersection(*words.values())
    return {form: (own, common) for form, own in words.items()}


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()} - STOPWORDS


def either(view: View, label: str) -> bool:
    """Whether a plain name ("phone") fits two fields alike ("Home phone", "Work telephone")."""
    if not is_known(same_words(plain(label))):
        return False
    kind, found = decide(rank(view, {"words": label, "raw": label, "kind": None}, editable=True))
    return kind == "many" and len({norm(m.element.name) for m in found}) > 1


_OF_ME = frozenset(re.findall(r"\w+", "i we me us was were am are is been be have has had do did"))


def asks_for(view: View, label: str) -> Element | None:
    """The one field whose question says all of a label: "the last place I was in"."""
    asked = forms(label) - STOPWORDS - _OF_ME
    if len(asked) < _LEAST_SAID:
        return None
    fits = [
        e for e in view.elements
        if e.role in EDITABLE and not e.off and all(_says(e.name, w) for w in asked)
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


_LEAST_SAID = 2  # words of its own, lest any field with "last" in its name be meant


def _says(name: str, word: str) -> bool:
    known = canonical(word)
    return any(same(word, w) or (known and canonical(w) == known) for w in forms(name))
