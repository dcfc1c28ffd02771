"""Carrying details through a form of any number of pages: each piece where a page asks for it.

What has a place on the page now becomes steps of the plan; then the way on is pressed, and the
rest is looked for on the page that comes. Nothing is sent for good while a detail that was given
has found no place: a person is told which.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing import (
    acting,
    alike_forms,
    asked,
    choosing,
    composing,
    placing,
    rows,
    several,
    things,
)
from agents.model.embedded.doing.forms import submit_button
from agents.model.embedded.doing.openers import opener
from agents.model.embedded.doing.told import COMPLAINT, DEMAND, marked
from agents.model.embedded.doing.touch import clear_way, click_code, outcome_of, recover
from agents.model.embedded.doing.unsent import refused
from agents.model.embedded.doing.unsent import why as refusal
from agents.model.embedded.doing.ways import blocker, unopened, way_to
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import LEAST, describe, rank
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step, chosen, settle_answer
from agents.model.embedded.view import Element, View
from agents.ports import Decision

MAX_PAGES, MAX_FOLDS = 10, 8
_ON = re.compile(
    r"(?:save (?:and|&) )?(?:next(?: step| page)?|continue(?: to .*)?|proceed(?: to .*)?|go on|"
    r"forward|weiter)(?: \W)?",
    re.I,
)
_FINAL = re.compile(
    r"(?:yes|ok|confirm|place|pay|submit|send|book|reserve|create|register|sign ?up|join|save|"
    r"transfer|order|complete|finish|schedule|add|apply|request|done|search|find|show|go)\b.*",
    re.I,
)
_SECOND = re.compile(r"(?:yes\b.*|ok|confirm\b.*|complete .*)", re.I)


async def carry(run: Run, step: Step) -> Decision | None:
    """One look at the page: put in what fits, or press on, or ask."""
    st = step["st"]
    step.setdefault("pages", 0)
    if step.get("row") and not step.get("noun") and _left_out(run):
        run.skip(step)  # the details of a deed that was not done
        return None
    if run.answer is not None and st.get("phase") == "form":
        return await _take_answers(run, step)
    several.settle(run, step)
    if step.get("state") == "failed":
        return None
    if run.answer is not None:
        return await _after_question(run, step)
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        decision = await recover(run, step, result, st.get("label", "the button"))
        if decision is not None or step.get("state") == "failed":
            return decision
    view = await run.view()
    if result is not None and step.get("pressed") and _refused(run, step, view):
        return None
    view = alike_forms.meant(view, step, run.memory.get("form"))
    if rivals := alike_forms.rivals(view, step, run.memory.get("form")):
        return _which_form(run, step, rivals)
    _letters(view, step)
    if result is not None and step.get("pressed") and view.mark == run.mark_before:
        run.fail(step, f"the page did not go on after {st.get('label', 'the button')}")
        return None
    return await _at_page(run, step, view)


async def _at_page(run: Run, step: Step, view: View) -> Decision | None:
    """What this page has places for; else the way to the form, or on through it."""
    rest = [p for p in step["pieces"] if not p.get("done")]
    if thing := _thing(view, step):
        step.setdefault("ways", []).append(thing.key)
        why = f"Open {describe(thing)}."
        return await run.act(step, await click_code(thing), why, label=describe(thing))
    if asks := several.before_placing(run, step, view):
        return asks
    again = {k: v for k, v in step.items() if k not in ("state", "st")}
    if steps := placing.steps_for(view, step["pieces"]):
        step["splice"] = [{"text": step["text"], **s} for s in steps] + [{**again, "st": {}}]
        return None
    if closed := placing.unavailable(view, rest):
        run.fail(step, f"“{closed}” cannot be chosen on this page")
        return None
    if deed := _deed_first(view, step):
        step["splice"] = [deed, {**again, "row": True, "sent": True, "st": {}}]
        return None
    if opening := await _open(run, step, view, rest):
        return opening
    wanted = [p for p in rest if not p.get("off") and not p.get("maybe")]
    if wanted and (fold := unopened(view, step)) and step.get("folds", 0) < MAX_FOLDS:
        step.setdefault("unfolded", []).append(fold.key)
        step["folds"] = step.get("folds", 0) + 1
        why = f"Look for “{wanted[0]['raw']}” behind {describe(fold)}."
        return await run.act(step, await click_code(fold), why, label="the fold")
    return await _on(run, step, view, rest)


def _deed_first(view: View, step: Step) -> Step | None:
    """ "Book the yoga class for two": the control in the class's row, which brings up the form."""
    noun = things.named_only(step.get("noun") or "")
    begun = any(p.get("done") for p in step["pieces"])
    if not noun or begun or step.get("row") or not step["verb"]:
        return None
    if not acting.controls(view, step["verb"], noun):
        return None
    for piece in step["pieces"]:
        piece["done"] = piece.get("done") or bool(piece.get("in_noun"))
    thing = {"words": noun, "raw": noun, "kind": None, "nth": None, "in": None}
    deed = {"do": "act_on", "verb": step["verb"], "text": step["text"], "target": thing}
    return {**deed, "plain": True}  # its question is answered here, when all is in it


