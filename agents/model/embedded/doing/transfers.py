"""Carrying text from one place of the page to another: copying, looking values up, replying."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import match_column, plain
from agents.model.embedded.doing import fields, forms, searching
from agents.model.embedded.doing.touch import click_code, click_target, outcome_of, point
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision


async def copy(run: Run, step: Step) -> Decision | None:
    """Read a text off the page and keep it for "paste it into …"."""
    st = step["st"]
    if st.get("phase") == "read":
        result = await outcome_of(run, step)
        value = result.value if result is not None and result.ok else None
        if value in (None, ""):
            run.fail(step, "there was nothing to copy")
            return None
        run.memory["clip"] = str(value)
        return None
    target = dict(step["target"])
    view = await run.view()
    fields = rank(view, {**target, "kind": target.get("kind") or "field"}, editable=True)
    if fields and fields[0].score >= 0.6 and not st.get("chosen"):
        element: Element | Decision | None = fields[0].element
    else:
        element = await point(run, step, target)
    if not isinstance(element, Element):
        return element
    typed = element.tag in ("input", "textarea")
    code = f"await {await locate(element)}.{'input_value' if typed else 'inner_text'}()"
    return await run.act(step, code, f"Copy the text of {describe(element)}.", phase="read")


async def fill_from(run: Run, step: Step) -> Decision | None:
    """Fill a field with what was copied, or with a value that the page shows under a label."""
    st = step["st"]
    if "from" in step and "value" not in step:
        if st.get("phase") == "lookup":
            result = await outcome_of(run, step)
            found = await _looked_up(
                run, step["from"], result.value if result and result.ok else None
            )
            if found is None:
                run.fail(step, f"the page shows no value for “{step['from']}”")
                return None
            step["value"] = {"text": found}
            st["phase"] = ""
        else:
            return await run.act(
                step, "await page.extract_details()", f"Look up “{step['from']}”.", phase="lookup"
            )
    elif "value" not in step:
        if not run.memory.get("clip"):
            run.fail(step, "nothing was copied before")
            return None
        step["value"] = {"text": run.memory["clip"]}
    return await fields.fill(run, step)


async def _looked_up(run: Run, label: str, details: Any) -> str | None:
    if isinstance(details, dict) and (column := match_column(label, list(details))):
        return str(details[column])
    view = await run.view()
    match = re.search(rf"(?im)^\s*{re.escape(label)}\s*[:\t ]\s*(.+)$", view.body)
    return match.group(1).strip() if match else None


async def respond(run: Run, step: Step) -> Decision | None:
    """Reply to (or forward) what is open or was found: press the control, type, send."""
    st = step["st"]
    stage = st.setdefault("stage", "open")
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        st["fails"] = st.get("fails", 0) + 1
        if st["fails"] > 2:
            run.fail(step, (result.error_message or "it did not react").splitlines()[0])
            return None
    view = await run.view()
    if stage == "open" and (named := _its_link(view, step)):
        st["stage"] = "press"
        return await run.act(step, await click_code(named), f"Open {describe(named)}.")
    if stage == "open":
        if _says(view, step["verb"]) is None and (holder := _holder(run, view, step)):
            st["stage"] = "press"
            return await run.act(step, await click_code(holder), f"Open {describe(holder)}.")
        stage = st["stage"] = "press"
    if stage == "press" and step["verb"] == "reply" and _open_box(view):
        stage = st["stage"] = "type"  # the field stands there already
    if stage == "press":
        button = _says(view, step["verb"])
        if button is None:
            return await click_target(
                run, step, {"words": step["verb"], "raw": step["verb"], "kind": None}
            )
        st["stage"] = "type"
        st["fields"] = [e.key for e in view.elements if e.role == "textbox"]
        return await run.act(step, await click_code(button), f"Press {describe(button)}.")
    if stage == "type":
        lines = [
            f"await {await locate(f)}.fill({searching.value_code(v)})"
            for f, v in _values(view, step)
        ]
        if not lines:
            return run.ask_takeover(step, f"I see no field for “{step['text']}”.")
        st["stage"] = "send"
        return await run.act(step, "\n".join(lines), "Type it in.")
    if stage == "send":
        sender = _says(view, "send") or forms.submit_button(view)
        if sender is None:
            run.note("There was no button to send it with.")
            return None
        st["stage"] = "sent"
        return await run.act(step, await click_code(sender), f"Send it with {describe(sender)}.")
    return None


def _its_link(view: View, step: Step) -> Element | None:
    """The link to the one thing that is named, when this is not its page."""
    words = (step.get("target") or {}).get("words") or ""
    if not words or norm(words) in norm(view.title):
        return None
    links = [e for e in view.elements if e.role == "link" and likeness(words, e.name) >= 0.97]
    return links[0] if len({e.href for e in links}) == 1 else None


def _open_box(view: View) -> bool:
    """Whether a field for a reply is in sight."""
    boxes = [e for e in view.elements if e.tag == "textarea" and not e.off and not e.ro]
    return any(re.search(r"reply|comment|message|answer|post", f"{e.name} {e.attr}", re.I)
               for e in boxes) or len(boxes) == 1  # fmt: skip


def _says(view: View, verb: str) -> Element | None:
    """The control that is called like the verb, or has it in its marks."""
    found = rank(view, {"words": verb, "raw": verb, "kind": None}, texts=True)
    matches = [m for m in found if m.score >= 0.6 and not re.match(r"\d", m.element.name)]
    if matches:
        return matches[0].element
    marked = [
        e
        for e in [*view.elements, *view.texts]
        if re.search(rf"(?:^|[\s_-]){re.escape(verb)}(?:$|[\s_-])", e.attr or "", re.I)
    ]
    return marked[0] if marked else None


def _holder(run: Run, view: View, step: Step) -> Element | None:
    """What has to be opened first: the thing found before, or the one that is named."""
    words = (
        (step["target"].get("in") or step["target"].get("words") or "")
        if step.get("target")
        else ""
    )
    if re.fullmatch(
        (
            r"(?:it|that|this|them|him|her|the|email|message|mail|one)?(?: (?:email|"
            r"message|mail|one))?"
        ),
        words,
        re.I,
    ):
        words = run.memory.get("focus") or ""
    if not words:
        return None
    wanted = norm(words)
    pool = [e for e in [*view.elements, *view.texts] if wanted in norm(e.text or e.name)]
    if not pool:
        names = plain(words).split()
        pool = [e for e in view.elements if names and all(n in plain(e.text or "") for n in names)]
    return min(pool, key=lambda e: len(e.text or e.name), default=None)


def _values(view: View, step: Step) -> list[tuple[Element, dict[str, Any]]]:
    """Fields and what goes into them: the address of a forward, the text of a reply."""
    fields = [
        e
        for e in view.elements
        if e.role in ("textbox", "combobox", "searchbox")
        and not e.off
        and not e.ro
        and e.place != "search"
        and e.role != "searchbox"
    ]
    fresh = [f for f in fields if f.key not in step["st"].get("fields", [])] or fields
    out: list[tuple[Element, dict[str, Any]]] = []
    if step.get("to"):
        named = sorted(
            fresh,
            key=lambda f: (
                -max(
                    likeness(w, n)
                    for w in ("to", "recipient", "email")
                    for n in [*f.names, f.attr or "", "-"]
                )
            ),
        )
        if named:
            out.append((named[0], step["to"]))
    if step.get("value"):
        free = [f for f in fresh if all(f is not used for used, _ in out)]
        areas = [
            f for f in free if f.tag == "textarea" or f.tag not in ("input", "textarea")
        ] or free
        if areas:
            out.append((areas[-1] if len(areas) > 1 else areas[0], step["value"]))
    return out


_DIALOG = (
    'shown = page.locator("dialog[open]:visible, [role=dialog]:visible, '
    "[role=alertdialog]:visible, [aria-modal=true]:visible, "
    '.modal.show:visible, .modal.in:visible")\n'
    "await shown.last.inner_text()"
)


async def what_it_says(run: Run, step: Step) -> Decision | None:
    """The text that the last deed brought onto the page; the whole page when none did."""
    st = step["st"]
    view = await run.view()
    if st.get("phase") != "read" and any(e.d.get("top") for e in view.elements):
        why = "Read what the open dialog says."
        return await run.act(step, _DIALOG, why, phase="read", dialog=True)
    if st.get("phase") != "read":
        return await run.act(
            step, "await page.page_text()", "Read what the page says now.", phase="read"
        )
    result = await outcome_of(run, step)
    said_before = norm(run.memory.get("before") or "")
    dialog = str(result.value or "").strip() if result is not None and result.ok else ""
    stood = all(norm(line) in said_before for line in dialog.split("\n"))  # a banner, say
    if st.get("dialog") and dialog and not stood:
        text = dialog[:1500]
        run.saw(text.split("\n")[0])
        found = {"kind": "summary", "value": text, "title": "", "of": step["text"]}
        run.memory["results"].append(found)
        return None
    before = set((run.memory.get("before") or "").split("\n"))
    fresh = [line for line in view.body.split("\n") if line not in before and len(line.split()) > 1]
    text = (
        "\n".join(fresh)[:1500]
        if fresh and len(fresh) < 60
        else "\n".join(view.body.split("\n")[:25])[:1500]
    )
    if said := run.memory.get("said"):
        text, fresh = "\n".join(said), []
    for line in fresh[:2]:
        run.saw(line)
    run.memory["results"].append(
        {"kind": "summary", "value": text, "title": "", "of": step["text"]}
    )
    return None
