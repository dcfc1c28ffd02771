"""A detail that fits several choices of a form: a person says which ("Berg": Nora or Tomas)."""

from __future__ import annotations

from typing import Any

from agents.browser.extract_names import plain
from agents.model.embedded.doing import placing
from agents.model.embedded.doing.touch import click_code
from agents.model.embedded.ground import describe
from agents.model.embedded.run import SKIP, Run, Step, chosen, reply_value
from agents.model.embedded.view import Element, View
from agents.ports import Ask, Decision

Piece = dict[str, Any]


def which(run: Run, step: Step, view: View, wanted: list[Piece]) -> Ask | None:
    """The question about the first detail that several cards or options of a list say."""
    for piece in wanted:
        text = (piece.get("value") or {}).get("text", "")
        if not text or not piece.get("choice") or piece.get("asked"):
            continue
        at = step["pieces"].index(piece)
        cards = placing.partly(view, text, set())
        if len(cards) > 1:
            piece["asked"] = True
            step["st"].update(about=at, of="cards")
            return run.ask_which(step, cards[:8])
        options = next((o for e in view.elements if len(o := options_with(e, text)) > 1), [])
        if options:
            piece["asked"] = True
            return _ask_option(run, step, at, options[:12])
    return None


def options_with(e: Element, text: str) -> list[str]:
    """A select's options that say all words of a choice."""
    words = set(plain(text).split())
    options = (e.d.get("options") or []) if e.tag == "select" and not e.off else []
    return [o for o in options if words and words <= set(plain(o).split())]


def _ask_option(run: Run, step: Step, at: int, options: list[str]) -> Ask:
    choices = [{"value": o, "label": o} for o in options]
    choices.append({"value": SKIP, "label": "None of these: leave this part out"})
    said = step["pieces"][at]["raw"]
    prompt = f"“{said}” fits more than one choice on the page. Which one is meant?"
    asked = Ask(prompt=prompt, kind="choice", choices=choices)
    return run.ask(step, asked, about=at, of="options", phase="option")


async def take(run: Run, step: Step) -> Decision | None:
    """Use the answer: press the card, or give the option as the detail's value."""
    st = step["st"]
    piece = step["pieces"][st.pop("about")]
    if st.pop("of") == "options":
        answer, run.answer, st["phase"] = run.answer, None, ""
        value = reply_value(answer) if answer and answer.status == "answered" else SKIP
        if value == SKIP:
            piece["done"] = True
        else:
            piece.update(value={"text": str(value)}, raw=str(value))
        return None
    picked = chosen(await run.view(), step)
    st.pop("chosen", None)
    if picked is None:
        return None
    piece["done"] = True
    why = f"Choose {describe(picked)}."
    return await run.act(step, await click_code(picked), why, label=describe(picked))