def _letters(view: View, step: Step) -> None:
    """ "Subscribe me to the weekly letter": said by the form itself where it offers no choice."""
    for piece in step["pieces"]:
        if not piece.get("letter") or piece.get("done") or composing.box_for(view, piece["raw"]):
            continue
        here = alike_forms.at_hand(view, None)
        choice = [e for e in here if e.role in ("checkbox", "radio", "switch") or e.tag == "select"]
        mails = [e for e in composing.fields(view) if e.type == "email" or "mail" in norm(e.name)]
        own = [e for e in choice if mails and e.doc is mails[0].doc and e.form == mails[0].form]
        piece["done"] = len({e.form for e in mails}) == 1 and not own


def _which_form(run: Run, step: Step, rivals: list[Element]) -> Decision:
    """Several forms ask for the same, and nothing that was said tells them apart."""
    step["st"]["forms"] = True
    return run.ask_which(step, rivals[:8])


async def _take_form(run: Run, step: Step) -> Decision | None:
    """Go on in the form that a person picked."""
    step["st"].pop("forms")
    picked = chosen(await run.view(), step)
    step["st"].pop("chosen", None)
    if picked is not None:
        step["form"] = [picked.doc.prefix, picked.form]
    return await carry(run, step)


def _thing(view: View, step: Step) -> Element | None:
    """ "Book the meeting room Weser": the tab or link called “Weser”, where rooms are parted so."""
    name = rows.name_in(step.get("noun") or "")
    if not name or norm(name) == norm(step.get("noun") or ""):
        return None
    found = [
        e for e in view.elements
        if e.role in ("link", "tab") and norm(e.name) == norm(name) and not e.on and not e.off
    ]  # fmt: skip
    return found[0] if len(found) == 1 and found[0].key not in step.get("ways", []) else None


def _left_out(run: Run) -> bool:
    """Whether the deed that brings up this form was skipped or failed."""
    at = run.memory["at"]
    return bool(at) and run.steps[at - 1].get("state") in ("skipped", "failed")


async def _after_question(run: Run, step: Step) -> Decision | None:
    if step["st"].get("phase") == "option":
        await choosing.take(run, step)
        return await carry(run, step)
    outcome = await settle_answer(run, step)
    if outcome == "again" and step["st"].get("forms"):
        return await _take_form(run, step)
    if outcome == "again" and "about" in step["st"]:
        return await choosing.take(run, step) or await carry(run, step)
    if outcome == "skip":
        run.skip(step)
    if outcome == "reworded":
        step["replace"] = step["st"].pop("reworded")
    return None


def _refused(run: Run, step: Step, view: View) -> bool:
    """Whether the page complained about what was sent; then the step has failed."""
    before = set((run.memory.get("before") or "").split("\n"))
    fresh = [line for line in view.body.split("\n") if line not in before]
    said = [x for x in fresh if len(x) <= 200 and (COMPLAINT.search(x) or DEMAND.search(x))]
    said = said or [x for x in fresh if norm(x) in marked(view)]
    said = [x for x in said if not _tells_done(x, step.get("verb") or "")]
    same = len(fresh) <= 8
    if bad := refused(view):
        run.fail(step, refusal(bad))
    elif said and same:
        run.fail(step, f"the page said “{said[0].strip()}”")
    else:
        return False
    return True


