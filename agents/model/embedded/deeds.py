"""Compound deeds: clicking in a row, dragging, downloading, sorting, closing, finding."""

from __future__ import annotations

import re

from agents.model.embedded.fields import pick_options
from agents.model.embedded.ground import (
    BOXES,
    SURE,
    context_score,
    decide,
    describe,
    likeness,
    name_score,
    norm,
    rank,
)
from agents.model.embedded.items import next_link
from agents.model.embedded.phrases import Target
from agents.model.embedded.run import Run, Step
from agents.model.embedded.searching import search, search_field
from agents.model.embedded.touch import (
    blocker,
    click_code,
    click_target,
    outcome_of,
    point,
    recover,
)
from agents.model.embedded.view import Element, View, locate, quote
from agents.model.embedded.words import STOPWORDS, same_as
from agents.ports import Decision


async def click(run: Run, step: Step) -> Decision | None:
    """Click one thing, or each of all that fit."""
    target = step["target"]
    if target.get("all"):
        return await _click_all(run, step)
    method = "dblclick" if step.get("double") else "click"
    if step.get("right"):
        if step["st"].get("phase") == "acted":
            return None
        element = await point(run, step, target)
        if not isinstance(element, Element):
            return element
        return await run.act(
            step,
            f'await {await locate(element)}.click(button="right")',
            f"Right-click {describe(element)}.",
            phase="acted",
        )
    return await click_target(run, step, target, method=method)


async def _click_all(run: Run, step: Step) -> Decision | None:
    st = step["st"]
    if st.get("phase") == "acted":
        return None
    view = await run.view()
    matches = rank(view, step["target"])
    best = matches[0].score if matches else 0.0
    same = sorted(
        (m.element for m in matches if m.score >= max(0.42, best - 0.04)), key=lambda e: e.order
    )
    same = same[: step["target"].get("count") or len(same)]
    if not same:
        return await click_target(run, step, {**step["target"], "all": False})
    # From the last to the first: a click may take its element off the page.
    lines = [await click_code(e) for e in reversed(same[:40])]
    return await run.act(step, "\n".join(lines), f"Click all {len(lines)} that fit.", phase="acted")


async def open_form(run: Run, step: Step) -> Decision | None:
    """Get to the form for a new account, unless it is there already."""
    view = await run.view()
    if any(e.type == "password" for e in view.elements):
        return None
    return await click_target(run, step, step["target"])


async def hover(run: Run, step: Step) -> Decision | None:
    return await click_target(run, step, step["target"], method="hover")


async def expand(run: Run, step: Step) -> Decision | None:
    """Open (or close) a folded part of the page."""
    view = await run.view()
    target = dict(step["target"])
    closing = bool(step.get("close"))
    if target.get("nth") and not step["st"].get("phase") and not target.get("quoted"):
        folds = [
            e
            for e in view.elements
            if e.open is not None and e.place not in ("nav", "header", "banner", "aside")
        ]
        n = target["nth"]
        if len(folds) >= abs(n):
            element = folds[n - 1 if n > 0 else n]
            return await run.act(
                step,
                await click_code(element),
                f"Open {describe(element)}.",
                on=element,
                phase="acted",
                aim=element.key,
            )
    if not step["st"].get("phase") and not target.get("words"):
        folded = [e for e in view.elements if e.open == (1 if closing else 0)] or [
            e
            for e in view.elements
            if re.search(r"accordion|collaps|expand", e.attr or "", re.I)
            and e.role in ("tab", "heading", "button", "generic")
        ]
        if folded:
            return await run.act(
                step,
                await click_code(folded[0]),
                f"Open {describe(folded[0])}.",
                phase="acted",
                aim=folded[0].key,
            )
        target = {**target, "words": "", "kind": "section", "nth": target.get("nth") or 1}
        heads = [
            e
            for e in [*view.elements, *view.texts]
            if e.role == "heading" or re.search(r"header|title", e.attr or "", re.I)
        ]
        if heads:
            return await run.act(
                step,
                await click_code(heads[0]),
                f"Open {describe(heads[0])}.",
                phase="acted",
                aim=heads[0].key,
            )
    return await click_target(run, step, target)


