"""Noun phrases of instructions: what a person points at, and the values they give.

A target is a plain dict (it is stored in checkpoints): {"words", "kind", "nth", "in", "quoted",
"all", "raw"}. `words` is the name to look for, `kind` the sort of control, `in` the row, section
or neighbour that it belongs to; `region`, `row` and `form` are in `whereabouts`.
"""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar import whereabouts
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_place
from agents.model.embedded.grammar.words import (
    KIND_HEAD,
    KIND_TAIL,
    KIND_WORDS,
    TWO_TO_TEN,
    count_of,
    ordinal_in,
)

Target = dict[str, Any]

_ARTICLES = re.compile(r"^(?:the|a|an|any|this|that|its|their|his|her|your|my|our|some)\s+", re.I)
_FIRST_N = re.compile(rf"first (\d+|{TWO_TO_TEN})\s+(?=\S)", re.I)
_ALL = re.compile(r"^(?:all(?: of)?(?: the)?|every|each(?: of the)?|both)\s+", re.I)
_EVERYTHING = re.compile(
    r"everything|all(?: of)?(?: them| it)?|all (?:the )?(?:items|tasks|todos|entries|boxes)", re.I
)
_POSITION = re.compile(
    r"\s+(?:(?:in|on|at|from|of|inside|within|under|below|beneath|next to|beside|"
    r"near|for|by|above|after"
    r"|belonging to|right of|left of|about|regarding|concerning|with the subject|"
    r"with subject|sent by|written by|posted by)\s+(?:the\s+)?(?P<what>.+))$",
    re.I,
)
VAGUE = re.compile(
    r"^(?:(?:this|that|the|current|web|whole|same|above|below|screen)\s*)*(?:page|"
    r"site|website|screen|form|list"
    r"|menu|window|here|bottom|top|left|right|corner|header|footer|sidebar|"
    r"navigation|nav bar|navbar|toolbar|filters?|filter list|options|checkboxes)?"
    r"(?:\s+(?:below|above))?$",
    re.I,
)
_NAMED = re.compile(
    (
        r"\s*\b(?:labell?ed|named|called|titled|marked|with the (?:label|text|title|name)|"
        r"that says|saying|which says|that reads)\s+"
    ),
    re.I,
)


# "The van with the plate DN69 QWA": what can be seen of it is its plate.
_WITH = re.compile(
    r"(?P<noun>[a-z]+(?: [a-z]+)?)\s+(?:with|having)\s+(?:the\s+)?"
    r"(?!name\b|title\b|label\b|text\b|subject\b|lowest|highest|most|best|fewest)"
    r"(?:[a-z-]+\s+){1,2}(?P<name>" + MASK + r"|(?:[A-Z]*\d|[A-Z]{2})[\w-]*(?: [A-Z\d][\w-]*)*)$"
)


def clean(text: str) -> str:
    """Trim spaces, stray punctuation and politeness off the ends."""
    text = re.sub(r"\s+", " ", text).strip(" \t\n,;:")
    text = re.sub(r"[.!?]+$", "", text).strip()
    return re.sub(
        r"\s*,?\s*\b(?:please|now|again|too|as well|right away|instead)$",
        "",
        text,
        flags=re.I,
    ).strip()


def bare(text: str) -> str:
    """A phrase without its article."""
    previous = None
    while previous != text:
        previous, text = text, _ARTICLES.sub("", text.strip())
    return text


def target_of(text: str, masked: Masked) -> Target:
    """Read a noun phrase: "the second Delete button in the Orders row"."""
    return _all_of(_read(text, masked))


def _read(text: str, masked: Masked) -> Target:
    phrase = clean(text)
    raw = masked.raw(phrase)
    out: Target = {
        "words": "",
        "kind": None,
        "nth": None,
        "in": None,
        "quoted": False,
        "all": False,
        "raw": raw,
    }
    if _EVERYTHING.fullmatch(re.sub(r"\s+(?:on|in) (?:the |my )?list$", "", phrase, flags=re.I)):
        return {**out, "all": True}
    if match := _ALL.match(phrase):
        out["all"] = True
        phrase = phrase[match.end() :]
    phrase, where = whereabouts.taken(bare(phrase))
    out.update(where)
    if match := _FIRST_N.match(phrase):
        out.update({"all": True, "count": count_of(match.group(1))})
        phrase = phrase[match.end() :]
    if match := _NAMED.search(phrase):
        return _called(out, phrase[: match.start()], phrase[match.end() :], masked)
    if match := _WITH.match(phrase):
        name = masked.raw(bare(match["name"]))
        noun = match["noun"].lower()
        out["kind"] = KIND_WORDS.get(noun)
        return {**out, "words": name, "noun": noun, "quoted": bool(re.search(MASK, match["name"]))}
    phrase, out["in"] = _take_context(phrase, masked)
    if quotes := re.findall(MASK, phrase):
        return _quoted(out, quotes[0], phrase, masked)
    return _plain(out, phrase, masked)


