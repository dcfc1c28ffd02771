"""Cuts an instruction into clauses: one thing to do each, in order."""

from __future__ import annotations

import re

from agents.model.embedded.grammar import places, twofold
from agents.model.embedded.grammar.details import TERMS
from agents.model.embedded.grammar.masking import DOT, MASK
from agents.model.embedded.grammar.words import BARE_VERBS, LAST_VERBS, OBJECT_VERBS, VERBS

_VERB = "|".join(sorted(map(re.escape, VERBS), key=len, reverse=True))
# A verb counts as one when an object or a place follows, or when it needs none.
_STARTS = re.compile(
    rf"(?:also\s+|then\s+|please\s+|finally\s+|next\s+)*"
    rf"(?:(?:{'|'.join(BARE_VERBS)})\b(?!\s+(?:of|button|bar|box|field|results?|name|type|text)\b)"
    rf"|(?:{'|'.join(LAST_VERBS)})(?: (?:it|them|changes|the changes|now))?\s*(?:$|[,.;]|and\b)"
    rf"|(?:cancel|deny|confirm) (?:when|if|once)\b|check(?:ing)? ?out\b"
    rf"|(?:(?:i|we)\s+)?(?:do not|don['’]t|never)\s+[a-z]|have (?:it|them|this|that) [a-z]+ [a-z]"
    rf"|stop (?:right |just )?before|ask (?:me|us)\b"
    rf"|(?-i:(?:{'|'.join(OBJECT_VERBS)})\s+(?:the|my|an?|this|that|it|them|all|every|in|on|for|"
    rf"from|out|off|up|both|her|his|their|our|[A-Z£$€#]|\d|{MASK}))"
    rf"|(?!note\s+{MASK})(?:{_VERB})\b(?!-|\s*(?:$|[,.;:]|of\b|and\b|or\b|is\b|are\b|number\b|name\b|"
    rf"counts?\b|price\b|date\b|type\b)))",
    re.I,
)
_LEAD = re.compile(
    r"^(?:(?:ok(?:ay)?|hi|hello|hey|so|now|and|also|then|next|first(?:ly)?(?! name\b)|"
    r"second(?:ly)?|third(?:ly)?|finally|lastly|afterwards?"
    r"|after that|once (?:that's )?done|when (?:that's )?done|please|kindly|just|"
    r"go ahead and|simply|but|again)\b[,:]?\s*"
    r"|(?:can|could|would|will) you (?:please )?|i(?:'d| would)? (?:like|want|need) (?:you )?to "
    r"|i want you to |you (?:should|must|need to|have to|can) |your (?:task|job|"
    r"goal) is to |try to |let's |help me (?:to )?"
    r"|(?:step )?\d+[.):]\s+|step \d+\s*[-:]?\s*|[-*•–]\s+)+",
    re.I,
)
# "Which is the cheapest, and what does it cost": one question after another.
_ASKS = re.compile(
    r"(?:(?:on|in|at|of|for|from|until|since|by|to|with) )?"
    r"(?:which|what|whom?|whose|where|when|how)\b",
    re.I,
)
# "Reply to Ann: what time is it?" asks Ann, and is what is written to her.
_SPEAKS = re.compile(
    r"(?:^|\b(?:and|then|please)\s|,\s*)(?:please\s+)?(?:reply|respond|answer|ask|write|send|post|"
    r"comment|message|e-?mail|text|type|enter|fill|put|add|create|make|leave|submit|search|look up|"
    r"note|file|open (?:an?|another)|raise|set|change|rename|report|invite|compose|draft)\b[^,:]*$"
    r"|\b(?:saying|titled|called|named|(?:title|subject|message|text|comment|question))\s*$",
    re.I,
)
# "Open the history of AB 12: who replaced the pads?"
_THEN_ASKS = re.compile(
    rf"(?<=\w):\s+(?={_ASKS.pattern} (?:\w+ )*?"
    r"(?:is|are|was|were|does|do|did|has|have|\w+ed|\w+s)\b)",
    re.I,
)
# "Sign in, what is my tariff?": a question after a deed.
_QUESTION = re.compile(
    r"(?:what|who|how (?:many|much|long|old|far|large|big)"
    r"|(?:when|where) (?:is|are|was|does|do|did))"
    r"\b[^,]*\b(?:is|are|was|were|does|do|did|has|have|can|costs?)\b",
    re.I,
)
# "Expand the sections to find and click X": looking is what a click does anyway.
_TO_FIND = re.compile(
    (
        r"^(?:expand|open|switch|navigate|browse|look|go|search|scroll|"
        r"move)\b[^,.]*?,? (?:to|until you) find and (?=[a-z]+ )"
    ),
    re.I,
)
# "For the user X, click Y": the row comes first.
_FOR_ROW = re.compile(
    r"^(?:for|in|on|at|next to|under|beside)\s+"
    rf"(?:(?P<row>(?:the )?[^,]{{2,60}}),|(?P<quoted>(?:the )?{MASK})"
    r"(?: (?:row|line|card|section|box))?)\s+"
    r"(?P<do>(?:click|press|select|choose|check|open|tap)\b.+)$",
    re.I,
)
_NEED = re.compile(
    r"^i (?:also )?(?:need|want|would like|require)(?: to (?:know|have|see|get))? "
    r"(?=(?:the|all|every|a list of|a table of|each)\b)",
    re.I,
)
_USE_TO = re.compile(
    r"^(?:use|using) (?P<tool>(?:the|a) [^,]{2,60}?)(?: to |, )(?P<rest>.+)$", re.I
)


