"""The keyless route: decides each step from plain instructions, without a model.

`decide()` is called once a step. The plan and the position in it live in `turn.memory`; the page
is read anew each time, so a person may have moved it in between.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Error as PlaywrightError

from agents.errors import BrowserGone, ModelError
from agents.model.embedded import again
from agents.model.embedded.beforehand import address_first, fresh, terms_first
from agents.model.embedded.doing import (
    account,
    acting,
    boxes,
    buying,
    carry,
    choices,
    composing,
    deeds,
    downloading,
    fields,
    filling_in,
    finding,
    following,
    forms,
    held,
    many,
    moves,
    raising,
    rating,
    replacing,
    searching,
    several,
    sorting,
    told,
    transfers,
    waiting,
)
from agents.model.embedded.doing.asking_me import ask_me
from agents.model.embedded.doing.best import open_best
from agents.model.embedded.doing.checkout import checkout
from agents.model.embedded.doing.emptying import empty_cart
from agents.model.embedded.doing.pressing_on import press_on
from agents.model.embedded.doing.touch import click_target
from agents.model.embedded.ending import finish
from agents.model.embedded.grammar.merging import amend
from agents.model.embedded.grammar.parse import parse
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.plans import plan_lines
from agents.model.embedded.reading import (
    answers,
    counting,
    facts,
    inquiry,
    items,
    lists,
    paging,
    summary,
)
from agents.model.embedded.reading.comparing import compare
from agents.model.embedded.reading.offered import offered
from agents.model.embedded.reading.tally import tally
from agents.model.embedded.reading.verifying import verify
from agents.model.embedded.run import Run, Step, settle_answer
from agents.model.embedded.view import Element
from agents.ports import Act, Ask, DecideInput, Decision, Reply, Usage

Handler = Callable[[Run, Step], Awaitable["Decision | Element | None"]]
VERSION = 1
_SMALL_TALK = re.compile(
    (
        r"\W*(?:thanks?(?: you)?|thx|ok(?:ay)?|great|good(?: job| work)?|nice|cool|"
        r"perfect|hi|hello|hey|yes|no|👍)[\s\w]{0,12}\W*"
    ),
    re.I,
)
# A step of these that fails does not make the rest pointless.
_HARMLESS = frozenset(
    {
        "verify",
        "cookies",
        "screenshot",
        "details",
        "count",
        "compare",
        "extract",
        "summarise",
        "answer",
        "inquire",
        "hover",
        "wait_for",
        "scroll",
    }
)


async def _nothing(run: Run, step: Step) -> Decision | None:
    """A remark is only noted; one that a box of the page may be about leaves no verdict."""
    if step.get("remark"):
        run.note(f"Taken as a remark: “{step['text']}”.")
        if not moves.is_blank(run.turn.page_url) and boxes.may_be_meant(
            await run.view(), step["text"]
        ):
            run.memory["unheard"] = True
    return None


async def _amend_alone(run: Run, step: Step) -> Decision | None:
    """ "Also include the comment count" with no list before it: read the page's list with it."""
    change = {"fields": step.get("fields"), "limit": step.get("limit")}
    step.update(do="extract", limit=None, noun="", order=None, filters=[], near=None, fields=None)
    amend(step, change)
    return await lists.extract(run, step)


