"""What a list of choices offers: "Which countries can I choose?"."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing.touch import outcome_of
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision

_NO_CHOICE = re.compile(r"(?:please )?(?:choose|select|pick)\b.*|[-–—.\s]*|none selected", re.I)


async def offered(run: Run, step: Step) -> Decision | None:
    """The names of the choices that a list or a group of boxes called so has."""
    view = await run.view()
    if step.get("shown") and step["st"].get("phase") == "read":
        await outcome_of(run, step)
        return _told(run, step, _suggested(view))
    if step.get("shown"):
        code = "await page.page_text(max_chars=20000)"
        return await run.act(step, code, "Read what is suggested.", phase="read")
    if step["st"].get("phase") != "read":
        found = [e for e in view.elements if e.tag == "select" and _called(e, step["words"])]
        if len(found) == 1:
            code = f'await {await locate(found[0])}.locator("option").all_inner_texts()'
            return await run.act(step, code, f"Read what “{found[0].name}” offers.", phase="read")
        return _told(run, step, _boxes(view, step["words"]))
    result = await outcome_of(run, step)
    names = result.value if result is not None and isinstance(result.value, list) else []
    return _told(run, step, [str(n).strip() for n in names])


def is_offered(view: View, step: Step) -> bool:
    """ "What categories are there?", where the page has a list of choices that is called so."""
    told = [step.get(k) for k in ("fields", "order", "near", "limit", "counted", "again")]
    told += [r for r in step.get("filters") or [] if r.get("value") not in ("offered", "available")]
    noun = step.get("noun") or ""
    if any(told) or not noun or " " in noun or _stems(noun) == {plain(noun)}:
        return False
    heads = [_stems(e.name) for e in [*view.elements, *view.texts] if e.role == "heading"]
    found = [e for e in view.elements if e.tag == "select" and _stems(e.name) == _stems(noun)]
    return len(found) == 1 and _stems(noun) not in heads


def _suggested(view: View) -> list[str]:
    """What is unfolded below a field to choose from; a list's own options are none."""
    return [e.name for e in view.elements if e.role == "option" and e.tag != "option"]


def _called(e: Element, words: str) -> bool:
    return _stems(words) <= _stems(e.name)


def _boxes(view: View, words: str) -> list[str]:
    """The boxes to tick, or to pick one of, under a heading that is called so."""
    return [
        e.name for e in view.elements
        if e.role in ("radio", "checkbox") and e.group and _stems(words) <= _stems(e.group)
    ]  # fmt: skip


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()}


def _told(run: Run, step: Step, names: list[str]) -> None:
    shown = [n for n in names if n and not _NO_CHOICE.fullmatch(n)]
    if not shown:
        run.fail(step, f"I see no list on the page that offers {step['words']}")
        return
    for name in shown[:3]:
        run.saw(name)
    rows = [{step["words"]: name} for name in shown]
    found = {"kind": "list", "value": rows, "of": step["text"], "as": None}
    run.memory["results"].append({**found, "noun": step["words"]})
