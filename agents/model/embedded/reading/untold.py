"""A table of things whose kind nothing on the page names.

"The coasters in Germany" may well be the rows of a table of coasters that never says so. When it is
the page's only table its rows are given, with a note, and prove nothing. Words that tell things
apart ("red lamps") are no name: where no row says them, none is meant.
"""

from __future__ import annotations

import re

from agents.browser.extract import find_lists, pick
from agents.browser.extract_names import Record, canonical, match_column, plain, singular
from agents.model.embedded.reading.checks import has_word
from agents.model.embedded.reading.shaping import rows_of
from agents.model.embedded.run import Run, Step

OUTSTANDING = 2.0  # how much more a list has to stand out than the next
_ADJECTIVE = re.compile(
    r"(?:ed|ing|able|ible|ful|less|ous|ive|est|y|al|ish|ic)$|^(?:red|blue|green|black|white|old|"
    r"new|big|small|cheap|open|late|good|bad|free|high|low|hot|cold|male|own|paid|sold|lost|past)$"
)


async def only_table(run: Run, step: Step) -> list[Record]:
    """The rows of the page's only table, if they may be what the noun means; else none.

    A list counts as the only one when it stands out far and shows two of the wanted fields.
    """
    words = plain(step.get("noun") or "").split()
    if not words or len(words) > 2 or _ADJECTIVE.search(" ".join(words[:-1])):
        return []
    lists = await find_lists(run.page, fields=step.get("fields"))
    tables = [x for x in lists if x.kind == "table" and len(x.records) > 2]
    if not tables and len(step.get("fields") or []) > 1 and lists:
        far = len(lists) < 2 or lists[0].score > OUTSTANDING * lists[1].score
        tables = lists[:1] if far and len(lists[0].records) > 1 else []
    rows = rows_of(tables[0].records, step) if len(tables) == 1 else []
    said = any(has_word(r, singular(w)) for r in rows for w in words)
    return [] if said else rows  # when some rows say so, the others are something else


async def unnamed(run: Run, step: Step) -> list[str]:
    """The fields that no list of the page names, nor any value shows by its look."""
    fields = [f for f in step.get("fields") or [] if canonical(f) != "title"]
    if not fields:
        return []
    lists = await find_lists(run.page)
    return [
        f for f in fields
        if not any(
            match_column(f, x.columns) or any(pick(r, [f])[f] is not None for r in x.records)
            for x in lists
        )
    ]  # fmt: skip


def left_over(step: Step) -> list[str]:
    """The fields that were told by elimination, in a list that nothing says is what was meant."""
    heads = {singular(w) for h in step["st"].get("heads", ()) for w in plain(h).split()}
    noun = {singular(w) for w in plain(step.get("noun") or "").split()}
    return [] if noun and noun <= heads else list(step["st"].get("unnamed", ()))


def tell(run: Run, step: Step) -> None:
    """Say that the page did not name them; nothing is proved then."""
    run.memory["unheard"] = True
    run.note(f"The page does not say that these are “{step['noun']}”; it has no other list.")
