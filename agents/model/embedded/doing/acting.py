"""Deeds on one thing of a list: finding it, and the control in its row, its menu or on its page."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing import following, in_forms, rows
from agents.model.embedded.doing.forms import submit_button
from agents.model.embedded.doing.searching import search_field
from agents.model.embedded.doing.things import holders, named_only
from agents.model.embedded.doing.touch import (
    click_code,
    click_target,
)
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import LEAST, Match, describe, rank
from agents.model.embedded.likeness import EDITABLE, context_score, name_score, norm
from agents.model.embedded.reading import covered
from agents.model.embedded.reading.items import next_link
from agents.model.embedded.run import SKIP, Run, Step, chosen, settle_answer
from agents.model.embedded.view import Element, View, locate
from agents.ports import Ask, Decision


async def act_on(run: Run, step: Step) -> Decision | None:
    """ "Delete the mail by Ann": the control called "delete" in the row of "Ann"."""
    st, verb, target = step["st"], step["verb"], step["target"]
    if st.get("phase") and not (st["phase"] in ("choice", "") and st.get("opening")):
        return await _pressed(run, step)
    view = await run.view()
    if field := in_forms.assignee(run, view, step):
        step["splice"] = [field]
        return None
    if (kind := _AS.fullmatch(target.get("raw") or "")) and verb in _KEEPING:
        target.update(words=kind["what"], raw=kind["what"])  # "save it as a draft"
    if verb in ("accept", "agree") and (box := in_forms.agreement(view, step)):
        step["splice"] = [box]
        return None
    if verb in _SENDING and not st.get("phase") and (quote := covered.unplaced(run, step)):
        return run.ask_takeover(step, f"I see no place for “{quote}” on the page.")
    if st.get("menu") and (item := _offered(run, step, view)):
        return await _press(run, step, view, item, f"Choose {describe(item)}.")
    words, context, name = _meant(run, step, view)
    one = _nth_control(step, view, words)
    if one is not None and one.off:
        run.fail(step, f"{describe(one)} is switched off")
        return None
    if one is not None:
        return await _press(run, step, view, one, f"Click {describe(one)}.")
    return await _by_name(run, step, view, words, context, name)


def _offered(run: Run, step: Step, view: View) -> Element | None:
    """What the menu that was opened offers for the deed."""
    if not step.get("to"):
        return rows.in_menu(view, step["verb"], step["st"]["known"])
    place = _to_place(view, step)
    if place is not None:
        run.steps[run.memory["at"] + 1]["do"] = "nothing"  # said in one: "Move to Done"
    return place


def _meant(run: Run, step: Step, view: View) -> tuple[str, str | None, str]:
    """What can be seen of the thing: its words, what its row shows, and its name in them."""
    target = step["target"]
    words = named_only(target.get("words") or "")
    context = target.get("in") or words or run.memory.get("focus")
    name = rows.name_in(target.get("raw") or "") or rows.name_here(view, words)
    if context == words and name and norm(words) not in norm(view.body):
        words = context = name if norm(name) in norm(view.body) else words  # "the walk Otter weir"
    return words, context, name


def _nth_control(step: Step, view: View, words: str) -> Element | None:
    """ "Book the second train"."""
    nth = step["target"].get("nth")
    if not nth or step["target"].get("in") or len(words.split()) > 2:
        return None
    return rows.nth_control(view, step["verb"], words, nth)


async def _by_name(
    run: Run, step: Step, view: View, words: str, context: str | None, name: str
) -> Decision | None:
    """The verb's control where the thing stands; else the one that says the deed in full."""
    verb, nth, within = step["verb"], step["target"].get("nth"), step["target"].get("in")
    both = f"{words} {within}" if words and within else ""
    if both and controls(view, verb, both):  # "Nell Harker in Leeds"
        return await _goal(run, step, _plainly(verb, nth=nth, within=both))
    if words and within and (controls(view, verb, words) or rows.menu_of(view, words)):
        context = words  # "remove Per Holm from the contacts"
    goal = _plainly(verb, nth=nth, within=context or None)
    whole = {**_plainly(f"{verb} {words}".strip(), nth=nth, within=within), "raw": step["text"]}
    yes = rows.affirms(view, _verb_before(run)) if verb == "confirm" and not words else None
    if yes is not None:
        code, why = await click_code(yes), f"Confirm with {describe(yes)}."
        return await run.act(step, code, why, phase="acted", goal=whole, aim=yes.key)
    matches = rows.without_rows(view, rank(view, whole, texts=False), verb)
    if matches and _says_all(matches[0], whole, verb, words):
        asks = _not_named(run, step, view, matches[0].element)
        return asks or await _goal(run, step, whole)
    if context and controls(view, verb, context, nth):
        return await _goal(run, step, goal)
    if context == words and name not in ("", words) and controls(view, verb, name):
        return await _goal(run, step, {**goal, "in": name})  # "the note Groceries"
    if verb == "confirm" and not words and (not matches or matches[0].score < LEAST):
        run.note("Nothing asked to be confirmed.")
        return None
    return await _behind(run, step, view, context, goal, whole)


