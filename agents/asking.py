"""Questions to people: saved before they are asked, so that each is asked once."""

from __future__ import annotations

from dataclasses import replace

from agents import repeats
from agents.checkpoint import OpenAsk
from agents.events import TaskNotice
from agents.outcome import Outcome
from agents.plain import clip, plain, plain_text
from agents.ports import Ask, InputRequestSpec, Turn, Usage
from agents.run import Run
from agents.sight import Sight, View


class Asking:
    """Asks people, for the model and for the loop itself."""

    def __init__(self, run: Run, sight: Sight) -> None:
        self._run = run
        self._sight = sight

    async def begin(self, decision: Ask, view: View | None, *, key: str = "") -> None:
        """Save a question as pending. key: only for questions of the loop itself."""
        run, state = self._run, self._run.state
        decision = _askable(decision)
        here = view or View("", state.page_url, state.page_title)
        pictures = await self._sight.store_picture(here, state.step + 1)
        state.step += 1
        if not key:
            state.decided += 1
            run.charge(Usage(steps=1))
        context = {
            **plain(decision.context),
            "page_url": here.url,
            "page_title": here.title,
            "step": state.step,
        }
        if pictures:
            context["screenshot_artifact_id"] = pictures[0].artifact_id
        state.asking = OpenAsk(
            step=state.step,
            decision=decision,
            key=key or f"ask:{state.step}",
            notes=tuple(state.notes),
            messages=tuple(state.messages),
            context=context,
            by_loop=bool(key),
        )
        state.notes, state.messages = [], []
        await run.save(*pictures)

    async def wait(self) -> None:
        """Ask the pending question and keep the answer as a turn.

        Raises: Parked after a long wait (the question stays pending); Cancelled.
        """
        run, state = self._run, self._run.state
        asking = state.asking
        if asking is None:
            raise RuntimeError("no question is pending")
        question = asking.decision
        answer = await run.context.ask(
            InputRequestSpec(
                key=asking.key,
                kind=question.kind,
                prompt=question.prompt,
                choices=question.choices,
                input_schema=question.input_schema,
                context=asking.context,
            )
        )
        state.asking = None
        state.add(
            Turn(
                step=asking.step,
                decision=question,
                answer=answer,
                notes=asking.notes,
                messages=asking.messages,
            )
        )
        if asking.by_loop:
            # Two more tries with the advice, then the run ends.
            state.repeats = state.repeats[-repeats.NOTE_AFTER :]
        await run.save()

    async def notice_repeats(self) -> Outcome | None:
        """After a step: an agent that goes round in circles is told, then helped, then stopped."""
        state = self._run.state
        advice = repeats.advice(state.repeats)
        if advice == "none" or not state.turns:
            return None
        step = state.step
        if advice == "note":
            state.notes.append(
                "You did this before, and it had the same result. Change your approach: other "
                "targets, another way, or ask_person."
            )
            message = "The agent repeats itself; it was told to change its approach."
            await self._run.save(TaskNotice(kind="repeated_action", message=message, step=step))
            return None
        if state.repeat_asked:
            message = "The agent repeated the same action without effect and found no other way."
            return Outcome.failed("repeated_action", message)
        state.repeat_asked = True
        done = state.turns[-1].decision
        what = done.reasoning or clip(getattr(done, "code", ""), 300)
        prompt = (
            "The agent is stuck: it repeats the same action, and nothing changes.\n"
            f"It tries this: {what}\nHow should it go on?"
        )
        await self.begin(Ask(prompt), None, key=f"stuck:{step}")
        return None


def _askable(decision: Ask) -> Ask:
    """A question that a person can answer: a choice has choices, a form has fields."""
    prompt = plain_text(decision.prompt).strip() or "The agent needs your help to go on."
    choices = [
        {"value": plain(item["value"]), "label": plain_text(str(item.get("label", item["value"])))}
        for item in decision.choices or ()
        if isinstance(item, dict) and "value" in item
    ]
    kind = decision.kind
    if (kind == "choice" and not choices) or (kind == "form" and not decision.input_schema):
        kind = "question"
    return replace(
        decision,
        prompt=clip(prompt, 10_000),
        kind=kind,
        choices=choices or None,
        input_schema=plain(decision.input_schema),
    )