async def close(run: Run, step: Step) -> Decision | None:
    """Close a dialog, a banner, a tab."""
    st, target = step["st"], step["target"]
    raw = (target.get("raw") or "").lower()
    if st.get("phase") == "acted":
        return await click_target(run, step, target)
    if re.search(r"\b(?:browser )?tab$", raw) and not target.get("words"):
        return await run.act(
            step,
            "open_tabs = await tabs.list()\nawait tabs.close(len(open_tabs) - 1)",
            "Close the tab.",
            phase="acted",
        )
    view = await run.view()
    said = {"words": step["text"], "raw": step["text"], "kind": None, "quoted": True}
    whole = rank(view, said, roles=_FILTERS)
    if whole and whole[0].score >= 0.93:
        return await click_target(run, step, said, roles=_FILTERS)
    closers = [
        e
        for e in view.elements
        if e.role in ("button", "link", "generic")
        and norm(e.name)
        in ({"close", "x", "dismiss", "cancel", "no thanks", "got it"} | same_as("close"))
    ]
    topmost = (
        [e for e in closers if e.top]
        or [
            e
            for e in closers
            if re.search(r"dialog|modal|popup|overlay|close", f"{e.attr} {e.path} {e.place}", re.I)
        ]
        or closers
    )
    pick = blocker(view) if not topmost else topmost[0]
    if pick is not None:
        return await run.act(
            step,
            await click_code(pick),
            f"Close with {describe(pick)}.",
            phase="acted",
            aim=pick.key,
        )
    if re.search(r"dialog|popup|modal|overlay|banner", raw):
        return await run.act(
            step, 'await page.keyboard.press("Escape")', "Close it with Escape.", phase="acted"
        )
    return await click_target(
        run, step, {**target, "words": f"close {target.get('words', '')}".strip()}
    )


async def drag(run: Run, step: Step) -> Decision | None:
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "it could not be dragged").splitlines()[0])
        return None
    if st.get("phase") != "onto":
        element = await point(run, step, step["target"])
        if not isinstance(element, Element):
            return element
        st.update(phase="onto", source=await locate(element), chosen=None)
    other = await point(run, step, step["onto"])
    if not isinstance(other, Element):
        return other
    code = f"await {st['source']}.drag_to({await locate(other)})"
    return await run.act(step, code, f"Drag it onto {describe(other)}.", phase="acted")


async def download(run: Run, step: Step) -> Decision | None:
    """Click what downloads, and wait for the file."""
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            decision = await recover(run, step, result, st.get("label", "the download"))
            st["phase"] = "" if st.get("phase") == "acted" else st["phase"]
            if decision is not None or step.get("state") == "failed":
                return decision
        else:
            value = result.value if result is not None else None
            if isinstance(value, dict) and value.get("name"):
                run.memory["results"].append(
                    {"kind": "download", "value": value, "of": step["text"]}
                )
            return None
    target = _download_target(dict(step["target"]), await run.view())
    element = await point(run, step, target)
    if not isinstance(element, Element):
        return element
    code = f"await download({await locate(element)})"
    return await run.act(
        step,
        code,
        f"Download with {describe(element)}.",
        phase="acted",
        aim=element.key,
        label=describe(element),
    )


def _download_target(target: Target, view: View) -> Target:
    """ "Download the invoice 8": what says download in that row, else what is called so."""
    words = target.get("words") or ""
    if not words or re.fullmatch(r"(?:the )?(?:file|it|report|document|pdf|data|csv)", words, re.I):
        exact = rank(view, target) if words else []
        return target if exact and exact[0].score > 0.8 else {**target, "words": "download"}
    loaders = [
        e
        for e in view.elements
        if re.search(r"download|export", f"{e.name} {e.attr} {e.tip}", re.I)
    ]
    if any(context_score(words, e) for e in loaders if e.row and norm(e.name) != norm(words)):
        return {
            "words": "download",
            "raw": "download",
            "kind": None,
            "nth": target.get("nth"),
            "in": words,
        }
    return target


