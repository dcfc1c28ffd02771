"""Putting things into a cart: the button of each, here, on its own page or after a search."""

from __future__ import annotations

import re

from agents.browser.extract_names import singular
from agents.model.embedded.doing import adders as adders_
from agents.model.embedded.doing import asked, steppers
from agents.model.embedded.doing.adders import is_add, mentions, presses
from agents.model.embedded.doing.best import best_of, title_of
from agents.model.embedded.doing.checkout import checkout
from agents.model.embedded.doing.searching import search_field
from agents.model.embedded.doing.touch import clear_way, click_code, outcome_of, recover
from agents.model.embedded.grammar.phrases import bare, leading_count
from agents.model.embedded.ground import describe, leads_to, rank
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step, answered, chosen
from agents.model.embedded.view import Element, View, locate, quote
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
    name = name or _told_last(run)
    if name and (several := _parted(view, step, name)):
        step["splice"] = several
        return None
    return await _find_button(run, step, view, name)


def _told_last(run: Run) -> str:
    """What "it" is: the one thing that was opened, or read, last."""
    lists = [r["value"] for r in run.memory["results"] if r["kind"] == "list"]
    item = run.memory.get("item") or (lists[-1][0] if lists and len(lists[-1]) == 1 else None)
    return title_of(item) if item else ""


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
    picked = chosen(view, step)
    mine = [picked] if picked in buttons else adders_.meant(view, mine, name)
    if len(adders_.rows_of(mine)) > 1 and not st.get("asks"):
        return run.ask_which(step, adders_.rows_of(mine)[:8])
    if mine:
        verb = step["verb"].split()[0]
        button = next((e for e in mine if re.search(verb, e.name, re.I)), mine[0])
        if cleared := await clear_way(run, step, button):
            return cleared
        label = describe(button)
        code = await click_code(button)
        if button.row and name and not st.get("opened"):
            run.memory["listed"] = view.url
        if step.get("quantity", 1) > 1:
            count = await _count_code(view, button, step["quantity"])
            if count is None and (step["verb"] in _PAID or (not st.get("opened") and button.row)):
                link = _page_of(view, button, name)
                if link is not None and not st.get("opened"):
                    run.memory["listed"] = view.url
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
    """ "A and B" where each is a thing of its own here, and both together are none.

    What is bought is put into the cart first, and the last of it leads to the checkout.
    """
    names = [n for n in re.split(r",\s*(?:and\s+)?|\s+and\s+", name) if n.strip()]
    buttons = [e for e in view.elements if presses(e) and is_add(e, step)]
    if len(names) < 2 or any(mentions(e, name) for e in buttons):
        return []
    out: list[Step] = []
    for i, one in enumerate(names):
        count, rest = leading_count(bare(one))
        words = singular(bare(rest)) if count else bare(one)
        if not any(mentions(e, words) for e in buttons):
            return []
        quantity = (step["quantity"] if not i else None) or count or 1
        target = {**step["target"], "words": words, "raw": one}
        verb = "add to cart" if step["verb"] in _PAID else step["verb"]
        out.append({"do": "add", "verb": verb, "text": step["text"], "target": target,
                    "quantity": quantity})  # fmt: skip
    last = {k: step[k] for k in ("verb", "pieces", "stop") if k in step}
    return [*out[:-1], {**out[-1], **last}]


async def _look_for(run: Run, step: Step, view: View, name: str) -> Decision | None:
    """No button yet: open the thing's page, or search for it, or ask."""
    st = step["st"]
    if name and (back := await _back_to_list(run, step, view, name)):
        return back
    if name and not st.get("opened"):
        target = {"words": name, "raw": name, "kind": None}
        links = rank(view, target, roles={"link", "button"})
        links = [m for m in links if m.element.role == "link" or m.score >= 0.9]
        links = [m for m in links if mentions(m.element, name)]  # all of it, and no part
        if links and links[0].score >= 0.66:
            element = links[0].element
            why = f"Open {describe(element)}."
            run.memory["listed"] = view.url
            return await run.act(step, await click_code(element), why, opened=True)
    field = search_field(view)
    if name and not st.get("searched") and field is not None:
        where = await locate(field)
        code = f'box = {where}\nawait box.fill({quote(name)})\nawait box.press("Enter")'
        return await run.act(step, code, f"Search for “{name}”.", phase="", searched=True)
    if st.get("asks", 0) >= 2:
        run.fail(step, f"I found no way to buy “{name or 'it'}” here")
        return None
    gone = _SOLD.search(view.body) if st.get("opened") else None
    if gone:
        problem = f"“{name}” cannot be ordered now: the page says “{gone.group()}”."
        return run.ask_takeover(step, problem)
    return run.ask_takeover(step, f"I found no button that buys “{name or 'it'}”.")


async def _back_to_list(run: Run, step: Step, view: View, name: str) -> Decision | None:
    """After one thing was put into the cart: back to where it was, if this page sells no other."""
    listed = run.memory.get("listed")
    sells = any(presses(e) and is_add(e, step) and e.row for e in view.elements)
    been = step["st"].get("back") or step["st"].get("opened")
    if not listed or listed == view.url or sells or been:
        return None
    links = [e for e in view.elements if e.role == "link" and leads_to(e) == listed and not e.off]
    if links:
        code, why = await click_code(links[0]), f"Go back with {describe(links[0])}."
    else:
        code, why = f"await page.goto({quote(listed)})", "Go back to the list of things."
    return await run.act(step, code, f"“{name}” is not on this page. {why}", back=True)


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