def _says_all(best: Match, whole: Target_, verb: str, words: str) -> bool:
    """Whether a control is called like verb and thing together ("Delete photo")."""
    return (
        best.score >= 0.72
        and name_score(str(whole["words"]), best.element) > 0.72
        and (rows.says(best.element, verb) or not words)
    )


def _not_named(run: Run, step: Step, view: View, one: Element) -> Decision | None:
    """ "Delete the photo", where no photo is named: is what stands there meant?"""
    target, st = step["target"], step["st"]
    nouns = {singular(w) for w in plain(target.get("raw") or "").split()} - STOPWORDS
    told = {singular(w) for w in plain(f"{view.title} {view.body}").split()}
    mere = target.get("kind") and not target.get("words") and not target.get("in")
    if not mere or not nouns or nouns <= told or step["verb"] not in rows.FOR_GOOD:
        return None
    if st.get("chosen") or st.get("asks"):
        return None
    choices = [{"value": "1", "label": describe(one)},
               {"value": SKIP, "label": "No: leave this part out"}]  # fmt: skip
    prompt = f"Nothing here is called “{target['raw']}”. Is this what “{step['text']}” means?"
    asked = Ask(prompt=prompt, kind="choice", choices=choices)
    return run.ask(step, asked, phase="choice", offered={"1": one.key})


_AS = re.compile(r"(?:it|this|that|everything)\s+as\s+(?:an? |the |my )?(?P<what>\w[\w -]*)", re.I)
_KEEPING = frozenset(["save", "keep", "store", "send", "submit", "publish"])


async def _behind(
    run: Run, step: Step, view: View, context: str | None, goal: Target_, whole: Target_
) -> Decision | None:
    """The control is not in sight: the row's menu, what pointing brings up, the thing's page."""
    st, verb, words = step["st"], step["verb"], step["target"].get("words")
    if st.get("menu") and (item := rows.in_menu(view, verb, st["known"])):
        code, why = await click_code(item), f"Choose {describe(item)}."
        return await _deed(run, step, view, code, why, goal, item)
    if context and not st.get("menu") and (menu := rows.menu_of(view, context)):
        known = [e.key for e in view.elements]
        why = f"Open the menu of “{context}”."
        return await run.act(step, await click_code(menu), why, menu=True, known=known[-400:])
    form = run.memory.get("form")
    if verb in _SENDING and form and not holders(view, context or ""):
        button = submit_button(view, form, verb)  # "send the request": of the form just filled in
        if button is not None and [button.doc.prefix, button.d.get("form")] == form:
            code, why = await click_code(button), f"Send the form with {describe(button)}."
            return await _deed(run, step, view, code, why, whole, button)
    if (own := rows.of_page(view, verb, step["target"])) and not st.get("opened"):
        return await _press(run, step, view, own, f"Click {describe(own)}.")
    if elsewhere := await _elsewhere(run, step, view, context):
        return elsewhere
    if step.get("state") or step.get("splice"):
        return None
    if context and not st.get("pointed") and not st.get("opened"):
        holder = holders(view, words or context)
        if len(holder) == 1:
            code = f"await {await locate(holder[0])}.hover()"
            return await run.act(step, code, f"Point at {describe(holder[0])}.", pointed=True)
        st["pointed"] = True
    if context and not st.get("opened"):
        opener = await _opener(run, step, view, context)
        if not isinstance(opener, Element):
            return opener if opener is not None else await _goal(run, step, whole)
        code, why = await click_code(opener), f"Open {describe(opener)} to {verb} it."
        return await run.act(step, code, why, opened=True, opening=False, phase="")
    if st.get("opened"):
        return await _goal(run, step, _plainly(verb))
    if step["target"].get("quoted") and norm(words or "") not in norm(view.body):
        # Quoted words that stand nowhere are to be given, not a thing to press.
        return run.ask_takeover(step, f"I do not see “{words}” on the page for “{step['text']}”.")
    return await _goal(run, step, whole)


