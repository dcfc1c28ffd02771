"""What is asked by form, and the answers as values: secret ones come back as variables' names.

A field is secret when its label, name, type or autocomplete says so. Hosts seal what is given to
secret fields and hand it to the run as a sensitive variable; the answer then reads `{{its name}}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agents.model.embedded.run import Run, Step, reply_value
from agents.model.embedded.view import Element
from agents.ports import Answer, Ask

Schema = dict[str, Any]
_CODE = re.compile(
    r"one[- _]?time|\botp\b|\b[2m]fa\b|verification code|authenticat\w+ code|\b\d[- ]digit code|"
    r"(?:sms|text message|login|sign[- ]?in|confirmation) code|\btan\b",
    re.I,
)
_CARD = re.compile(
    r"(?:credit|debit|bank|payment)?[- _]?card[- _]?(?:number|no\b|num\b)|\bcc[- _]?(?:number|num)"
    r"|\bpan\b|kartennummer|n[uú]mero de (?:la )?tarjeta|num[ée]ro de (?:la )?carte",
    re.I,
)
_SECRET = re.compile(
    r"pass[- _]?(?:word|wd|phrase|code)|\bpasswort\b|\bkennwort\b|\bpin\b|\bsecret\b|"
    r"\bapi[- _]?key\b|\btoken\b|security (?:code|answer)|card (?:verification|code)|"
    r"\bcv[vc2]{1,2}\b|\bcsc\b|cc[- _]?(?:exp|csc)|expir|valid (?:thru|until|to)\b|\biban\b|"
    r"account number|sort code|routing number|\bbic\b|social security|\bssn\b|tax (?:id|number)|"
    r"passport (?:no|num)|national insurance",
    re.I,
)
_NAMING = frozenset({"sign_in", "add"})  # whose words are never typed as they stand
_HANDLE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def part(about: str, kind: str = "") -> Schema:
    """The schema of one field.

    about: its label, name and autocomplete. kind: the input's type. A `format` also says which
    kind of variable the answer becomes; one of kind password goes into password fields only.
    """
    if _CODE.search(about):
        return {"type": "string", "writeOnly": True, "format": "one-time-code"}
    if kind == "password":
        return {"type": "string", "writeOnly": True, "format": "password"}
    if _CARD.search(about) or _SECRET.search(about):
        return {"type": "string", "writeOnly": True}
    return {"type": "string"}


def form(parts: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": parts, "required": list(parts)}


def ask_for(run: Run, step: Step, prompt: str, parts: dict[str, Schema], **state: Any) -> Ask:
    """Ask for named values in one form."""
    return run.ask(step, Ask(prompt=prompt, kind="form", input_schema=form(parts)), **state)


def about(e: Element) -> str:
    return f"{e.name} {e.attr or ''}".replace("_", " ")


def value_of(run: Run, given: Any) -> dict[str, Any]:
    """A given value as an intent's value: a variable when it is the name of one."""
    match = _HANDLE.fullmatch(str(given).strip())
    if match and match.group(1) in run.turn.variables:
        return {"var": match.group(1)}
    return {"text": str(given)}


def values_of(run: Run, answer: Answer | None, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What a person gave, by field; a bare answer belongs to the only field. Empty when nothing."""
    if answer is None or answer.status != "answered":
        return {}
    names, response = list(names), answer.response
    if isinstance(response, dict):
        found = {n: response[n] for n in names if response.get(n) not in (None, "")}
        if found:
            given = {n: value_of(run, v) for n, v in found.items()}
            run.memory.setdefault("given", {}).update(given)  # nobody is asked for it again
            return given
    one = reply_value(answer)
    if len(names) == 1 and isinstance(one, str | int) and str(one).strip():
        return {names[0]: value_of(run, one)}
    return {}


def fail_unknown(run: Run, step: Step) -> bool:
    """Give up a step that names a variable nobody gave. True when it was given up."""
    values = [v for v in step.values() if isinstance(v, dict)]
    named = [v["var"] for v in values if isinstance(v.get("var"), str)]
    if step["do"] in _NAMING:
        named += _HANDLE.findall(step["text"])
    name = next((n for n in named if n not in run.turn.variables), None)
    if name is not None:
        run.fail(step, f"the task has no variable named {{{{{name}}}}}")
    return name is not None
