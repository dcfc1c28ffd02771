"""Questions in the browser's own boxes: confirm() and prompt().

The browser declined them while a deed was done, so that the deed did not happen. When the
instruction asked for what the page asks about, the planner does it again and expects that question:
the gate has people decide on it as on any deed. Otherwise it asks a person first, word for word.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from agents.guard.labels import read
from agents.guard.risk_dialogs import wants_secret
from agents.model.embedded.doing.searching import value_code
from agents.model.embedded.grammar.masking import mask
from agents.model.embedded.grammar.words import VERBS
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step, reply_value
from agents.model.embedded.view import quote
from agents.ports import Act, Ask, Decision

_NOTICE = re.compile(
    r"The page showed a dialog \((?P<kind>\w+)\), which was (?P<did>\w+): "
    r"(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?: \((?P<why>.*)\))?",
    re.S,
)
_UNFIT = ("it says nothing", "it is longer", "it holds")  # see `dialog_answers.unfit`
_MOST_TRIES = 2
_NO = re.compile(r"(?i)(?:cancel|dismiss|decline|refuse|reject|press no|say no)\b")
_YES = re.compile(
    r"(?i)(?:ok(?:ay)?|yes|(?:confirm|accept|(?:press|click|hit|choose|say) (?:on )?(?:ok|yes))"
    r"(?: it)?)(?:(?: in| on| to)? (?:the|its) (?:\w+ )?"
    r"(?:dialog|alert|prompt|confirmation|question|box|message)(?: box)?)?"
    r"|(?:accept|confirm) (?:the )?(?:deletion|removal)"
)
_WHEN_ASKED = re.compile(r"(?i)\s+(?:when|if|once)\s+.*ask.*$|\s+when prompted.*$")
_TOUCH = re.compile(
    r"await (?P<where>(?!page\.(?:keyboard|mouse)\b).+)\."
    r"(?:(?P<click>click\((?:force=True)?\))|press\((?P<key>[\"'][^\"']+[\"'])\)"
    r"|select_option\((?:label=)?(?P<option>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\))"
)
_GRAVE = frozenset(
    {"payment", "purchase", "destructive", "permission_change", "legal", "accept", "allow", "send",
     "subscribe", "upload", "signout", "account", "signup", "auth", "remove", "reset"}
)  # fmt: skip
_ALIKE = {
    verb: alike[0]
    for alike in (
        ("delete", "remove", "erase", "discard", "clear", "empty", "trash", "drop"),
        ("buy", "purchase", "order", "pay"),
        ("sign out", "logout", "log"),
        ("rename", "name", "call"),
    )
    for verb in alike
}
# Words of any question, which say nothing of what it is about.
_PLAIN = frozenset(
    {
        *("are", "is", "be", "you", "your", "sure", "certain", "really", "want", "wish", "would"),
        *("like", "to", "do", "does", "the", "a", "an", "this", "that", "it", "its", "these"),
        *("those", "of", "from", "in", "on", "for", "and", "or", "will", "can", "cannot", "can't"),
        *("not", "be", "undone", "undo", "action", "please", "ok", "okay", "yes", "no", "confirm"),
        *("confirmation", "continue", "proceed", "go", "ahead", "by", "pressing", "press", "click"),
        *("permanently", "forever", "with", "as", "at", "i", "we", "my", "our", "if", "there"),
        *("here", "now", "what", "which", "new", "enter", "type", "give", "how", "should"),
    }
)
_WIDE = frozenset({"all", "every", "everything", "entire", "whole", "everyone", "each", "both"})
# More than a thing in a list: named by a question, they have to be named by the instruction.
_WEIGHTY = frozenset(
    {
        *("account", "profile", "project", "repository", "workspace", "organization", "company"),
        *("organisation", "team", "subscription", "membership", "database", "website", "domain"),
        *("server", "history", "card", "money", "payment", "backup", "user", "people", "folder"),
    }
)
_NAME = re.compile(r"[\"“«‘']([^\"”»’']{1,80})[\"”»’'](?!\w)")
_TO = re.compile(r"(?i)\b(?:to|as|into|called|named|with)\s+(?P<value>[^,;]+?)[\s.]*$")
_BOX = re.compile(r"(?i)(?:the |its )?(?:\w+ )?(?:prompt|dialog|box|question|popup|alert)(?: box)?")


@dataclass(frozen=True)
class Dialog:
    """A box of the browser that is closed again. kind: alert, confirm, prompt.

    why: what was told beside it, of a question that was declined.
    """

    kind: str
    text: str
    accepted: bool = True
    why: str = ""

    @property
    def asks(self) -> bool:
        """Whether it asked something, rather than told."""
        return self.kind in ("confirm", "prompt")

    @property
    def is_fit(self) -> bool:
        """Whether OK may be said to it by its words: they are short, and all can be read."""
        return not self.why.startswith(_UNFIT)


def dialogs(run: Run) -> list[Dialog]:
    """What the page's dialog boxes said since the last deed began, oldest first."""
    lines = [*(run.result.notices if run.result is not None else ()), *run.turn.notes]
    waiting = getattr(run.turn.page, "undrained_notices", list)
    lines += [notice.message for notice in waiting()]
    found = [
        Dialog(
            match["kind"], _unquoted(match["text"]), match["did"] == "accepted", match["why"] or ""
        )
        for line in lines
        if (match := _NOTICE.match(line))
    ]
    return list(dict.fromkeys(found))