_SENDING = frozenset(["send", "submit", "place"])


def _name_field(view: View, context: str) -> Element | None:
    """The field that holds the name of what is renamed, or the one name field in its section."""
    fields = rank(view, _plainly(f"{context} name"), editable=True)
    if fields and fields[0].score >= 0.8:
        return fields[0].element
    named = [e for e in view.elements if e.role == "textbox" and _NAME.search(e.name) and not e.off]
    own = [e for e in named if context_score(context, e) >= 0.85]
    return own[0] if len(own) == 1 else None


_NAME = re.compile(r"\b(?:name|title|label)\b", re.I)


def _to_place(view: View, step: Step) -> Element | None:
    """What an opened menu offers for the verb and the place in one ("Move to Done")."""
    said = norm(f"{step['verb']} to {step['to']}")
    fresh = [e for e in view.elements if e.key not in set(step["st"]["known"]) and not e.off]
    return next((e for e in fresh if norm(e.name) == said), None)


async def _elsewhere(run: Run, step: Step, view: View, context: str | None) -> Decision | None:
    """The thing is not on this page: it is in the cart, on a further page, or to be searched."""
    st = step["st"]
    if not context or st.get("opened") or st.get("menu"):
        return None
    if step["verb"] == "rename" and (field := _name_field(view, context)):
        following_step = run.steps[run.memory["at"] + 1]
        following_step.update(do="set", target=_plainly(field.name), st={"chosen": field.key})
        step["state"] = "done"
        return None
    before = [s["do"] for s in run.steps[: run.memory["at"]]]
    cart = [e for e in view.elements if e.role in ("link", "button") and _CART.search(e.name)]
    if "add" in before and step["verb"] in ("remove", "delete") and not st.get("cart") and cart:
        why = f"Open {describe(cart[0])}."
        return await run.act(step, await click_code(cart[0]), why, cart=True)
    if holders(view, context) or norm(context) in norm(view.body):
        return None
    named = step["target"].get("quoted") or re.search(r"[A-Z0-9]", context)
    short = len(context.split()) <= MOST_SOUGHT
    if named and short and not step.get("looked") and search_field(view) is not None:
        again = {k: v for k, v in step.items() if k not in ("st", "state")}
        wanted = {"do": "search", "value": {"text": context}, "text": step["text"]}
        step["splice"] = [wanted, {**again, "looked": True}]
        return None
    link = next_link(view)
    if link is not None and st.get("turned", 0) < 10:
        why = f"“{context}” is not on this page of the list: go to the next."
        return await run.act(step, await click_code(link), why, turned=st.get("turned", 0) + 1)
    return None


MOST_SOUGHT = 6  # words of a name that a search is tried with
_CART = re.compile(r"\b(?:cart|basket|bag|trolley)\b(?!.*\badd\b)", re.I)


async def _opener(run: Run, step: Step, view: View, context: str) -> Element | Decision | None:
    """What is opened to reach the deed; which one, when several fit alike."""
    st = step["st"]
    if st.get("opening"):
        outcome = await settle_answer(run, step)
        if outcome in ("skip", "done", "reworded"):
            if outcome == "skip":
                run.skip(step)
            if outcome == "reworded":
                step["replace"] = st.pop("reworded")
            return None
        if picked := chosen(view, step):
            st.pop("chosen")
            return picked
    target = step["target"]
    found = holders(view, context)
    if target.get("in") and target.get("words"):
        named = holders(view, target["words"])
        found = [e for e in named if context_score(target["in"], e)] or named or found
    if len(found) > 1:
        st["opening"] = True
        return run.ask_which(step, found[:8])
    return found[0] if found else None


