"""The grammar of details: what a deed is to be done with, each part under the name it goes by.

A piece is {"raw", "label", "value", "choice"}, as `making.py` makes them. A part that says no
label gets one by its kind (an address of mail, a day, a time, a sum of money, a person's name);
what is left is a choice that only the page knows ("business", "Dr. Lind"). A piece with "off" is
something that a person does not want.
"""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.filling import value_of
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.pairs import LABELS, pairs_of
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.words import ONE_TO_TEN, count_of

Piece = dict[str, Any]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day$|"
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?:the\s+)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?:,?\s+\d{4})?|today|tomorrow",
    re.I,
)
_SPAN = re.compile(
    rf"(?P<a>\d{{1,2}})\s*[–—-]\s*(?P<b>\d{{1,2}})\s+(?P<rest>{_MONTH}(?:\s+\d{{4}})?)", re.I
)
_CUT = re.compile(
    r"\s*[;\n]\s*(?:and\s+|but\s+)?|\s*,(?!\s*\d{4}\b)\s*(?:and\s+|but\s+)?|\s+but\s+"
    r"|\s+and\s+(?=(?:the|my|an?|i|with|no|not|don['’]t|do not|invite|for|at|on|one|two|three|four)"
    r"\s|\d|"
    rf"[a-z-]+(?: [a-z]+)?\s+(?:is\s+|on\s+|as\s+)?(?:{MASK}|\d)|{MASK})"
    r"|\s+(?=(?:with|using)\s)|\s+as\s+(?=(?-i:[A-Z])[\w'’-]+ (?-i:[A-Z]))",
    re.I,
)
_BEFORE = re.compile(
    r"(?<!check-in)(?<!check-out)(?<!check in)(?<!check out)(?<!born)"
    r"\s+(?=(?:from|on|at|for|to|until|till|with|in|under|near)\s+(?!the\s+(?:name|morning|afternoon|evening)\b))"
    r"|\s+(?=(?:starting|beginning|arriving)\s+(?:on\s+)?(?:the\s+)?\d)"
    r"|\s+(?=(?:check(?:ing)?[- ]?in|check(?:ing)?[- ]?out)\b)|\s+(?=under\s+the\s+name\b)",
    re.I,
)
_NOT = re.compile(
    r"(?:but\s+)?(?:please\s+)?(?:(?:i|we)\s+)?(?:do not|don['’]t|without|not|no|never)\s+"
    r"(?:want|need|wish for|sign (?:me|us) up (?:for|to)|subscribe (?:me |us )?(?:to|for)?|"
    r"send (?:me|us)|enrol+ me in|add(?: me to)?|tick|check|select|include|take|give me)?\s*",
    re.I,
)
TERMS = r"(?:the )?(?:[a-z]+ )?(?:rules|terms|conditions|policy)"
_AGREES = re.compile(
    r"(?:(?:i|we)\s+)?(?:(?:agree|consent)(?: to| with)?|accept)\s+(?P<what>.+)$"
    rf"|(?P<which>{TERMS})\s+(?:are |is )?(?:accepted|agreed)(?: to)?$",
    re.I,
)
_IS = re.compile(
    r"(?:it(?:['’]s| is| should be)|this is|i(?:['’]m| am)|make it|as)\s+(?:an?\s+|the\s+)?", re.I
)
# "Going to Vienna", "staying 5 nights": the words after it tell what it is.
_ON_THE_WAY = re.compile(
    r"(?:going|travell?ing|flying|staying|arriving|leaving|departing)\s+"
    r"(?=(?:to|in|from|on|at|for|until)\s|\d|(?:one|two|three|four|five|six|seven)\s)",
    re.I,
)
_BECAUSE = re.compile(r"(?:because(?: of)?|due to)\s+(?:the\s+)?(?=\S)", re.I)
_COUNTED = re.compile(r"(?P<n>\d{1,3}|[A-Za-z]+)\s+(?P<what>[a-z]+(?: [a-z]+)?)")
_SUM = re.compile(r"[£$€]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[£$€]|euros?|dollars?|pounds?|eur|usd|gbp)\b")
_PERSON = re.compile(r"[A-Z][\w'’-]+(?: (?:[A-Z][\w'’-]+|van|von|de|da|der|di))+")
_PHONE = re.compile(r"\+?\(?\d[\d ()/.-]{5,}\d")
_STREET = re.compile(r"\d{1,4}[a-z]?\s+[A-Z][\w'’. -]+|[A-Z][\w'’. -]*(?:street|road|lane|str\.?)"
                     r"\s+\d+\w?")  # fmt: skip

_WHEN = re.compile(
    r"(?:(?:i|we)\s+)?(?:can|could|will|want to|would like to)\s+(?P<l>[a-z]+(?: [a-z]+)?)\s+"
    rf"(?:on|from)\s+(?P<d>{DAY.pattern})",
    re.I,
)