def _called(out: Target, head: str, tail: str, masked: Masked) -> Target:
    """ "The button labelled Save": head is what stands before the word, tail is behind it."""
    head, out["in"] = _take_context(head, masked)
    if re.match(MASK, bare(tail)):
        rest = bare(tail)[1:]
        tail = bare(tail)[0]
        out["in"] = out["in"] or _take_context("it" + rest, masked)[1]
    out["nth"], head = ordinal_in(bare(head))
    out["kind"] = KIND_WORDS.get(_singular_kind(bare(head).lower()))
    out["words"] = masked.raw(bare(tail))
    out["quoted"] = bool(re.search(MASK, tail))
    if not out["kind"] and head.strip():
        out["hint"] = masked.raw(head)
    return out


def _quoted(out: Target, quote: str, phrase: str, masked: Masked) -> Target:
    """ "The second “Delete” button": what stands around the quote is its kind and its place."""
    rest = clean(re.sub(MASK, " ", phrase))
    out["nth"], rest = ordinal_in(bare(rest))
    out["words"] = masked.raw(quote)
    out["quoted"] = True
    out["kind"] = KIND_WORDS.get(_singular_kind(bare(rest).lower()))
    if not out["kind"] and (named := KIND_TAIL.search(rest)):
        out["kind"] = KIND_WORDS[named.group(1).lower()]
    return out


def _plain(out: Target, phrase: str, masked: Masked) -> Target:
    """ "The second Delete button", "the mail by Ann"."""
    out["nth"], phrase = ordinal_in(phrase)
    _take_kind(out, phrase)
    out["words"] = masked.raw(out["words"])
    thing = out["words"].lower() in _THINGS and out["kind"] not in _CONTROLS
    kind_only = thing or (not out["words"] and phrase.lower() == "page")
    # "the department of Bo"
    about = re.search(r"\s(?:about|on|for|regarding|concerning)\s", out["raw"])
    place = is_place(out["words"]) and about
    if out["in"] and out["nth"] is None and (kind_only or place):
        # "the mail by Ann": what can be seen of it is "Ann".
        out.update(words=out["in"], noun=out["words"], raw=out["in"], kind=None)
        out["in"] = None
    return out


def _all_of(out: Target) -> Target:
    """ "Like on all posts by Ann": every row of Ann's."""
    match = re.match(
        r"(?:all|every|each|both)(?: of)?(?: the)? (?:\w+ (?:by|from|of|in|with)\s+)?(.+)$",
        out["in"] or "",
        re.I,
    )
    if match:
        out.update({"all": True, "in": match.group(1)})
    return out


# "The message field in the contact form" is a field, not a message.
_CONTROLS = frozenset(["field", "textarea", "button", "checkbox", "dropdown", "radio", "tab"])
_THINGS = frozenset(
    [
        "email",
        "e-mail",
        "mail",
        "message",
        "post",
        "story",
        "article",
        "product",
        "item",
        "result",
        "entry",
        "row",
        "record",
        "thread",
        "contact",
        "user",
        "person",
        "customer",
        "order",
        "card",
        "job",
        "event",
        "task",
        "comment",
        "review",
        "ticket",
        "note",
        "conversation",
    ]
)


def _take_context(phrase: str, masked: Masked) -> tuple[str, str | None]:
    """Split "X in the Y row" into X and Y; a vague place ("on the page") is dropped."""
    context = None
    for _ in range(3):
        match = _POSITION.search(phrase)
        if not match or not phrase[: match.start()].strip():
            break
        what = match.group("what").strip()
        # "Terms of Service" is a name, "the first of the results" is a place.
        if (
            re.match(r"\s+(?:of|for|by|on|at|from|after)\s", match.group())
            and re.match(r"[A-Z]", what)
            and re.search(r"[A-Z]\w*$", phrase[: match.start()])
        ):
            break
        phrase = phrase[: match.start()]
        if not VAGUE.match(what):
            place = re.sub(
                (
                    r"\s+(?:row|line|section|card|area|dialog|dialog box|box|panel|column|"
                    r"board|lane|tile|"
                    r"group|form|menu|list|block|fieldset|field|entry|item|product|post|"
                    r"message|heading)$"
                ),
                "",
                what,
            )
            place = re.sub(
                (
                    r"^(?:row|line|section|card|post|item|product|user|email|message|"
                    r"entry|column)\s+(?=\S)"
                ),
                "",
                place,
            )
            context = masked.raw(bare(place)) + (f" {context}" if context else "")
    return phrase, context


