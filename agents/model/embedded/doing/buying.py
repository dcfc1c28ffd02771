"""Putting things into a cart and taking it to the checkout."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.browser.extract_names import singular
from agents.model.embedded.doing import asked, placing, steppers
from agents.model.embedded.doing.adders import ADD, is_add, mentions, presses
from agents.model.embedded.doing.best import best_of, title_of
from agents.model.embedded.doing.searching import search_field
from agents.model.embedded.doing.touch import clear_way, click_code, outcome_of, recover
from agents.model.embedded.grammar.phrases import bare, leading_count
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step, answered, settle_answer
from agents.model.embedded.view import Element, View, locate, quote, value_code
from agents.ports import Decision


async def add(run: Run, step: Step) -> Decision | None:
    """Put a thing into the cart (or buy it): its own button, else its page, else search."""
    st, target = step["st"], step["target"]
    if step.get("wish"):
        return await _the_best(run, step)
    if step.get("bare") and not step["st"].get("acts") and not _sells(await run.view()):
        step["splice"] = [{"do": "unknown", "words": step["text"], "text": step["text"]}]
        return None
    if asked.fail_unknown(run, step):
        return None
    if await answered(run, step):
        return None
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        st.update(opened=False, searched=False)
        decision = await recover(run, step, result, st.get("label", "the button"))
        if decision is not None or step.get("state") == "failed":
            return decision
        st["phase"] = ""
    view = await run.view()
    if "quantity" not in step:
        count, rest = leading_count(target.get("words") or "")
        step["quantity"] = target.pop("count", None) or count or 1
        if count and rest:
            target["words"] = singular(rest)
    if st.get("phase") == "added":
        return await _added(run, step, view)
    name = (
        ""
        if re.fullmatch(
            r"(?:it|this|that|them|one|the item|the product)?", target.get("words") or "", re.I
        )
        else target["words"]
    )
    if name and "buy" not in step["verb"] and (several := _parted(view, step, name)):
        step["splice"] = several
        return None
    return await _find_button(run, step, view, name)


def _sells(view: View) -> bool:
    """Whether the page has buttons that add things, or a search for them."""
    adds = any(presses(e) and is_add(e, {"verb": "add"}) for e in view.elements)
    return adds or search_field(view) is not None


async def _the_best(run: Run, step: Step) -> Decision | None:
    """ "The cheapest lamp": its name out of the list, then it as if it had been named."""
    if await answered(run, step):
        return None
    found = await best_of(run, step)
    if not isinstance(found, list):
        return found
    if gone := [title_of(r) for r in found if _SOLD.search(" ".join(map(str, r.values())))]:
        names = ", ".join(f"“{name}”" for name in gone)
        return run.ask_takeover(step, f"{names} cannot be ordered now: it is sold out.")
    again = {k: v for k, v in step.items() if k not in ("st", "state", "wish")}
    step["splice"] = [
        {**again, "target": {**step["target"], "words": name, "raw": name}}
        for name in map(title_of, found)
    ]
    return None


async def _find_button(run: Run, step: Step, view: View, name: str) -> Decision | None:
    """The button that adds the thing: here, on its own page, or after a search for it."""
    st = step["st"]
    adders = [e for e in view.elements if presses(e) and is_add(e, step)]
    buttons = [e for e in adders if not e.off]
    mine = [e for e in buttons if mentions(e, name)] if name else buttons
    if st.get("opened") and not mine:  # on the thing's own page, beside others that go with it
        own = [e for e in buttons if not e.row]
        mine = own if len({norm(e.name) for e in own}) == 1 else []
    if name and len(mine) > 1 and len({e.name for e in mine}) == 1:
        best = max(likeness(name, e.row) for e in mine)
        alike = [e for e in mine if likeness(name, e.row) >= best - 0.02]
        if len(alike) > 1 and not st.get("asks") and not st.get("chosen"):
            return run.ask_which(step, alike[:8])
        mine = [e for e in mine if e.key == st.get("chosen")] or alike
    if mine:
        verb = step["verb"].split()[0]
        button = next((e for e in mine if re.search(verb, e.name, re.I)), mine[0])
        if cleared := await clear_way(run, step, button):
            return cleared
        label = describe(button)
        code = await click_code(button)
        if step.get("quantity", 1) > 1:
            count = await _count_code(view, button, step["quantity"])
            if count is None and (step["verb"] in _PAID or (not st.get("opened") and button.row)):
                link = _page_of(view, button, name)
                if link is not None and not st.get("opened"):
                    why = f"There is no number here: open {describe(link)}."
                    return await run.act(step, await click_code(link), why, opened=True)
            if count is None and step["verb"] in _PAID:
                problem = f"I see no way to say how many ({step['quantity']}) at {label}."
                return run.ask_takeover(step, problem)
            if count is None:
                st.update(more=step["quantity"] - 1, again=button.key)
            code = f"{count}\n{code}" if count else code
        return await run.act(step, code, f"Click {label}.", phase="added", label=label)
    off = [e for e in adders if e.off and (not name or mentions(e, name))]
    if off:
        label = describe(off[0])
        run.fail(step, f"“{name or 'it'}” cannot be ordered now ({label} is switched off)")
        return None
    return await _look_for(run, step, view, name)


_SOLD = re.compile(r"sold out|out of stock|unavailable|ausverkauft|épuisé|agotado|esaurito", re.I)
_PAID = ("buy", "purchase", "order")


def _page_of(view: View, button: Element, name: str) -> Element | None:
    """The link to the page of the thing whose row has the button."""
    links = [e for e in view.elements if e.role == "link" and e.href and e.row == button.row]
    return next((e for e in links if name and likeness(name, e.name) > 0.8), None)


async def _press_again(run: Run, step: Step, view: View) -> Decision | None:
    """Where a page has no number for it, each press adds one."""
    st = step["st"]
    button = next((e for e in view.elements if e.key == st["again"] and not e.off), None)
    if button is None or view.mark == run.mark_before:
        done = step["quantity"] - st["more"]
        st["more"] = 0
        problem = f"{done} of {step['quantity']} is in the cart; I see no way to add the rest."
        return run.ask_takeover(step, problem)
    st["more"] -= 1
    why = f"Click {st['label']} once more."
    return await run.act(step, await click_code(button), why, phase="added")


async def _count_code(view: View, button: Element, count: int) -> str | None:
    """Code that sets how many, at the button's own row or else on the page; None: no way."""
    row = [e for e in view.elements if button.rowId >= 0 and e.rowId == button.rowId]
    near = row or view.elements
    typed = [e for e in near if _is_quantity(e)]
    typed = typed or [e for e in row if e.role in ("textbox", "spinbutton") and _is_number(e)]
    if typed:
        return f'await {await locate(typed[0])}.fill("{count}")'
    lists = [e for e in near if e.tag == "select" and str(count) in (e.d.get("options") or [])]
    if lists and (row or len(lists) == 1):
        return f'await {await locate(lists[0])}.select_option(label="{count}")'
    found = steppers.row_stepper(view, button.row) if row else steppers.stepper(view, "quantity")
    return await steppers.press_code(found, count) if found else None