def split(text: str) -> list[str]:
    """Clauses of a masked text, lead-ins ("please", "then") taken off."""
    out: list[str] = []
    for sentence in _asked_after(_sentences(text)):
        sentence = _TO_FIND.sub("", sentence.strip())
        if how := _HOW.match(sentence):
            sentence = sentence[how.end() :]
        sentence = twofold.said_apart(sentence)
        if _WANTS.match(sentence):
            sentence = _BUT_NO.sub(", don't want ", sentence)
        there, rest = places.told_where(sentence)
        if there:
            out.insert(0, f"go to {there}")
            sentence = rest
        if part := _IN_PART.match(sentence):
            out.append(f"within {part['part']}")
            sentence = part["do"]
        place, sentence = places.place_first(sentence)
        if place:
            out.append(f"within {place}")
        if match := _FOR_ROW.match(sentence):
            do, *then = _by_connectives(match.group("do"))
            row = match.group("row") or match.group("quoted")
            sentence = ", ".join([f"{do} for {row}", *then])
        for piece in _by_connectives(sentence):
            out += filter(None, twofold.questions(strip_lead(piece)))
    return out


# "Open the history of KP18: who replaced the brakes?": a question about what was opened.
_COLON = re.compile(
    r":\s+(?=(?:who|whose|what|when|where|which|why|how|is|are|was|were|does|do|did|has|have)\b)",
    re.I,
)
_TELLS = re.compile(r"(?:please )?(?:tell|answer|say|report|find out|let me know)\b[^:]*", re.I)


def _asked_after(sentences: list[str]) -> list[str]:
    """The sentences, those cut in two that ask something about what they open."""
    out: list[str] = []
    for sentence in sentences:
        before, *asked = _COLON.split(sentence, maxsplit=1)
        if asked and _SPEAKS.search(before.strip()):
            out.append(sentence)
        else:
            out += asked if asked and _TELLS.fullmatch(before.strip()) else [before, *asked]
    return out


# "In the newsletter box type …": the part of the page comes first, without a comma.
_IN_PART = re.compile(
    r"(?:in|under|within|on) (?P<part>the (?:[\w-]+ ){1,3}?(?:box|section|form|panel|area|card"
    r"|footer|header|sidebar|dialog|block))\s+(?P<do>(?:type|enter|fill|click|press|choose|select|check|tick|untick"
    r"|uncheck|write|put)\b.+)$",
    re.I,
)


def strip_lead(text: str) -> str:
    """A clause without politeness, numbering and connectives at its start."""
    text = text.strip(" \t\n,;")
    if re.search(r"(?:^|\W)(?:next|again)$", text, re.I) and not _LEAD.sub("", text).strip(" ,;"):
        return text.split()[-1]  # "then Next" names a control
    text = _LEAD.sub("", text).strip(" \t\n,;")
    text = re.sub(r"^(?:find|locate|look for) and (?=[a-z]+ )", "", text, flags=re.I)
    text = _NEED.sub("list ", text)
    match = _USE_TO.match(text)
    if match and _STARTS.match(match.group("rest")):
        rest = match.group("rest")
        # "Use the textbox to enter X": the tool is where X goes.
        if re.match(
            r"(?:enter|type|input|write|select|choose|pick|set)\b", rest, re.I
        ) and not re.search(r"\b(?:in|into|from)\b", rest):
            return f"{rest} into {match.group('tool')}"
        return rest
    return text


