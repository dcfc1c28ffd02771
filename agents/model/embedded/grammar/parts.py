"""A question taken apart: about what it is, and which answers it wants, of which kind.

"What is the status of issue LAN-118, who is it assigned to and when is it due?" is about LAN-118
and wants three: a status, a person for "assigned", a date for "due". A part is {"attr": what its
answer is called, "rest": what else is said of it, "kind", "text"}. Names, codes and numbers are
`exact`: a page has to say them as they stand.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.browser.field_names import same_words
from agents.model.embedded.grammar.nouns import is_mere_kind
from agents.model.embedded.grammar.words import STOPWORDS

Part = dict[str, Any]

_PREP = r"(?:on|in|at|of|for|from|until|till|since|by|to|with|under|after|before)"
_WH = r"(?:what|which|whom?|whose|when|where|how)"
_NEXT = re.compile(
    rf",?\s+and\s+(?=(?:{_PREP}\s+)?{_WH}\b)|,\s*(?=(?:{_PREP}\s+)?{_WH}\b)"
    rf"|\?\s+(?:and\s+)?(?=(?:{_PREP}\s+)?{_WH}\b)",
    re.I,
)
_BE = r"(?:is|are|was|were)"
_AUX = r"(?:is|are|was|were|does|do|did|has|have|had|will|would|can|could|must|should)"
_LEAD = re.compile(
    r"(?:(?:please|and|then|also)\s+)*(?:(?:can|could) you )?"
    r"(?:(?:get|return|give|show|tell|find|report|read|extract|look up|find out|note|say|copy)"
    r"(?:\s+(?:me|us))?(?:\s+out)?\s+)?",
    re.I,
)
_SAYS = [
    (rf"(?:{_PREP}\s+)?how (?:much|expensive)\b(?P<rest>.*)", "money"),
    (rf"(?:{_PREP}\s+)?how many\s+(?P<attr>[\w-]+(?: [\w-]+)?)(?P<rest>\s+{_AUX}\b.*|$)", "number"),
    (rf"(?:{_PREP}\s+)?how (?P<much>long|often|far|old|large|big|high|tall|deep|heavy|wide|fast)\b"
     r"(?P<rest>.*)", "measure"),
    (r"(?:until|till|since|from|by)?\s*when\b(?P<rest>.*)", "date"),
    (rf"(?:{_PREP}\s+)?(?:what|which)\s+(?P<attr>days?|dates?)\b(?P<rest>.*)", "date"),
    (r"(?:at |by |until )?what time\b(?P<rest>.*)", "clock"),
    (rf"(?:{_PREP}\s+)?who(?:m|se)?(?:['’]s)?\b(?P<rest>.*)", "person"),
    (r"(?:from\s+)?where\b(?P<rest>.*)", "place"),
    (r"what\s+(?:does|do|did|will|would)\s+(?P<rest>.+?)\s+costs?(?: .*)?$", "money"),
    (r"what\s+(?:does|do|did)\s+(?P<rest>.+?)\s+(?P<attr>mean|contain|include|weigh)$", ""),
    (rf"(?:what|which)\s+{_BE}\s+(?P<name>.+)", ""),
    (rf"(?:{_PREP}\s+)?(?:what|which)\s+(?P<attr>(?!{_AUX}\b)[\w-]+(?: (?!{_AUX}\b)[\w-]+){{0,2}})"
     rf"\s*(?P<rest>{_AUX}\b.*|$)", ""),
    (r"(?P<name>(?:the |its |his |her |their )?[\w' -]+(?:,? and (?:the )?[\w' -]+)?.*)", ""),
]  # fmt: skip
_MEASURED = {
    "long": "duration", "often": "frequency", "far": "distance", "old": "age", "large": "size",
    "big": "size", "high": "height", "tall": "height", "deep": "depth", "heavy": "weight",
    "wide": "width", "fast": "speed",
}  # fmt: skip
_ASKED = [(re.compile(rf"{p}$", re.I | re.S), kind) for p, kind in _SAYS]
_OF = re.compile(rf"\s+{_PREP}\s+", re.I)
_EXACT = re.compile(
    r"\"[^\"]+\"|“[^”]+”|(?:[A-Za-z]+-)*[A-Za-z]*\d[\w.:/-]*\w|\d|\w+_\w+|\w+(?:\.\w+)+"
)
_NAME = re.compile(r"(?<![\w'’-])[A-ZÀ-Þ][\w'’&-]*")
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "i they we you my me one how when where why who whom whose what which is are does do did "
        "can will much many long often was were has have had there any be been your us our it its "
        "he she him her his their them take takes get got would could should must page site also "
        "only just currently now still please exactly name s t",
    )
)
_YES_NO = re.compile(rf"(?:{_AUX}|am|may|might)\b", re.I)
MAX_PARTS = 6


def split(text: str) -> list[str]:
    """The questions of a sentence that asks several."""
    return [p.strip(" ,;?.!") for p in _NEXT.split(text.strip()) if p.strip(" ,;?.!")]


def parts_of(text: str) -> list[Part]:
    """What a question wants to know; nothing when it is none that a fact could answer."""
    out: list[Part] = []
    for piece in split(text):
        piece = _LEAD.sub("", piece, count=1)
        if _YES_NO.match(piece) or not piece:
            return []
        found = _read(piece)
        if not found:
            return []
        out += found
    return out if len(out) <= MAX_PARTS else []


def _read(piece: str) -> list[Part]:
    for pattern, kind in _ASKED:
        if match := pattern.match(piece):
            told = match.groupdict()
            if told.get("name"):
                return _named(told["name"], piece)
            attr = _words(told.get("attr") or "")
            rest = _words(told.get("rest") or "")
            if not attr and kind == "money":
                attr = ["price"]
            if measured := told.get("much"):
                attr = [_MEASURED[measured.lower()]]
            return [{"attr": attr, "rest": rest, "kind": kind, "text": piece}]
    return []


_ITS_TOO = re.compile(r",?\s+(?:and\s+)?its\s+", re.I)


def _named(text: str, piece: str) -> list[Part]:
    """ "the temperature and the humidity in the nursery": two, about one thing."""
    first, *more = _ITS_TOO.split(text)
    if more and _OF.search(first):  # "the price of the toner, its item number"
        return [p for one in (first, *more) for p in _named(one, piece)]
    owned = re.match(r"(?P<s>(?:[A-Z][\w.-]*\s)*[A-Z][\w.-]*)['’]s\s+(?P<f>.+)$", text)
    head, rest = (owned["f"], owned["s"]) if owned else (text, "")
    cut = None if owned else _OF.search(head)
    if cut:
        head, rest = head[: cut.start()], head[cut.end() :]
    told = _words(rest)
    out = []
    for one in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*", head):
        if attr := _words(same_words(plain(one)) if one.islower() else one):
            name = re.sub(r"^(?:the|its|his|her|their|an?)\s+", "", one.strip(), flags=re.I)
            kind = "email" if {"mail", "email"} & set(attr) else ""
            kind = "money" if attr in (["price"], ["cost"], ["fare"]) else kind
            out.append({"attr": attr, "rest": told, "kind": kind, "text": piece, "name": name})
    return out if all(len(p["attr"]) <= 4 for p in out) else []


def _words(text: str) -> list[str]:
    """The words that say something, but for those that have to stand exactly so."""
    for token in exact_of(text, inner=True):
        text = text.replace(token, " ", 1)
    words = [w for w in plain(text).split() if w not in STOPWORDS and w not in _EMPTY]
    return list(dict.fromkeys(singular(w) for w in words if len(w) > 1))


def exact_of(text: str, *, inner: bool = False) -> list[str]:
    """Codes, numbers, quoted words and names of a text.

    inner: the text does not begin a sentence, so its first word may be a name, too.
    """
    codes = [m.group().strip('"“”') for m in _EXACT.finditer(text)]
    rest = _EXACT.sub(" ", text)
    names = [m.group() for m in _NAME.finditer(rest) if m.group() != "I"]
    first = re.match(r"\W*(\w[\w'’&-]*)", rest)
    if not inner and first and names and names[0] == first.group(1):
        names = names[1:]
    names = [re.sub(r"['’]s$", "", n) for n in names]
    return list(dict.fromkeys([*codes, *names]))


def kinds_before(text: str) -> set[str]:
    """The nouns right before a name or code, which only say what it is: "option retry_limit"."""
    out = set()
    for token in exact_of(text):
        if match := re.search(rf"(\w+)\s+[\"“#]?{re.escape(token)}", text):
            out.add(singular(match.group(1).lower()))
    return (out | {w for w in _words(text) if is_mere_kind(w)}) - STOPWORDS - _EMPTY


_DEPENDS = re.compile(r"\b(?:it|its|they|them|their|he|she|him|his|her|there|that)\b", re.I)
_ASKED_BY = frozenset(["details", "answer", "unknown"])
_OPENS = re.compile(
    r"(?:please |and |then |also )*(?:(?:can|could) you )?(?:tell|let me know|find out|give|return"
    rf"|report|note|say|show|(?:{_PREP} )?{_WH})\b",
    re.I,
)


def gather(intents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Questions with their parts, those that go on about the same thing as one."""
    out: list[dict[str, Any]] = []
    for intent in intents:
        text = intent.get("text", "")
        alone = intent["do"] in _ASKED_BY and intent.get("nth") is None
        parts = parts_of(text) if alone or intent["do"] == "count" else []
        if not parts and intent["do"] == "details" and intent.get("left"):
            parts = [{"attr": ["stock"], "rest": [], "kind": "number", "text": text}]
        if intent["do"] == "unknown" and not _OPENS.match(text):
            parts = []
        last = out[-1] if out and "parts" in (out[-1].get("wish") or {}) else None
        if parts and last is not None and _goes_on(text, parts):
            _add(last, intent, parts)
        elif parts and alone:
            out.append(_with_wish(intent, parts, out[-1] if out else None))
        else:
            out.append(intent)
    return out