async def _pressed(run: Run, step: Step) -> Decision | None:
    """After the deed: say yes to the question that it brought up, once."""
    st = step["st"]
    known = st.get("before_deed")
    acted = st["phase"] == "acted" and known is not None
    if acted and not st.get("affirmed") and not _confirms_next(run):
        result = run.result
        if result is None or result.ok:
            context = step["target"].get("raw") or ""
            yes = following.question(await run.view(), known, step["verb"], context)
            if yes is None and (asks := following.unanswered(run, step, await run.view(), known)):
                run.result = None
                return run.ask_takeover(step, f"The page asks for more: “{asks}”.")
            if yes is not None and not step.get("plain"):
                why = f"It asks: confirm with {describe(yes)}."
                return await run.act(step, await click_code(yes), why, affirmed=True)
    goal = st.get("goal") or step["target"]
    return await click_target(run, step, goal, narrow=lambda found: _saying(found, step))


def _confirms_next(run: Run) -> bool:
    at = run.memory["at"] + 1
    after = run.steps[at] if at < len(run.steps) else {}
    words = f"{after.get('verb') or ''} {after.get('text') or ''}"
    return bool(re.search(r"\b(?:confirm|cancel|yes|ok|dismiss|accept)\b", words, re.I))


def controls(view: View, verb: str, context: str, nth: int | None = None) -> bool:
    """Whether the row that shows the context has a control for the verb."""
    goal = _plainly(verb, nth=nth, within=context)
    return any(_is_control(m, verb) for m in rank(view, goal, texts=False))


def _is_control(match: Match, verb: str) -> bool:
    typed = match.element.role in EDITABLE
    return not typed and match.score >= 0.5 and rows.says(match.element, verb)


def _verb_before(run: Run) -> str:
    """The verb of the step before: what a dialog may ask about."""
    at = run.memory["at"]
    return str(run.steps[at - 1].get("verb") or "") if at else ""


Target_ = dict[str, object]


def _plainly(verb: str, *, nth: int | None = None, within: str | None = None) -> Target_:
    return {"words": verb, "raw": verb, "kind": None, "nth": nth, "in": within}


async def _deed(
    run: Run, step: Step, view: View, code: str, why: str, goal: Target_, on: Element
) -> Decision | None:
    known = [e.key for e in view.elements][-600:]
    run.memory["known"] = known
    return await run.act(
        step, code, why, phase="acted", goal=goal, aim=on.key, label=describe(on),
        before_deed=known,
    )  # fmt: skip


async def _press(run: Run, step: Step, view: View, on: Element, why: str) -> Decision | None:
    """Press what does the deed itself."""
    return await _deed(run, step, view, await click_code(on), why, _plainly(step["verb"]), on)


async def _goal(run: Run, step: Step, goal: Target_) -> Decision | None:
    step["st"]["goal"] = goal
    known = [e.key for e in (await run.view()).elements][-600:]
    run.memory["known"] = step["st"]["before_deed"] = known
    return await click_target(run, step, goal, narrow=lambda found: _saying(found, step))


def _saying(found: list[Match], step: Step) -> list[Match]:
    """Only what says the verb does the deed; a thing's name alone opens it."""
    verb = step["verb"]
    said = [m for m in found if rows.says(m.element, verb.split()[0])]
    if verb.endswith("list"):  # the way to the list adds nothing to it
        said = [m for m in said if m.element.place not in ("nav", "header", "banner")]
    said = [m for m in said if m.element.role not in ("text", "heading")] or said
    # A cell or card that holds the control is not the control.
    return [m for m in said if not any(_holds(m.element, o.element) for o in said)]


def _holds(outer: Element, inner: Element) -> bool:
    return outer.doc is inner.doc and inner.path.startswith(f"{outer.path} ")