async def sort(run: Run, step: Step) -> Decision | None:
    """Sort with a select that offers it, else with the column's head or a button."""
    st = step["st"]
    if st.get("phase") == "sorted":
        return await _send_choice(run, step)
    if st.get("phase"):
        return await click_target(run, step, {"words": step["by"], "raw": step["by"], "kind": None})
    view = await run.view()
    by = re.sub(
        r"\b(?:ascending|low(?:est)? to high(?:est)?|cheapest first|lowest first)\b",
        "low to high",
        step["by"],
        flags=re.I,
    )
    by = re.sub(
        r"\b(?:descending|high(?:est)? to low(?:est)?|highest first|most expensive first)\b",
        "high to low",
        by,
        flags=re.I,
    )
    best: tuple[float, Element, str] | None = None
    for e in view.elements:
        if e.tag != "select":
            continue
        for option in e.d.get("options") or []:
            score = max(likeness(by, option), likeness(step["by"], option)) + 0.1 * bool(
                re.search(r"sort|order", f"{e.name} {e.attr}", re.I)
            )
            if best is None or score > best[0]:
                best = (score, e, option)
    if best and best[0] > 0.6 and pick_options([best[2]], [best[2]]):
        code = f"await {await locate(best[1])}.select_option(label={quote(best[2])})"
        return await run.act(
            step,
            code,
            f"Sort by “{best[2]}”.",
            phase="sorted",
            seen=view.text_mark,
            order=best[1].order,
        )
    return await click_target(run, step, {"words": by, "raw": step["by"], "kind": None})


async def _send_choice(run: Run, step: Step) -> Decision | None:
    """A choice that changes nothing by itself is sent with the button beside it."""
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        run.fail(step, (result.error_message or "the choice was refused").splitlines()[0])
        return None
    view = await run.view()
    if view.text_mark != step["st"].get("seen") or step["st"].get("sent"):
        return None
    after = [
        e
        for e in view.elements
        if e.role == "button" and not e.off and e.order > step["st"]["order"]
    ]
    button = next(
        (
            e
            for e in after
            if re.fullmatch(r"go|apply|sort|update|show|filter|ok|submit|search", norm(e.name))
        ),
        None,
    )
    if button is None:
        return None
    return await run.act(
        step, await click_code(button), f"Send the choice with {describe(button)}.", sent=True
    )


async def only(run: Run, step: Step) -> Decision | None:
    """ "Show only desk lamps": a filter called so, or by one of the words ("Desk")."""
    st, target = step["st"], step["target"]
    if not st.get("phase"):
        view = await run.view()
        matches = rank(view, target)
        *field, value = (target.get("words") or "").split() or [""]
        within = {"words": value, "raw": value, "kind": None, "in": " ".join(field)}
        inside = rank(view, within, roles=_FILTERS) if field else []
        typed = [e for e in view.elements if e.role in ("textbox", "searchbox") and not e.off]
        box = [e for e in typed if re.search(r"filter", f"{e.name} {e.attr}", re.I)]
        if inside and inside[0].score >= 0.85:
            step["target"] = within
        elif box and (not matches or decide(matches)[0] != "one"):
            step["splice"] = [
                {"do": "fill", "text": step["text"], "target": {"words": box[0].name},
                 "value": {"text": target.get("words") or ""}, "st": {"chosen": box[0].key}}
            ]  # fmt: skip
            return None
        elif not matches or matches[0].score < SURE:
            words = [w for w in (target.get("words") or "").split() if w not in STOPWORDS]
            named = [
                e
                for w in words
                for e in view.elements
                if norm(e.name) == norm(w) and e.role in _FILTERS and not e.off
            ]
            if named:
                step["target"] = {"words": named[0].name, "raw": named[0].name, "kind": None}
    return await click(run, step)


_FILTERS = BOXES | {"link", "button", "tab", "generic", "menuitem"}


