"""What a clause about getting somewhere asks for: addresses, pages, searches, waiting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar import whereabouts, wishes
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean, target_of
from agents.model.embedded.grammar.words import ONE_TO_TEN, count_of, ordinal_in

Intent = dict[str, Any]

NTH = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|top|"
    r"\d+(?:st|nd|rd|th))"
)

# "Page 3", "the second page of the news". The last page is one of a list only when that is said.
PAGE = (
    rf"(?:page (?:number )?(?P<n>\d{{1,4}}|{ONE_TO_TEN})"
    r"(?: (?:of|in) .*)?"
    rf"|(?P<nth>(?!last|top)(?:{NTH})|last(?= page of)) page(?: (?:of|in) .*)?)"
)

SUPERLATIVE = re.compile(
    r"\b(?:(?P<low>cheapest|least expensive|lowest[- ]priced|lowest price|lowest|"
    r"smallest|shortest|oldest|fewest)"
    r"|(?P<high>most expensive|priciest|highest[- ]priced|highest[- ]rated|best[- "
    r"]rated|top[- ]rated|best|highest|largest"
    r"|biggest|longest|newest|latest|most recent|most popular|most commented|most "
    r"upvoted|greatest))\b",
    re.I,
)


def go_intent(m: re.Match[str], k: Masked) -> Intent | None:
    """An address, the previous or next page, an item, or a place by name."""
    what = m.group("what")
    if re.search(r"\w\s*>\s*\w", what) and not re.search(MASK, what):
        return {"do": "path", "names": [k.raw(p).strip() for p in what.split(">") if p.strip()]}
    parts = [p for p in k.parts_in(what) if p["is"] in ("url", "domain")]
    if parts:
        return {"do": "goto", "url": parts[0]["raw"]}
    quoted = k.only(what)
    if quoted and quoted["is"] == "var":
        return {"do": "goto", "var": quoted["raw"]}
    if quoted and re.match(r"(?:https?:)?/", quoted["raw"]):
        return {"do": "goto", "url": quoted["raw"]}
    if re.fullmatch(r"(?:the )?(?:previous|last|prior) page|back", clean(what), re.I):
        return {"do": "back"}
    if re.fullmatch(r"(?:the )?next page", clean(what), re.I):
        return {"do": "next_page"}
    if m.group("verb").lower() in ("open", "view", "read", "load", "visit", "show") or re.match(
        rf"(?:the )?{NTH}\b", what, re.I
    ):
        return open_intent(what, k)
    name = re.sub(r" (?:web ?site|site|home ?page|web page)$", "", bare(clean(what)), flags=re.I)
    return {"do": "visit", "name": k.raw(name), "target": target_of(what, k)}


def within_intent(m: re.Match[str], k: Masked) -> Intent:
    """ "In the settings, ...": the place of what follows, gone to where the page leads there."""
    look = look_intent(m, k)
    return {**look, "soft": True} if look["target"]["words"] else {"do": "nothing"}


def look_intent(m: re.Match[str], k: Masked) -> Intent:
    """ "Look at the price list": a place of this site."""
    what = clean(m.group("what"))
    return {"do": "visit", "name": k.raw(bare(what)), "target": target_of(what, k)}


def open_intent(what: str, k: Masked) -> Intent:
    """Open an item: by position, by a superlative, or by name."""
    nth, rest = ordinal_in(bare(clean(what)))
    if match := SUPERLATIVE.search(what):
        wish = wishes.list_wish(what, k)
        if wish.get("order") and not (match.group().lower() in ("best", "latest") and nth):
            return {"do": "open_best", "wish": wish}
    if nth is not None and not re.search(MASK, what):
        noun = re.sub(r"^(?:of\s+)?(?:the\s+)?", "", rest)
        target = target_of(what, k)
        if {"row", "form"} & whereabouts.taken(what)[1].keys():
            nth = None  # "the details in the second row": the row is counted
        if nth and target["kind"] in (None, "link", "item", "section", "image", "option"):
            return {"do": "open_nth", "nth": nth, "noun": k.raw(clean(noun)), "target": target}
    target = target_of(what, k)
    if target["kind"] == "section":
        return {"do": "expand", "target": target}
    return {"do": "click", "target": target, "opens": True}


def search_intent(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    groups = m.groupdict()
    what, where = groups["what"], groups.get("where")
    if re.match(
        r"(?:the |a )?(?:top|first|latest|newest|best|most recent)\s+(?:\d+|[a-z]+)\s+\w+",
        what,
        re.I,
    ) and not re.search(MASK, what):
        wish = wishes.list_wish(what, k)
        site = [{"do": "on_site", "name": k.raw(clean(where))}] if where else []
        return [*site, {"do": "extract", **wish}]
    dated = where and re.search(r"\b(?:from|on|for|until)\b.*\d", k.raw(where), re.I)
    if where and (dated or re.match(r"the (?:category|department)\b", where, re.I)):
        what, where = f"{what} in {where}", None  # "in Lisbon from 3 May": no site's name
    kind = re.search(r"\s+(?:in|under) (?:the )?(?:category|department) (?:of )?(.+)$", what, re.I)
    if kind:
        what = what[: kind.start()]
    parts = [p for p in k.parts_in(where or "") if p["is"] in ("url", "domain")]
    steps: list[Intent] = [{"do": "goto", "url": parts[0]["raw"]}] if parts else []
    if (
        where
        and not parts
        and not re.fullmatch(
            (
                r"(?:the |this )?(?:site|page|website|shop|store|web|catalog(?:ue)?|"
                r"table|list|grid|results?|tickets?|orders?|products?|users?|files?|docs?|"
                r"documentation|here|search (?:box|bar|field))"
            ),
            clean(where),
            re.I,
        )
    ):
        steps.append({"do": "on_site", "name": k.raw(clean(where))})
    inner = re.sub(
        (
            r"\s+(?:in|on|using|with|via) (?:the |its )?(?:site |this )?(?:search(?: "
            r"?(?:box|bar|field|form|engine))?|site|page|website|shop|store|"
            r"catalog(?:ue)?)$"
        ),
        "",
        clean(what),
        flags=re.I,
    )
    quoted = [p for p in k.parts_in(inner) if p["is"] in ("quote", "var")]
    if len(quoted) == 1 and re.fullmatch(
        rf"(?:the )?(?:term|word|phrase|query|keyword|text|product|item)?s?\s*{MASK}",
        bare(inner),
        re.I,
    ):
        value = (
            {"var": quoted[0]["raw"]} if quoted[0]["is"] == "var" else {"text": quoted[0]["raw"]}
        )
    else:
        value = k.value(re.sub(r"^(?:a|an|the|some|all)\s+", "", inner))
    if kind:
        values = [k.raw(bare(clean(kind.group(1))))]
        steps.append({"do": "select", "values": values, "target": target_of("", k)})
    return [*steps, {"do": "search", "value": value}]


def page_intent(m: re.Match[str], k: Masked) -> Intent:
    """ "Go to page 3", "the second page of the news": a page of a list, -1 for its last."""
    n = m.group("n")
    return {"do": "to_page", "n": count_of(n) if n else ordinal_in(m.group("nth"))[0]}


def scroll_intent(m: re.Match[str], k: Masked) -> Intent:
    rest = clean(m.group("rest") or "")
    inside = re.match(
        (
            r"(?:through )?(?:the )?(?P<what>.*?(?:textarea|text area|list|box|panel|"
            r"table|div|pane|container))\s+(?:down\s+)?to the (?P<end>bottom|top|end)"
        ),
        rest,
        re.I,
    ) or re.match(
        r"(?:down\s+)?to the (?P<end>bottom|top|end) (?:of|in) (?P<what>(?!the page|this page).+)",
        rest,
        re.I,
    )
    if inside:
        return {
            "do": "scroll",
            "to": "top" if inside.group("end").lower() == "top" else "bottom",
            "target": target_of(inside.group("what"), k),
        }
    if re.search(r"\b(?:bottom|end|footer)\b", rest, re.I):
        return {"do": "scroll", "to": "bottom"}
    if re.search(r"\btop\b", rest, re.I):
        return {"do": "scroll", "to": "top"}
    if _TO_THE_END.search(rest):
        return {"do": "scroll", "to": "end"}
    if match := re.match(
        r"(?:down |up )?(?:to|until you (?:see|find|reach)|until|into view)\s+(.+)", rest, re.I
    ):
        return {"do": "scroll", "to": "target", "target": target_of(match.group(1), k)}
    times = re.search(r"(\w+) (?:times|pages|screens)|\b(twice|thrice)\b", rest, re.I)
    word = (times[1] or {"twice": "2", "thrice": "3"}[times[2].lower()]) if times else "1"
    return {
        "do": "scroll",
        "to": "up" if re.search(r"\bup\b", rest, re.I) else "down",
        "times": min(count_of(word) or 1, 20),
    }


# "Until all restaurants are loaded", "until nothing more comes".
_TO_THE_END = re.compile(
    r"\b(?:until|till)\b.*\b(?:all|every\w*|no(?:thing)? more|no further|the whole)\b", re.I
)


def wait_intent(m: re.Match[str], k: Masked) -> Intent:
    rest = clean(m.group("rest") or "")
    seconds = re.search(
        rf"((?:\d+(?:\.\d+)?|{MASK})(?=\s*[ms])|\b[a-z]+(?=\s))\s*"
        r"(ms|milliseconds?|s|secs?|seconds?|minutes?|mins?)\b",
        rest,
        re.I,
    )
    if seconds:
        raw = k.raw(seconds.group(1))
        amount = float(raw) if re.fullmatch(r"\d+(?:\.\d+)?", raw) else float(count_of(raw) or 1)
        unit = seconds.group(2).lower()
        return {
            "do": "wait",
            "seconds": min(
                amount / 1000
                if unit.startswith("m") and "s" in unit and "min" not in unit
                else amount * (60 if unit.startswith("min") else 1),
                120,
            ),
        }
    gone = bool(
        re.search(r"\b(?:disappears?|gone|vanish\w*|is hidden|goes away|to go)\b", rest, re.I)
    )
    what = said = re.sub(r"^(?:for|until|till)\s+", "", rest, flags=re.I)
    what = re.sub(
        (
            r"\s+(?:to (?:appear|load|show(?: up)?|be (?:visible|shown|ready|"
            r"displayed|loaded)|finish\w*(?: loading)?|disappear|go)|(?:has |have "
            r")?(?:appears?|appeared|loads?|loaded|shows?(?: up)?|finish\w*|"
            r"disappears?|disappeared|vanish\w*|goes away)|is (?:visible|shown|"
            r"displayed|loaded|ready|gone|hidden)|are (?:visible|shown|loaded))$"
        ),
        "",
        what,
        flags=re.I,
    )
    if re.fullmatch(r"(?:all|both)?\s*(?:the|an?|these|those|my|your|its)?", what, re.I):
        what = said  # "the shows" are things
    what = re.sub(
        r"^(?:you (?:can )?see|there is|it says|the page says|the text"
        r"|(?:the |its )?(?:\w+ ){1,3}?(?:says?|shows?|reads?|to (?:say|show|read|become|be)"
        rf"|becomes?|changes? to)(?= {MASK}| (?-i:[A-Z])))\s+",
        "",
        what,
        flags=re.I,
    )
    if not what or re.fullmatch(
        r"(?:the )?(?:page|it|everything|a (?:moment|bit|while|second)|content|results?)",
        what,
        re.I,
    ):
        return {"do": "wait", "seconds": 2.0, "settle": True}
    return {"do": "wait_for", "target": target_of(what, k), "gone": gone}


def _rule(
    pattern: str, build: Callable[[re.Match[str], Masked], Any]
) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


SEARCHES = [
    _rule(
        (
            r"(?:search|look)(?: up)?\s+(?:in |on |through |at "
            r")?(?P<where>(?!for\b)[^,]+?)\s+(?:for|to find)\s+(?P<what>.+)$"
        ),
        search_intent,
    ),
    _rule(
        (
            r"(?:search|look|do a search|run a search|make a search|query)\s*(?:for|"
            r"up)\s+(?P<what>.+?)(?:\s+(?:on|in|at|using) (?P<where>(?:the )?[A-Z"
        )
        + MASK[1:-1]
        + r"][\w .'’"
        + MASK[1:-1]
        + r"-]*|this site|the (?:web)?site|the (?:search (?:box|bar|field))))?$",
        search_intent,
    ),
    _rule(r"search\s+(?P<what>(?!box|button|bar)" + MASK + r"|\S.*)$", search_intent),
    _rule(
        r"there (?:may|might|could|can|will|should) be more\b.*$|(?:load|show) (?:all|everything)"
        r"(?: first)?$",
        lambda m, k: {"do": "more"},
    ),
    _rule(r"scroll\b\s*(?P<rest>.*)$", scroll_intent),
    _rule(r"(?:wait|pause|hold on)\b\s*(?P<rest>.*)$", wait_intent),
]

GOES = [
    _rule(
        r"(?:go|move|turn|switch|navigate|click)(?: on)?(?: to)? (?:the )?next page(?: of .*)?$",
        lambda m, k: {"do": "next_page"},
    ),
    _rule(
        rf"(?:go|move|turn|switch|navigate|click|jump|open|view|show)(?: on| me)?(?: to)?\s+"
        rf"(?:the )?{PAGE}$",
        page_intent,
    ),
    _rule(
        (
            r"(?P<verb>go|navigate|head|browse|surf)(?: over| straight| back)?(?: to| into| "
            r"on)?\s+(?P<what>.+)$"
        ),
        go_intent,
    ),
    _rule(r"(?P<verb>visit|open|load|view|show)(?: up)?\s+(?!me\b)(?P<what>.+)$", go_intent),
]
