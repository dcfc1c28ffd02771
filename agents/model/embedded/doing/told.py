"""What a page tells by itself after a deed: its message boxes, and what it complains about."""

from __future__ import annotations

import re

from agents.model.embedded.doing import questions
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import READING, Run, Step
from agents.model.embedded.view import BUSY, View
from agents.model.embedded.view import settle as settle_page
from agents.ports import Decision

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
    r"(?:cannot|can['’]t|may not) be (?:empty|blank)|(?:is|are) (?:lower|higher|less|more|greater|"
    r"smaller|earlier|later|shorter|longer) than)\b",
    re.I,
)

# A line that came up after something was to be sent, and says what to do first.
_ORDERS = re.compile(
    r"(?:please )?(?:choose|select|enter|fill in|provide|tick|pick|give|add) (?:an?|your|the|all|"
    r"at least|one)\b[^?]*\.?$",
    re.I,
)
_LAST = frozenset({"submit", "click", "act_on", "create", "press"})
_GOOD = re.compile(
    r"(?:thanks?|thank you|we(?:['’]ve| have)? (?:got|received) (?:it|your))\b", re.I
)
_NOTHING = re.compile(
    r"^\W*(?:sorry,? |we |there (?:are|were) )*(?:found )?(?:no|0|zero) (?:\w+ ){0,2}"
    r"(?:results?|matches|hits|items|products|entries|articles)\b|"
    r"\bnothing (?:was )?found\b|\bdid not match any\b|\bno \w+ (?:was |were )?found\b",
    re.I,
)
_MARKED = re.compile(r"\berr\b|error|invalid|danger|warn|alert|fail", re.I)
_SENDS = frozenset(
    {"click", "submit", "act_on", "press", "add", "checkout", "respond", "create", "sign_in",
     "search", "fill_form", "upload", "keep"}
)  # fmt: skip
MESSAGE_LINES = 8  # a page with more new lines is another page, whose words are its content
ORDER_LINES = 2  # what a page says to do first comes alone
PATIENCE_MS = 1000
HTTP_ERROR = 400
# The status that the page at hand came with; 0 for files and in older browsers.
_STATUS = "() => (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0"


async def settle(run: Run, step: Step) -> Decision | bool:
    """After a deed: what to do about a question, or True when the step ended with a message."""
    if (outcome := await questions.settle(run, step)) is not None:
        return outcome
    if run.result is None or not run.result.ok or step["do"] in READING:
        return False
    await run.view()  # rests: a box that a script brings up a moment later counts, too
    for dialog in questions.dialogs(run):
        run.memory.setdefault("said", []).append(dialog.text)
        if dialog.asks and dialog.accepted:
            continue
        if dialog.asks:
            return await questions.declined(run, step, dialog)
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
    if fresh and (status := await run.page.evaluate(_STATUS)) >= HTTP_ERROR:
        said = next((line.strip() for line in fresh if len(line.split()) > 1), view.title)
        run.fail(step, f"the page answered with an error ({status}): “{said[:120]}”")
        return
    flagged = marked(view)
    asks = {norm(n) for e in view.elements if e.role != "generic" for n in e.names}
    for line in fresh if len(fresh) <= MESSAGE_LINES else ():
        if _GOOD.match(line.strip()) or norm(line) in asks or re.fullmatch(r"[^.!:;]*\?\s*", line):
            continue  # a label or a question of a form that came up
        found = COMPLAINT.search(line) or (DEMAND.search(line) if norm(line) in flagged else None)
        stays = view.url == run.memory.get("before_url") and len(fresh) <= ORDER_LINES
        ordered = stays and step["do"] in _LAST and not step.get("opens")
        found = found or (_ORDERS.match(line.strip()) if ordered else None)
        if step["do"] == "search":
            found = found or _NOTHING.search(line)
        if found and not _own_word(found.group(), step["text"]) and len(line) <= 200:
            run.fail(step, f"the page said “{line.strip()}”")
            return


def marked(view: View) -> set[str]:
    """What stands in places that the page marks as errors or warnings."""
    places = [*view.elements, *view.texts]
    return {norm(e.text or "") for e in places if _MARKED.search(f"{e.attr or ''} {e.path}")} - {""}


def _own_word(word: str, text: str) -> bool:
    """ "Reject the request": then "was rejected" is what was wanted."""
    stems = {w[:5] for w in norm(text).split() if len(w) >= 4}
    return any(w[:5] in stems for w in norm(word).split())