def _tells_done(line: str, verb: str) -> bool:
    """ "Your booking is cancelled", after it was to be: no complaint."""
    done = verb and re.search(rf"\b{re.escape(verb.rstrip('e'))}\w*ed\b", line, re.I)
    refuses = re.search(r"\bnot\b|n['’]t\b|could|fail|error|unable", line, re.I)
    return bool(done) and not refuses and not DEMAND.search(line)


async def _open(run: Run, step: Step, view: View, rest: list[dict[str, Any]]) -> Decision | None:
    """The way to the form, while nothing of it was seen yet."""
    begun = len(rest) < len(step["pieces"]) or step["pages"]
    if begun or step.get("opened", 0) >= composing.MAX_OPENED or not step.get("verb"):
        return None
    button = opener(view, step["verb"], step.get("noun") or "") or _named_after(
        view, step["verb"], step.get("noun") or ""
    )
    ways = step.setdefault("ways", [])
    if button is None and (button := way_to(view, step.get("noun") or "", ways)):
        ways.append(button.key)
    if button is None:
        return None
    step["opened"] = step.get("opened", 0) + 1
    return await run.act(
        step, await click_code(button), f"Open the form with {describe(button)}.", label="the form"
    )


def _named_after(view: View, verb: str, noun: str) -> Element | None:
    """The one control whose name begins with the verb ("Pay someone")."""
    found = [
        e
        for e in view.elements
        if e.role in ("button", "link", "menuitem", "tab", "generic")
        and not e.off
        and singular(plain(e.name).split(" ")[0]) == singular(verb)
        and len(e.name.split()) <= 5
    ]
    last = set(plain(noun).split()[-1:])
    found = [e for e in found if last & set(plain(e.name).split())] or found
    leads = {e.href or norm(e.name) for e in found}
    return found[0] if len(leads) == 1 else None


async def _on(run: Run, step: Step, view: View, rest: list[dict[str, Any]]) -> Decision | None:
    """Press on to the next page, or send the form when all is in it."""
    wanted = [p for p in rest if not p.get("off") and not p.get("maybe")]
    sent_by_words = composing.sends(run.steps, run.memory["at"] + 1)
    button = _way_on(view, run, step)
    leads_on = button is not None and _ON.fullmatch(norm(button.name))
    if not wanted and sent_by_words and not (leads_on and _lacks_next(run, view)):
        return None
    if step.get("sent"):
        again = button is not None and _SECOND.fullmatch(norm(button.name))
        if not again or wanted or step["pages"] >= MAX_PAGES:
            return _ended(run, step, view, wanted)
    if asks := choosing.which(run, step, view, wanted):
        return asks
    if wanted and not leads_on:
        names = ", ".join(f"“{p['raw']}”" for p in wanted[:4])
        return run.ask_takeover(step, f"I find no place for {names} here.")
    here = alike_forms.at_hand(view, run.memory.get("form"))
    if step.get("stop") and not leads_on and not wanted:
        run.note("I stopped before the form was sent, as you said.")
        return None
    owed = [e for e in composing.fields(view) if e in here and _is_owed(e, step)]
    if owed and not step.get("asked"):
        known = {e.name: v for e in owed if (v := run.memory.get("given", {}).get(e.name))}
        if len(known) == len(owed):  # a person was asked for all of it before
            step["asked"] = True
            step["pieces"] += [{"raw": k, "label": k, "value": v} for k, v in known.items()]
            return await carry(run, step)
        return _ask(run, step, owed)
    if button is None or step["pages"] >= MAX_PAGES:
        return _ended(run, step, view, wanted)
    if cleared := await clear_way(run, step, button):
        return cleared
    if not leads_on:
        _doubt_noun(run, step, view)
    step.update(pages=step["pages"] + 1, pressed=True)
    step["sent"] = step.get("sent") or not _ON.fullmatch(norm(button.name))
    label = describe(button)
    why = f"Go on with {label}."
    return await run.act(step, await click_code(button), why, on=button, label=label)


