"""A route that plays a script: for tests, demonstrations and load, at no cost and no doubt.

A script is a JSON list of turns, played in order; where it stands is kept in the route's memory
and so in the checkpoint, which makes a resumed run go on with the next turn.

    {"code": "await page.goto(...)", "reasoning": "...", "plan": ["..."]}
    {"ask": {"prompt": "...", "kind": "choice", "choices": [...]}}
    {"finish": {"text": "...", "output": ..., "success": true, "evidence": ["..."]}}
    {"fail": {"code": "model_unavailable", "message": "...", "retryable": true}}

Beside any of these: `delay_s` waits first, `expect_answer` fails the run unless the person's
last answer equals it, `expect_text` unless the observation holds it, `say` streams words,
`usage` reports {"input_tokens", "output_tokens", "cost_usd"}. A turn of only such keys is done
and the next one follows at once. After the last turn the script finishes by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.errors import ModelError
from agents.model.protocol import ASK, EXECUTE, FINISH, Misread, ToolCall, read_call
from agents.ports import DecideInput, Decision, Reply, Usage

MAX_TURNS = 2_000
MAX_DELAY_S = 3_600.0
_ACTIONS = {"code", "ask", "finish", "fail"}
_EXTRAS = {"delay_s", "expect_answer", "expect_text", "say", "usage", "reasoning", "plan", "note"}


class ScriptedRoute:
    """A ModelRoute that decides what its script says.

    turns: see the module. Raises: ModelError `model_not_configured` when a turn is malformed.
    """

    wants_screenshot = False

    def __init__(self, turns: Sequence[dict[str, Any]], *, name: str = "script") -> None:
        self.name = f"scripted:{name}"
        self._turns = check_script(turns)

    async def aclose(self) -> None:
        """Nothing to close."""

    async def decide(self, turn: DecideInput) -> Reply:
        """The script's next decision.

        Raises: ModelError, as the script says, or `script_mismatch` when what it expected is
        not so.
        """
        while True:
            position = int(turn.memory.get("position", 0))
            if position >= len(self._turns):
                done = ToolCall(FINISH, {"text": "The script is over.", "success": True})
                return Reply(read_call(done), Usage(), self.name)
            entry = self._turns[position]
            if entry.get("delay_s"):
                await asyncio.sleep(float(entry["delay_s"]))
            # Moved on before a failure too: a retried step goes on, as with a real provider.
            turn.memory["position"] = position + 1
            self._check_expectations(entry, position, turn)
            if entry.get("say"):
                turn.on_delta(str(entry["say"]))
            if "fail" in entry:
                raise _failure(entry["fail"], _usage(entry.get("usage")))
            if _ACTIONS & entry.keys():
                return Reply(_decision(entry, position), _usage(entry.get("usage")), self.name)

    @staticmethod
    def _check_expectations(entry: dict[str, Any], position: int, turn: DecideInput) -> None:
        if "expect_answer" in entry:
            answers = [past.answer for past in turn.turns if past.answer is not None]
            got = answers[-1].response if answers else None
            if got != entry["expect_answer"]:
                raise ModelError(
                    f"Turn {position + 1} of the script expected the answer "
                    f"{entry['expect_answer']!r} and got {got!r}.",
                    code="script_mismatch",
                )
        if "expect_text" in entry and str(entry["expect_text"]) not in turn.observation:
            raise ModelError(
                f"Turn {position + 1} of the script expected the page to show "
                f"{str(entry['expect_text'])!r}.",
                code="script_mismatch",
            )


def check_script(turns: Any) -> list[dict[str, Any]]:
    """The turns, when each can be played. Raises: ModelError `model_not_configured`."""
    if not isinstance(turns, Sequence) or isinstance(turns, (str, bytes)):
        raise _malformed("A script is a JSON list of turns.")
    if len(turns) > MAX_TURNS:
        raise _malformed(f"A script has at most {MAX_TURNS} turns; this one has {len(turns)}.")
    checked = []
    for position, entry in enumerate(turns):
        where = f"Turn {position + 1} of the script"
        if not isinstance(entry, dict):
            raise _malformed(f"{where} is not an object.")
        unknown = entry.keys() - _ACTIONS - _EXTRAS
        if unknown:
            raise _malformed(f"{where} has unknown keys: {', '.join(sorted(map(str, unknown)))}.")
        if len(_ACTIONS & entry.keys()) > 1:
            raise _malformed(f"{where} may have only one of: {', '.join(sorted(_ACTIONS))}.")
        _check_values(entry, where)
        checked.append(entry)
    return checked


def _check_values(entry: dict[str, Any], where: str) -> None:
    delay = entry.get("delay_s", 0)
    if isinstance(delay, bool) or not isinstance(delay, (int, float)):
        raise _malformed(f"{where}: delay_s is not a number of seconds.")
    if not 0 <= delay <= MAX_DELAY_S:
        raise _malformed(f"{where}: delay_s must be from 0 to {MAX_DELAY_S:.0f}.")
    if "fail" in entry and not isinstance(entry["fail"], dict):
        raise _malformed(f"{where}: fail is an object with code, message and retryable.")
    try:
        _usage(entry.get("usage"))
        if {"code", "ask", "finish"} & entry.keys():
            _decision(entry, 0)
    except (Misread, TypeError, ValueError, InvalidOperation) as error:
        raise _malformed(f"{where} cannot be played: {error}") from None


def _decision(entry: dict[str, Any], position: int) -> Decision:
    if "code" in entry:
        arguments = {k: entry[k] for k in ("code", "reasoning", "plan") if k in entry}
        return read_call(ToolCall(EXECUTE, arguments))
    name = ASK if "ask" in entry else FINISH
    body = entry["ask"] if name == ASK else entry["finish"]
    if isinstance(body, str):
        body = {"prompt": body, "text": body}
    if not isinstance(body, dict):
        raise Misread(f"`{name}` needs an object.")
    return read_call(ToolCall(name, {"reasoning": entry.get("reasoning", ""), **body}))


def _usage(raw: Any) -> Usage:
    if raw is None:
        return Usage()
    cost = raw.get("cost_usd", "0")
    return Usage(
        input_tokens=int(raw.get("input_tokens", 0)),
        output_tokens=int(raw.get("output_tokens", 0)),
        cost_usd=None if cost is None else Decimal(str(cost)),
    )


def _failure(said: dict[str, Any], spent: Usage) -> ModelError:
    after = said.get("retry_after_s")
    return ModelError(
        str(said.get("message", "The script says that the model failed.")),
        code=str(said.get("code", "model_unavailable")),
        retryable=bool(said.get("retryable", False)),
        retry_after_s=float(after) if isinstance(after, (int, float)) else None,
        spent=spent,
    )


def _malformed(message: str) -> ModelError:
    return ModelError(message, code="model_not_configured")
