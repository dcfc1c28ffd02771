"""One decision of the planner: the plan in memory, the page now, and what became of the last step.

`memory` is the planner's whole state and plain JSON: {"v", "steps", "at", "pending", "results",
"evidence", "notes", "focus", "busy"}. A step is an intent of `parse.py` with its state under "st".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from playwright.async_api import Page

from agents.model.embedded.ground import describe
from agents.model.embedded.view import BUSY, Element, View, look_rested, without_echo
from agents.ports import Act, Answer, Ask, DecideInput, Decision, StepResult

Step = dict[str, Any]
SKIP = "skip"
BEFORE_CHARS = 12_000  # of the page before the last deed, to tell what the deed brought
READING = frozenset(
    [
        "extract",
        "details",
        "inquire",
        "count",
        "compare",
        "summarise",
        "verify",
        "what_it_says",
        "screenshot",
        "wait",
    ]
)


class Run:
    """What handlers work with during one `decide()`."""

    def __init__(self, turn: DecideInput) -> None:
        self.turn = turn
        self.memory = turn.memory
        self.result: StepResult | None = None  # of this step's last Act, once
        self.answer: Answer | None = None  # to this step's last Ask, once
        self.mark_before = ""
        self._view: View | None = None
        self._rolled = False

    @property
    def page(self) -> Page:
        """The active tab. Only read."""
        return self.turn.page.page

    @property
    def steps(self) -> list[Step]:
        return self.memory["steps"]

    async def view(self, *, fresh: bool = False) -> View:
        """The page now; read once in a decision unless asked again."""
        if self._view is None or fresh:
            view = await look_rested(self.page, known=self.memory.get("busy", ""))
            if BUSY.search(view.body):
                self.memory["busy"] = view.text_mark
            self._view = without_echo(view, self.turn.instructions)
            self._view.rolled = self._rolled
        return self._view

    def collect(self) -> None:
        """Pick up what became of the pending Act or Ask."""
        pending = self.memory.pop("pending", None)
        if not pending:
            return
        self.mark_before = pending.get("mark", "")
        self._rolled = bool(pending.get("rolled"))
        turn = next((t for t in reversed(self.turn.turns) if t.step == pending["step"]), None)
        if turn is None:
            return
        self.result, self.answer = turn.result, turn.answer

    async def act(
        self, step: Step, code: str, why: str, *, on: Element | None = None, **state: Any
    ) -> Act:
        """Run code for a step next; `state` is merged into the step's state.

        on: the element that is touched; what comes next is likelier in the same form.
        """
        view = await self.view()
        if on is not None:
            self.memory["touched"] = (on.d.get("row") or "")[:1500]
        if on is not None:
            self.memory["place"] = [on.doc.prefix, on.path]
        if on is not None and on.d.get("form", -1) >= 0:
            self.memory["form"] = [on.doc.prefix, on.d["form"]]
        step["st"].update(state)
        step["st"]["acts"] = step["st"].get("acts", 0) + 1
        seen = replace(view, rolled=on is not None and not on.view)
        self.memory["pending"] = {"step": self.turn.step, "mark": seen.mark, "rolled": seen.rolled}
        if step["do"] not in READING:
            self.memory["before"] = view.body[:BEFORE_CHARS]
            self.memory["before_url"] = view.url
            self.memory.pop("said", None)
        return Act(code=code, reasoning=why)

    def ask(self, step: Step, ask: Ask, **state: Any) -> Ask:
        """Ask a person about a step."""
        step["st"].update(state)
        step["st"]["asks"] = step["st"].get("asks", 0) + 1
        self.memory["pending"] = {"step": self.turn.step}
        return ask

    def ask_which(self, step: Step, elements: list[Element]) -> Ask:
        """Several things fit alike: which one?"""
        labels = _told_apart(self._view, elements)
        for i, label in enumerate(labels):
            if labels.count(label) > 1:
                labels[i] = f"{label} (number {labels[: i + 1].count(label)} from the top)"
        choices = [{"value": str(i + 1), "label": label} for i, label in enumerate(labels)]
        choices.append({"value": SKIP, "label": "None of these: leave this part out"})
        keys = {str(i + 1): e.key for i, e in enumerate(elements)}
        prompt = f"“{step['text']}” fits more than one thing on the page. Which one is meant?"
        return self.ask(
            step, Ask(prompt=prompt, kind="choice", choices=choices), offered=keys, phase="choice"
        )

    def ask_takeover(self, step: Step, problem: str) -> Ask:
        """Say what is wrong and offer the mouse."""
        prompt = (
            f"{problem} You can take over the browser and do it, then hand it back; "
            "or answer with other words for this part, or skip it."
        )
        return self.ask(
            step,
            Ask(prompt=prompt, kind="takeover", context={"part": step["text"]}),
            phase="takeover",
        )

    def note(self, text: str) -> None:
        """Something a person should read at the end."""
        if text not in self.memory["notes"]:
            self.memory["notes"].append(text)

    def saw(self, text: str) -> None:
        """Words that were really on the page and prove something."""
        text = " ".join(text.split())[:160]
        if text and text not in self.memory["evidence"]:
            self.memory["evidence"].append(text)

    def fail(self, step: Step, why: str) -> None:
        """Give a step up, honestly."""
        step["state"] = "failed"
        step["why"] = why

    def skip(self, step: Step) -> None:
        """A person left a step out. One that nobody answered for has failed."""
        step["state"] = step.get("state") or "skipped"


def _told_apart(view: View | None, elements: list[Element]) -> list[str]:
    """A label for each; those that would read alike say what stands above or before them, too."""
    labels = [describe(e) for e in elements]
    texts = view.texts if view else []
    before = {e.key: _above(texts, e) for e in elements}
    for i, e in enumerate(elements):
        rivals = [o for o, label in zip(elements, labels, strict=True) if o is not e
                  and (label == labels[i] or o.name == e.name)]  # fmt: skip
        near = [t for o in rivals for t in before[o.key][-6:]]
        own = [t for t in reversed(before[e.key][-6:]) if t not in near and len(t) <= 60]
        if rivals and own:
            labels[i] += f", by “{' · '.join(reversed(own[:3]))}”"
    return labels


def _above(texts: list[Element], e: Element) -> list[str]:
    """What a person reads before the element: above it, or to its left on the same line."""
    middle = e.y + e.h / 2
    read = [
        t for t in texts
        if t.text and t.doc is e.doc
        and (t.y + t.h <= middle or (t.y <= middle and t.x + t.w <= e.x + 2))
    ]  # fmt: skip
    return [t.text for t in sorted(read, key=lambda t: (t.y, t.x))]


def reply_value(answer: Answer) -> Any:
    """What a person answered, whatever shape the door gave it."""
    response = answer.response
    if isinstance(response, dict):
        for key in ("value", "choice", "answer", "text", "response"):
            if key in response:
                return response[key]
    return response


async def settle_answer(run: Run, step: Step) -> Decision | str | None:
    """Use the answer to a choice or takeover question.

    Gives "done" (the person did it), "skip", "again" (ground once more), or None without answer.
    """
    answer, run.answer = run.answer, None
    phase = step["st"].get("phase")
    if answer is None or phase not in ("choice", "takeover"):
        return None
    step["st"]["phase"] = ""
    if answer.status == "skipped":
        return "skip"
    value = reply_value(answer)
    if answer.status != "answered":
        why = step.get("why_not") or f"the question about it was {answer.status}"
        step["state"], step["why"] = "failed", why
        return "skip"
    if value in (SKIP, "Skip"):
        return "skip"
    if phase == "takeover":
        given = isinstance(answer.response, dict) and answer.response.get("value") == value
        if isinstance(value, str) and value.strip() and (given or len(value.split()) > 1):
            step["st"]["reworded"] = value
            return "reworded"
        run.memory["evidence"].clear()  # what was seen before says nothing of what a person did
        return "done"
    key = step["st"].get("offered", {}).get(str(value))
    if key is None:
        return "skip"
    step["st"]["chosen"] = key
    return "again"


async def answered(run: Run, step: Step) -> bool:
    """Whether a person's answer settled the step: done, left out, or said in other words."""
    outcome = await settle_answer(run, step)
    if outcome == "skip":
        run.skip(step)
    if outcome == "reworded":
        step["replace"] = step["st"].pop("reworded")
    return outcome in ("done", "skip", "reworded")


def chosen(view: View, step: Step) -> Element | None:
    """The element a person picked, found again in this view."""
    key = step["st"].get("chosen")
    pool = [*view.elements, *view.texts]
    return next((e for e in pool if e.key == key), None) if key else None