_JOINS = frozenset(["register", "sign up", "join", "create", "enrol", "enroll", "open"])


def _is_owed(e: Element, step: Step) -> bool:
    """Whether a field has to be filled in: it says so, or is the password of a new account."""
    new = e.type == "password" and step.get("verb") in _JOINS and not step.get("row")
    told = any("password" in str(p.get("label") or "").lower() for p in step.get("pieces") or [])
    return bool(e.req or (new and not told)) and not (e.value or "").strip()


def _doubt_noun(run: Run, step: Step, view: View) -> None:
    """ "Reserve a double room" proves nothing where neither a field nor the page says "double"."""
    told = {singular(w) for w in plain(view.body).split()}
    for piece in step["pieces"]:
        words = {singular(w) for w in plain(piece["raw"]).split()} - STOPWORDS
        unsaid = piece.get("maybe") and not piece.get("done") and len(words) > 1 and words - told
        if unsaid and not step.get("row"):
            run.note(f"Nothing on the page speaks of “{piece['raw']}”.")
            run.memory["unheard"] = True


def _lacks_next(run: Run, view: View) -> bool:
    """Whether what sends the form by the person's words is not on this page yet."""
    then = run.steps[run.memory["at"] + 1]
    verb = str(then.get("verb") or "")
    named = {"words": verb or (then.get("target") or {}).get("words"), "raw": "", "kind": None}
    found = rank(view, {**named, "nth": None, "in": None}, roles={"button", "link", "generic"})
    return bool(named["words"]) and (not found or found[0].score < LEAST)


def _ended(run: Run, step: Step, view: View, wanted: list[dict[str, Any]]) -> Decision | None:
    if wanted:
        run.fail(step, f"the page never asked for “{wanted[0]['raw']}”")
    elif not step.get("sent"):
        return run.ask_takeover(step, "I see no button that goes on from here.")
    elif view.mark == run.mark_before:
        run.fail(step, "the page did not react to the form")
    else:
        run.saw(view.title)
    return None


def _way_on(view: View, run: Run, step: Step) -> Element | None:
    """The button that leads on; of a dialog its own, and never one that goes back."""
    pool = [e for e in view.elements if e.role in ("button", "link", "generic") and not e.off]
    over = [e for e in pool if e.top] or [e for e in pool if e.float]
    closes = blocker(view)
    tops = [e for e in over if _leads(e) and e is not closes]
    if (form := submit_button(view, run.memory.get("form"), step.get("verb"))) and (
        not tops or form in tops
    ):
        return form
    verb = step.get("verb") or ""
    named = tops or [e for e in pool if _leads(e)]
    by_verb = [e for e in named if verb and norm(e.name).startswith(verb)]
    return (by_verb or named or [None])[-1]


def _leads(e: Element) -> bool:
    """Whether a button's name says that it goes on or sends."""
    short = len(e.name.split()) <= 5 and e.role != "generic"
    return short and bool(_ON.fullmatch(norm(e.name)) or _FINAL.fullmatch(norm(e.name)))


def _ask(run: Run, step: Step, owed: list[Element]) -> Decision:
    """One form for what the page requires and nobody said."""
    step["asked"] = True
    parts = {e.name or f"field {i + 1}": asked.part(asked.about(e), e.type or "")
             for i, e in enumerate(owed)}  # fmt: skip
    names = ", ".join(parts)
    prompt = f"The form needs details that I was not given: {names}."
    return asked.ask_for(run, step, prompt, parts, phase="form", wanted=list(parts))


async def _take_answers(run: Run, step: Step) -> Decision | None:
    answer, run.answer = run.answer, None
    given = asked.values_of(run, answer, step["st"].get("wanted", []))
    step["st"]["phase"] = ""
    if not given:
        run.fail(step, "the details that the form needs were not given")
        return None
    step["pieces"] += [{"raw": k, "label": k, "value": v} for k, v in given.items()]
    return await carry(run, step)
