"""Opening the best thing of a list by some measure."""

from __future__ import annotations

from agents.browser.extract_names import Record
from agents.model.embedded.doing.touch import click_code, click_target
from agents.model.embedded.reading import items, lists
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import quote
from agents.ports import Decision


async def best_of(run: Run, step: Step) -> Decision | list[Record] | None:
    """The best records of the list that a step's wish names; None when there is no such list."""
    wish: Step = step["st"].setdefault(
        "list", {"do": "extract", "text": step["text"], "st": {}, **step["wish"], "fields": None}
    )
    before = len(run.memory["results"])
    decision = await lists.extract(run, wish)
    if decision is not None:
        return decision
    if wish.get("state") == "failed" or len(run.memory["results"]) == before:
        run.fail(step, wish.get("why", "the list was not found"))
        return None
    found: list[Record] = run.memory["results"].pop()["value"]
    return found


def title_of(record: Record) -> str:
    """What a record is called."""
    return str(record.get("title") or next(iter(record.values()), ""))


async def open_best(run: Run, step: Step) -> Decision | None:
    """Open the best thing of a list by some measure ("the cheapest one")."""
    st = step["st"]
    if st.get("phase") == "opened":
        return await items.opened_item(run, step)
    if not st.get("wanted"):
        found = await best_of(run, step)
        if not isinstance(found, list):
            return found
        run.memory["item"] = st["wanted"] = found[0]
    view = await run.view()
    element = items.element_of(view, st["wanted"])
    if element is None and (url := st["wanted"].get("url")):
        why = "It stands on another page of the list: open its address."
        return await run.act(step, f"await page.goto({quote(url)})", why, phase="opened")
    if element is None:
        title = title_of(st["wanted"])
        return await click_target(run, step, {"words": title, "raw": title, "kind": None})
    why = f"Open “{element.name[:60]}”, the {step['wish']['order']['word']} one."
    return await run.act(step, await click_code(element), why, phase="opened", aim=element.key)
