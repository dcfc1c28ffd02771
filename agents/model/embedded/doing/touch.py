"""Acting on one element: ground it, write the code, check what came of it, recover."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from agents.browser.extract_names import plain, singular
from agents.model.embedded.again import may_try_another
from agents.model.embedded.doing.hidden_forms import opener_for
from agents.model.embedded.doing.nearby import in_focus, same_form, twin_at_hand
from agents.model.embedded.doing.opening import items_meant, row_link
from agents.model.embedded.doing.ways import (
    blocker,
    cart_link,
    folded_menu,
    named_so,
    next_link,
    unopened,
    way_to,
)
from agents.model.embedded.grammar.nouns import is_place
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import LEAST, Match, decide, describe, rank
from agents.model.embedded.run import Run, Step, chosen, settle_answer
from agents.model.embedded.view import Element, View, locate, quote, settle
from agents.ports import Decision, StepResult

MAX_TRIES, MAX_WAYS = 3, 3


MAX_TURNS = 10  # pages of a list that one thing to open is looked for on


async def point(
    run: Run,
    step: Step,
    target: Target,
    *,
    roles: Iterable[str] | None = None,
    editable: bool = False,
    texts: bool = True,
    narrow: Callable[[list[Match]], list[Match]] | None = None,
) -> Element | Decision | None:
    """The element a step means, a question to a person, or None when the step is over."""
    outcome = await settle_answer(run, step)
    if outcome in ("skip", "done"):
        if outcome == "skip":
            run.skip(step)
        return None
    if outcome == "reworded":
        step["replace"] = step["st"].pop("reworded")
        return None
    view = await run.view()
    if picked := chosen(view, step):
        return picked
    focus = run.memory.get("focus")
    matches = rank(
        view,
        target,
        roles=roles,
        editable=editable,
        texts=texts and not editable,
        avoid=step["st"].get("tried", []),
    )
    if narrow:
        matches = narrow(matches)
    if step.get("opens"):
        matches = items_meant(view, target, matches)
    matches = in_focus(matches, focus, target)
    kind, found = decide(matches)
    if kind == "one":
        return twin_at_hand(run, matches, found[0])
    if kind == "many" and (near := same_form(run, found)):
        return near
    if kind == "many":
        if step["st"].get("asks", 0) >= 2:
            return found[0].element
        return run.ask_which(step, [m.element for m in found])
    if kind == "none" and step.get("opens") and (way_in := row_link(view, _whole(target))):
        return way_in
    if _arrived(view, step, target):
        run.saw(view.title)
        return None
    return await _missing(run, step, view, target)


async def _missing(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    """Nothing fits: wait, look behind an overlay, scroll, open what is folded; then ask."""
    for recovery in _RECOVERIES:
        if decision := await recovery(run, step, view, target):
            return decision
    if step["st"].get("asks", 0) >= 2:
        run.fail(step, f"nothing on the page fits “{named(target)}”")
        return None
    return run.ask_takeover(
        step, f"I cannot find “{named(target)}” on the page for “{step['text']}”."
    )


def _first_time(step: Step, recovery: str) -> bool:
    """Whether this was not tried for the step yet; from now on it was."""
    recovered = step["st"].setdefault("recovered", [])
    if recovery in recovered:
        return False
    recovered.append(recovery)
    return True


async def _wait(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    if not _first_time(step, "wait"):
        return None
    why = f"Nothing fits “{named(target)}” yet: wait for the page."
    return await run.act(step, "await page.wait_for_timeout(700)", why, phase="")


async def _uncover(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    if not _first_time(step, "overlay") or (button := blocker(view)) is None:
        return None
    code = f"await {await locate(button)}.click()"
    return await run.act(
        step, code, f"Close what lies over the page: {describe(button)}.", phase=""
    )


async def _turn(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    turned = step["st"].get("turned_for", 0)
    further = next_link(view) if step.get("opens") and turned < MAX_TURNS else None
    if further is None or further.popup:
        return None
    code, why = await click_code(further), f"“{named(target)}” is not on this page of the list"
    return await run.act(step, code, f"{why}: go to the next.", phase="", turned_for=turned + 1)


async def _open_found(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    """What a step before found may hold it."""
    focus = run.memory.get("focus")
    holder = named_so(view, focus) if focus else None
    if holder is None or not _first_time(step, "focus"):
        return None
    why = f"It is not in sight: open {describe(holder)}, found before."
    return await run.act(step, await click_code(holder), why, phase="")


async def _open_cart(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    cart = cart_link(view) if target.get("coupon") else None
    if cart is None or not _first_time(step, "cart"):
        return None
    why = f"Codes are taken in the cart: {describe(cart)}."
    return await run.act(step, await click_code(cart), why, phase="")


async def _go_there(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    ways = step["st"].setdefault("ways", [])
    way = way_to(view, _whole(target), ways) if len(ways) < MAX_WAYS else None
    if way is None:
        return None
    ways.append(way.key)
    why = f"“{named(target)}” is not on this page: open {describe(way)}."
    return await run.act(step, await click_code(way), why, phase="")


async def _show_form(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    names = [n for n in (target.get("words"), target.get("raw")) if n]
    if not _first_time(step, "hidden") or not (way := await opener_for(run, step, names)):
        return None
    why = f"“{named(target)}” does not show yet: open {describe(way)}."
    return await run.act(step, await click_code(way), why, phase="")


async def _unfold(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    st = step["st"]
    if "unfold" in st or (fold := unopened(view, st)) is None:
        return None
    st.setdefault("unfolded", []).append(fold.key)
    if len(st["unfolded"]) >= 12:
        st["unfold"] = "enough"
    code = f"await {await locate(fold)}.click()"
    why = f"“{named(target)}” is not in sight: look behind {describe(fold)}."
    return await run.act(step, code, why, phase="")


async def _open_menu(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    menu = folded_menu(view)
    if menu is None or not _first_time(step, "menu"):
        return None
    return await run.act(step, await click_code(menu), f"Look behind {describe(menu)}.", phase="")


async def _scroll(run: Run, step: Step, view: View, target: Target) -> Decision | None:
    recovered = step["st"].setdefault("recovered", [])
    if recovered.count("scroll") >= 4 or view.scroll + view.height >= view.tall - 40:
        return None
    recovered.append("scroll")
    code = (
        "await page.mouse.move(400, 300)\nawait page.mouse.wheel(0, 900)\nawait "
        "page.wait_for_timeout(300)"
    )
    return await run.act(step, code, f"“{named(target)}” is not in sight: scroll down.", phase="")


# What is tried, in this order, when nothing on the page is what a step means.
_RECOVERIES = (
    _wait, _uncover, _turn, _open_found, _open_cart, _go_there, _show_form, _unfold, _open_menu,
    _scroll,
)  # fmt: skip


def _whole(target: Target) -> str:
    """All that was said of what is meant: its name, and the place that it stands in."""
    return f"{target.get('raw') or ''} {target.get('words') or ''} {target.get('in') or ''}"


def _arrived(view: View, step: Step, target: Target) -> bool:
    """Whether what was opened on the way is the place itself: its heading says the name."""
    if not step["st"].get("ways") or not (step.get("opens") or step["do"] == "visit"):
        return False
    name = {singular(w) for w in plain(_whole(target)).split() if not is_place(w)} - STOPWORDS
    heads = [e.text or "" for e in view.texts if e.role == "heading"]
    said = {singular(w) for w in plain(" ".join([view.title, *heads])).split()}
    return bool(name) and name <= said


def named(target: Target) -> str:
    return target.get("raw") or target.get("words") or target.get("kind") or "it"


async def outcome_of(run: Run, step: Step) -> StepResult | None:
    """The result of this step's last Act, taken once."""
    result, run.result = run.result, None
    return result


