"""Which rows of a list are meant, said in other ways: "of the Leeds depot", "45 minutes or more".

Also the fields named without a "with" ("…: name, price", "people's names"), and the best by a
measure that is named ("the three with the best rating").
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import canonical, singular
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean

Intent = dict[str, Any]

_FIELD = r"(?:the |their |its )?[a-z][a-z-]*(?: (?!and\b|or\b)[a-z][a-z-]*){0,2}"
_FIELDS = rf"{_FIELD}(?:,\s*(?!and\b){_FIELD})*(?:,?\s+and\s+{_FIELD})?"
_AFTER_COLON = re.compile(rf"(?<=[\w)]):\s*(?P<fields>{_FIELDS})$")
_AFTER_COMMA = re.compile(
    rf",\s*(?P<fields>{_FIELD}(?:,\s*(?!and\b){_FIELD})*,?\s+and\s+{_FIELD})$"
)
_SAID = re.compile(r"\b(?:with|including|include|showing|by|plus|and|containing)\b", re.I)
_OWNED = re.compile(rf"(?P<noun>(?:all |the )*[\w-]+s?)['’]s?\s+(?P<fields>{_FIELDS})$")
_ORDERED = re.compile(r"\b(?:first|ascending|descending|sorted|ordered)\b", re.I)

_VALUE = rf"(?P<value>(?-i:[A-ZÀ-Þ])[\w&'’-]*(?: (?-i:[A-ZÀ-Þ])[\w&'’-]*)*|{MASK})"
_OF_NAMED = re.compile(
    r"\s+(?:of|for|from|in|at|with)\s+the\s+"
    rf"{_VALUE}\s+"
    r"(?P<field>depot|team|department|group|brand|category|branch|office|region|district|club"
    r"|class|ward|unit|division|section|series|range|family|priority|status|level|house|line)s?$",
    re.I,
)
_OF_ANY = re.compile(
    r"\s+(?:of|from)\s+the\s+"
    rf"{_VALUE}\s+"
    r"(?P<field>(?!sections?|pages?|tables?|lists?|tabs?|sites?|websites?|shops?|parts?|columns?"
    r"|news|box|panel|blog|store|catalogue|menu|area)(?-i:[a-z])[a-z]+)$",
    re.I,
)
_OF_FIELD = re.compile(
    r"\s+(?:of|by|from|in|with)\s+(?:the |a )?(?P<field>brand|team|depot|department|category|status"
    r"|priority|maker|manufacturer|type|kind|colour|color|size|branch|region|level)\s+"
    rf"{_VALUE}$",
    re.I,
)
_MARKED = re.compile(
    r"\s+(?:(?:that|which|who)\s+(?:are|is|were|was)\s+)?"
    r"(?:(?:labell?ed|tagged|marked|flagged|categori[sz]ed|classified)(?: as| with| by)?"
    r"|with (?:the |a )?(?:label|tag|mark|badge|flag|category|status)(?: of)?)\s+(?:the\s+)?"
    rf"(?P<value>{MASK}|[\w-]+(?: [\w-]+)?)$",
    re.I,
)
_UP = r"more|longer|over|above|up|higher|older|larger|bigger|heavier|later|better|upwards?"
_DOWN = r"less|shorter|fewer|under|below|lower|cheaper|younger|smaller|lighter|earlier|worse"
_OR_MORE = re.compile(
    r"\s+(?:(?:with|having|that ha(?:s|ve)|which ha(?:s|ve))\s+(?:an? |the )?"
    r"(?P<measure>[a-z]+(?: [a-z]+)?)\s+)?"
    r"(?:(?:that|which|who)\s+)?(?P<verb>takes?|lasts?|costs?|weighs?|pays?|has|have|with|of|for"
    r"|at|from|(?:is |are )?rated|is|are)\s+(?:at least |at most |a |an )?"
    rf"(?P<num>[£$€]?\s?\d[\d.,]*|{MASK})\s*(?P<unit>[a-z°%]+(?: [a-z]+)?)?\s+(?:or|and)\s+"
    rf"(?P<way>{_UP}|{_DOWN})$",
    re.I,
)
_BY_VERB = {"take": "duration", "last": "duration", "cost": "price", "weigh": "weight",
            "pay": "salary", "rated": "rating"}  # fmt: skip
_BEST = re.compile(
    r"(?:^|\s+)(?:with|having|that have|which have|by)\s+(?:the\s+)?"
    r"(?P<way>best|top|most|highest|greatest|largest|biggest|longest|latest|lowest|worst|fewest"
    r"|least|smallest|shortest|cheapest|earliest)\s+(?:number of\s+)?"
    r"(?P<by>[a-z]+(?: [a-z]+)?)$",
    re.I,
)
_LOW = frozenset(["lowest", "worst", "fewest", "least", "smallest", "shortest", "cheapest",
                  "earliest"])  # fmt: skip
_CHEAP = frozenset(["price", "cost", "fee", "fare", "rent", "delivery fee"])


def take_listed(text: str) -> tuple[str, str]:
    """The text and the fields said at its end without a "with": "…: name, rating", "x's name"."""
    for pattern in (_AFTER_COLON, _AFTER_COMMA):
        match = pattern.search(text)
        if match is None or _ORDERED.search(match["fields"]):
            continue
        if pattern is _AFTER_COMMA and _SAID.search(text[: match.start()]):
            continue  # "with title, points and comments" is one row of fields
        names = re.split(r",\s*(?:and\s+)?|\s+and\s+", match["fields"])
        known = sum(canonical(n) is not None for n in names)
        if pattern is _AFTER_COLON or (known and known * 2 >= len(names)):
            return clean(text[: match.start()]), match["fields"]
    if owned := _OWNED.fullmatch(text):
        several = singular(owned["noun"].split()[-1]) != owned["noun"].split()[-1]
        if several or owned["noun"].split()[-1].lower() == "people":
            return owned["noun"], owned["fields"]
    return text, ""


def take_named(text: str, wish: Intent, k: Masked) -> str:
    """ "Vehicles of the Leeds depot", "products of the brand Falkner"."""
    match = _OF_NAMED.search(text) or _OF_FIELD.search(text) or _OF_ANY.search(text)
    if match is None or not text[: match.start()].strip():
        return text
    value = k.raw(match["value"])
    wish["filters"].append({"field": match["field"].lower(), "op": "of", "value": value})
    return clean(text[: match.start()])


def take_marked(text: str, wish: Intent, k: Masked) -> str:
    """ "Issues labelled bug", "recipes with the tag vegan": what a row carries as a mark."""
    match = _MARKED.search(text)
    if match is None or not text[: match.start()].strip():
        return text
    wish["filters"].append({"field": "", "op": "has", "value": k.raw(match["value"])})
    return clean(text[: match.start()])


def take_or_more(text: str, wish: Intent, k: Masked) -> str:
    """ "That takes 45 minutes or more"."""
    match = _OR_MORE.search(text)
    amount = re.sub(r"[^\d.]", "", k.raw(match["num"]).replace(",", "")) if match else ""
    if match is None or not amount:
        return text
    verb = match["verb"].lower()
    verb = re.sub(r"^(?:is|are) ", "", verb)
    by_verb = next((f for v, f in _BY_VERB.items() if verb.startswith(v)), "price")
    field = match["unit"] or match["measure"] or by_verb
    op = ">=" if re.fullmatch(_UP, match["way"], re.I) else "<="
    wish["filters"].append({"field": field, "op": op, "value": float(amount)})
    return clean(text[: match.start()])


def take_best(text: str, wish: Intent) -> str:
    """ "The three with the best rating": so many, by that measure."""
    match = _BEST.search(text)
    if match is None or wish["order"] or canonical(match["by"]) == "title":
        return text
    way, by = match["way"].lower(), match["by"].lower()
    low = way in _LOW or (way in ("best", "top") and by in _CHEAP)
    wish["order"] = {"by": by, "desc": not low, "word": f"{way} {by}"}
    return clean(text[: match.start()]) or bare("results")
