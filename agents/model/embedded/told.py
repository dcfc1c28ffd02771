"""What a page tells by itself after a deed: its dialog boxes, and what it complains about.

The browser accepts messages and declines questions, so that no page can hold a run. A deed whose
question was declined did not happen: a person decides, with the browser in their hands.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from agents.model.embedded.ground import norm
from agents.model.embedded.run import READING, Run, Step
from agents.model.embedded.view import BUSY
from agents.model.embedded.view import settle as settle_page
from agents.ports import Decision

_DIALOG = re.compile(
    r"The page showed a dialog \((?P<kind>\w+)\), which was \w+: (?P<text>['\"].*)", re.S
)
_QUESTIONS = frozenset({"confirm", "prompt"})
_NO = re.compile(r"(?i)(?:cancel|dismiss|decline|refuse|reject|press no|say no)\b")
_YES = re.compile(
    r"(?i)(?:ok(?:ay)?|yes|(?:confirm|accept|(?:press|click|hit|choose|say) (?:on )?(?:ok|yes))"
    r"(?: it)?)(?:(?: in| on| to)? (?:the|its) (?:\w+ )?"
    r"(?:dialog|alert|prompt|confirmation|question|box|message)(?: box)?)?"
    r"|(?:accept|confirm) (?:the )?(?:deletion|removal)"
)
_WHEN_ASKED = re.compile(r"(?i)\s+(?:when|if|once)\s+.*ask.*$|\s+when prompted.*$")
COMPLAINT = re.compile(
    r"\b(?:invalid|incorrect|wrong|failed|failure|could(?: not|n['’]t)|unable to|"
    r"not (?:valid|found|recogni[sz]ed|allowed|permitted|authori[sz]ed|saved|sent|enough|possible)|"
    r"(?:do|does|did)(?: not|n['’]t) (?:match|exist)|denied|"
    r"(?:was|were|been|is|are) (?:declined|rejected|refused|blocked|locked|cancell?ed)|"
    r"cannot be (?:saved|sent|found|processed|completed|deleted|removed|reached)|"
    r"error (?:occurred|\d{3})|server error|expired|too (?:short|long|large|big|many)|"
    r"already (?:exists?|taken|in use|registered|booked)|insufficient|sold out|out of stock|"
    r"try again|went wrong)\b|^\W*(?:error|oops)\b",
    re.I,
)
DEMAND = re.compile(
    r"\b(?:required|missing|must|please (?:enter|fill|choose|select|provide|correct|complete|"
    r"specify|give|type|add|tick|check the|accept)|"
    r"(?:cannot|can['’]t|may not) be (?:empty|blank))\b",
    re.I,
)

_NOTHING = re.compile(
    r"^\W*(?:sorry,? |we |there (?:are|were) )*(?:found )?(?:no|0|zero) (?:\w+ ){0,2}"
    r"(?:results?|matches|hits|items|products|entries|articles)\b|"
    r"\bnothing (?:was )?found\b|\bdid not match any\b|\bno \w+ (?:was |were )?found\b",
    re.I,
)
_MARKED = re.compile(r"error|invalid|danger|warn|alert|fail", re.I)
_SENDS = frozenset(
    {"click", "submit", "act_on", "press", "add", "checkout", "respond", "create", "sign_in",
     "search", "fill_form", "upload"}
)  # fmt: skip
MESSAGE_LINES = 8  # a page with more new lines is another page, whose words are its content
PATIENCE_MS = 1000


@dataclass(frozen=True)
class Dialog:
    """A dialog box of the page that is closed again. kind: alert, confirm, prompt."""

    kind: str
    text: str


def dialogs(run: Run) -> list[Dialog]:
    """What the page's dialog boxes said since the last deed began, oldest first."""
    lines = [*(run.result.notices if run.result is not None else ()), *run.turn.notes]
    waiting = getattr(run.turn.page, "undrained_notices", list)
    lines += [notice.message for notice in waiting()]
    found = [
        Dialog(match["kind"], _unquoted(match["text"]))
        for line in lines
        if (match := _DIALOG.match(line))
    ]
    return list(dict.fromkeys(found))


def _unquoted(text: str) -> str:
    """The text of a dialog box out of a notice, which quotes it and may have cut it."""
    try:
        text = str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        text = text.strip("'\"")
    return " ".join(text.split())[:300]


async def settle(run: Run, step: Step) -> Decision | bool:
    """After a deed: a question for a person, or True when a message box ended the step."""
    if run.result is None or not run.result.ok or step["do"] in READING:
        return False
    await run.view()  # rests: a box that a script brings up a moment later counts, too
    for dialog in dialogs(run):
        run.memory.setdefault("said", []).append(dialog.text)
        if dialog.kind in _QUESTIONS:
            return await _declined(run, step, dialog.text)
        run.note(f"The page said “{dialog.text}”.")
        if COMPLAINT.search(dialog.text) or DEMAND.search(dialog.text):
            run.memory["notes"].pop()
            run.fail(step, f"the page said “{dialog.text}”")
            return True
    return False


async def complaint(run: Run, step: Step) -> None:
    """A deed that seemed done has failed when the page answered it with a complaint."""
    if step["do"] not in _SENDS or step.get("state") or not run.memory.get("before"):
        return
    before = set(run.memory["before"].split("\n"))
    view = await run.view()
    quiet = step is run.steps[-1] and set(view.body.split("\n")) <= before
    if quiet or BUSY.search(view.body):
        await settle_page(run.page, quiet_ms=PATIENCE_MS)  # its answer may be on the way
        view = await run.view(fresh=True)
    fresh = [line for line in view.body.split("\n") if line not in before]
    marked = {
        norm(e.text or "")
        for e in [*view.elements, *view.texts]
        if _MARKED.search(f"{e.attr or ''} {e.path}")
    }
    for line in fresh if len(fresh) <= MESSAGE_LINES else ():
        found = COMPLAINT.search(line) or (DEMAND.search(line) if norm(line) in marked else None)
        if step["do"] == "search":
            found = found or _NOTHING.search(line)
        if found and not _own_word(found.group(), step["text"]) and len(line) <= 200:
            run.fail(step, f"the page said “{line.strip()}”")
            return


def _own_word(word: str, text: str) -> bool:
    """ "Reject the request": then "was rejected" is what was wanted."""
    stems = {w[:5] for w in norm(text).split() if len(w) >= 4}
    return any(w[:5] in stems for w in norm(word).split())


async def _declined(run: Run, step: Step, asked: str) -> Decision | bool:
    """The page asked, and the browser said no."""
    at = run.memory["at"] + 1
    after = run.steps[at] if at < len(run.steps) else None
    words = _WHEN_ASKED.sub("", after["text"].strip(" .")) if after else ""
    if after and _NO.match(words) and words != after["text"].strip(" ."):
        after["do"] = "nothing"
        run.result = None
        run.saw((await run.view()).title)
        run.note(f"The page asked “{asked}”; it was declined.")
        return True
    if after and _YES.fullmatch(words):
        after["do"] = "nothing"  # it belongs to the question, which a person answers
    run.result = None
    problem = (
        f"The page asked “{asked}” in a box of its own, and the browser declined: "
        f"“{step['text']}” was not done."
    )
    step["why_not"] = f"the page asked “{asked}”, which was declined"
    step["st"]["unsure"] = True  # the answer is taken like the one about a deed cut short
    return run.ask_takeover(step, problem)
