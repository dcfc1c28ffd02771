"""Plain English instructions into intents.

An intent is a dict (it is stored in checkpoints) with `do`, its arguments, and `text`, the words
it came from. What no rule understands becomes `{"do": "unknown"}`: the planner says so instead
of guessing.
"""

from __future__ import annotations

import re

from agents.model.embedded.grammar import (
    asking,
    asking_me,
    dealing,
    details,
    joining,
    making,
    meant,
    oneself,
    putting,
    remarks,
    reworded,
    stopping,
    verbs,
    wanting,
    wishes,
)
from agents.model.embedded.grammar.clauses import split
from agents.model.embedded.grammar.masking import Masked, mask
from agents.model.embedded.grammar.phrases import clean, target_of
from agents.model.embedded.grammar.rules import RULES
from agents.model.embedded.grammar.verbs import Intent, stepped, verbed
from agents.model.embedded.grammar.words import VERBS

MAX_INTENTS = 60
MAX_CLAUSE_CHARS = 1200  # of one thing to do; nobody says it longer

# "Cancel when it asks": the question is a dialog that the step before brought up.
_ASKED = re.compile(
    r"\s+(?:when|if|once)\s+(?:(?:it|the (?:page|site|dialog|app)|you(?:'re| are)?)\s+)?"
    r"(?:asks?|asked|prompts?|prompted)(?:\s+(?:you|for confirmation|to confirm))*$",
    re.I,
)


# "Send it when you are done": it comes last anyway.
_DONE = re.compile(
    r"(?<=\w)\s+(?:when|once|after|as soon as) you(?:['’]re| are|['’]ve| have)? "
    r"(?:all )?(?:done|finished|ready)$",
    re.I,
)
# "The deposit (it is under Costs)": where it stands is found by looking.
_STANDS = re.compile(
    r"\s*\((?:it|this|that|they|you(?:'ll| will)? find (?:it|them))"
    r"(?:'s|['’]re| is| are| stands?)? "
    r"(?:under|in|on|at|below|behind|near|inside|next to) [^()]+\)$",
    re.I,
)
_QUESTION = re.compile(
    r"(?:(?:until|till|since|from|at|by|in|on|to|for|with) (?:when|what|which|whom?|how)|how|when"
    r"|where|why|who|what|which|whose|is|are|was|were|does|do|did|can|could|will|has|have)\b",
    re.I,
)


# "whats the rating": written without its apostrophe.
_ELIDED = re.compile(
    r"(?:(?<=^)|(?<=[.,;] )|(?<=\band ))(?P<word>what|who|where|how)s(?= [a-z])", re.I
)


def parse(text: str) -> list[Intent]:
    """Intents of an instruction, in order. Never empty for a text with words in it."""
    masked = mask(text)
    masked.text = meant.of_people(_ELIDED.sub(r"\g<word> is", masked.text))
    masked.text = remarks.apart(remarks.without_asides(masked.text))
    masked.text = reworded.plainly(masked.text, masked)
    intents: list[Intent] = []
    for clause in split(masked.text):
        for intent in parse_clause(clause, masked):
            intent.setdefault("text", masked.original(clause))
            intents.append(intent)
    joined = joining.join(remarks.settle(intents))[:MAX_INTENTS]
    stopping.apply(joined)
    return joined


def _with_rest(intent: Intent, masked: Masked) -> list[Intent]:
    """An intent, and those of the words behind a comma that it could not read itself."""
    rest = intent.pop("rest", "")
    return [intent, *(parse_clause(rest, masked) if rest else [])]


# "Acknowledge the alert": a verb that has no rule of its own may be what a button is called.
_OTHER_VERBS = frozenset(
    re.findall(r"\w+", "use make take have keep give tell say let help see look know want need "
               "think wait solve calculate figure translate explain decide convert draw drag "
               "repeat ignore avoid remember play with from "
               "into after before under when then that this")
) | frozenset(VERBS)  # fmt: skip
_ANY_DEED = re.compile(r"(?P<verb>[A-Za-z][a-z]{3,}) (?:the|my|this|that) (?P<what>[^,:]{2,60})$")


def parse_clause(clause: str, masked: Masked) -> list[Intent]:
    """Intents of one clause; `unknown` when no rule fits."""
    text = clean(_DONE.sub("", _ASKED.sub("", clean(clause))))
    if not text:
        return []
    if len(text) > MAX_CLAUSE_CHARS:
        return [{"do": "unknown", "words": f"{masked.original(text)[:200]}…"}]
    if hint := _STANDS.search(text):
        text = clean(text[: hint.start()])
        return [{**one, "text": masked.original(text)} for one in parse_clause(text, masked)]
    if halt := stopping.stop(text):
        return [halt]
    if of_me := oneself.told(text, masked) or oneself.agrees(text, masked):
        return of_me
    if avoid := dealing.avoided(text, masked):
        return [avoid]
    if (again := verbs.press_until(text, masked)) is not None:
        return [again]
    if (
        not _QUESTION.match(text)
        and re.search(r"\b(?:until(?! when\b)|unless|while|whenever|every time)\b(?!\W*$)", text)
        and not re.match(r"(?:wait|scroll|pause)\b", text, re.I)
    ):
        return [{"do": "unknown", "words": masked.original(text)}]  # loops are not ours
    for pattern, build in RULES:
        if match := pattern.match(text):
            built = build(match, masked)
            if built:
                found = built if isinstance(built, list) else [built]
                return [one for intent in found for one in _with_rest(intent, masked)]
    if by := stepped(text):
        return [by]
    if added := putting.added(text, masked):
        return [added]
    if re.fullmatch(r"next|previous|ok(?:ay)?|yes|no|later", text, re.I):
        return [{"do": "click", "target": target_of(text, masked)}]
    if match := re.fullmatch(r"from\s+(.+?)\s+(?:to|until|till)\s+(.+)", text, re.I):
        pairs = zip(("from", "to"), match.groups(), strict=True)
        pieces = [{"raw": f"{a} {b}", "label": a, "value": masked.value(b)} for a, b in pairs]
        return [{"do": "fill_form", "pieces": pieces}]
    if (part := masked.only(text)) and part["is"] in ("url", "domain"):
        return [{"do": "goto", "url": part["raw"]}]
    if re.match(r"[^,:]{1,40}:\s*\S", text) and (pieces := making.listed(text, masked)):
        return [{"do": "fill_form", "pieces": pieces}]
    if pieces := details.labelled(text, masked) or details.contact(text, masked):
        return [{"do": "fill_form", "pieces": pieces}]
    if re.match(r"(?:for|as|in)\b", text) and (form := wishes.format_of(text)):
        return [{"do": "format", "as": form}]
    if _QUESTION.match(text):
        return [{"do": "answer", "question": masked.raw(text)}]
    if wishes_told := asking.bare_list(text, masked):
        return wishes_told
    deed = _ANY_DEED.match(text)
    if deed and deed["verb"].lower() not in _OTHER_VERBS and (act := verbed(deed, masked)):
        return [act]
    if to_me := asking_me.asked(text, masked):
        return [to_me]
    unclear = wanting.unclear(text, masked)
    fields = asking.mere_fields(text, masked) if unclear["do"] == "unknown" else []
    return [{**unclear, "fields": fields} if fields else unclear]
