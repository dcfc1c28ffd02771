"""Fields and values in a row: "username X and password Y", "title with A and author B"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.words import STOPWORDS

# Fields people name without any word between name and value: "phone 555-1234".
LABELS = (
    r"(?:(?:first|last|full|user|middle|company|card|street|postal|zip|area) "
    r"?(?:name|number|code|address)?|name"
    r"|(?:e-?)?mail(?: address)?|phone(?: number)?|telephone|mobile|password|"
    r"pass(?:code|phrase)|pin|age|city|state|country|zip|address"
    r"|subject|message|comment|title|date|time|quantity|username|login|code|"
    r"company|website|url|birthday|amount|from|to)"
)


def pairs_of(text: str, k: Masked) -> list[tuple[str, str]]:
    """(label, value) of "username X and password Y", "name: A, email: B", "the name to A"."""
    pieces = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+(?:the\s+|my\s+|a\s+)?", text)
    out: list[tuple[str, str]] = []
    for piece in pieces:
        piece = re.sub(r"^(?:my|the|an?|your)\s+(?=\S+\s)", "", clean(piece), flags=re.I)
        match = (
            re.match(rf"(?P<l>[^:={MASK[1:-1]}]{{1,40}}?)\s*[:=]\s*(?P<v>.+)$", piece)
            or re.match(
                r"(?P<l>[A-Za-z][\w\s#'’/().&-]{0,40}?)\s+(?:to be|as|is|to|of|with)\s+(?P<v>.+)$",
                piece,
                re.I,
            )
            or re.match(rf"(?P<l>[A-Za-z][\w\s#'’/().&-]{{0,40}}?)\s+(?P<v>{MASK})$", piece)
            or re.match(
                rf"(?P<v>{MASK})\s+(?:as|for|in|into)\s+(?P<l>[A-Za-z].{{0,40}})$", piece, re.I
            )
            or re.match(rf"(?P<l>{LABELS})\s+(?P<v>\S.*)$", piece, re.I)
            or re.match(
                r"(?P<v>\S.*?)\s+(?:as|for)\s+(?:the |my |your )?(?P<l>[A-Za-z].{0,40})$",
                piece,
                re.I,
            )
        )
        if not match:
            return []
        label, value = bare(clean(match.group("l"))), match.group("v")
        if twice := re.match(r"(to|from)\s+(?=\S)", value):  # "Issued to to 30 June"
            label, value = f"{label} {twice[1]}", value[twice.end() :]
        if re.match(r"(?:all |in )*(?:upper|lower|capital)", label, re.I):
            return []
        if label.lower() in STOPWORDS | {
            "text",
            "value",
            "word",
            "words",
            "phrase",
            "number",
            "string",
        }:
            return []
        out.append((label, value))
    return out


_MORE = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")


def series_of(label: str, rest: str, k: Masked) -> list[tuple[str, str]]:
    """(label, value) of "title with A and author with B", "title with A, date D, time T".

    A piece that names no field belongs to the value before it: a comma may be the value's own.
    """
    value, *pieces = re.split(f"({_MORE.pattern})", rest)
    out = [(label, value)]
    for between, piece in zip(pieces[::2], pieces[1::2], strict=True):
        more = re.match(
            r"(?:the |my |your |an? )?(?P<l>[A-Za-z][\w\s#'’/().&-]{0,40}?)"
            rf"(?:\s*[:=]\s*|\s+(?P<said>with|to|as|is)\s+|\s+(?={MASK}$|[\d+£$€][^a-z]*$))"
            r"(?P<v>\S.*)$",
            piece,
        )
        if more is None or _is_prose(more):
            out[-1] = (out[-1][0], out[-1][1] + between + piece)
        else:
            out.append((bare(clean(more.group("l"))), more.group("v")))
    return out


def _is_prose(piece: re.Match[str]) -> bool:
    """Whether "all is well" is said inside of a value, and is no field with what goes into it."""
    weak = (piece["said"] or "with").lower() != "with"
    return (
        weak
        and not re.fullmatch(f"{LABELS}|{MASK}", bare(clean(piece["l"])), re.I)
        and not (re.match(rf"{MASK}|[\d+£$€]", piece["v"]))
    )


_VALUE = rf"(?:{MASK}|[£$€]?\d[\d.,]*)"
_LABEL = rf"(?:the |my |a )?[^,{MASK[1:-1]}]+?"
_ITEM = rf"{_VALUE}\s+(?:as|in|into|for)\s+{_LABEL}"
_AND = r"(?:,\s*(?:and\s+)?|\s+and\s+)"
_SERIES = re.compile(rf"\w+\s+(?P<all>{_ITEM}(?:{_AND}{_ITEM})+)$", re.I)
_EACH = re.compile(
    rf"(?P<value>{_VALUE})\s+(?:as|in|into|for)\s+(?P<label>{_LABEL})(?=\s*{_AND}{_ITEM}|$)", re.I
)


def values_in_turn(text: str) -> list[tuple[str, str]]:
    """(label, value) of "enter X as name, Y in City and 5 as the number"; [] for anything else."""
    series = _SERIES.match(text)
    return (
        [(x["label"].strip(), x["value"]) for x in _EACH.finditer(series["all"])] if series else []
    )
