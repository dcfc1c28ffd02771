"""The rest of a form: menus, focus, uploads, sending it off, cookie banners."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing.fields import give_code
from agents.model.embedded.doing.formats import shown
from agents.model.embedded.doing.touch import (
    after_click,
    click_code,
    click_target,
    outcome_of,
    point,
    recover,
)
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision


async def path(run: Run, step: Step) -> Decision | None:
    """ "A > B > C": open menu after menu; a menu that hovering does not open is clicked."""
    st, names = step["st"], step["names"]
    at = st.setdefault("level", 0)
    result = await outcome_of(run, step)
    if at >= len(names):
        return None
    if result is not None and not result.ok and st.get("fails", 0) >= 2:
        run.fail(step, (result.error_message or "the menu did not open").splitlines()[0])
        return None
    st["fails"] = st.get("fails", 0) + (result is not None and not result.ok)
    if at and not st.get("clicked"):
        here = rank(await run.view(), _named(names[at]), texts=True)
        if not here or here[0].score < 0.8:
            st.update(clicked=True)
            return await run.act(step, st["opener"], "Hovering did not open it: click.")
    element = await point(run, step, _named(names[at]))
    if not isinstance(element, Element):
        return element
    where = await locate(element)
    st.update(level=at + 1, clicked=False, chosen=None, opener=f"await {where}.click()")
    last = at == len(names) - 1
    code = (
        f"await {where}.click()"
        if last
        else f"await {where}.hover()\nawait page.wait_for_timeout(500)"
    )
    return await run.act(step, code, f"{'Click' if last else 'Open'} {describe(element)}.")


def _named(name: str) -> dict[str, Any]:
    return {"words": name, "raw": name, "kind": None, "nth": None, "in": None, "quoted": True}


async def focus(run: Run, step: Step) -> Decision | None:
    if step["st"].get("phase") == "acted":
        return None
    element = await point(run, step, step["target"], editable=True)
    if not isinstance(element, Element):
        return element
    return await run.act(
        step,
        f"await {await locate(element)}.click()",
        f"Put the cursor into {describe(element)}.",
        phase="acted",
    )


async def upload(run: Run, step: Step) -> Decision | None:
    """Give a stored file to a file field."""
    if step["st"].get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "the file was not taken").splitlines()[0])
        return None
    view = await run.view()
    fields = [e for e in view.elements if e.type == "file"]
    element = (
        fields[0]
        if len(fields) == 1
        else await point(run, step, step["target"], roles={"file"}, texts=False)
    )
    if not isinstance(element, Element):
        return element
    code = await give_code(element, step["value"])
    return await run.act(step, code or "", f"Upload “{shown(step['value'])}”.", phase="acted")


PRESSED = frozenset(["button", "link", "menuitem", "tab", "generic"])
SUBMIT = re.compile(
    (
        r"submit.*|send(?: [a-z]+){0,3}|save.*|ok|continue|next|go|sign ?in|log ?in|register|"
        r"sign ?up|"
        r"create.*|add|add [a-z]+|apply|done|confirm|finish|absenden|senden|place order|"
        r"search.*|find.*|show [a-z]+|book(?: [a-z]+)?|post(?: [a-z]+)?|publish(?: [a-z]+)?|reply"
    ),
    re.I,
)


_DECLINES = re.compile(
    r"cancel|reset|clear|\bback\b|draft|later|preview|dismiss|discard|never ?mind"
    r"|^(?:no|keep|close)\b"
)


def submit_button(
    view: View, form: list[Any] | None = None, verb: str | None = None
) -> Element | None:
    """The button that sends the form a person is filling in.

    form: [prefix, number] of the form worked on last, whose own button comes first.
    verb: what the person called it ("search").
    """
    best: tuple[float, Element] | None = None
    for e in view.elements:
        drawn = e.role == "link" and re.search(r"\bbtn\b|button", e.attr or "", re.I)
        if not (e.role == "button" or drawn) or e.off or e.x + e.w < 0 or e.y + e.h < 0:
            continue
        name = norm(e.name)
        score = (2.0 if e.type in ("submit", "image") else 0) + (
            2.5 if re.match(r"submit", name) else 1.5 if SUBMIT.fullmatch(name) else 0
        )
        score += (
            0.5 * (e.place in ("form", "dialog"))
            + 1.0 * bool(e.top)
            - 1.5 * (e.place in ("search", "nav", "header", "banner"))
        )
        own = form == [e.doc.prefix, e.d.get("form")]
        score += 1.5 * own + 1.0 * (own and e.type == "submit")
        seeks = re.match(r"(?:search|find)\b", name) and not own and verb not in ("search", "find")
        score -= 1.0 * bool(seeks and form)  # the site's own search sends nothing else
        # Beside another button “Cancel” alone goes back, also where something is to be cancelled.
        meant = bool(verb and re.match(rf"{re.escape(verb)}\b", name)) and name != "cancel"
        score += 1.0 if meant else -1.5 * bool(_DECLINES.search(name))
        if score > 1 and (best is None or score > best[0] + 0.01):
            best = (score, e)
    return best[1] if best else None


async def submit(run: Run, step: Step) -> Decision | None:
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            st["phase"] = ""
            decision = await recover(run, step, result, "the submit button")
            if decision is not None or step.get("state") == "failed":
                return decision
        else:
            return await after_click(run, step, {"words": "submit"})
    verb = step.get("verb")
    button = submit_button(await run.view(), run.memory.get("form"), verb)
    if button is None:
        target = {"words": verb or "submit", "raw": verb or "submit", "kind": "button"}
        return await click_target(run, step, target, roles=PRESSED)
    return await run.act(
        step,
        await click_code(button),
        f"Send the form with {describe(button)}.",
        on=button,
        phase="acted",
        aim=button.key,
    )


_KEEPS = re.compile(r"(?:save|update|apply|set)(?: (?!.*\bas\b).*)?", re.I)


async def keep(run: Run, step: Step) -> Decision | None:
    """After a change: the button that keeps it, where the page has one for the form touched."""
    if step["st"].get("phase") == "acted":
        return await submit(run, step)
    view, last = await run.view(), run.memory.get("form")
    found = [
        e
        for e in view.elements
        if e.role == "button" and not e.off and _KEEPS.fullmatch(norm(e.name))
    ]
    own = [e for e in found if last and last == [e.doc.prefix, e.d.get("form")]]
    own = own or [e for e in found if not e.row and (e.form is None or e.form < 0)]
    if len(own) != 1:
        return None  # pages that keep each change at once have none
    code, why = await click_code(own[0]), f"Keep the change with {describe(own[0])}."
    return await run.act(step, code, why, on=own[0], phase="acted", aim=own[0].key)


async def cookies(run: Run, step: Step) -> Decision | None:
    """Take the cookie banner away; without one there is nothing to do."""
    if step["st"].get("phase") == "acted":
        return None
    view = await run.view()
    wish = (
        r"accept|agree|allow|ok|got it|understand"
        if step["accept"]
        else r"reject|decline|deny|refuse|necessary|essential|required only|no"
    )
    pool = [
        e
        for e in view.elements
        if e.role in ("button", "link", "generic") and re.search(rf"\b(?:{wish})\b", norm(e.name))
    ]
    near = [
        e
        for e in pool
        if re.search(
            r"cookie|consent|gdpr|privacy",
            f"{e.row} {e.attr} {e.path} {e.group} {e.head} {e.name}",
            re.I,
        )
    ]
    pick = near or pool
    if not pick:
        if not step["accept"] and _banner(view):
            run.fail(step, "the cookie banner has no button that refuses")
            return None
        run.note("There was no cookie banner.")
        return None
    return await run.act(
        step, await click_code(pick[0]), f"Click {describe(pick[0])}.", phase="acted"
    )


def _banner(view: View) -> bool:
    """Whether a layer over the page speaks of cookies."""
    over = [e for e in view.elements if e.float or e.top]
    return bool(over) and bool(re.search(r"cookie|consent", view.body, re.I))
