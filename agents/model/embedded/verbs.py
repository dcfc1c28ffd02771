"""What a clause that a rule matched asks for: one builder a kind of deed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.browser.extract_fields import singular
from agents.model.embedded import filling, wishes
from agents.model.embedded.masking import MASK, Masked
from agents.model.embedded.nouns import is_item_noun
from agents.model.embedded.phrases import bare, clean, target_of
from agents.model.embedded.words import KEYS, count_of, ordinal_in

Intent = dict[str, Any]

NTH = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|top|"
    r"\d+(?:st|nd|rd|th))"
)

# "Page 3", "the second page of the news". The last page is one of a list only when that is said.
PAGE = (
    r"(?:page (?:number )?(?P<n>\d{1,4})(?: (?:of|in) .*)?"
    rf"|(?P<nth>(?!last|top)(?:{NTH})|last(?= page of)) page(?: (?:of|in) .*)?)"
)

KEY_NAMES = "|".join(sorted(map(re.escape, KEYS), key=len, reverse=True))

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
        if target["kind"] in (None, "link", "item", "section", "image", "option"):
            return {"do": "open_nth", "nth": nth, "noun": k.raw(clean(noun)), "target": target}
    target = target_of(what, k)
    if target["kind"] == "section":
        return {"do": "expand", "target": target}
    return {"do": "click", "target": target, "opens": True}


def click_intent(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    what = clean(m.group("what"))
    if (key := re.fullmatch(rf"(?:the )?({KEY_NAMES})(?: key)?", what, re.I)) and (
        m.group("verb").lower() in ("press", "hit")
        and (
            what.lower().endswith("key")
            or key.group(1).lower() not in ("delete", "home", "end", "space", "return")
        )
    ):
        return {"do": "press", "key": KEYS[key.group(1).lower()]}
    if re.fullmatch(r"(?:the )?[\w+]*(?:ctrl|control|shift|alt|cmd)\s*\+\s*\w+", what, re.I):
        return {
            "do": "press",
            "key": "+".join(p.capitalize() for p in re.split(r"\s*\+\s*", what)).replace(
                "Ctrl", "Control"
            ),
        }
    into = m.groupdict().get("into")
    nth, rest = ordinal_in(bare(what))
    if (into or nth is not None) and not re.search(MASK, what):
        noun = clean(re.sub(r"^(?:of\s+)?(?:the\s+)?", "", rest))
        kind = target_of(what, k)["kind"]
        if (
            is_item_noun(noun)
            and kind in (None, "item", "link")
            and not re.search(r"\b(?:link|button)s?$", noun, re.I)
        ):
            return {
                "do": "open_nth",
                "nth": nth or 1,
                "noun": k.raw(noun),
                "target": target_of(what, k),
            }
    if (
        SUPERLATIVE.search(what)
        and (wish := wishes.list_wish(what, k)).get("order")
        and is_item_noun(wish["noun"])
    ):
        return {"do": "open_best", "wish": wish}
    count = re.search(r"\s+(\d+|two|three|four|five|ten|twice)\s*(?:times?|x)?$", what, re.I)
    if count and ("time" in count.group().lower() or count.group(1).lower() == "twice"):
        n = 2 if count.group(1).lower() == "twice" else count_of(count.group(1))
        return [
            {"do": "click", "target": target_of(what[: count.start()], k)}
            for _ in range(min(n or 1, 20))
        ]
    purpose = re.search(r"\s+to\s+(?!the\b)[a-z]+(?:\s.*)?$", what)
    target = target_of(
        what[: purpose.start()] if purpose and not re.search(MASK, purpose.group()) else what, k
    )
    if purpose and not target["words"]:
        target["hint"] = k.raw(purpose.group()[4:])
    double = "double" in m.group("verb").lower()
    return {
        "do": "click",
        "target": target,
        **({"double": True} if double else {}),
        **({"right": True} if "right" in m.group("verb").lower() else {}),
    }


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
    return {"do": "to_page", "n": int(n) if n else ordinal_in(m.group("nth"))[0]}


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
    if match := re.match(
        r"(?:down |up )?(?:to|until you (?:see|find|reach)|until|into view)\s+(.+)", rest, re.I
    ):
        return {"do": "scroll", "to": "target", "target": target_of(match.group(1), k)}
    times = re.search(r"(\w+) (?:times|pages|screens)", rest, re.I)
    return {
        "do": "scroll",
        "to": "up" if re.search(r"\bup\b", rest, re.I) else "down",
        "times": min((count_of(times.group(1)) or 1) if times else 1, 20),
    }


def wait_intent(m: re.Match[str], k: Masked) -> Intent:
    rest = clean(m.group("rest") or "")
    seconds = re.search(
        r"(\d+(?:\.\d+)?|[a-z]+|"
        + MASK
        + r")\s*(ms|milliseconds?|s\b|secs?|seconds?|minutes?|mins?)",
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
    what = re.sub(r"^(?:for|until|till)\s+", "", rest, flags=re.I)
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
    what = re.sub(
        r"^(?:you (?:can )?see|there is|it says|the page says|the text)\s+", "", what, flags=re.I
    )
    if not what or re.fullmatch(
        r"(?:the )?(?:page|it|everything|a (?:moment|bit|while|second)|content|results?)",
        what,
        re.I,
    ):
        return {"do": "wait", "seconds": 2.0, "settle": True}
    return {"do": "wait_for", "target": target_of(what, k), "gone": gone}


def product_of(text: str, k: Masked) -> dict[str, Any]:
    """What is bought: its whole name, with the count before it ("two of the Oak Tray")."""
    text = clean(text)
    quoted = [p for p in k.parts_in(text) if p["is"] in ("quote", "var")]
    if quoted or ordinal_in(text)[0] is not None or _BESIDE.search(text):
        return target_of(text, k)
    count = _COUNT.match(text)
    name = k.raw(bare(text[count.end() :] if count else text))
    target = {**target_of("it", k), "words": name, "raw": k.raw(text)}
    if count is None:
        return target
    return {**target, "words": singular(name), "count": count_of(count.group(1)) or 2}


_BESIDE = re.compile(r"\s(?:in|from|on|for|with|by)\s", re.I)
_COUNT = re.compile(
    r"(\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|a dozen|a couple)"
    r"(?:\s+of(?:\s+the)?\b|\s*x\b|(?=\s+[a-z]))\s*",
    re.I,
)


def buy_intent(m: re.Match[str], k: Masked) -> Intent | list[Intent]:
    what = m.group("what")
    if SUPERLATIVE.search(what):
        return [
            {"do": "open_best", "wish": wishes.list_wish(what, k), "optional_open": True},
            {"do": "add", "target": {**target_of("it", k), "words": ""}, "verb": "buy"},
        ]
    return {"do": "add", "target": product_of(what, k), "verb": m.group("verb").lower()}


def copy_intent(m: re.Match[str], k: Masked) -> Intent:
    what = re.sub(
        r"^(?:the )?(?:text|content|contents|value)\s+(?:of|in|from|inside)\s+",
        "",
        clean(m.group("what")),
        flags=re.I,
    )
    return {"do": "copy", "target": target_of(what, k)}


def paste_intent(m: re.Match[str], k: Masked) -> Intent:
    return {"do": "fill_from", "target": target_of(m.group("where"), k)}


def lookup_intent(m: re.Match[str], k: Masked) -> Intent:
    return {
        "do": "fill_from",
        "from": k.raw(bare(m.group("from"))),
        "target": target_of(m.group("where"), k),
    }


def respond_intent(m: re.Match[str], k: Masked) -> Intent:
    groups = m.groupdict()
    verb = "forward" if re.match(r"forward|send", m.group(), re.I) else "reply"
    out: Intent = {"do": "respond", "verb": verb, "target": target_of(groups.get("what") or "", k)}
    if groups.get("say"):
        out["value"] = filling.value_of(groups["say"], k)
    if groups.get("to"):
        out["to"] = k.value(clean(groups["to"]))
    return out


def simple(do: str, **more: Any) -> Callable[[re.Match[str], Masked], Intent]:
    return lambda m, k: {"do": do, **more}


def targeted(do: str, **more: Any) -> Callable[[re.Match[str], Masked], Intent]:
    return lambda m, k: {"do": do, "target": target_of(m.group("what"), k), **more}


def drag_intent(m: re.Match[str], k: Masked) -> Intent:
    return {
        "do": "drag",
        "target": target_of(m.group("what"), k),
        "onto": target_of(m.group("to"), k),
    }


def verbed(m: re.Match[str], k: Masked) -> Intent:
    """A verb that names the control itself: "delete the mail by Ann" has a delete button."""
    verb = m.group("verb").lower()
    return {"do": "act_on", "verb": verb, "target": target_of(m.group("what") or "", k)}


def verify_intent(m: re.Match[str], k: Masked) -> Intent:
    what = clean(m.group("what"))
    quoted = [p["raw"] for p in k.parts_in(what)]
    said = re.sub(
        (
            r"^(?:that |whether |if )?(?:the page (?:says|shows|contains|displays)|"
            r"you (?:can )?see|there is|it says)?\s*"
        ),
        "",
        what,
        flags=re.I,
    )
    said = re.sub(
        r"\s+(?:is|are|was|were) (?:now )?(?:shown|visible|displayed|present|there|on the page)$",
        "",
        said,
        flags=re.I,
    )
    return {"do": "verify", "words": quoted or [k.raw(bare(said))]}