_NO_END = "".join(rf"(?<!\b{a})" for a in ("Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Jr", "Sr"))
_NO_END += "".join(rf"(?<!\b{a} [A-Z])" for a in ("Dr", "Mr", "Mrs", "Ms", "Prof", "by"))


def _sentences(text: str) -> list[str]:
    """Lines, numbered points and sentences."""
    text = re.sub(r"\r\n?", "\n", text)
    # "account no. NB77" is one name.
    text = re.sub(rf"\b(no|nr)\.(?=\s*(?:{MASK}|[A-Z]{{0,3}}\d))", r"\1", text, flags=re.I)
    # "Mona P. and my address": the full stop is the name's own.
    text = re.sub(r"\b([A-Z][a-z]+ [A-Z])\.(?=,? and\b)", rf"\1{DOT}", text)
    # "1. Do this 2. Do that" on one line.
    text = re.sub(r"(?<![\w-])(?:step\s+)?\d{1,2}[.)]\s+(?=[A-Za-z])", "\n", text, flags=re.I)
    text = re.sub(r"\n\s*[-*•–]\s+", "\n", text)
    # A quote may end with the full stop of its sentence.
    text = re.sub(
        rf"({MASK})\s+(?=(?:Don['’]t|Do not|Please|Then|Also|Now|After)\b)", r"\1. ", text
    )
    pieces: list[str] = []
    for line in text.split("\n"):
        # "Dr. Lind" is one name, too.
        line = _THEN_ASKS.sub(_asks_next, line) if _STARTS.match(line) else line
        pieces += re.split(
            rf"{_NO_END}(?<=[\w)\]%{MASK[1:-1]}])[.!?]+(?:\s+(?!and\b|or\b)|$)|;\s+", line
        )
    return [p for p in pieces if p.strip(" .!?")]


def _asks_next(colon: re.Match[str]) -> str:
    before = re.split(r"[.!?;]\s", colon.string[: colon.start()])[-1]
    return colon.group() if _SPEAKS.search(before) else ". "


_TYPE = re.compile(
    r"type (?-i:[A-Z])[\w -]*(?:,|$)"
    rf"|start(?:s|ing)? (?:on|at|from) (?:\d|{MASK})",
    re.I,
)
_GETS = re.compile(
    r"(?:list|return|get|give|show) (?:the )?(?:name|number|type|price|date|count)s?\b", re.I
)
_PRESSES = re.compile(r"(?:press|click|tap|hit)(?: on)? (?:\w+ ?){1,3}", re.I)
# "Say that it was not helpful: press No": how it is done.
_HOW = re.compile(
    r"[^:]{0,80}?\b(?:say|tell|answer|rate)\b[^:]{0,80}"
    r":\s+(?=(?:press|click|choose|select|tick|type|enter|fill|write)\b)",
    re.I,
)
_WANTS = re.compile(  # a deed with parts that may be unwanted; a list has conditions
    r"(?:then |please |and )*(?:add|buy|book|order|sign|subscribe|register|join|accept|agree|"
    r"check ?out|create|send|take|choose|reserve|request|apply|enrol)\b",
    re.I,
)
_BUT_NO = re.compile(
    r",?\s+but\s+(?:no|not)\s+(?:for\s+)?"
    r"(?!later|earlier|sooner|longer|more|less|fewer|other|further|before|after|until|too|yet)(?=[a-z])",
    re.I,
)
_MAKES = re.compile(r"(?:create|add|make|file|raise|open|report|register|start|log|submit)\b", re.I)
# "Suspend the driver Webb, reason: on leave": a detail that the deed asks for.
_LABEL = re.compile(r"[a-z][a-z -]{1,28}:\s+\S", re.I)
_DEED = re.compile(
    rf"(?:{'|'.join(w for w in OBJECT_VERBS if w not in ('pay', 'transfer', 'compose', 'post'))}"
    r"|delete|remove|reject|decline|close)\s[^:]*$",
    re.I,
)


