"""What an open tab shows: a list that stands elsewhere is not headed by it."""

from __future__ import annotations

from agents.browser.extract import find_lists
from agents.browser.extract_names import Record, plain, singular
from agents.browser.unshadowed import unshadowed
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import View

# [name, text of its panel] of each tab that is open, where a panel belongs to it.
_OPEN = unshadowed("""() => {
  const clean = s => (s || '').replace(/\\s+/g, ' ').trim(), out = [], tabs = [];
  const walk = root => { for (const e of root.querySelectorAll('*')) {
    if (e.matches('[role=tab][aria-selected=true]')) tabs.push(e);
    if (e.shadowRoot) walk(e.shadowRoot); } };
  walk(document);
  for (const tab of tabs) {
    const root = tab.getRootNode(), id = tab.getAttribute('aria-controls');
    const panel = (id && root.getElementById(id))
      || (tab.id && root.querySelector(`[role=tabpanel][aria-labelledby="${CSS.escape(tab.id)}"]`));
    if (panel) out.push([clean(tab.innerText), clean(panel.innerText)]);
  }
  return out;
}""")


async def within(run: Run, noun: str, rows: list[Record]) -> list[Record]:
    """The rows, or those of the list in the panel of the open tab that is called like the noun."""
    wanted = singular(plain(noun))
    open_tabs: list[list[str]] = await run.page.evaluate(_OPEN) if wanted else []
    shown = [text for name, text in open_tabs if singular(plain(name)) == wanted]
    if len(shown) != 1 or not shown[0] or not rows or _in(rows, shown[0]):
        return rows
    lists = [x.records for x in await find_lists(run.page) if len(x.records) > 1]
    return next((records for records in lists if _in(records, shown[0])), [])


def _in(rows: list[Record], text: str) -> bool:
    names = [str(r.get("title") or next(iter(r.values()), "")) for r in rows]
    return sum(" ".join(n.split()) in text for n in names) * 2 > len(names)


def answered_in(view: View, question: str) -> list[Step]:
    """The steps that open the folded part which is headed by just this question; [] without one."""
    asked = plain(question)
    for e in view.elements:
        folded = e.d.get("open") == 0 and e.role in ("button", "tab", "heading", "generic")
        if folded and not e.off and asked and plain(e.name) == asked:
            target = {"words": e.name, "raw": e.name, "kind": None, "nth": None, "in": None}
            opened = {"do": "click", "target": {**target, "quoted": True}, "text": f"open {e.name}"}
            return [opened, {"do": "what_it_says", "text": question}]
    return []