# What pages call the two ends of a time.
ENDS = {
    "from": ("from", "check-in", "check in", "arrival", "start", "start date", "departure",
             "depart", "pick-up", "begin"),
    "to": ("to", "check-out", "check out", "return", "end", "end date", "until", "drop-off"),
}  # fmt: skip


def details_of(text: str, k: Masked, *, head: bool = False) -> list[Piece]:
    """Pieces of "for Ada Byron on 3 May at 19:00, window seat, email: ...".

    head: the text goes on where the deed was named, so that its prepositions part it, too.
    """
    out: list[Piece] = []
    text = re.sub(rf"\s*\(({MASK})\)", r", \1", text)  # "Ada Byron (ada@example.org)"
    for number, part in enumerate(_CUT.split(text)):
        leads = number == 0 or _LEADS.match(part) or _TIMED.search(k.raw(part))
        words = clean(re.sub(r"^(?:with|using|and)\s+(?:the |an? )?", "", clean(part), flags=re.I))
        words = _ON_THE_WAY.sub("", words)
        if not words:
            continue
        if (head and leads) or _MANY_IN.match(part):
            for one in _BEFORE.split(" " + words):
                out += _read(clean(re.sub(r"\s(?:and|but)$", "", one)), k)
        else:
            out += _read(words, k)
    return _with_country(out)


_LEADS = re.compile(
    r"\s*(?:with|using|from|on|at|for|until|in|to|going|travell?ing|flying|staying)\s", re.I
)
_MANY_IN = re.compile(  # "two nights in Paris"
    rf"\s*(?:\d{{1,2}}|{ONE_TO_TEN})\s+[a-z]+\s+"
    r"(?:in|from|at|on)\s",
    re.I,
)
_TIMED = re.compile(rf"\s(?:from|on|at|until)\s+(?:{DAY.pattern}|\d{{1,2}}:\d\d)", re.I)


def _with_country(pieces: list[Piece]) -> list[Piece]:
    """ "Lisbon, Portugal" is one place, and "1 Mill Lane, Leeds" one address."""
    out: list[Piece] = []
    for one in pieces:
        near = out[-1] if out and _is_place(out[-1]) else None
        if near and one.get("choice") and re.fullmatch(r"[A-Z][\w -]+", one["raw"]):
            near["raw"] += f", {one['raw']}"
            near["value"] = {"text": f"{near['value']['text']}, {one['raw']}"}
            continue
        out.append(one)
    return out


def contact(text: str, k: Masked) -> list[Piece]:
    """ "Max Moor, max@example.org", "max@example.org": who, where an address of mail is said."""
    parts = [clean(part) for part in _CUT.split(text) if clean(part)]
    mails = [part for part in parts if (only := k.only(part)) and only["is"] == "email"]
    others = [part for part in parts if part not in mails]
    known = all(is_person(part) or is_street(part) or _PHONE.fullmatch(part) for part in others)
    return details_of(text, k) if mails and known else []


_LABELLED = re.compile(rf"{LABELS}(?:\s*:)?\s+(?:{MASK}|[A-Z\d+])")


def labelled(text: str, k: Masked) -> list[Piece]:
    """ "Name Ada Byron, email ada@example.org": pieces, when each of the first two says its label.

    One alone has to be a person's name or stand in quotes: "Name Tags" is none.
    """
    said = re.sub(r"^\w", lambda m: m.group().lower(), text)
    parts = [clean(part) for part in _CUT.split(said) if clean(part)]
    mailed = parts and re.match(rf"e-?mail(?: address)?(?: is|:)?\s+{MASK}$", parts[0])
    if not mailed and not all(_LABELLED.match(part) for part in parts[:2]):
        return []
    pieces = details_of(said, k)
    alone = len(parts) == 1
    if alone and not (re.search(MASK, said) or _PERSON.fullmatch(pieces[0]["value"]["text"])):
        return []
    return pieces


def is_person(text: str) -> bool:
    return bool(_PERSON.fullmatch(text))


def is_street(text: str) -> bool:
    return bool(_STREET.fullmatch(text))


def _is_place(one: Piece) -> bool:
    return bool(one.get("place")) or (one.get("label") or "").lower() == "address"


def piece(raw: str, label: str | None, value: dict[str, Any] | None, **more: Any) -> Piece:
    return {"raw": raw, "label": label, "value": value, **more}


