"""The grammar of single facts: "the price of the blue backpack", "its title and rating"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.wishes import FORMAT, VAGUE, Intent, fields_of
from agents.model.embedded.grammar.words import ordinal_in

# "Its shelf mark and its status at Northgate": only the second is said of Northgate.
_ITS_AND = re.compile(
    r"(?:me )?(?P<one>(?:its|their|his|her)(?: (?!(?:at|in|on|for|of|from)\b)[\w-]+){1,3}),? and "
    r"(?P<other>(?:its|their|his|her|the) (?:[\w-]+ ){1,3}(?:at|in|on|for|from) (?:the )?\S.*)",
    re.I,
)


# "The amounts of Profit, Sales and Payments": a figure for each of these labels.
_FIGURES = re.compile(
    r"(?:me )?(?:the )?(?:amounts|values|figures|numbers|totals|sums)(?: shown)? (?:of|for) "
    r"(?P<names>(?:the )?(?-i:[A-Z])[\w -]*(?:, (?:and )?(?-i:[A-Z])[\w -]*)*,? and "
    r"(?-i:[A-Z])[\w -]*)",
    re.I,
)
AND_HOW_MANY = re.compile(
    r"(?:me )?(?P<one>(?:the )?[\w -]{2,40}? of [^,]{2,60}?),? and how many "
    r"(?P<f>[a-z]+(?: [a-z]+)?) (?:it|they) (?:has|have|got)",
    re.I,
)
_ITS_TOO = re.compile(
    r"(?:me )?(?P<one>(?:the )?[\w -]{2,40}?) of (?P<s>[^,]{2,60}?)"
    r"(?P<more>(?:,? (?:and )?its [\w -]{2,30}?)+)",
    re.I,
)
# "How much is the adoption fee for a cat?": the fee, and not what a fee costs.
_HOW_MUCH_IS = re.compile(
    r"how much (?:is|are|was) (?:the )?(?P<f>(?:[a-z]+ ){0,2}(?:fee|fees|price|deposit|rent|fine"
    r"|charge|postage|shipping|delivery|tax|discount|fare|surcharge|membership|subscription))"
    r" (?:for|of|on|to|in|at) (?P<s>.+)",
    re.I,
)


# "The phone number of the lost property desk and the desk hours": two facts, one of the desk.
_OF_AND = re.compile(
    r"(?:me )?(?P<one>(?:the |its )?[\w -]{2,40}? (?:of|for|at) (?:the )?[^,]{2,40}?),? and "
    r"(?P<other>(?:the|its) (?:[\w-]+ ){0,3}(?:hours|numbers?|address(?:es)?|e-?mail|price|fee|time"
    r"|times|date|cost|deadline|status|author|owner|rating|size|weight|length|duration))",
    re.I,
)


def details(what: str, k: Masked) -> Intent | list[Intent] | None:
    """Single facts: "the price of the blue backpack", "its title and rating"."""
    said = clean(what)
    if its := _ITS_AND.fullmatch(said):
        return [fact for told in _each_told(its, k) for fact in told]
    if (also := AND_HOW_MANY.fullmatch(said)) and (counted := _and_how_many(also, k)):
        return counted
    if several := _FIGURES.fullmatch(said):
        return _figures(several, k)
    if more := _ITS_TOO.fullmatch(said):
        return _its_too(more, k)
    if both_of := _OF_AND.fullmatch(said):
        each = _each_told(both_of, k)
        if all(len(told) == 1 for told in each):
            return [fact for told in each for fact in told]
    text = _without_asking(said)
    return _question(text, k) or _fact(text, k)


def _each_told(both: re.Match[str], k: Masked) -> list[list[Intent]]:
    """What the one and the other part tell: facts, each with the words that asked for it."""
    each = []
    for words in (both.group("one"), both.group("other")):
        told = details(words, k)
        facts = told if isinstance(told, list) else [told] if told else []
        each.append([{**fact, "text": k.raw(words)} for fact in facts])
    return each


def _and_how_many(also: re.Match[str], k: Masked) -> Intent | None:
    """ "... and how many reviews it has": one more fact about the same."""
    told = details(also["one"], k)
    if isinstance(told, dict) and told.get("subject"):
        return {**told, "fields": [*told["fields"], also["f"].lower()]}
    return None


def _figures(several: re.Match[str], k: Masked) -> Intent:
    names = [k.raw(n) for n in re.split(r",\s*(?:and\s+)?|\s+and\s+", several["names"])]
    return {"do": "details", "fields": names, "subject": None, "nth": None, "figures": True}


def _its_too(more: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """ "The price of the toner, its item number"."""
    told = details(f"{more['one']} of {more['s']}", k)
    also = fields_of(re.sub(r"\bits ", "", more["more"].strip(" ,"), flags=re.I), k)
    whole = isinstance(told, dict) and also
    return {**told, "fields": [*told["fields"], *also]} if whole else told


def _without_asking(said: str) -> str:
    """The fact itself: no "me", "what is" or "on this page" around it."""
    text = clean(FORMAT.sub("", said))
    text = re.sub(r"(?<=\w) (?:there|on (?:this|the) page)$", "", text, flags=re.I)
    text = re.sub(r"^me\s+", "", text, flags=re.I)
    return re.sub(r"^(?:about\s+)?(?:(?:what|who) (?:is|are|was|were)\s+)", "", text, flags=re.I)


def _question(text: str, k: Masked) -> Intent | None:
    """ "How much does it cost", "who wrote it", "how long does it take"."""
    if match := _HOW_MUCH_IS.fullmatch(text):
        field, subject = k.raw(match.group("f")), match.group("s")
        return _asked(field, subject, k, f"how much is the {field} for {k.raw(subject)}")
    text = re.sub(
        r"^(how much (?:does|do) .+?) costs? (?=(?:in|for|as|with) )", r"\1 ", text, flags=re.I
    )
    if match := re.match(
        r"how much (?:does |is |do |are )?(?:the )?(?P<s>.+?)(?: costs?| is| are)?$", text, re.I
    ):
        subject = match.group("s")
        return _asked("price", subject, k, f"how much does {k.raw(subject)} cost")
    if match := re.match(
        r"who (?:wrote|posted|opened|started|reported|is the author of)\s+(?P<s>.+)$", text, re.I
    ):
        return _asked("author", match.group("s"), k)
    if re.match(r"who (?!is\b|are\b|was\b|were\b)\w+\s", text, re.I):
        return {"do": "answer", "question": k.raw(text)}
    if re.search(r"\b(?:do|does|did|can|will|should)\s+(?:you|they|we|i|it|the)\b", text, re.I):
        return {"do": "answer", "question": k.raw(f"which {text}")}
    return None


def _asked(field: str, subject: str, k: Masked, question: str | None = None) -> Intent:
    told: Intent = {
        "do": "details", "fields": [field], "subject": subject_of(subject, k), "nth": None,
    }  # fmt: skip
    return {**told, "question": question} if question is not None else told


def _fact(text: str, k: Masked) -> Intent | None:
    """ "The price of the blue backpack", "Omar Said's e-mail address"."""
    match = re.match(r"(?P<f>.+?)\s+(?:of|for|from|in|on)\s+(?P<s>.+)$", bare(text), re.I)
    owned = re.match(r"(?P<s>(?:[A-Z][\w.-]*\s)*[A-Z][\w.-]*)['’]s\s+(?P<f>.+)$", bare(text))
    match = owned or match
    fields = fields_of(match.group("f") if match else text, k)
    if not fields:
        return None
    subject, nth = None, None
    if match:
        subject = subject_of(match.group("s"), k)
        nth, noun = ordinal_in(bare(match.group("s")))
        if (
            nth is not None
            and is_item_noun(re.sub(r"^(?:of )?(?:the )?", "", noun))
            and not re.search(MASK, match.group("s"))
        ):
            subject = None
        else:
            nth = None
    fields = [re.sub(r"^(?:its|their|his|her)\s+", "", f, flags=re.I) for f in fields]
    return {"do": "details", "fields": fields, "subject": subject, "nth": nth}


def subject_of(text: str, k: Masked) -> str | None:
    text = clean(text)
    if VAGUE.fullmatch(text) or re.fullmatch(
        (
            r"(?:it|this|that|them|this (?:product|article|item|story|post|book|"
            r"movie)|the (?:product|article|item|page|story|post|current page))(?: "
            r"costs?)?"
        ),
        text,
        re.I,
    ):
        return None
    return k.raw(bare(text)) or None
