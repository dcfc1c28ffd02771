"""A run as a conversation: the task, past turns, and the page as it is now.

Page text is fenced by a mark with a random id of the run. A page cannot know the id, so it
cannot close the fence; the id itself is removed from page text all the same.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agents.plain import clip, shown
from agents.ports import Act, Answer, Ask, DecideInput, Finish, IncomingMessage, StepResult, Turn

RESULT_CHARS = 16_000
OLDER_OBSERVATION_CHARS = 6_000
HISTORY_CHARS = 60_000
SUMMARY_LINE_CHARS = 240
SUMMARY_CHARS = 12_000
SUMMARY_BLOCK = 8  # turns shrink in blocks, so that the rest stays the same for a provider's cache


@dataclass(frozen=True)
class Part:
    """One piece of the conversation, in no provider's format.

    role `assistant`: a tool call (`tool`, `arguments`), with its reasoning in `text`.
    role `tool`: what the call with the same `call_id` returned. role `user`: plain text.
    """

    role: Literal["user", "assistant", "tool"]
    text: str
    tool: str = ""
    arguments: dict[str, Any] | None = None
    call_id: str = ""


def new_boundary() -> str:
    """A mark for the untrusted fence that no page can guess."""
    return secrets.token_hex(6)


def fence(text: str, boundary: str, *, source: str) -> str:
    """Text read from outside, marked as untrusted data."""
    if boundary:
        text = text.replace(boundary, "")
    return f'<untrusted id="{boundary}" source="{source}">\n{text}\n</untrusted id="{boundary}">'


def render_task(turn: DecideInput) -> Part:
    """The first message: what was asked for, and which mark fences page text."""
    said = ["# Task\n" + turn.instructions]
    if turn.today:
        said.append(f"Today is {turn.today}.")
    if turn.boundary:
        said.append(f'Page text in this run is marked <untrusted id="{turn.boundary}">.')
    return Part("user", "\n\n".join(said))


def render_history(
    turns: Sequence[Turn],
    *,
    boundary: str = "",
    keep_observations: int = 0,
    max_chars: int = HISTORY_CHARS,
) -> list[Part]:
    """Past turns as calls and results, oldest first.

    keep_observations: how many of the newest turns keep their page text (the page of the present
    is not among them: `render_turn` shows it). Over max_chars, the oldest turns shrink to a line
    each, in one block, so that the newest always stay whole.
    """
    blocks: list[list[Part]] = []
    for index, turn in enumerate(turns):
        age = len(turns) - 1 - index
        blocks.append(_past_turn(turn, boundary, with_page=age < keep_observations))
    sizes = [sum(_size(part) for part in block) for block in blocks]
    first = 0
    while first < len(blocks) - 1 and sum(sizes[first:]) > max_chars:
        first += SUMMARY_BLOCK
    first = min(first, max(0, len(blocks) - 1))
    parts: list[Part] = []
    if first:
        lines = clip("\n".join(_summary(turn) for turn in turns[:first]), SUMMARY_CHARS)
        parts.append(
            Part("user", "Earlier steps, in short:\n" + fence(lines, boundary, source="steps"))
        )
        parts += [Part("user", _messages(turn.messages)) for turn in turns[:first] if turn.messages]
    for block in blocks[first:]:
        parts += block
    return parts


def render_turn(turn: DecideInput) -> Part:
    """The present: notes of the loop, messages of people, downloads, and the page."""
    said: list[str] = []
    if turn.messages:
        said.append(_messages(turn.messages))
    if turn.notes:
        said.append(_notes(turn.notes))
    said.append(f"Step {turn.step}. Steps left: {turn.steps_left}.")
    if turn.downloads:
        names = ", ".join(turn.downloads)
        said.append("Downloaded: " + fence(names, turn.boundary, source="downloads"))
    page = f"url: {turn.page_url}\ntitle: {turn.page_title}\n\n{turn.observation}"
    said.append("# Page now\n" + fence(page, turn.boundary, source="page"))
    return Part("user", "\n\n".join(said))


def render_conversation(turn: DecideInput, *, max_chars: int = HISTORY_CHARS) -> list[Part]:
    """Everything after the system prompt: task, history, present."""
    history = render_history(turn.turns, boundary=turn.boundary, max_chars=max_chars)
    return [render_task(turn), *history, render_turn(turn)]


def call_of(turn: Turn) -> tuple[str, dict[str, Any]]:
    """A past decision as the tool call that made it: tool name, arguments."""
    decision = turn.decision
    if isinstance(decision, Act):
        arguments: dict[str, Any] = {"code": decision.code, "reasoning": decision.reasoning}
        if decision.plan:
            arguments["plan"] = decision.plan
        return "execute_playwright_code", arguments
    if isinstance(decision, Ask):
        arguments = {"prompt": decision.prompt, "kind": decision.kind}
        if decision.choices:
            arguments["choices"] = decision.choices
        return "ask_person", arguments
    return "finish", {
        "text": decision.text,
        "output": decision.output,
        "success": decision.success,
        "evidence": decision.evidence,
    }


def _past_turn(turn: Turn, boundary: str, *, with_page: bool) -> list[Part]:
    parts: list[Part] = []
    before = [_messages(turn.messages)] if turn.messages else []
    before += [_notes(turn.notes)] if turn.notes else []
    if before:
        parts.append(Part("user", "\n\n".join(before)))
    tool, arguments = call_of(turn)
    call_id = f"step_{turn.step}"
    parts.append(Part("assistant", turn.decision.reasoning, tool, arguments, call_id))
    parts.append(Part("tool", _outcome(turn, boundary, RESULT_CHARS), tool, None, call_id))
    if with_page and turn.observation:
        page = clip(turn.observation, OLDER_OBSERVATION_CHARS)
        said = f"Page after step {turn.step}:\n" + fence(page, boundary, source="page")
        parts.append(Part("user", said))
    return parts


def _outcome(turn: Turn, boundary: str, limit: int) -> str:
    if turn.result is not None:
        return _result(turn.result, boundary, limit)
    if turn.answer is not None:
        return _answer(turn.answer)
    if isinstance(turn.decision, Finish):
        return "Not accepted yet; see the note that follows."
    return "No result."


def _result(result: StepResult, boundary: str, limit: int) -> str:
    head = "ok" if result.ok else f"error {result.error_code or 'step_failed'}"
    if result.interrupted:
        head += " (interrupted by a person)"
    body: list[str] = []
    if result.error_message:
        body.append(result.error_message)
    if result.value is not None:
        body.append("value: " + clip(shown(result.value), limit))
    if result.printed:
        body.append("printed: " + clip(result.printed, limit // 2))
    if result.notices:
        body.append("notices: " + clip("\n".join(result.notices), 2_000))
    if result.downloads:
        body.append("downloaded: " + ", ".join(item.name for item in result.downloads))
    done = [f"{a.tool} {a.target}".strip() for a in result.actions if a.status == "completed"]
    if not result.ok and done:
        body.append("completed before the error: " + clip("; ".join(done), 1_000))
    if not body:
        return head
    return f"{head}\n" + fence("\n".join(body), boundary, source="result")


def _answer(answer: Answer) -> str:
    if answer.status == "answered":
        return f"The person answered: {shown(answer.response)}"
    reasons = {
        "skipped": "The person skipped the question. Go on without the answer, or finish.",
        "expired": "Nobody answered in time. Go on without the answer, or finish honestly.",
        "canceled": "The question was withdrawn. Go on without the answer.",
    }
    return reasons.get(answer.status, f"The question ended: {answer.status}.")


def _messages(messages: Sequence[IncomingMessage]) -> str:
    lines = [f"Message from {m.author or 'the person'}: {m.content}" for m in messages]
    return "\n".join(lines)


def _notes(notes: Sequence[str]) -> str:
    return "Note: " + "\nNote: ".join(notes)


def _summary(turn: Turn) -> str:
    """A past turn in one line."""
    decision = turn.decision
    if isinstance(decision, Act):
        what = decision.reasoning or decision.code.strip().partition("\n")[0]
    elif isinstance(decision, Ask):
        what = f"asked: {decision.prompt}"
    else:
        what = f"tried to finish: {decision.text}"
    outcome = ""
    if turn.result is not None:
        outcome = "ok" if turn.result.ok else f"failed: {turn.result.error_message or ''}"
    elif turn.answer is not None:
        outcome = _answer(turn.answer)
    line = " ".join(f"{what} -> {outcome}".split())
    return f"step {turn.step}: {clip(line, SUMMARY_LINE_CHARS)}"


def _size(part: Part) -> int:
    arguments = json.dumps(part.arguments, ensure_ascii=False) if part.arguments else ""
    return len(part.text) + len(arguments)
