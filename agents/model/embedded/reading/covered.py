"""What a deed was told with it, and never reached the page: then the deed was another one.

"Send in my meter reading, 18950" is not done by pressing "Send reading" alone. A number or an
address that was said has to have been given to the page, or to have stood on it.
"""

from __future__ import annotations

import re

from agents.model.embedded.run import Run, Step
from agents.ports import Act

_DEEDS = frozenset(
    {"act_on", "add", "carry", "checkout", "click", "create", "press", "respond", "submit"}
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
# Dates, times and years are written in many ways: they are not looked for.
_DATED = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}|\d{1,2}[:/]\d{1,2}|\b(?:1[89]|20)\d\d\b|\b\d{1,2}\.\d{1,2}\.(?!\d)"
)
_NUMBER = re.compile(r"(?<![\w#])[£$€]?\d[\d.,]*\d\b")
_QUOTED = re.compile(r"\"([^\"{}\n]{2,})\"|“([^”{}\n]{2,})”")
LEAST_DIGITS = 3


def notice(run: Run) -> None:
    """At the end: fail the deeds of whose numbers and addresses the page was given nothing."""
    done = [s for s in run.steps if s["do"] in _DEEDS and s.get("state") == "done"]
    if not done:
        return
    said = "\n".join(_given(run))
    for step in run.steps:  # what was only looked for, to find the deed's place, is not given
        if step["do"] == "search" and any(step["text"] == s["text"] for s in done):
            said = said.replace(step["value"].get("text") or "\n", " ")
    for step in done:
        missing = [x for x in literals(step["text"]) if _bare(x) not in _bare(said)]
        if missing:
            run.fail(step, f"I gave the page no “{missing[0]}”, and it shows none")


def literals(text: str) -> list[str]:
    """The numbers, mail addresses and quoted texts of a sentence."""
    mails = _MAIL.findall(text)
    quotes = [next(filter(None, m)) for m in _QUOTED.findall(text)]
    rest = _QUOTED.sub(" ", _DATED.sub(" ", _MAIL.sub(" ", text)))
    numbers = [x for x in _NUMBER.findall(rest) if len(re.sub(r"\D", "", x)) >= LEAST_DIGITS]
    return [*mails, *quotes, *numbers]


def unplaced(run: Run, step: Step) -> str:
    """What was said word for word for a deed that sends, and stands nowhere yet; or nothing."""
    said = _bare("\n".join(_given(run)))
    return next((x for x in literals(step["text"]) if _bare(x) not in said), "")


def _given(run: Run) -> list[str]:
    """Every program that ran, and what the pages showed."""
    turns = run.turn.turns
    out = [t.decision.code for t in turns if isinstance(t.decision, Act)]
    out += [t.observation for t in turns]
    out += [str(run.memory.get("before") or ""), run._view.body if run._view else ""]
    return out


def _bare(text: str) -> str:
    """Without what only groups digits, and without a currency's sign."""
    return re.sub(r"(?<=\d)[\s.,'’-]+(?=\d)|[£$€]", "", text.lower())
