"""Fields that a request names and that are not shown yet: what opens the form they lie in.

A closed dialog or part is opened by the one control that says so in its markup, or that is called
as the dialog is. What deletes, buys or sends is never pressed to find a field.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from agents.browser.as_text import as_text, from_text
from agents.browser.extract_names import plain
from agents.browser.unshadowed import unshadowed
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run
from agents.model.embedded.view import Element, View

_NAMED = 0.85
_FILLING = frozenset(
    ["fill", "set", "select", "check", "uncheck", "pick_date", "fill_form", "upload"]
)
_MAX_LABEL_WORDS = 4


async def opener_for(run: Run, step: dict[str, Any], names: list[str]) -> Element | None:
    """The one control that shows the hidden field which is called by one of the names."""
    if step["do"] not in _FILLING or not names:
        return None
    view = await run.view()
    if any(e.top for e in view.elements):
        return None  # an open dialog comes first
    try:
        raw = from_text(await run.page.evaluate(_script(), {}))["fields"]
    except (PlaywrightError, ValueError):
        return None
    meant = [f for f in raw if any(likeness(n, f["name"]) >= _NAMED for n in names)]
    ways = {e.key: e for f in meant if (e := _way(view, f)) is not None}
    return next(iter(ways.values())) if len(ways) == 1 else None


def labels_of(pieces: list[dict[str, Any]]) -> list[str]:
    """What the fields of pieces may be called; without a label, by how each begins."""
    out: list[str] = []
    for piece in pieces:
        words = piece["raw"].split()
        begins = [" ".join(words[:n]) for n in range(1, min(len(words), _MAX_LABEL_WORDS))]
        out += [piece["label"]] if piece.get("label") else begins
    return out


def _way(view: View, field: dict[str, Any]) -> Element | None:
    declared = {norm(n) for n in field["openers"]} - {""}
    called = declared or {norm(field["title"])} - {""}
    found = [
        e
        for e in view.elements
        if e.role in ("button", "link", "tab", "menuitem") and not e.off
        and norm(e.name) in called and (declared or _is_harmless(e))
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


_DEEDS = frozenset(
    ["delete", "remove", "cancel", "pay", "buy", "order", "purchase", "deactivate", "reset",
     "withdraw", "revoke", "ban", "suspend", "send", "submit", "save", "publish", "clear"]
)  # fmt: skip


def _is_harmless(e: Element) -> bool:
    """Whether pressing it seems to do no more than open something."""
    sends = e.type == "submit" and e.form is not None and e.form >= 0
    return not sends and not set(plain(e.name).split()) & _DEEDS


@cache
def _script() -> str:
    source = Path(__file__).with_name("hidden_forms.js").read_text(encoding="utf-8")
    return as_text(unshadowed(source))