async def recover(run: Run, step: Step, result: StepResult, label: str) -> Decision | None:
    """An Act failed: clear the way, try again or another candidate, or ask. None: ground again."""
    st = step["st"]
    message = (result.error_message or "").strip()
    st["fails"] = st.get("fails", 0) + 1
    if re.search(r"policy|denied|refused|not allowed", f"{result.error_code} {message}", re.I):
        run.fail(step, message.splitlines()[0][:200] if message else "it was refused")
        return None
    blocked = re.search(
        r"intercepts pointer|not visible|outside of the viewport|covered|Timeout", message, re.I
    )
    if blocked and not st.get("cleared") and (button := blocker(await run.view())):
        st["cleared"] = True
        code = f"await {await locate(button)}.click()"
        return await run.act(
            step,
            code,
            f"Something lies over {label}: close it first ({describe(button)}).",
            phase="",
        )
    if st["fails"] >= MAX_TRIES:
        if st.get("asks", 0) >= 2:
            run.fail(
                step,
                f"{label} failed: {(message or 'no reason given').splitlines()[0][:160]}",
            )
            return None
        reason = message.splitlines()[0][:160] if message else "it did not react"
        return run.ask_takeover(step, f"“{step['text']}” failed {st['fails']} times ({reason}).")
    if st.get("aim") and not st.get("chosen") and may_try_another(step, result):
        st.setdefault("tried", []).append(st["aim"])
    return None


