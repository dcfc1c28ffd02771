"""The grammar of wanting all of something: a summary, a table, the list just named with more."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.wishes import Intent, fields_of, list_wish
from agents.model.embedded.grammar.words import count_of


def amend(m: re.Match[str], k: Masked) -> Intent | None:
    what = re.sub(
        r"\s+(?:for|of|in|to) (?:each|every|all|them|it|the)\b.*$|\s+(?:as well|too|also)$",
        "",
        clean(m.group("what")),
        flags=re.I,
    )
    fields = fields_of(what, k)
    return {"do": "amend", "fields": fields} if fields else None


def only(m: re.Match[str], k: Masked) -> Intent:
    return {"do": "amend", "limit": int(m.group("n"))}


def with_fields(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Return the results as a table with title and author": the list, with these fields."""
    said = re.sub(r"^(?:them|these|those)(?: all| back)?\b", "results", m.group("what"), flags=re.I)
    wish = list_wish(said, k)
    if not wish["fields"]:
        return None
    return {"do": "extract", **wish, "again": said != m.group("what")}


def record(m: re.Match[str], k: Masked) -> Intent:
    """ "Give me all details of this product": all that its page says of it."""
    return {"do": "record"}


OF_EACH = (
    r"(?P<what>[^?]+?)\s+(?:of|for|from)\s+(?:each|every one|them|these|those|both)"
    r"(?: one| of (?:them|these|those)| all)?$"
)


def of_each(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Return number and client of each": of the list just asked for, or of the page's own."""
    fields = fields_of(m.group("what"), k)
    if not fields:
        return None
    return {"do": "extract", **list_wish("", k), "fields": fields, "again": True}


def summarise(m: re.Match[str], k: Masked) -> Intent:
    what = clean(m.group("what") or "")
    size = re.search(r"\bin (\w+) (sentences?|words|bullet points|lines|points)\b", what, re.I)
    sentences = (count_of(size.group(1)) or 3) if size and size.group(2)[0] in "sblp" else None
    words = count_of(size.group(1)) if size and size.group(2).startswith("word") else None
    about = re.sub(r"\bin \w+ (?:sentences?|words|bullet points|lines|points)\b", "", what)
    about = re.sub(
        (
            r"^(?:of\s+)?(?:it|this|that|them|the (?:page|article|post|story|content|"
            r"text|website|site|whole page)|what (?:it|the page) says)?$"
        ),
        "",
        clean(about),
        flags=re.I,
    )
    return {
        "do": "summarise",
        "sentences": sentences,
        "words": words,
        "about": k.raw(bare(re.sub(r"^of\s+", "", about))) or None,
    }


def section(m: re.Match[str], k: Masked) -> Intent:
    """ "Get the text under “Delivery”": all that stands below that heading."""
    head = k.raw(bare(m.group("head")))
    return {"do": "summarise", "sentences": None, "words": None, "about": head, "section": True}


def table(m: re.Match[str], k: Masked) -> Intent:
    rest = m.groupdict().get("rest") or ""
    near = re.sub(
        r"^(?:of|with|about|for|on|under|named|called|titled)\s+(?:the\s+)?",
        "",
        clean(rest),
        flags=re.I,
    )
    return {
        "do": "extract",
        "limit": None,
        "noun": "table",
        "fields": None,
        "order": None,
        "filters": [],
        "near": k.raw(near) or None,
        "as": "table",
    }