def _singular_kind(text: str) -> str:
    for candidate in (text, text.removesuffix("s"), text.removesuffix("es")):
        if candidate in KIND_WORDS:
            return candidate
    return text


def _take_kind(out: Target, phrase: str) -> None:
    """Set `kind` and `words` from "Save button", "button ONE", "checkbox"."""
    lowered = _singular_kind(phrase.lower())
    if lowered in KIND_WORDS:
        out["kind"], out["words"] = KIND_WORDS[lowered], ""
        if lowered in ("file", "folder", "form", "page", "entry", "item"):
            out["words"] = phrase
        return
    if match := KIND_TAIL.search(phrase):
        out["kind"] = KIND_WORDS[match.group(1).lower()]
        out["words"] = phrase[: match.start()].strip()
        if match.group(1).lower() in (
            "page",
            "form",
            "file",
            "folder",
            "item",
            "entry",
            "list",
            "box",
            "menu",
            "section",
            "picture",
            "photo",
            "option",
        ):
            out["alt"] = phrase
        return
    if (match := KIND_HEAD.match(phrase)) and phrase[match.end() :].strip():
        rest = phrase[match.end() :].strip()
        if match.group(1).lower() not in ("page", "list", "form", "box", "file", "menu", "image"):
            out["kind"], out["words"] = KIND_WORDS[match.group(1).lower()], rest
            if re.fullmatch(r"#?\d+", rest):
                out["alt"] = phrase
            return
    out["words"] = phrase


def values_of(text: str, masked: Masked) -> list[str]:
    """A list of names: "A, B and C" (quotes kept whole)."""
    text = re.sub(
        r"^(?:the\s+)?(?:following|options?|values?|items?|words?)\s*:?\s+(?=\S)",
        "",
        clean(text),
        flags=re.I,
    )
    pieces = re.split(r"\s*[,;]\s*(?:and\s+|or\s+)?|\s+and\s+|\s*&\s*", text)
    return [masked.raw(bare(p)) for p in pieces if p.strip()]


def leading_count(text: str) -> tuple[int | None, str]:
    """A count at the start of a phrase, and the phrase after it."""
    match = re.match(r"(\d+|a dozen|[a-z]+)\b\s*", text, re.I)
    if match and (number := count_of(match.group(1))) is not None:
        return number, text[match.end() :]
    return None, text


_ASKS = re.compile(
    r"[\s,;]*(?:\band\b\s*)?(?:\bthen\b\s*)?\b(?:ask(?:ing)?(?: me| us| a person| the user)?"
    r"(?: for| about)?|let me (?:enter|type|give you)|i(?:'ll| will| can) (?:give|tell|send) you)"
    r"\s+(?P<what>\S.*)$",
    re.I,
)
_SLOTS = {
    "user": re.compile(r"user|(?<!pass )name\b|e-?mail|login|account|credential", re.I),
    "password": re.compile(r"pass|pwd|pin\b|credential", re.I),
    "code": re.compile(r"\bcode|otp|token|2fa", re.I),
}
_A_SLOT = re.compile(
    r"(?:the |my |a |an |your )?(?:user ?name|e-?mail(?: address)?|password|pass ?code|pin|them|"
    r"credentials|(?:(?:one[- ]time|security|verification|login|sms) )?codes?|otp|token)",
    re.I,
)


def asked_for(text: str) -> tuple[str, list[str]]:
    """A sign-in's words without "ask me for ...", and what of it is to be asked for.

    Gives slots: "user", "password", "code".
    """
    match = _ASKS.search(text)
    if match is None:
        return text, []
    slots = [slot for slot, named in _SLOTS.items() if named.search(match.group("what"))]
    return (text[: match.start()], slots) if slots else (text, [])


def names_a_slot(text: str) -> bool:
    """Whether words only name what belongs into a sign-in's field ("the code")."""
    return bool(_A_SLOT.fullmatch(clean(text)))