async def click_target(
    run: Run,
    step: Step,
    target: Target,
    *,
    roles: Iterable[str] | None = None,
    method: str = "click",
    why: str = "",
    narrow: Callable[[list[Match]], list[Match]] | None = None,
) -> Decision | None:
    """Click (or hover, ...) what a phrase means; the page must show some reaction."""
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is None or result.ok:
            return await after_click(run, step, target)
        decision = await recover(run, step, result, st.get("label", "it"))
        st["phase"] = st["phase"] if st.get("phase") != "acted" else ""
        if decision is not None or step.get("state") == "failed":
            return decision
    element = await point(run, step, target, roles=roles, narrow=narrow)
    if not isinstance(element, Element):
        return element
    if cleared := await clear_way(run, step, element):
        return cleared
    code = await click_code(element, method)
    return await run.act(
        step,
        code,
        why or f"{method.capitalize()} {describe(element)}.",
        on=element,
        phase="acted",
        aim=element.key,
        marks=element.attr or "",
        label=describe(element),
        weak=element.role in ("text", "heading"),
    )


async def clear_way(run: Run, step: Step, element: Element) -> Decision | None:
    """Take off what lies over an element before it is used; None when the way is free."""
    view = await run.view()
    button = blocker(view) if element.cover and not step["st"].get("cleared") else None
    if button is None or button is element:
        return None
    code = await click_code(button)
    why = f"Something lies over {describe(element)}: close it first ({describe(button)})."
    return await run.act(step, code, why, phase="", cleared=True)


async def freeing_code(view: View, element: Element) -> str:
    """Lines that take off what lies over an element, before the line that clicks it; or ""."""
    others = [e for e in view.elements if e.view and not e.float]
    over_all = not element.view and sum(bool(e.cover) for e in others) * 2 > len(others)
    button = blocker(view) if element.cover or over_all else None
    return f"{await click_code(button)}\n" if button not in (None, element) else ""


async def click_code(element: Element, method: str = "click") -> str:
    """Code that clicks an element; a download link or hidden box gets its own way."""
    where = await locate(element)
    if element.tag == "option":
        return f"await {where}.select_option({element.text!r})"
    if element.d.get("behind") and method == "click":
        return f'field = {where}\nawait field.focus()\nawait field.press("ArrowDown")'
    if element.proxy and method == "click":
        return f"await {element.doc.prefix}.locator({quote(element.proxy)}).click()"
    if element.svg and method == "click":
        return f"await {where}.click(force=True)"
    return f"await {where}.{method}()"


async def after_click(run: Run, step: Step, target: Target) -> Decision | None:
    """A click that changed nothing may have hit a label: wait a moment, then try the next best."""
    st = step["st"]
    view = await run.view()
    if view.mark == run.mark_before and not st.get("patient"):
        st["patient"] = True
        await settle(run.page, quiet_ms=500)
        view = await run.view(fresh=True)
    if (
        view.mark == run.mark_before
        and st.get("weak")
        and st.get("fails", 0) < 1
        and not st.get("chosen")
    ):
        st["fails"] = 1
        others = rank(view, target, texts=True, avoid=[st["aim"]])
        if others and others[0].score >= LEAST + 0.1:
            st.setdefault("tried", []).append(st["aim"])
            st["phase"] = ""
            return await click_target(run, step, target)
    if view.url != run.turn.page_url or view.mark != run.mark_before:
        run.memory.pop("focus", None) if view.url != st.get(
            "url"
        ) and view.url != run.turn.page_url else None
    now = next((e for e in view.elements if e.key == st.get("aim")), None)
    drawn = now is not None and "marks" in st and (now.attr or "") != st["marks"]
    same = view.mark == run.mark_before and view.url == run.turn.page_url and not drawn
    if same and not run.memory.get("said"):
        run.note(f"The page showed no reaction to “{step['text']}”.")
        run.memory["unheard"] = True
    else:
        run.saw(view.title)
    return None
