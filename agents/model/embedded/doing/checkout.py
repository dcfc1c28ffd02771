"""Taking a cart to the checkout, with the details that were given, and asking for the rest."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.model.embedded.doing import asked, placing
from agents.model.embedded.doing.adders import ADD, presses
from agents.model.embedded.doing.touch import clear_way, click_code, outcome_of, recover
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step, settle_answer
from agents.model.embedded.view import Element, View, locate, value_code
from agents.ports import Decision

_PROCEED = re.compile(
    (
        r"(?:proceed to |go to |secure )?check ?out|place (?:your |my )?order|pay(?: "
        r"now| \W?[\d.,]+.*)?|complete (?:order|purchase)|confirm (?:order|purchase)|"
        r"buy now|submit order|order now|(?:check ?out|continue|proceed) as (?:a )?guest|"
        r"guest check ?out|(?:save and )?(?:continue|proceed)(?: to (?:payment|shipping|delivery|"
        r"review|summary|order|check ?out|the next step))?|next(?: step)?|to payment|"
        r"review (?:your |my )?order|(?:use|deliver to) this address"
    ),
    re.I,
)

_LAST = re.compile(r"place|pay|complete|confirm|buy|submit|order", re.I)  # ends the checkout
_PLACED = re.compile(
    (
        r"[^\n]{0,60}(?:thank you|order (?:has been |is |was )?(?:placed|confirmed|"
        r"received|complete)|purchase complete|confirmation number|order "
        r"number)[^\n]{0,80}"
    ),
    re.I,
)


async def checkout(run: Run, step: Step) -> Decision | None:
    """From the cart to the placed order, asking for details that were not given."""
    st = step["st"]
    if run.answer is not None and st.get("phase") == "form":
        return await _take_answers(run, step)
    if await settle_answer(run, step) is not None:
        return None
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        st.update(cart=False, filled=False)
        decision = await recover(run, step, result, "the checkout")
        if decision is not None or step.get("state") == "failed":
            return decision
    view = await run.view()
    if placed := _PLACED.search(view.body):
        run.saw(placed.group().strip())
        given = [p for p in step.get("pieces") or [] if not p.get("off")]
        unused = [p["raw"] for p in given if not p.get("done")]
        if unused:
            run.note(f"The checkout did not ask for: {', '.join(unused)}.")
            run.memory["unheard"] = True  # no proof that all of it was done
        return None
    if st.get("acts", 0) >= 8:
        return run.ask_takeover(step, "The checkout does not come to an end.")
    rest = [p for p in step.get("pieces") or [] if not p.get("done")]
    if not st.get("cart") and (way := _to_cart(view)):
        why = f"Open {describe(way)}."
        return await run.act(step, await click_code(way), why, cart=True)
    if placed := placing.steps_for(_body(view), rest):
        again = {k: v for k, v in step.items() if k != "state"}
        step["splice"] = [{"text": step["text"], **s} for s in placed] + [again]
        return None
    empty = [e for e in view.elements if _is_owed(e)]
    if step.get("stop"):  # who stops before paying is asked for no card
        empty = [e for e in empty if not _PAYS.search(asked.about(e))]
    if step.get("stop") and (last := stopping_at(view, empty)):
        run.note(f"I stopped before {last}, as you said.")
        return None
    if empty and not st.get("filled"):
        return await _type_given(run, step, empty) or _ask_details(run, step, empty)
    controls = [e for e in view.elements if presses(e)]
    pay = [e for e in controls if _PROCEED.fullmatch(norm(e.name))]
    if pay:
        left = [p for p in rest if not p.get("off") and not p.get("maybe")]
        if left and _LAST.match(norm(pay[-1].name)):
            names = ", ".join(f"“{p['raw']}”" for p in left[:4])
            return run.ask_takeover(step, f"The checkout has no place for {names}.")
        why = f"Go on with {describe(pay[-1])}."
        return await run.act(step, await click_code(pay[-1]), why, filled=False)
    cart = [e for e in controls if _is_cart(e)]
    if cart and not st.get("cart"):
        why = f"Open {describe(cart[0])}."
        return await run.act(step, await click_code(cart[0]), why, cart=True)
    if st.get("acts"):
        return run.ask_takeover(step, "I see no way on to the order from here.")
    run.note("It is in the cart; the page offers no checkout that I could see.")
    return None


_PAYS = re.compile(r"\bcard\b|\bcc\b|\bcv[cv]2?\b|security code|expir|\biban\b|cardholder", re.I)


def stopping_at(view: View, owed: list[Element]) -> str:
    """What must not be touched by somebody who stops before paying: card fields, the last button.

    Other details are still filled in; the last button waits until none is owed.
    """
    cards = [e for e in view.elements if e.role in ("textbox", "spinbutton") and _PAYS.search(
        asked.about(e))]  # fmt: skip
    others = [e for e in owed if e not in cards]
    if others:
        return ""
    if cards:
        return "the payment"
    last = [e for e in view.elements if presses(e) and _FINAL.fullmatch(norm(e.name))]
    return describe(last[-1]) if last else ""


_FINAL = re.compile(
    r"(?:place|complete|confirm|submit) (?:your |my |the )?(?:order|purchase|payment)|"
    r"pay(?: now| \W?[\d.,]+.*)?|buy now|order now|order and pay|confirm and pay",
    re.I,
)


def _body(view: View) -> View:
    """The page without its foot: the letter that can be ordered there is no part of an order."""
    foot = ("footer", "contentinfo")
    kept = [e for e in view.elements if e.place not in foot and "footer" not in e.path]
    return replace(view, elements=kept, whole=view)


_AT_CART = re.compile(r"cart|basket|\bbag\b|trolley|check-?out|\border|payment|delivery", re.I)


def _to_cart(view: View) -> Element | None:
    """The way to the cart from another page, whose own fields (a letter, a note) take nothing."""
    heads = " ".join(e.text or "" for e in view.texts if e.role == "heading")
    if _AT_CART.search(f"{view.url.rpartition('/')[2]} {view.title} {heads}"):
        return None
    links = [e for e in view.elements if e.role == "link" and e.href and _is_cart(e) and not e.off]
    return links[0] if len({e.href for e in links}) == 1 else None


def _is_owed(e: Element) -> bool:
    """A required field with nothing in it."""
    typed = e.role in ("textbox", "combobox", "spinbutton") and e.place != "search"
    return bool(e.req and typed and not e.off and not (e.value or "").strip())


def _is_cart(e: Element) -> bool:
    about = f"{e.name} {e.tip}"
    named = re.search(r"\b(?:cart|basket|bag|trolley)\b", about, re.I)
    return bool(named) and not ADD.search(e.name) and not re.search("remove", e.name, re.I)


def _ask_details(run: Run, step: Step, fields: list[Element]) -> Decision:
    """One form for all that the page needs and nobody said."""
    keys = {e.name or f"field {i + 1}": e.key for i, e in enumerate(fields)}
    parts = {
        e.name or f"field {i + 1}": asked.part(asked.about(e), e.type or "")
        for i, e in enumerate(fields)
    }
    prompt = "The checkout asks for details that I was not given."
    return asked.ask_for(run, step, prompt, parts, phase="form", fields=keys)


async def _take_answers(run: Run, step: Step) -> Decision | None:
    """A person gave the details: keep them, and type them in."""
    answer, run.answer = run.answer, None
    given = asked.values_of(run, answer, step["st"].get("fields", {}))
    step["st"]["phase"] = ""
    if not given:
        run.fail(step, "the details for the checkout were not given")
        return None
    step["given"] = {**step.get("given", {}), **given}
    return await checkout(run, step)


async def _type_given(run: Run, step: Step, fields: list[Element]) -> Decision | None:
    """Fill in what a person gave; None when nothing of it belongs here."""
    given, lines = {**run.memory.get("given", {}), **step.get("given", {})}, []
    for i, element in enumerate(fields):
        value = given.get(element.name or f"field {i + 1}")
        if not value:
            continue
        method = "select_option" if element.tag == "select" else "fill"
        lines.append(f"await {await locate(element)}.{method}({value_code(value)})")
    if not lines:
        return None
    if cleared := await clear_way(run, step, fields[0]):
        return cleared
    return await run.act(step, "\n".join(lines), "Fill in the details.", filled=True)