def _unquoted(text: str) -> str:
    """The text of a dialog box out of a notice, which quotes it."""
    try:
        text = str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        text = text[1:-1]
    return " ".join(text.split())


# --- the course of a question -----------------------------------------------------------------
async def settle(run: Run, step: Step) -> Decision | bool | None:
    """Go on with a question that is under way; None when there is none, True when it is over."""
    state = step["st"].get("question")
    if not state:
        return None
    if state["phase"] == "asked":
        return await _answered(run, step, state)
    result = run.result
    if result is None:
        return None
    if result.ok:
        step["st"].pop("question")
        return None
    if result.error_code == "policy_denied":
        lines = (result.error_message or "it was refused").strip().splitlines()
        run.result = None
        run.fail(step, lines[0][:200])
        return True
    if result.error_code == "other_dialog":
        asked = next((each for each in dialogs(run) if each.asks and not each.accepted), None)
        if asked is not None and state["tries"] < _MOST_TRIES and asked.is_fit:
            return _ask(run, step, state, asked)
        return _give_up(run, step, asked.text if asked else state["text"])
    if result.error_code == "no_dialog":
        return _give_up(run, step, state["text"], "and then did not ask it again")
    step["st"].pop("question")  # it could not be pressed at all: as with any other press
    return None


async def declined(run: Run, step: Step, dialog: Dialog) -> Decision | bool:
    """The page asked, and the browser said no."""
    at = run.memory["at"] + 1
    after = run.steps[at] if at < len(run.steps) else None
    words = _WHEN_ASKED.sub("", after["text"].strip(" .")) if after else ""
    if after and _NO.match(words) and words != after["text"].strip(" ."):
        after["do"] = "nothing"
        run.result = None
        run.saw((await run.view()).title)
        run.note(f"The page asked “{dialog.text}”; it was declined.")
        return True
    state = {"text": dialog.text, "kind": dialog.kind, "tries": 0, "code": _code_before(run)}
    told_yes = _told_yes(run, at + (dialog.kind == "prompt" and _fills(after, dialog.text)))
    if not state["code"] or not dialog.is_fit:
        return _give_up(run, step, dialog.text)
    if dialog.kind == "prompt":
        value = _value_for(step, after, dialog.text)
        if value is None and wants_secret(dialog.text):
            return _give_up(run, step, dialog.text)
        if value is None:
            return _ask(run, step, state, dialog)
        return await _say(run, step, state, value)
    if is_meant(
        _instruction(step), run.turn.instructions, _row(run), dialog.text, told_yes=told_yes
    ):
        return await _say(run, step, state, None)
    return _ask(run, step, state, dialog)


def _told_yes(run: Run, at: int) -> bool:
    """Whether the next step says yes to the question: it is part of this one, then."""
    after = run.steps[at] if at < len(run.steps) else None
    words = _WHEN_ASKED.sub("", after["text"].strip(" .")) if after else ""
    if after is None or not _YES.fullmatch(words):
        return False
    after["do"] = "nothing"
    return True


async def _say(run: Run, step: Step, state: dict[str, Any], value: dict[str, Any] | None) -> Act:
    """Do it again, and say OK."""
    answer = f", answer={value_code(value)}" if value is not None else ""
    code = state["code"].replace(_MESSAGE, quote(state["text"])).replace(_ANSWER, answer)
    state = {**state, "phase": "said", "tries": state["tries"] + 1}
    run.result = None
    why = f"The page asked “{state['text']}”, which was declined: press again and say OK."
    return await run.act(step, code, why, question=state)


def _ask(run: Run, step: Step, state: dict[str, Any], dialog: Dialog) -> Ask:
    """Put the page's question to a person."""
    state = {**state, "text": dialog.text, "kind": dialog.kind, "phase": "asked"}
    step["why_not"] = f"the page asked “{dialog.text}”, which was declined"
    run.result = None
    head = f"For “{step['text']}” the page asks: “{dialog.text}”"
    if dialog.kind == "prompt":
        return run.ask(step, Ask(f"{head} What is the answer?", kind="question"), question=state)
    choices = [
        {"value": "ok", "label": "Answer OK"},
        {"value": "skip", "label": "Answer Cancel: leave this part out"},
    ]
    return run.ask(step, Ask(head, kind="choice", choices=choices), question=state)