def _goes_on(text: str, parts: list[Part]) -> bool:
    """Whether a question is about what the one before was about: "and when is it due"."""
    bare = all(not p["rest"] for p in parts) and re.match(rf"(?:{_PREP} )?{_WH}\b", text, re.I)
    return not exact_of(text) and bool(_DEPENDS.search(text) or bare)


def _add(last: dict[str, Any], intent: dict[str, Any], parts: list[Part]) -> None:
    if not last.get("old"):
        last["old"] = [{k: v for k, v in last.items() if k not in ("wish", "old")}]
    last["old"].append(intent)
    last["do"] = "inquire"
    last["wish"]["parts"] += parts
    last["wish"]["kinds"] = [*last["wish"]["kinds"], *kinds_before(intent["text"])]
    last["text"] += f"; {intent['text']}"


def _with_wish(
    intent: dict[str, Any], parts: list[Part], before: dict[str, Any] | None
) -> dict[str, Any]:
    text, fields = intent["text"], intent.get("fields") or []
    if len(fields) == len(parts):
        for part, field in zip(parts, fields, strict=True):
            part["name"] = field
    exact = exact_of(text)
    if before and not exact and re.search(r"\b(?:he|she|him|his|her)\b", text, re.I):
        given = before.get("value") or before.get("target") or {}
        exact = exact_of(given.get("text") or given.get("words") or "", inner=True)
    wish = {"parts": parts, "exact": exact, "kinds": sorted(kinds_before(text))}
    several = len(parts) > 1 and intent["do"] != "details"
    if intent["do"] == "unknown" or several:
        return {"do": "inquire", "text": text, "wish": wish, "old": [intent]}
    return {**intent, "wish": wish}
