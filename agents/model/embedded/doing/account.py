"""Signing in, over as many pages as it takes."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing import asked
from agents.model.embedded.doing.sign_in_forms import fields_of, known_by, seen, still_asks
from agents.model.embedded.doing.touch import click_code, outcome_of, recover
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.run import Run, Step, settle_answer
from agents.model.embedded.view import Element, View, locate, value_code
from agents.ports import Ask, Decision

_SIGN_IN = re.compile(r"(?:sign|log) ?in|log ?on|login|continue|next|submit|go|enter", re.I)

_WRONG = re.compile(
    (
        r"[^\n]{0,80}\b(?:invalid|incorrect|wrong|did ?n[o']t match|not recogni[sz]ed|"
        r"unknown user|try again|failed)[^\n.]{0,80}"
    ),
    re.I,
)

_MENUS = {"link", "button", "menuitem", "generic"}
_LABELS = {"user": "User name", "password": "Password", "code": "One-time code"}


def _known(run: Run, step: Step, slot: str) -> dict[str, Any] | None:
    """The value for a slot: as said, else a variable whose name fits."""
    if step.get(slot):
        return step[slot]
    names = {
        "user": ("username", "user", "email", "login", "user_name"),
        "password": ("password", "pass", "passwd"),
        "code": ("code", "otp", "one_time_code", "totp"),
    }
    found = [
        v
        for v in run.turn.variables
        if not v.startswith("answer_")
        and (v.lower() in names[slot] or any(n in v.lower() for n in names[slot]))
    ]
    return {"var": found[0]} if found else None


async def sign_in(run: Run, step: Step) -> Decision | None:
    """Fill in what the page asks for, send it, and see that the form is gone."""
    st = step["st"]
    if run.answer is not None and st.get("phase") == "form":
        answer, run.answer = run.answer, None
        given = asked.values_of(run, answer, st["wanted"])
        by_hand = isinstance(answer.response, dict) and answer.response.get("done") is True
        if by_hand and not given:
            run.memory["evidence"].clear()  # what was seen before says nothing of what a person did
            st["phase"] = ""
            if not await _handed_back(run, step):
                return None
        elif not given:
            run.fail(step, f"{_listed([n.lower() for n in st['wanted']])} was not given")
            return None
        step.update({st["wanted"][name]: value for name, value in given.items()})
        st["phase"] = ""
    outcome = await settle_answer(run, step)
    if outcome == "skip":
        run.skip(step)
        return None
    if outcome == "reworded":
        step["replace"] = st.pop("reworded")
        return None
    if outcome == "done" and not await _handed_back(run, step):
        return None
    if asked.fail_unknown(run, step):
        return None
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        decision = await recover(run, step, result, "the sign-in form")
        if decision is not None or step.get("state") == "failed":
            return decision
    view = await run.view()
    fields = fields_of(view)
    sent = st.setdefault("sent", [])
    if not fields:
        if sent:
            run.saw(view.title)
            return None
        return await _open_form(run, step, view)
    todo: list[str] = [s for s in ("user", "password", "code") if s in fields and s not in sent]
    if not todo:
        if wrong := _WRONG.search(view.body):
            run.fail(step, f"the page says “{wrong.group().strip()}”")
        elif st.get("acts", 0) > 0 and {"password", "code"} & set(fields):
            run.fail(step, "the sign-in form is still there")
        return None
    return await _send(run, step, fields, todo, sent)


async def _handed_back(run: Run, step: Step) -> bool:
    """After a person had the browser: whether the sign-in still has to go on.

    When the very form that was asked about is still there, it is asked about once more, in other
    words. Whoever then says again that it is done is believed: pages keep forms on show.
    """
    st, view = step["st"], await run.view()
    fields = still_asks(view)
    if not fields:
        run.saw(view.title)
        return False
    form, st["sent"] = known_by(view, fields), []
    if form != st.pop("asked_about", None):
        st.pop("twice", None)
        return True
    if form == st.get("twice"):
        run.note("A person said that the sign-in is done; the sign-in form was still there.")
        run.memory["unheard"] = True  # nothing on the page says so
        return False
    st["twice"] = form
    return True


def _listed(words: list[str]) -> str:
    return "the " + " and the ".join(words)


def _once_more(step: Step, view: View, fields: dict[str, Element]) -> str:
    """What differs in the question after a person said that it is done. Notes what is asked."""
    st, form = step["st"], known_by(view, fields)
    st["asked_about"] = form
    if st.get("twice") != form:
        return ""
    return f"{seen(view, fields)} If it is done all the same, say so again and I go on. "


async def _ask_values(
    run: Run, step: Step, fields: dict[str, Element], slots: list[str]
) -> Decision:
    """Ask by form for what the page wants now."""
    wanted = {_LABELS[s]: s for s in slots}
    parts = {_LABELS[s]: asked.part(_LABELS[s], fields[s].type or "") for s in slots}
    prompt = (
        "The site asks for a one-time code. What is it?"
        if slots == ["code"]
        else f"The sign-in needs {_listed([_LABELS[s].lower() for s in slots])}."
    )
    prompt = _once_more(step, await run.view(), fields) + prompt
    return asked.ask_for(run, step, prompt, parts, phase="form", wanted=wanted)


async def _open_form(run: Run, step: Step, view: View) -> Decision | None:
    st = step["st"]
    if st.get("opened", 0) >= 3:
        return run.ask_takeover(step, "I see no sign-in form.")
    target = {"words": "sign in", "raw": "sign in", "kind": None}
    matches = rank(view, target, roles={"link", "button", "menuitem", "tab"})
    if matches and matches[0].score > 0.6:
        return await run.act(
            step,
            await click_code(matches[0].element),
            f"Open the sign-in form with {describe(matches[0].element)}.",
            opened=st.get("opened", 0) + 1,
        )
    menu = rank(view, {"words": "account", "raw": "account", "kind": None}, roles=_MENUS)
    if menu and menu[0].score > 0.6:
        why = f"Look for the sign-in behind {describe(menu[0].element)}."
        opened = st.get("opened", 0) + 1
        return await run.act(step, await click_code(menu[0].element), why, opened=opened)
    return run.ask_takeover(step, "I see no sign-in form on this page.")


async def _send(
    run: Run, step: Step, fields: dict[str, Element], todo: list[str], sent: list[str]
) -> Decision | None:
    lines = []
    for slot in todo:
        value = _known(run, step, slot)
        if value is None:
            missing = [x for x in todo if _known(run, step, x) is None]
            if slot == "code" or step.get("ask"):
                return await _ask_values(run, step, fields, missing)
            still = _once_more(step, await run.view(), fields)
            lack = f"no {missing[0]}" if missing != todo else "no account"
            prompt = (
                f"{still}I was given {lack} for this sign-in. Please take over and sign "
                "in, then hand the browser back."
            )
            return run.ask(step, Ask(prompt=prompt, kind="sign_in"), phase="takeover")
        lines.append(f"await {await locate(fields[slot])}.fill({value_code(value)})")
    sent += todo
    view = await run.view()
    last = fields[todo[-1]]
    after = [
        e
        for e in view.elements
        if e.role == "button"
        and not e.off
        and e.doc is last.doc
        and _SIGN_IN.search(e.name)
        and not re.search(r"with (?:google|apple|facebook|github|microsoft)|sign ?up", e.name, re.I)
    ]
    after = [e for e in after if e.order > fields[todo[0]].order] or after
    after = after or [
        e
        for e in view.elements
        if (e.role == "generic" or (e.role == "link" and e.form == last.form >= 0))
        and not e.weak
        and e.order > last.order
        and _SIGN_IN.fullmatch(e.name.strip())
    ]
    button = next(
        (e for e in after if e.type == "submit" or re.search(r"sign|log", e.name, re.I)),
        after[0] if after else None,
    )
    lines.append(
        await click_code(button) if button else f'await {await locate(last)}.press("Enter")'
    )
    words = {"user": "user name", "password": "password", "code": "code"}
    return await run.act(
        step,
        "\n".join(lines),
        f"Sign in: {', '.join(words[s] for s in todo)}.",
        phase="sent",
        label="the sign-in form",
    )
