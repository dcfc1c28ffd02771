"""Which select element of a page is meant, by its options and its name."""

from __future__ import annotations

from agents.browser.extract_names import plain
from agents.model.embedded.doing.fields import pick_options
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import likeness, name_score, norm
from agents.model.embedded.run import Run, Step, chosen
from agents.model.embedded.view import Element, View


def select_for(view: View, step: Step, values: list[str]) -> Element | None:
    """The select element whose options hold the values and whose name fits the target."""
    target = step["target"]
    picked = chosen(view, step)
    if picked and picked.tag == "select" and pick_options(picked.d.get("options") or [], values):
        return picked
    best: tuple[float, Element] | None = None
    named = bool(target.get("words"))
    index = 0
    for e in view.elements:
        if e.tag != "select" or e.off:
            continue
        index += 1
        labels = pick_options(e.d.get("options") or [], values if e.multiple else values[:1])
        labels = labels or by_noun(e, values[0])
        if not labels:
            continue
        if target.get("nth") and target["nth"] != index:
            continue
        score = sum(likeness(v, o) for v, o in zip(values, labels, strict=False)) / len(labels)
        if named:
            fit = name_score(target["words"], e)
            if fit < 0.3 and not target.get("kind"):
                continue
            score += fit
        score += 0.2 * bool(e.top) - 0.05 * bool(e.cover)  # of an open dialog before the page's
        if best is None or score > best[0] + 0.02:
            best = (score, e)
    return best[1] if best else _only_one_with(view, values, target.get("words") or "")


def _is_another(e: Element, said: str) -> bool:
    """Whether a list's name shares a word with what was said and has one of its own, too.

    "The billing country" is not “Shipping country”.
    """
    asked, name = set(plain(said).split()), set(plain(e.name).split()) - STOPWORDS
    return bool(name & asked and name - asked)


def _only_one_with(view: View, values: list[str], said: str) -> Element | None:
    """The one list of the page that offers just this, whatever it is called."""
    found = [
        e for e in view.elements
        if e.tag == "select" and not e.off and len(values) == 1
        and any(norm(o) == norm(values[0]) for o in e.d.get("options") or [])
        and not _is_another(e, said)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def by_noun(e: Element, value: str) -> list[str]:
    """ "The develop branch": the option “develop” of the list “Branch”."""
    first, _, noun = value.rpartition(" ")
    if not first or likeness(noun, e.name) < 0.9:
        return []
    return pick_options(e.d.get("options") or [], [first])


def with_picked(run: Run, field: Element, labels: list[str]) -> list[str]:
    """The options to choose, and those that this task chose in the same list before."""
    if not field.multiple:
        return labels
    mine = run.memory.setdefault("picked", {}).setdefault(field.key, [])
    mine += [one for one in labels if one not in mine]
    still = [one for one in mine if one in labels or one in (field.d.get("picked") or [])]
    return still