async def _unknown(run: Run, step: Step) -> Decision | None:
    """Say which part was not understood, unless the page has a control called just so."""
    st = step["st"]
    if st.get("phase") == "acted":
        return await click_target(run, step, st["goal"])
    outcome = await settle_answer(run, step)
    if outcome == "reworded":
        step["replace"] = st.pop("reworded")
        return None
    if outcome in ("done", "skip"):
        if outcome == "skip":
            run.skip(step)
        return None
    goal = {"words": step["words"], "raw": step["words"], "kind": None, "nth": None, "in": None}
    if not moves.is_blank(run.turn.page_url):
        from agents.model.embedded.ground import rank

        matches = rank(await run.view(), goal)
        if matches and matches[0].score >= 0.85:
            st["goal"] = goal
            return await click_target(run, step, goal)
        if several.offered(await run.view(), step["words"]):  # "Lunch and parking please"
            words = step["words"]
            piece = {"raw": words, "label": None, "value": {"text": words}, "choice": True}
            step["splice"] = [{"do": "fill_form", "pieces": [piece], "text": step["text"]}]
            return None
        verb, _, rest = step["words"].partition(" ")
        rest = bare(rest)
        if re.fullmatch(r"[A-Za-z]{3,14}", verb) and rest:
            target = {**goal, "words": rest, "raw": rest}
            if acting.controls(await run.view(), verb.lower(), rest):
                step.update(do="act_on", verb=verb.lower(), target=target)
                return await acting.act_on(run, step)
    if st.get("asks", 0) >= 1:
        run.fail(step, "it has no place here" if step.get("problem") else "I do not understand it")
        return None
    problem = step.get("problem") or f"I do not understand this part: “{step['words']}”."
    return run.ask_takeover(step, problem)


HANDLERS: dict[str, Handler] = {
    "goto": moves.goto,
    "on_site": moves.on_site,
    "visit": moves.visit,
    "back": moves.simple_page_call,
    "forward": moves.simple_page_call,
    "reload": moves.simple_page_call,
    "press": moves.press,
    "press_on": press_on,
    "screenshot": moves.screenshot,
    "search": searching.search,
    "scroll": waiting.scroll,
    "wait": waiting.wait,
    "wait_for": waiting.wait_for,
    "next_page": items.next_page,
    "to_page": paging.to_page,
    "open_nth": items.open_nth,
    "open_best": open_best,
    "click": deeds.click,
    "hover": deeds.hover,
    "expand": deeds.expand,
    "close": deeds.close,
    "drag": deeds.drag,
    "download": downloading.download,
    "sort": sorting.sort,
    "find": finding.find,
    "act_on": many.act_on,
    "fill": fields.fill,
    "set": choices.set_value,
    "replace": replacing.replace,
    "select": choices.select,
    "check": boxes.check,
    "uncheck": boxes.check,
    "path": forms.path,
    "focus": forms.focus,
    "upload": forms.upload,
    "submit": forms.submit,
    "cookies": forms.cookies,
    "sign_in": account.sign_in,
    "add": buying.add,
    "carry": carry.carry,
    "give": following.give,
    "keep": forms.keep,
    "avoid": following.avoid,
    "step_to": raising.step_to,
    "rate": rating.rate,
    "pick_date": fields.pick_date,
    "checkout": checkout,
    "filter": sorting.only,
    "only": sorting.only,
    "extract": lists.extract,
    "details": facts.details,
    "count": counting.count,
    "compare": compare,
    "empty_cart": empty_cart,
    "ask_me": ask_me,
    "record": facts.record,
    "tally": tally,
    "offered": offered,
    "summarise": summary.summarise,
    "piece": summary.piece,
    "answer": answers.answer,
    "inquire": inquiry.inquire,
    "open_form": deeds.open_form,
    "create": composing.create,
    "fill_form": filling_in.fill_form,
    "verify": verify,
    "copy": transfers.copy,
    "fill_from": transfers.fill_from,
    "respond": transfers.respond,
    "what_it_says": transfers.what_it_says,
    "amend": _amend_alone,
    "format": _nothing,
    "nothing": _nothing,
    "unknown": _unknown,
}


