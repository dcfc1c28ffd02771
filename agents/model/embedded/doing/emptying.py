"""Emptying a cart: the button that empties it, else each of its things by its own."""

from __future__ import annotations

import re

from agents.model.embedded.doing.touch import click_code, freeing_code, outcome_of
from agents.model.embedded.doing.ways import cart_link
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

MAX_THINGS = 40
_CART = re.compile(r"\b(?:cart|basket|bag|trolley)\b", re.I)
_ALL_AT_ONCE = re.compile(
    r"(?:empty|clear|remove all)(?: (?:the|my|your|all|from|items|shopping))* ?"
    r"(?:cart|basket|bag|trolley|items|all)?", re.I
)  # fmt: skip
_REMOVES = re.compile(r"(?:remove|delete)\b.*|[×✕x]", re.I)


async def empty_cart(run: Run, step: Step) -> Decision | None:
    """Go to the cart, and take out all that is in it."""
    st = step["st"]
    if st.get("phase") == "removed":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "it could not be removed").splitlines()[0])
            return None
    view = await run.view()
    if not _is_cart(view) and not st.get("visited"):
        link = cart_link(view)
        if link is None:
            run.fail(step, "I see no cart on the page")
            return None
        return await run.act(step, await click_code(link), "Open the cart.", visited=True, phase="")
    left = _removers(view)
    before = st.get("left", len(left) + 1)
    if not left:
        run.saw(view.title)
        return None
    if len(left) >= before or st.get("taken", 0) >= MAX_THINGS:
        run.fail(step, f"{len(left)} things are still in the cart")
        return None
    whole = [e for e in left if _ALL_AT_ONCE.fullmatch(norm(e.name))]
    pick = (whole or left)[0]
    code = await freeing_code(view, pick) + await click_code(pick)
    taken = st.get("taken", 0) + 1
    why = f"Take out: {describe(pick)}."
    return await run.act(step, code, why, on=pick, phase="removed", left=len(left), taken=taken)


def _is_cart(view: View) -> bool:
    heads = [e.name for e in [*view.elements, *view.texts] if e.tag == "h1"]
    return any(_CART.search(x) for x in [view.title, *heads])


def _removers(view: View) -> list[Element]:
    """The controls that take something out of the cart."""
    buttons = [e for e in view.elements if e.role in ("button", "link") and not e.off]
    whole = [e for e in buttons if _ALL_AT_ONCE.fullmatch(norm(e.name))]
    return [*whole, *(e for e in buttons if e.row and _REMOVES.fullmatch(norm(e.name)))]
