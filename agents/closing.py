"""The end of a run: is the answer fit to give, was it seen, what is left when a limit struck."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agents.errors import BrowserGone, BudgetExceeded
from agents.events import TaskNotice
from agents.outcome import Outcome
from agents.plain import bounded, clip, plain, plain_text, shown
from agents.ports import JSON, Finish, Turn
from agents.run import Run
from agents.sight import Sight
from agents.verify import check_claims, schema_error

SCHEMA_REPAIRS = 1
EVIDENCE_REPAIRS = 1
TEXT_CHARS = 20_000
PARTIAL_CHARS = 50_000


@dataclass(frozen=True)
class Repair:
    """The answer is sent back to the model once, with this note."""

    note: str


async def judge(run: Run, sight: Sight, finish: Finish, *, may_repair: bool) -> Outcome | Repair:
    """What a finish comes to: an outcome, or one more chance for the model.

    Raises: BrowserGone, Interrupted from a last look at the page.
    """
    schema = run.context.task.output_schema
    text = clip(plain_text(finish.text), TEXT_CHARS)
    output = plain(finish.output)
    try:
        wrong = schema_error(output, schema)
    except ValueError as error:
        return Outcome.failed("output_schema_invalid", str(error), text=text)
    if wrong is not None:
        parsed = _json_in(finish)
        if parsed is not None and schema_error(parsed, schema) is None:
            output, wrong = parsed, None
    if schema and (finish.success is not False or wrong is None):
        await _tell_fit(run, wrong)
    if finish.success is False:
        return Outcome.done(None if wrong else output, text=text, verified=False)
    if wrong is not None:
        if may_repair and run.state.schema_repairs < SCHEMA_REPAIRS:
            run.state.schema_repairs += 1
            return Repair(
                f"The output does not satisfy the schema, {wrong}. Finish again with an output "
                "that does, or with success false if you do not have it."
            )
        message = f"The agent's output does not satisfy output_schema: {wrong}"
        return Outcome.failed("output_schema_mismatch", message, text=text)
    if finish.success is None:
        return Outcome.done(output, text=text, verified=None)
    claim = Finish(text, output, evidence=[plain_text(str(item)) for item in finish.evidence])
    verdict = check_claims(claim, run.seen)
    if verdict.verified is None and (verdict.missing_evidence or verdict.missing_values):
        await _see_more(run, sight)
        verdict = check_claims(claim, run.seen)
    if verdict.missing_evidence and may_repair and run.state.evidence_repairs < EVIDENCE_REPAIRS:
        run.state.evidence_repairs += 1
        quotes = "; ".join(clip(quote, 200) for quote in verdict.missing_evidence[:5])
        return Repair(
            f"These quotes were not found in what you saw: {quotes}. Look at the page, and finish "
            "with exact quotes, or with success false if it did not work."
        )
    return Outcome.done(output, text=text, verified=verdict.verified)


async def _tell_fit(run: Run, wrong: str | None) -> None:
    """Write down whether the answer has the shape that was asked for."""
    said = "The output fits the schema." if wrong is None else f"The output does not fit: {wrong}"
    detail = {"valid": wrong is None, "error": wrong, "attempt": run.state.schema_repairs + 1}
    await run.save(TaskNotice(kind="output_checked", message=said, detail=detail), bill=False)


def cut_short(run: Run, error: BudgetExceeded) -> Outcome:
    """The honest end when a limit struck: what was reached so far, in words and as output."""
    reached = _reached(run.state.turns)
    text = str(error)
    if run.state.plan:
        text += "\nThe plan was:\n" + "\n".join(f"- {line}" for line in run.state.plan)
    if reached:
        text += "\nThe last steps were:\n" + "\n".join(f"- {line}" for line in reached)
    output = _partial(run)
    if output is not None:
        text += "\nThe output holds what was read last; it is not a finished answer."
    make = Outcome.expired if error.limit == "time" else Outcome.failed
    return make(error.code, str(error), output=output, text=clip(text, TEXT_CHARS))


def _partial(run: Run) -> JSON:
    """What was read last, if the asked shape allows it. Where a page is was not read from it."""
    for turn in reversed(run.state.turns):
        if turn.result is not None and turn.result.ok and _was_read(turn.result.value):
            value = bounded(turn.result.value, PARTIAL_CHARS)
            return value if _fits(value, run.context.task.output_schema) else None
    return None


def _was_read(value: JSON) -> bool:
    went = isinstance(value, dict) and value.keys() == {"url", "status", "ok"}  # a goto's result
    return value not in (None, "", []) and not went


def _fits(value: JSON, schema: dict[str, Any] | None) -> bool:
    try:
        return schema_error(value, schema) is None
    except ValueError:
        return False


def _reached(turns: list[Turn]) -> list[str]:
    lines = []
    for turn in turns[-5:]:
        if turn.result is None:
            continue
        what = turn.decision.reasoning or shown(getattr(turn.decision, "code", ""))
        came = "ok" if turn.result.ok else turn.result.error_message or "failed"
        lines.append(clip(" ".join(f"{what}: {came}".split()), 300))
    return lines


async def _see_more(run: Run, sight: Sight) -> None:
    """More witnesses: all text of the page, and what was seen before a restart."""
    if run.resumed:
        for artifact_id in run.state.seen:
            try:
                data = await run.context.artifacts.read(artifact_id)
            except KeyError:
                continue
            _read_back(run, data.decode("utf-8", "replace"))
    try:
        run.seen.add_page(await sight.whole_text())
    except BrowserGone:
        return


def _read_back(run: Run, text: str) -> None:
    mark = run.state.boundary
    page, _, rest = text.partition(f"\n=== result {mark} ===\n")
    result, _, code = rest.partition(f"\n=== code {mark} ===\n")
    run.seen.add_page(page)
    run.seen.add_text(result, code)


def _json_in(finish: Finish) -> Any | None:
    """The output of a model that wrote its JSON as text."""
    for text in (finish.output, finish.text):
        if not isinstance(text, str):
            continue
        body = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
        try:
            return plain(json.loads(body))
        except (ValueError, RecursionError):
            continue
    return None
