"""Questions that come before anything is done: where, and what a condition means."""

from __future__ import annotations

import re

from agents.model.embedded import view
from agents.model.embedded.doing import moves
from agents.model.embedded.ending import finish
from agents.model.embedded.grammar.parse import parse
from agents.model.embedded.plans import plan_lines
from agents.model.embedded.run import Run, Step, reply_value, settle_answer
from agents.ports import Act, Ask, Decision


def fresh(intent: Step) -> Step:
    """An intent as a step of the plan."""
    return {**intent, "st": {}}


_TERMS = re.compile(
    r"\b(?:unless|if|only|not|never|except|without|don['’]t|make sure|ensure|until|instead)\b", re.I
)
_FINAL = frozenset(
    {"submit", "act_on", "create", "carry", "checkout", "add", "respond", "press", "drag"}
)


async def terms_first(run: Run, step: Step) -> Decision | None:
    """A condition that was not understood is asked about before a deed that it may be about."""
    memory = run.memory
    if (at := memory.pop("terms", None)) is not None:
        unclear = run.steps[at]
        outcome = await settle_answer(run, unclear)
        if outcome == "reworded":
            words = unclear["st"].pop("reworded")
            run.steps[at : at + 1] = [fresh(i) for i in parse(words)]
        elif outcome in ("skip", "done"):
            unclear["do"] = "nothing"
            if outcome == "skip":
                run.skip(unclear)
        return None
    if step["do"] not in _FINAL or step["st"].get("acts"):
        return None
    for at in range(memory["at"] + 1, len(run.steps)):
        unclear = run.steps[at]
        words = unclear.get("words") or ""
        if unclear["do"] == "unknown" and _TERMS.search(words) and not unclear["st"].get("asks"):
            memory["terms"] = at
            return run.ask_takeover(unclear, f"I do not understand this part: “{words}”.")
    return None


def address_first(run: Run, step: Step) -> Decision | None:
    """A blank tab and nothing that opens an address: ask for it."""
    if (
        not moves.is_blank(run.turn.page_url)
        or step["do"] in _NEED_NONE
        or run.memory.get("asked_address") == "done"
    ):
        return None
    if run.memory.get("asked_address"):
        answer, run.answer = run.answer, None
        run.memory["asked_address"] = "done"
        if answer is not None and answer.status == "answered":
            value = reply_value(answer)
            if isinstance(value, str) and value.strip():
                run.steps.insert(
                    run.memory["at"],
                    fresh({"do": "goto", "url": value.strip(), "text": f"open {value.strip()}"}),
                )
                run.memory["at"] = run.memory["at"]
                return _restart(run)
        run.fail(step, "no web address was given")
        return finish(run)
    run.memory["asked_address"] = "asked"
    prompt = (
        f"No page is open and the instruction names no address. Where should I do “{step['text']}”?"
    )
    return run.ask(step, Ask(prompt=prompt, kind="question", input_schema=moves.URL_SCHEMA))


def _restart(run: Run) -> Decision:
    step = run.steps[run.memory["at"]]
    url = moves.address_of(step["url"], run.turn.page_url)
    step["st"].update(phase="acted", url=url, acts=1)
    run.memory["pending"] = {"step": run.turn.step, "mark": ""}
    return Act(
        code=f"await page.goto({view.quote(url)})", reasoning=f"Open {url}.", plan=plan_lines(run)
    )


# These work without a page.
_NEED_NONE = frozenset({"goto", "on_site", "visit", "wait", "nothing", "format", "unknown"})