# "Go to Alerts and acknowledge the slow fan alert": after going, any verb with an object.
_GOES = re.compile(r"(?:then |please |and )*(?:go to|open|visit|navigate to|go into)\b", re.I)
_NO_VERB = (
    r"under|with|without|from|into|after|before|below|above|about|near|onto|over|inside|within"
    r"|between|beside|behind|during|until|since|then|also|that|this|these|those|then|than|like"
    r"|where|when|what|which|whose|both|only|even|just|them"
)
_DOES = re.compile(
    rf"(?-i:(?!(?:{_NO_VERB})\b)[a-z]{{4,}} (?:the|my|this|that|all|every|it|them|both)\b)"
)
# "Pick Elm Street, my name is Ada": a detail that was said after a choice.
_MINE = re.compile(r"(?:my|the) [a-z][a-z -]{1,24} (?:is|are|should be) \S", re.I)
_CHOOSES = re.compile(r"(?:choose|select|pick|take|tick|check|press|click|open|go)\b", re.I)


# "Send the request, I accept the rules": what is agreed to is a thing of its own.
_WISHES = re.compile(r"(?:i|we)(?:['’]d| would) like to\s|(?:i|we) (?:want|need) to\s", re.I)
_AGREES = re.compile(
    r"(?:i|we)\s+(?:also\s+)?(?:accept|agree|consent)\b"
    rf"|{TERMS}\s+(?:are |is )?(?:accepted|agreed)\b",
    re.I,
)
_SENDS = re.compile(r"(?:send|submit|post|save|confirm|place|book|order|request)\b[^:]*$", re.I)


_IN_FIELDS = re.compile(
    r"\b(?:list|get|return|extract|show|give)\b.*\b(?:with|including|their)\b", re.I
)
_LAST_FIELDS = re.compile(
    r"(?:the |their )?[a-z]+(?: [a-z]+)?(?:,? and (?:the |their )?[a-z]+(?: [a-z]+)?)?", re.I
)


REACH_CHARS = 400  # before a connective, for what it may belong to
_FINDS = re.compile(r"(?:^|\bto\s|\band\s|,\s)(?:find|locate|look for)$", re.I)


def _by_connectives(sentence: str) -> list[str]:
    """Cut at "then", and at "and" or a comma when a verb follows."""
    cuts: list[tuple[int, int]] = []
    at = 0
    pattern = re.compile(
        r"\s*,?\s*\b(?:and then|and after that|after that|then|and finally|finally)\b,?\s+"
        r"|\s*,\s*(?:and|but)\s+|\s+and(?:\s+also)?\s+|\s*,\s*|\s+(?:before you|"
        r"in order to|so that you can)\s+",
        re.I,
    )
    for match in pattern.finditer(sentence):
        connective = match.group().lower()
        near = sentence[max(0, match.start() - REACH_CHARS) : match.start()]
        if match.start() == 0 or _FINDS.search(near):
            continue
        strong = "then" in connective or "after that" in connective or "finally" in connective
        rest = sentence[match.end() :]
        asks = connective.strip().startswith(",") and _QUESTION.match(rest)
        if re.match(r"(?:confirm|repeat) (?:the |my )?password\b", rest, re.I) and ":" in sentence:
            continue  # "…, password X, confirm password X": the field's name
        if _IN_FIELDS.search(near) and _LAST_FIELDS.fullmatch(rest):
            continue  # "with date, place and event": three fields
        if _TYPE.match(rest) and (_MAKES.match(sentence) or ":" in sentence[: match.start()]):
            continue  # "with the title X, type Bug": a detail, no typing
        strong = strong or (re.search(r",\s*and\s", connective) and _GETS.match(rest))
        pressed = " and" in connective and _PRESSES.fullmatch(
            strip_lead(sentence[at : match.start()])
        )
        strong = strong or (pressed and _GETS.match(rest))
        asks = asks or (_LABEL.match(rest) and _DEED.match(sentence[: match.start()]))
        asks = asks or (
            _MINE.match(rest) and _CHOOSES.match(strip_lead(sentence[at : match.start()]))
        )
        asks = asks or (
            _AGREES.match(rest) and _SENDS.match(strip_lead(sentence[at : match.start()]))
        )
        asks = asks or _WISHES.match(rest)
        does = " and" in connective and _GOES.match(sentence[: match.start()]) and _DOES.match(rest)
        both_ask = _ASKS.match(sentence) and _ASKS.match(rest)
        if strong or asks or does or both_ask or _STARTS.match(rest):
            cuts.append((match.start(), match.end()))
            at = match.end()
    out: list[str] = []
    at = 0
    for start, end in cuts:
        out.append(sentence[at:start])
        at = end
    out.append(sentence[at:])
    return [p for p in out if p.strip()]
