"""The grammar of other ways to ask: "Do you sell tents?", "tell me when", "is A or B cheaper?"."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import singular
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.superlatives import measure_of
from agents.model.embedded.grammar.wishes import Intent, list_wish

_WHO = r"(?:you(?: guys| people)?|they|we|i|it|(?:the|this|your|that) [\w'’-]+)"
_HAVE = r"(?:have|has|sell|stock|offer|carry|list|keep|got|get|find|show|see|buy)"
_STILL = r"(?:still |currently |also |actually |happen to )?"
_EXISTS = (
    rf"(?:(?:is|are) there {_STILL}"
    rf"|(?:do|does|can|could) {_WHO} {_STILL}{_HAVE}(?: me)? "
    rf"|(?:have|has) {_WHO} {_STILL}(?:got )?"
    r"|(?=any\b))(?P<what>.+)$"
)
_ANY = re.compile(r"^(?:any|some|no)\s+(?=\S)", re.I)
_THING = re.compile(r"^(?:any|some)thing\b|^any of (?:it|them|these|those)\b", re.I)


def _exists(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Is there anything under £20?": all that is so; a mere fact ("is there a lift") is told."""
    asked = clean(m.group("what"))
    what = _ANY.sub("", _THING.sub("everything", asked))
    what = re.sub(r"^everything\s+(?:that(?: is|['’]s)?\s+)?(?=[a-z])", "everything that is ", what)
    what = re.sub(r"^everything that is (?=(?:for|in|with|under|over|below|above|by|from)\b)",
                  "everything ", what)  # fmt: skip
    what = re.sub(r"^everything (?=(?:under|over|below|above)\b)", "everything priced ", what)
    if re.match(r"(?:more|less|fewer) than\b|at (?:least|most)\b|(?:a )?way\b|one\b", what, re.I):
        return None
    wish = list_wish(what, k)
    words = wish["noun"].split()
    several = bool(words) and (singular(words[-1]) != words[-1] or words == ["everything"])
    if not words or not (several or wish["filters"]) or len(words) > 5:
        return None
    return {"do": "extract", **wish, "question": k.raw(clean(m.group()))}