def _is_number(e: Element) -> bool:
    return bool(re.fullmatch(r"\d{1,3}", str(e.value or "").strip()))


def _parted(view: View, step: Step, name: str) -> list[Step]:
    """ "A and B" where each is a thing of its own here, and both together are none."""
    names = [n for n in re.split(r",\s*(?:and\s+)?|\s+and\s+", name) if n.strip()]
    adders = [e for e in view.elements if presses(e) and is_add(e, step)]
    if len(names) < 2 or any(mentions(e, name) for e in adders):
        return []
    out = []
    for i, one in enumerate(names):
        count, rest = leading_count(bare(one))
        words = singular(bare(rest)) if count else bare(one)
        if not any(mentions(e, words) for e in adders):
            return []
        quantity = (step["quantity"] if not i else None) or count or 1
        target = {**step["target"], "words": words, "raw": one}
        out.append({"do": "add", "verb": step["verb"], "text": step["text"], "target": target,
                    "quantity": quantity})  # fmt: skip
    return out


async def _look_for(run: Run, step: Step, view: View, name: str) -> Decision | None:
    """No button yet: open the thing's page, or search for it, or ask."""
    st = step["st"]
    if name and not st.get("opened"):
        target = {"words": name, "raw": name, "kind": None}
        links = rank(view, target, roles={"link", "button"})
        links = [m for m in links if m.element.role == "link" or m.score >= 0.9]
        if links and links[0].score >= 0.66:
            element = links[0].element
            why = f"Open {describe(element)}."
            return await run.act(step, await click_code(element), why, opened=True)
    field = search_field(view)
    if name and not st.get("searched") and field is not None:
        where = await locate(field)
        code = f'box = {where}\nawait box.fill({quote(name)})\nawait box.press("Enter")'
        return await run.act(step, code, f"Search for “{name}”.", phase="", searched=True)
    if st.get("asks", 0) >= 2:
        run.fail(step, f"I found no way to buy “{name or 'it'}” here")
        return None
    return run.ask_takeover(step, f"I found no button that buys “{name or 'it'}”.")


def _is_quantity(e: Element) -> bool:
    typed = e.role in ("spinbutton", "textbox") and not e.off
    return typed and bool(re.search(r"quantity|\bqty\b|amount", f"{e.name} {e.attr}", re.I))


async def _added(run: Run, step: Step, view: View) -> Decision | None:
    """See a sign that it worked."""
    if step["st"].get("more"):
        return await _press_again(run, step, view)
    sign = re.search(
        (
            r"[^\n]{0,60}\b(?:added|in your (?:cart|basket|bag)|thank you|order "
            r"(?:placed|confirmed)|(?:cart|basket|bag)\s*\(?\s*[1-9])[^\n]{0,60}"
        ),
        view.body,
        re.I,
    )
    if sign:
        run.saw(sign.group().strip())
    elif view.mark == run.mark_before:
        run.note("The page showed no sign that it was put into the cart.")
    if step["verb"] in _PAID:
        step["do"], step["st"] = "checkout", {}
        return await checkout(run, step)
    return None


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
