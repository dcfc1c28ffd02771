"""Scrolling and waiting."""

from __future__ import annotations

from agents.model.embedded.doing.searching import describe_short
from agents.model.embedded.doing.touch import (
    outcome_of,
    point,
)
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.ground import Match, rank
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision

MAX_SCROLLS = 25
# What is waited for by its kind, and no name: the first of it that can be seen.
_PARTS = {
    "table": "table, [role=table], [role=grid]",
    "list": "ul, ol, [role=list], [role=listbox]",
    "form": "form, [role=form]",
    "dialog": "dialog, [role=dialog], [role=alertdialog], .modal, .dialog",
    "chart": "canvas, svg",
    "map": "canvas, svg, [class*=map]",
}


def _headings(matches: list[Match]) -> list[Match]:
    """A place to scroll to is a heading, rather than the link that leads there."""
    best = matches[0].score if matches else 0.0
    return [m for m in matches if m.element.role == "heading" and m.score > best - 0.15] or matches


async def scroll(run: Run, step: Step) -> Decision | None:
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        view = await run.view()
        if step["to"] == "end":
            return await _on_to_the_end(run, step, view)
        more = (
            step["to"] == "bottom"
            and not step.get("target")
            and view.scroll + view.height < view.tall - 5
        )
        if more and st["acts"] < 8 and (result is None or result.ok):
            return await run.act(step, wheel_code(30000), "The page grew: scroll on.")
        return None
    if step.get("target"):
        element = await point(run, step, step["target"], narrow=_headings)
        if not isinstance(element, Element):
            return element
        where = await locate(element)
        if step["to"] == "target":
            code = f"await {where}.scroll_into_view_if_needed()"
        else:
            delta = 100000 if step["to"] == "bottom" else -100000
            code = (
                f"await {where}.hover()\nawait page.mouse.wheel(0, {delta})\nawait "
                f"page.wait_for_timeout(300)"
            )
        return await run.act(step, code, f"Scroll to {describe_short(element)}.", phase="acted")
    delta = {"bottom": 30000, "end": 30000, "top": -100000, "up": -700, "down": 700}[
        step["to"]
    ] * step.get("times", 1)
    return await run.act(step, wheel_code(delta), f"Scroll {step['to']}.", phase="acted")


async def _on_to_the_end(run: Run, step: Step, view: View) -> Decision | None:
    """Scroll on as long as the page grows; one look more when it does not, for late rows."""
    st = step["st"]
    grew = view.tall > st.get("tall", 0)
    st.update(tall=view.tall, still=0 if grew else st.get("still", 0) + 1)
    if st["still"] > 1 or st["acts"] >= MAX_SCROLLS:
        return None
    code = f"{wheel_code(30000)}\nawait page.wait_for_timeout(500)"
    return await run.act(step, code, "Scroll on until nothing more comes.")


def wheel_code(delta: int) -> str:
    return (
        f"await page.mouse.move(400, 300)\nawait page.mouse.wheel(0, {delta})\nawait "
        f"page.wait_for_timeout(300)"
    )


async def wait(run: Run, step: Step) -> Decision | None:
    if step["st"].get("phase") == "acted":
        return None
    ms = round(step["seconds"] * 1000)
    return await run.act(
        step, f"await page.wait_for_timeout({ms})", f"Wait {step['seconds']:g} s.", phase="acted"
    )


# What a page draws, and need not call by its name.
_DRAWN = {
    "table": "table, [role=table], [role=grid]",
    "list": "ul, ol, [role=list], [role=listbox]",
    "dialog": "dialog, [role=dialog], [role=alertdialog]",
}


async def wait_for(run: Run, step: Step) -> Decision | None:
    """Wait until something is there, or gone."""
    st = step["st"]
    target = step["target"]
    words = bare(target.get("words") or target.get("raw") or "")
    if st.get("phase") == "drawn":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, f"no {words} came in time")
        return None
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            view = await run.view()
            matches = rank(view, target, texts=True)
            here = bool(matches and matches[0].score >= 0.7) or norm(words) in norm(view.body)
            if here == bool(step.get("gone")):
                run.fail(
                    step, f"“{words}” did not {'go away' if step.get('gone') else 'appear'} in time"
                )
        else:
            run.saw("" if step.get("gone") else words)
        return None
    view = await run.view()
    if (drawn := _DRAWN.get(words.lower())) and not step.get("gone"):
        shown = f'page.locator({quote(drawn)}).locator("visible=true").first'
        code = f"await {shown}.wait_for(timeout=15000)"
        return await run.act(step, code, f"Wait for a {words}.", phase="drawn")
    matches = rank(view, target, texts=True)
    if matches and matches[0].score >= 0.75:
        if not step.get("gone"):
            run.saw(matches[0].element.name)
            return None
        code = f'await {await locate(matches[0].element)}.wait_for(state="hidden", timeout=30000)'
    elif step.get("gone"):
        return None
    elif norm(words) and norm(words) in norm(view.body):
        run.saw(words)
        return None
    elif part := _PARTS.get(norm(words)):
        shown = f'page.locator({quote(part)}).locator("visible=true").first'
        code = f"await {shown}.wait_for(timeout=30000)"
    else:
        code = f"await page.get_by_text({quote(words)}).first.wait_for(timeout=30000)"
    return await run.act(step, code, f"Wait for “{words}”.", phase="acted")
