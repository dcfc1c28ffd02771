"""Codes that stand beside a name without a label: the colour codes of a swatch, a part's number.

The name has to be all that one piece of a card says, and another piece has to be codes alone.
"""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing.touch import outcome_of
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.reading.factbook import Book, open_book
from agents.model.embedded.run import Run, Step
from agents.ports import Decision

_FIELD = re.compile(  # a "post code" or a "voucher code" says what else it has to be
    r"(?:(?P<kind>colou?r|hex|item|part|article|product|model|stock) )?codes?"
    r"|(?:item|part|article|product|model|serial) (?:numbers?|nos?)",
    re.I,
)
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^()]+\)", re.I)
_CODE = re.compile(r"#?(?=[\w-]*\d)(?=[\w-]*[A-Z-])[A-Z0-9]+(?:-[A-Z0-9]+)*")
_BETWEEN = re.compile(r"\s*[,;/|]\s*|\s+(?:and|&)\s+|\s+(?![^(]*\))")
_FROM = re.compile(
    r"^(?P<name>.+?)\s+(?:from|in|on|among)\s+(?:the|this)\s+(?P<place>[a-z][\w ]*)$"
)


async def at_hand(run: Run, step: Step) -> Decision | bool:
    """Tell the codes of the step's subject; True when the step is over, False without them."""
    st, fields = step["st"], step.get("fields") or []
    asked = _FIELD.fullmatch(fields[0]) if len(fields) == 1 and step.get("subject") else None
    if asked is None or st.get("phase") not in (None, "", "coded"):
        return False
    named = _FROM.match(step["subject"])
    name, place = (named["name"], named["place"]) if named else (step["subject"], "")
    look = _COLOUR if re.search(r"colou?r|hex", asked["kind"] or "", re.I) else None
    told = codes_of(await open_book(run.page), name, place, look, step.get("many"))
    if not told:
        return False
    if st.get("phase") != "coded":
        code = "await page.page_text(max_chars=20000)"
        return await run.act(step, code, f"Read the {fields[0]} of {name}.", phase="coded")
    await outcome_of(run, step)
    run.saw(told)
    found = {"kind": "details", "value": {fields[0]: told}, "of": step["text"]}
    run.memory["results"].append(found)
    return True


def codes_of(
    book: Book, name: str, place: str, look: re.Pattern[str] | None, many: int | None = None
) -> str:
    """The one piece of codes beside a name; "" without one, or where cards differ."""
    if any(not book.tells(singular(w)) for w in plain(place).split() if w not in STOPWORDS):
        return ""
    found: set[str] = set()
    for item in book.items:
        if sum(plain(p) == plain(name) for p in item.pieces) != 1:
            continue
        pieces = [p for p in item.pieces if _are_codes(p, look, many)]
        if len(pieces) != 1:
            return ""
        found.add(pieces[0])
    return found.pop() if len(found) == 1 else ""


def _are_codes(piece: str, look: re.Pattern[str] | None, many: int | None) -> bool:
    parts = [p for p in _BETWEEN.split(piece.strip()) if p]
    shapes = (look,) if look else (_COLOUR, _CODE)
    fits = all(any(s.fullmatch(p) for s in shapes) for p in parts)
    return bool(parts) and fits and many in (None, len(parts))