def _of_yours(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Which trees do you have under £50?": those of the list."""
    last = m.group("noun").split()[-1]
    if singular(last) == last:
        return None
    wish = list_wish(f"{m.group('noun')}{m.group('rest')}", k)
    return {"do": "extract", **wish, "question": k.raw(clean(m.group()))}


def _indirect(m: re.Match[str], k: Masked) -> Intent:
    """ "Tell me when it was published": the question itself."""
    return {"do": "answer", "question": k.raw(clean(m.group("ask")))}


_KNOW = (
    r"(?:tell(?: me)?|let me know|show(?: me)?|find out|look up|work out|figure out|know|see|learn"
    r"|say|report|check|give me|get|read)"
)
_MORE = r"(?P<more>(?:more|less) [a-z]+|[a-z]+(?:er|ier)|better|worse|fewer)"
_ONE = r"(?:which|what)(?: one| [a-z]+)?(?: of (?:them|these|the two|both))?"


_COMPARATIVES = {
    ("cost", "more"): "dearer", ("cost", "less"): "cheaper", ("weigh", "more"): "heavier",
    ("weigh", "less"): "lighter", ("last", "more"): "longer", ("last", "less"): "shorter",
    ("pay", "more"): "best paid", ("earn", "more"): "best paid",
}  # fmt: skip
_BY_HOW_MUCH = re.compile(r",?\s+(?:and )?by how (?:much|many)(?: [a-z]+)?$", re.I)


def _priced(m: re.Match[str], k: Masked) -> Intent:
    """ "How much more is A than B": by their prices."""
    names = [k.raw(bare(clean(m.group(g)))) for g in ("a", "b")]
    order = measure_of("dearer" if m.group("more").lower() == "more" else "cheaper")
    return {"do": "compare", "names": names, "order": order, "difference": True}


def _either(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Which is cheaper, the red kettle or the blue one?": both, the one that is so first."""
    said = m.groupdict()
    how = _COMPARATIVES.get((said.get("verb"), m.group("more").lower())) or m.group("more")
    order = measure_of(how, said.get("of") or "")
    if order is None:
        return None
    b, by_how_much = _BY_HOW_MUCH.subn("", m.group("b"))
    names = [k.raw(bare(clean(x))) for x in (m.group("a"), b)]
    head = names[0].rpartition(" ")[2]
    names[1] = re.sub(r"\bone$", head, names[1])
    wish = {"do": "compare", "names": names, "order": order}
    return {**wish, "difference": True} if by_how_much else wish


def _field_of(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Which harbour is the Kittiwake in?": its harbour."""
    subject = k.raw(bare(clean(m.group("s"))))
    if not re.search(rf"[A-Z\d]|{MASK}", m.group("s")):
        return None  # no name: "which trees are the birds in"
    return {
        "do": "details", "fields": [m.group("f").lower()], "subject": subject, "nth": None,
        "question": k.raw(clean(m.group())),
    }  # fmt: skip


def _rule(pattern: str, build: Any) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


def _offered(m: re.Match[str], k: Masked) -> Intent:
    """ "Which countries can I choose?": the choices of that list."""
    return {"do": "offered", "words": singular(k.raw(bare(m.group("noun"))))}


RULES = [
    _rule(
        r"(?:which|what) (?P<noun>(?!else\b)[a-z]+(?: [a-z]+)?) (?:can|could|may) (?:i|we|you|one) "
        r"(?:choose|pick|select)(?: from)?(?: (?:here|there))?$",
        _offered,
    ),
    _rule(
        r"(?:which|what) (?P<noun>[a-z]+(?: [a-z]+)?(?<!s)s) (?:have|did|do) (?:i|we|you)"
        r"(?: have)? (?:made|make|placed?|ordered|bought|written|write|sent|send|got|get|had|have)"
        r"(?P<rest>)(?: so far| yet| already| until now)?$",
        _of_yours,
    ),
    _rule(
        r"(?:which|what) (?:options|choices) (?:are there|do i have|are offered) "
        r"(?:for|in|under) (?:the )?(?P<noun>[a-z]+(?: [a-z]+)?)$",
        _offered,
    ),
    _rule(
        r"(?:which|what) (?P<f>[a-z]+(?: [a-z]+)?) (?:is|are|was|were) "
        r"(?P<s>(?:the |an? )?\S.{0,60}?)"
        r" (?:in|on|at|from|of|by|under)$",
        _field_of,
    ),
    _rule(
        rf"{_KNOW}\s+(?P<ask>(?:when|where|why|whose|how(?! (?:many|much|to)\b))\s+"
        r"(?!it (?:says|is done|goes|looks|went)).+)$",
        _indirect,
    ),
    _rule(
        rf"{_ONE} (?:is|are|was|costs?|has|have|looks?) (?:the )?{_MORE}(?: (?P<of>[a-z]+))?"
        r"\s*[,:]?\s+(?P<a>(?!than\b).+?),? or (?P<b>.+)$",
        _either,
    ),
    _rule(
        rf"{_ONE} "
        r"(?P<verb>cost|weigh|last|pay|earn)s? (?:the )?(?P<more>more|less)"
        r"\s*[,:]?\s+(?P<a>(?!than\b).+?),? or (?P<b>.+)$",
        _either,
    ),
    _rule(
        rf"how much {_MORE} (?:is|are) (?P<a>.+?) than (?P<b>.+)$",
        lambda m, k: (both := _either(m, k)) and {**both, "difference": True},
    ),
    _rule(
        r"how much (?P<more>more|less) (?:is|are) (?P<a>.+?) than (?P<b>.+)$",
        lambda m, k: _priced(m, k),
    ),
    _rule(
        r"how much (?P<more>more|less) (?:does|do|would|will) (?P<a>.+?) (?P<verb>cost|weigh) than "
        r"(?P<b>.+)$",
        lambda m, k: (both := _either(m, k)) and {**both, "difference": True},
    ),
    _rule(
        rf"(?:is|are) (?P<a>.+?) (?:a )?{_MORE} than (?P<b>.+)$",
        _either,
    ),
    _rule(
        r"what(?:['’]s| is| are)(?: there)? (?P<what>free|new|reduced|(?:currently )?(?:in stock"
        r"|available|sold out|out of stock|on sale|on offer))(?: (?:here|today|now))?$",
        lambda m, k: {"do": "extract", **list_wish(f"everything that is {m.group('what')}", k)},
    ),
    _rule(
        r"(?:which|what) (?P<noun>[a-z][\w'’-]*(?: [\w'’-]+){0,3}?)"
        rf" (?:(?:do|does) {_WHO} {_STILL}{_HAVE}|(?:are|is) there)(?P<rest>(?: .+)?)$",
        _of_yours,
    ),
    _rule(_EXISTS, _exists),
]