def _read(part: str, k: Masked) -> list[Piece]:
    """The pieces of one part: usually one, two for a span of days."""
    if not part:
        return []
    if unwanted := _NOT.match(part):
        rest = bare(clean(part[unwanted.end() :]))
        return [piece(k.raw(part), None, None, off=k.raw(rest))] if rest else []
    if agrees := _AGREES.match(part):
        what = agrees["what"] or agrees["which"]
        return [piece(k.raw(what), None, None, agrees=True)]
    part = _ON_THE_WAY.sub("", _IS.sub("", part) if _IS.match(part) else part)
    if why := _BECAUSE.match(part):
        return [piece(k.raw(part), "reason", {"text": k.raw(part[why.end() :])})]
    said = k.raw(part)
    if span := _SPAN.search(said):
        rest = span.group("rest")
        return [
            piece(f"{end} {day} {rest}", end, {"text": f"{day} {rest}"}, day=True)
            for end, day in (("from", span.group("a")), ("to", span.group("b")))
        ]
    if at := _PART_OF_DAY.fullmatch(said):
        part_of_day = piece(at["part"], None, {"text": at["part"]}, choice=True)
        return [piece(at["day"], "date", {"text": at["day"]}, day=True), part_of_day]
    paid = _SUM.search(said)
    if paid and paid.start() and paid.end() == len(said) and _PERSON.match(said):
        return [_bare(said[: paid.start()].strip(), k), _bare(paid.group(), k)]
    part = re.sub(r"^(?:i|we)\s+(?:live|am|work|stay)\s+(?=in\s|at\s)", "", part, flags=re.I)
    starts = _WHEN.fullmatch(said)
    if starts:
        return [piece(said, starts.group("l").strip(), {"text": starts.group("d")}, day=True)]
    word, _, rest = part.partition(" ")
    by_word = _after(word.lower(), rest.strip(), k) if rest else None
    return [by_word or _bare(part, k)]


_PART_OF_DAY = re.compile(
    rf"(?:on\s+)?(?P<day>(?:{DAY.pattern}))\s+in the (?P<part>morning|afternoon|evening)", re.I
)


def _after(word: str, rest: str, k: Masked) -> Piece | None:
    """What a preposition says about the words after it."""
    said = k.raw(rest)
    timed = bool(re.fullmatch(r"\d{1,2}:\d{2}.*|\d{1,2} ?[ap]\.?m\.?", said, re.I))
    dated = bool(DAY.fullmatch(bare(said)))
    if word in ("starting", "beginning", "arriving") and DAY.search(said):
        said, word = re.sub(r"^(?:on|from)\s+", "", said), "from"
        dated = bool(DAY.fullmatch(bare(said)))
    if word in ("from", "to", "until", "till"):
        end = "from" if word == "from" else "to"
        return piece(f"{end} {said}", end, {"text": bare(said)}, day=dated, time=timed)
    if word == "born":
        said = re.sub(r"^on\s+", "", said)
        return piece(f"born {said}", "date of birth", {"text": said}, day=True)
    if re.fullmatch(r"check(?:ing)?-?(?:in|out)", word):
        end = "from" if word.endswith("in") else "to"
        said = re.sub(r"^(?:on|is|at|:)\s+", "", said)
        return piece(f"{word} {said}", end, {"text": said}, day=True)
    if word == "on" and dated and re.search(r"\d|today|tomorrow", said):
        return piece(said, "date", {"text": said}, day=True)
    if word == "at" and timed:
        return piece(said, "time", {"text": said}, time=True)
    if word in ("in", "near"):
        named = bare(said) == said  # "in a double room" is no place
        return piece(said, None, {"text": bare(said)}, choice=True, place=named)
    if word in ("on", "at", "for", "with", "under", "as"):
        return _bare(rest, k)
    return None


_KIND_OF = {"email": "email", "url": "website"}


def _bare(part: str, k: Masked) -> Piece:
    """A part without a preposition: labelled, or known by its kind, or a choice."""
    said = k.raw(part)
    pairs = pairs_of(part, k)
    if len(pairs) == 1:
        return piece(said, pairs[0][0], value_of(pairs[0][1], k))
    if only := k.only(bare(part)):
        value = value_of(part, k)
        label = only["raw"].replace("_", " ") if only["is"] == "var" else _KIND_OF.get(only["is"])
        if only["is"] == "stamp" and ":" in only["raw"]:
            return piece(said, "time", value, time=True)
        return piece(said, label, value)
    if _STREET.fullmatch(said):
        return piece(said, "address", {"text": said})
    counted = _COUNTED.fullmatch(said)
    if counted and (n := count_of(counted.group("n"))) is not None:
        what = counted.group("what")
        if not re.match(_MONTH + r"$", what, re.I):
            return piece(said, what, {"text": str(n)}, count=n)
    if re.fullmatch(r"[a-z]+day", said, re.I):
        return piece(said, None, {"text": said}, choice=True)
    if DAY.fullmatch(said):
        return piece(said, "date", {"text": said}, day=True)
    if _SUM.fullmatch(said):
        return piece(said, "amount", {"text": re.sub(r"[^\d.,]", "", said)})
    if _PHONE.fullmatch(said):
        return piece(said, "phone", {"text": said})
    if _PERSON.fullmatch(said) and not re.match(r"(?:Dr|Prof|Hotel)\b", said):
        return piece(said, "name", {"text": said}, choice=True)
    if re.search(MASK, part) and not _SUM.search(said):
        return piece(said, None, None)  # "reference “Concert”": the page knows the label
    return piece(said, None, {"text": bare(said)}, choice=True)
