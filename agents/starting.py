"""Why a task could not begin where it should, once and in words for people, and what to do."""

from __future__ import annotations

from agents.outcome import Outcome
from agents.plain import without_code
from agents.ports import StepResult

FAILED = "start_url_failed"
_FOR_MODELS = ("Refused: ", "Nothing was done; go another way.")
_ELSEWHERE = "Start somewhere else."
# What refused it -> what people can do. A rule that is not here has its own words for that.
_WAYS = {
    "policy:allowed_domains": "Start at one of those, or allow this one in the task's policy.",
    "policy:blocked_domains": "Start somewhere else, or take it off the list.",
    "policy:redirect_domains": "Start at the page that it passes on to.",
    "policy:private_access": "Open it there (private_access), or start somewhere else.",
    "address:own_service": _ELSEWHERE,
    "address:metadata": _ELSEWHERE,
    "host:invalid": "Check its spelling.",
}
_PRIVATE = (
    "Start at a public address, or have whoever runs this server open it (WEBAGENT_EGRESS_ALLOW)."
)
_DOWN = "Check its spelling, and that the site can be reached from this server."
_SHUT = (  # within an encrypted connection nobody says which of the two it is
    "Check its spelling; a private address is opened by whoever runs this server "
    "(WEBAGENT_EGRESS_ALLOW)."
)


def failure(url: str, result: StepResult) -> Outcome:
    """The end of a task whose start address was refused or cannot be opened."""
    code, rule = result.error_code or "", _rule(result)
    refused = code.startswith("policy")
    why = without_code(result.error_message or "")
    for words in (*_FOR_MODELS, f"{url} may not be opened.", f"{url} could not be opened"):
        why = why.replace(words, "", 1)
    why = why.strip(" :.") + "." if why.strip(" :.") else ""
    verb = "may not be opened" if refused else "could not be opened"
    way = _way(rule) if refused else _SHUT if code == "navigation_refused" else _DOWN
    text = f"The start address {url} {verb}{f': {why}' if why else '.'} {way}"
    return Outcome.failed(code if refused else FAILED, text.strip())


def _rule(result: StepResult) -> str:
    return next((record.rule for record in reversed(result.actions) if record.rule), "")


def _way(rule: str) -> str:
    return _WAYS.get(rule, _PRIVATE if rule.startswith("address:") else "")