async def find(run: Run, step: Step) -> Decision | None:
    """Find something: later steps are about it. Bring it into view when it is known."""
    st, target = step["st"], step["target"]
    if st.get("phase") == "acted":
        return None
    view = await run.view()
    words = target.get("words") or target.get("in") or ""
    kind, found = decide(rank(view, target, texts=True))
    if found and kind != "none" and found[0].score >= 0.6:
        element = found[0].element
        run.saw(element.name)
        run.memory["focus"] = words or element.name
        return await run.act(
            step,
            f"await {await locate(element)}.scroll_into_view_if_needed()",
            f"Found {describe(element)}.",
            phase="acted",
        )
    if norm(words) and norm(words) in norm(view.body):
        run.memory["focus"] = words
        run.saw(words)
        return None
    link = next_link(view)
    if link is not None and st.get("turned", 0) < 10 and not st.get("searched"):
        why = f"“{words}” is not on this page of the list: go to the next."
        return await run.act(step, await click_code(link), why, turned=st.get("turned", 0) + 1)
    if not st.get("searched") and words:
        st["searched"] = True
        if search_field(view) is not None:
            step["value"] = {"text": words}
            return await search(run, step)
    pointed = await point(run, step, target)
    if isinstance(pointed, Element):
        run.memory["focus"] = pointed.name
        return None
    return pointed


async def act_on(run: Run, step: Step) -> Decision | None:
    """ "Delete the mail by Ann": the control called "delete" in the row of "Ann"."""
    st, verb, target = step["st"], step["verb"], step["target"]
    if st.get("phase"):
        return await click_target(run, step, st.get("goal") or target)
    view = await run.view()
    words = target.get("words") or ""
    if re.fullmatch(r"it|this|that|them|one", words, re.I):
        words = ""
    context = target.get("in") or words or run.memory.get("focus")
    if words and target.get("in") and _controls(view, verb, words):
        context = words  # "remove Per Holm from the contacts"
    goal = {
        "words": verb,
        "raw": verb,
        "kind": None,
        "nth": target.get("nth"),
        "in": context or None,
    }
    whole = {
        "words": f"{verb} {words}".strip(),
        "raw": step["text"],
        "kind": None,
        "nth": None,
        "in": target.get("in"),
    }
    matches = rank(view, whole, texts=False)
    if (
        matches
        and matches[0].score >= 0.72
        and name_score(whole["words"], matches[0].element) > 0.72
        and (_says(matches[0].element, verb) or not words)
    ):
        return await _goal(run, step, whole)
    if context and _controls(view, verb, context, target.get("nth")):
        return await _goal(run, step, goal)
    if context and not st.get("opened"):
        names = [w for w in re.findall(r"[A-Z][\w'’-]+", target.get("raw") or "")] or [words]
        opener = rank(view, {"words": names[0], "raw": target.get("raw"), "kind": None}, texts=True)
        if opener and opener[0].score >= 0.6:
            return await run.act(
                step,
                await click_code(opener[0].element),
                f"Open {describe(opener[0].element)} to {verb} it.",
                opened=True,
            )
    if st.get("opened"):
        return await _goal(run, step, {"words": verb, "raw": verb, "kind": None})
    return await _goal(run, step, whole)


def _controls(view: View, verb: str, context: str, nth: int | None = None) -> bool:
    """Whether the row that shows the context has a control for the verb."""
    goal = {"words": verb, "raw": verb, "kind": None, "nth": nth, "in": context}
    return any(m.score >= 0.5 and _says(m.element, verb) for m in rank(view, goal, texts=False))


def _says(element: Element, verb: str) -> bool:
    words = {verb, *same_as(verb)}
    text = norm(f"{element.name} {element.tip or ''} {element.attr or ''}")
    return any(re.search(rf"(?:^|[\W_]){re.escape(w)}", text) for w in words)


async def _goal(run: Run, step: Step, goal: dict[str, object]) -> Decision | None:
    step["st"]["goal"] = goal
    return await click_target(run, step, goal)
