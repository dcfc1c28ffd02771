"""Things that stand outside the list that was read, and meet its conditions as well.

A front page shows its lead story above the list of the others, a shop its offer of the week. A
question for all that meet a condition is not answered by the list alone then.
"""

from __future__ import annotations

from agents.browser.extract import find_lists
from agents.browser.extract_names import Record, plain
from agents.model.embedded.reading.checks import has_words, narrowed, wanted_noun
from agents.model.embedded.run import Run, Step

MAX_TOLD = 3
# The places that a page sets off by a heading that opens something: [heading, its lines].
_ENTRIES = """() => {
  const clean = s => (s || '').replace(/\\s+/g, ' ').trim();
  const heads = 'h1,h2,h3,h4,h5,h6,[role=heading]';
  const chrome = 'nav,footer,form,dialog,[role=navigation],[role=dialog],[role=contentinfo]';
  const out = [];
  for (const h of document.querySelectorAll(heads)) {
    if (out.length >= 200 || !h.checkVisibility() || h.closest(chrome)) continue;
    const page = h.closest('header,[role=banner]');
    if (page && !page.closest('main,article,section')) continue;
    let block = h.parentElement;
    const alone = e => e.querySelectorAll(heads).length === 1;
    if (!block || !alone(block)) continue;
    while (block.parentElement && block.parentElement !== document.body
      && !block.matches('article,section,li') && block.parentElement.tagName !== 'MAIN'
      && alone(block.parentElement)) block = block.parentElement;
    const opens = h.closest('a[href]') || h.querySelector('a[href]')
      || (block.matches('article,aside,section') && block.querySelector('a[href]'));
    const lines = (block.innerText || '').split('\\n').map(clean).filter(Boolean);
    if (opens && lines.length > 1 && lines.length < 30
      && block.querySelectorAll('a[href]').length < 4) out.push([clean(h.innerText), lines]);
  }
  return out;
}"""


async def notice(run: Run, step: Step, rows: list[Record]) -> None:
    """Remember what this page shows beside the rows, if it meets all the step's conditions."""
    if not step.get("filters") or step.get("limit") or step.get("near"):
        return
    noun = wanted_noun(step)
    known = {plain(str(v)) for r in rows for v in r.values() if isinstance(v, str)}
    told: list[str] = step["st"].setdefault("outside", [])
    for listing in await find_lists(run.page):
        if len(listing.records) > 2 and listing.near and not has_words(listing.near, noun):
            known |= {plain(str(r.get("title"))) for r in listing.records}  # of another kind
    for head, lines in await run.page.evaluate(_ENTRIES):
        if plain(head) in known or head in told:
            continue
        others = [x for x in lines if x != head]
        shown = {"title": head, **{f"text_{i}": x for i, x in enumerate(others)}}
        if narrowed([shown], step):
            told.append(head)


def lacking(step: Step) -> str:
    """What the list leaves out, in words for people, or nothing."""
    told = step["st"].get("outside") or []
    names = ", ".join(f"“{x}”" for x in told[:MAX_TOLD])
    return f"outside the list that I read, {names} seems to meet the condition, too" if told else ""