class EmbeddedRoute:
    """A ModelRoute that needs no key and no network."""

    name = "embedded:planner"
    wants_screenshot = False

    async def decide(self, turn: DecideInput) -> Reply:
        """The next step of the plan. Raises: ModelError when the page cannot be read."""
        before = copy.deepcopy(turn.memory)
        run = Run(turn)
        changed = _begin(turn)
        run.collect()
        again.take_back(run)
        changed = _listen(run) or changed
        try:
            decision = await self._advance(run)
        except PlaywrightError as error:
            # The decision is asked for again: it must find the memory as it was.
            turn.memory.clear()
            turn.memory.update(before)
            if not getattr(turn.page, "alive", True):
                raise BrowserGone("The browser is gone.") from error
            raise ModelError(
                f"The page could not be read: {str(error).splitlines()[0]}", retryable=True
            ) from error
        if changed and isinstance(decision, Act):
            decision = Act(decision.code, decision.reasoning, plan_lines(run))
        return Reply(decision=decision, usage=Usage(steps=0), model=self.name)

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _advance(self, run: Run) -> Decision:
        memory = run.memory
        for _ in range(400):
            if memory["at"] >= len(run.steps):
                await held.notice(run)
                return finish(run)
            step = run.steps[memory["at"]]
            if step.get("state") == "failed" and step["do"] not in _HARMLESS:
                return finish(run)
            if run.turn.steps_left <= 1 and step["do"] not in ("nothing", "format"):
                return finish(run, why="The step limit was reached before the end.")
            if decision := address_first(run, step):
                return decision
            if decision := await terms_first(run, step):
                return decision
            result = (
                await again.settle(run, step)
                or await told.settle(run, step)
                or await HANDLERS[step["do"]](run, step)
            )
            if isinstance(result, Act | Ask):
                return result
            await told.complaint(run, step)
            self._settle(run, step)
        return finish(run, why="The plan did not come to an end.")

    def _settle(self, run: Run, step: Step) -> None:
        """A step is over: replace it if it was reworded, else go to the next."""
        memory = run.memory
        run.result = run.answer = None
        if words := step.pop("replace", None):
            memory["steps"][memory["at"] : memory["at"] + 1] = [fresh(i) for i in parse(words)]
            return
        if (steps := step.pop("splice", None)) is not None:
            origin = step.get("out_of", step["do"])
            new = [{"st": {}, "out_of": origin, **s} for s in steps]  # a state for each
            memory["steps"][memory["at"] : memory["at"] + 1] = new
            return
        if step.get("state") == "failed" and step["do"] not in _HARMLESS:
            return
        if step["do"] in ("goto", "back", "search"):
            memory.pop("item", None)
        step["state"] = step.get("state") or "done"
        step["st"] = {}
        memory["at"] += 1


def _begin(turn: DecideInput) -> bool:
    """Make the plan on the first call. True when it was made now."""
    memory = turn.memory
    if memory.get("v") == VERSION:
        return False
    steps = [fresh(i) for i in parse(turn.instructions)]
    if not steps:
        steps = [
            fresh(
                {"do": "unknown", "words": turn.instructions[:200], "text": turn.instructions[:200]}
            )
        ]
    memory.clear()
    memory.update(v=VERSION, steps=steps, at=0, results=[], evidence=[], notes=[])
    memory["reopened"] = max((t.step for t in turn.turns), default=0)
    return True


def _listen(run: Run) -> bool:
    """Messages are further instructions. True when the plan changed."""
    changed = False
    for message in run.turn.messages:
        if _SMALL_TALK.fullmatch(message.content):
            continue
        intents = parse(message.content)
        for intent in intents:
            _take_in(run, intent)
            changed = True
    return changed


def _take_in(run: Run, intent: dict[str, Any]) -> None:
    """One more intent: more fields for the list asked last, or one more step at the end."""
    steps, memory = run.steps, run.memory
    if intent["do"] not in ("amend", "format"):
        steps.append(fresh(intent))
        return
    index = next((i for i in range(len(steps) - 1, -1, -1) if steps[i]["do"] == "extract"), None)
    if index is None:
        steps.append(fresh(intent))
        return
    wanted = steps[index]
    if intent["do"] == "format":
        wanted["as"] = intent["as"]
        return
    amend(wanted, intent)
    wanted["text"] += f"; {intent['text']}"
    if wanted.get("state") == "done":
        memory["results"] = [
            r
            for r in memory["results"]
            if r["kind"] != "list" or not wanted["text"].startswith(r["of"])
        ]
        again = {k: v for k, v in wanted.items() if k != "state"}
        wanted["do"] = "nothing"
        steps.insert(memory["at"], fresh(again))
    else:
        wanted["st"] = {}


__all__ = ["EmbeddedRoute"]
