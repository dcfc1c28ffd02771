"""Lists in a box of their own that scrolls: grids that hold only the rows in sight.

Such a grid (AG Grid, Tabulator, MUI) keeps a few of its rows on the page and others come as it is
scrolled, so what was read is a part of it. It may say how many it has (`aria-rowcount`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agents.browser.extract_names import Record
from agents.browser.unshadowed import unshadowed
from agents.model.embedded.run import Run

_TOLD = 12  # rows whose texts tell which box is the list's
_HEAD_ROWS = 2  # `aria-rowcount` counts rows of headers, too: seldom more than two

# Of the smallest box that shows most of the texts: where it is, how far it goes on, the row count.
_BOX = unshadowed("""texts => {
  const clean = s => (s || '').replace(/\\s+/g, ' ').trim();
  const all = [], walk = root => { for (const e of root.querySelectorAll('*')) {
    all.push(e); if (e.shadowRoot) walk(e.shadowRoot); } };
  walk(document);
  let best = null;
  for (const e of all) {
    if (e === document.documentElement || e === document.body) continue;
    if (e.scrollHeight <= e.clientHeight + 5 || e.clientHeight < 60) continue;
    if (!/auto|scroll/.test(getComputedStyle(e).overflowY) || !e.checkVisibility()) continue;
    const shown = clean(e.innerText), known = texts.filter(t => shown.includes(t)).length;
    if (known * 2 > texts.length && (!best || best.contains(e))) best = e;
  }
  if (!best) return null;
  const grid = best.closest('[aria-rowcount]') || best.querySelector('[aria-rowcount]');
  const r = best.getBoundingClientRect(), middle = r.top + r.height / 2;
  const by = middle > 20 && middle < innerHeight - 20 ? 0 : Math.round(middle - innerHeight / 2);
  return {
    x: Math.round(r.left + Math.min(r.width / 2, 200)), y: Math.round(middle - by), by,
    more: Math.round(best.scrollHeight - best.clientHeight - best.scrollTop),
    step: Math.max(40, Math.round(best.clientHeight * 0.8)),
    rows: grid ? Number(grid.getAttribute('aria-rowcount')) : -1,
  };
}""")


@dataclass(frozen=True)
class Box:
    """A box that scrolls over a list. more: CSS px below; rows: how many it says it has, or -1."""

    x: int
    y: int
    by: int
    more: int
    step: int
    rows: int

    @property
    def code(self) -> str:
        """The program that scrolls it on by less than it shows."""
        near = f"await page.mouse.wheel(0, {self.by})\nawait page.wait_for_timeout(200)\n"
        return (
            f"{near if self.by else ''}await page.mouse.move({self.x}, {self.y})\n"
            f"await page.mouse.wheel(0, {self.step})\nawait page.wait_for_timeout(300)"
        )


async def box_of(run: Run, rows: list[Record]) -> Box | None:
    """The scrolling box in which the last of the rows that were read stand."""
    texts = [t for r in rows[-_TOLD:] if (t := _name(r))]
    if len(texts) < 2:
        return None
    found: dict[str, Any] | None = await run.page.evaluate(_BOX, texts)
    return Box(**found) if found else None


def _name(row: Record) -> str:
    shown = [row.get("title"), *(v for k, v in row.items() if k not in ("url", "image", "rank"))]
    return next((" ".join(v.split()) for v in shown if isinstance(v, str) and v.strip()), "")


def fresh(kept: list[Record], rows: list[Record], found: list[Record]) -> list[Record]:
    """Of the rows in sight after a scroll those that are new; `found` by where they overlap."""
    return found if len(found) < len(rows) else [r for r in rows if r not in kept]


def lacks(box: Box | None, many: int) -> bool:
    """Whether the grid has more rows than were read, by its own count or by what is below."""
    if box is None:
        return False
    return box.rows - _HEAD_ROWS > many if box.rows >= 0 else box.more > 5