async def _answered(run: Run, step: Step, state: dict[str, Any]) -> Decision | bool | None:
    answer, run.answer = run.answer, None
    if answer is None:
        return None
    step["st"].pop("question")
    value = reply_value(answer)
    if answer.status != "answered":
        run.fail(step, step["why_not"])
    elif state["kind"] == "prompt" and isinstance(value, str) and value.strip():
        return await _say(run, step, state, {"text": value})
    elif state["kind"] == "confirm" and value in ("ok", "Answer OK"):
        return await _say(run, step, state, None)
    else:
        run.note(f"The page asked “{state['text']}”; it was declined.")
        run.skip(step)
    return True


def _give_up(run: Run, step: Step, asked: str, then: str = "") -> Decision:
    """Nothing that the planner may or can answer: a person does, with the browser in hand."""
    step["st"].pop("question", None)
    _told_yes(run, run.memory["at"] + 1)
    run.result = None
    happened = then or f"and the browser declined: “{step['text']}” was not done"
    step["why_not"] = f"the page asked “{asked}”, which was declined"
    step["st"]["unsure"] = True  # the answer is taken like the one about a deed cut short
    return run.ask_takeover(step, f"The page asked “{asked}” in a box of its own, {happened}.")


# --- doing it again ---------------------------------------------------------------------------
_MESSAGE, _ANSWER = "\ue0f0", "\ue0f1"


def _code_before(run: Run) -> str:
    """The line that brought the question up, as one that expects it; empty when there is none."""
    turn = next((t for t in reversed(run.turn.turns) if t.result is run.result), None)
    code = turn.decision.code if turn is not None and isinstance(turn.decision, Act) else ""
    for line in reversed(code.strip().splitlines()):
        found = _TOUCH.fullmatch(line.strip())
        if found is not None:
            more = f", key={found['key']}" if found["key"] else ""
            more += f", option={found['option']}" if found["option"] else ""
            return f"await accept_dialog({found['where']}, {_MESSAGE}{_ANSWER}{more})"
    return ""


def _row(run: Run) -> str:
    """What stands in the row of what was pressed: names in it are meant."""
    return str(run.memory.get("touched") or "")


def _instruction(step: Step) -> str:
    return f"{step['text']} {(step.get('target') or {}).get('raw') or ''}"


# --- what a question is about -----------------------------------------------------------------
def is_meant(told: str, whole: str, row: str, asked: str, *, told_yes: bool) -> bool:
    """Whether a question is about just what was told to be done.

    told: the part of the instruction; whole: all of it; row: words beside what was pressed. Deeds
    must be among those of the part; names and numbers may stand anywhere in the instruction or row.
    """
    wanted, known = _stems(told), _stems(f"{whole} {row}")
    asks = _stems(asked)
    if (asks & _WIDE) - wanted or (asks & _WEIGHTY) - known:
        return False
    numbers = {word for word in asks if word.isdigit() and word != "1"}
    if not wanted & _WIDE and numbers - known:
        return False
    if not all(_stems(name) <= known for name in _names_in(asked)):
        return False
    verbs = {_ALIKE.get(word, word) for word in asks & _VERBS}
    own = {_ALIKE.get(word, word) for word in wanted & _VERBS}
    if verbs - own:
        return False
    grave = _deeds(asked)
    if grave and not (grave <= _deeds(told) or verbs):
        return False
    return told_yes or bool(verbs or grave) or asks <= _PLAIN


def _deeds(text: str) -> set[str]:
    kinds = set(read(text, whole=True).kinds & _GRAVE)
    return {"destructive" if kind in ("remove", "reset") else kind for kind in kinds}


def _names_in(text: str) -> list[str]:
    """Names: what is quoted, and words with a capital letter within a sentence."""
    found = _NAME.findall(text)
    for sentence in re.split(r"[.!?:]\s+", text):
        found += re.findall(r"(?<=\s)[A-ZÀ-Þ][\w'’-]+", sentence)
    return [name for name in found if norm(name)]


def _stems(text: str) -> set[str]:
    words = re.findall(r"[\w']+", text.lower())
    return {word if word in _PLAIN or word in _VERBS else _singular(word) for word in words}


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_VERBS = (frozenset(VERBS) | frozenset(_ALIKE)) - _PLAIN - {"note", "book", "list", "name"}


# --- what a prompt is told ----------------------------------------------------------------------
def _fills(after: Step | None, asked: str) -> bool:
    """Whether the next step types into the prompt, as far as can be told."""
    if after is None or after["do"] not in ("fill", "set") or not after.get("value"):
        return False
    words = (after.get("target") or {}).get("words") or ""
    return not words or bool(_BOX.fullmatch(words)) or _stems(words) <= _stems(asked)


def _value_for(step: Step, after: Step | None, asked: str) -> dict[str, Any] | None:
    """What the instruction gives for a prompt; a value of the next step is used up."""
    if after is not None and _fills(after, asked):
        after["do"] = "nothing"
        return dict(after["value"])
    masked = mask(step["text"])
    found = _TO.search(masked.text)
    if found is not None:
        return masked.value(found["value"])
    parts = [part for part in masked.parts if part["is"] == "var"]
    return {"var": parts[0]["raw"]} if len(parts) == 1 else None
