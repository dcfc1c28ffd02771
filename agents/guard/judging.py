"""What the gate makes of a call or a request before it decides who is asked about it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from agents.errors import ActionError, PolicyError
from agents.executor.gate import ProposedAction
from agents.guard.hold import HeldRequest
from agents.guard.risk import classify, classify_request
from agents.guard.risk_facts import CallFacts, Verdict, main_of
from agents.guard.risk_requests import TOO_MUCH

BRINGS_FILE = "the task's policy has a person decide on each download"


def judge(action: ProposedAction) -> Verdict:
    """The verdict on a call."""
    return classify(
        CallFacts(
            tool=action.tool,
            arguments=action.arguments,
            page_url=action.page_url,
            url=action.url,
            typed_kinds=action.typed_kinds,
            typed_breaks=action.typed_breaks,
            dialog=action.dialog,
        ),
        action.element,
    )


async def looked_again(action: ProposedAction) -> ProposedAction:
    """The call with its element read anew, whole.

    Raises: ActionError when it was read and can be no longer. It would be judged less grave then.
    """
    element = await action.look()
    if element is None:
        raise ActionError(
            f"{action.target} could not be looked at any more. Look at the page again.",
            code="page_changed",
        )
    return replace(action, element=element)


def with_file(verdict: Verdict) -> Verdict:
    """The same call, which also brings a file that the policy has people decide on."""
    return replace(
        verdict,
        risks=verdict.risks | {"unknown"},
        level="medium" if verdict.level in ("none", "low") else verdict.level,
        main=verdict.main if verdict.level in ("medium", "high") else "unknown",
        reasons=(*verdict.reasons, BRINGS_FILE),
    )


def judge_request(held: HeldRequest, page_url: str) -> Verdict:
    """The verdict on a page's request; its fingerprint tells every byte of the body.

    A body that cannot be read whole is ambiguous, whatever is read of it.
    """
    verdict = classify_request(
        held.method, held.url, held.content_type, held.body, page_url, held.headers
    )
    if held.digest:
        told = f"{verdict.fingerprint} {held.digest}"
        mark = hashlib.sha256(told.encode()).hexdigest()[:32]
        verdict = replace(verdict, fingerprint=mark)
    if not held.unread:
        return verdict
    why = TOO_MUCH if held.unread == "most" else "ambiguous: a part of it cannot be read"
    risks = verdict.risks | {"ambiguous"}
    level, main = main_of(risks)
    reasons = tuple(dict.fromkeys((*verdict.reasons, why)))
    return replace(verdict, risks=risks, level=level, main=main, reasons=reasons)


def is_blind(verdict: Verdict) -> bool:
    """Whether a request sends more than code can read: only a person may let it go."""
    return TOO_MUCH in verdict.reasons


def refusal(effect: str, reason: str, *, again: bool = False) -> PolicyError:
    """The reason comes first: what retells a failure may keep only its beginning."""
    said = f": {reason.rstrip('.')}" if reason else ""
    was = "has already rejected this" if again else "rejected this"
    return PolicyError(
        f"A person {was}{said}. It was: {effect}. Do not try it again; go on without it, or "
        "finish and say so.",
        rule="approval:rejected",
    )
