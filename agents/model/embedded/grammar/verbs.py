"""What a clause that a rule matched asks for: one builder a kind of deed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar import filling, whereabouts, wishes
from agents.model.embedded.grammar.going import SUPERLATIVE
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean, target_of
from agents.model.embedded.grammar.words import KEYS, TWO_TO_TEN, count_of, ordinal_in

Intent = dict[str, Any]

KEY_NAMES = "|".join(sorted(map(re.escape, KEYS), key=len, reverse=True))


def click_intent(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    what = clean(m.group("what"))
    if pressed := _pressed(what, m.group("verb").lower()):
        return pressed
    if len(each := _each_of(what)) > 1:
        return [
            intent
            for one in each
            if (built := click_intent(_CLICK.match(f"{m.group('verb')} {one}") or m, k))
            for intent in (built if isinstance(built, list) else [built])
        ]
    if nth := _nth_opened(what, k, leads_in=bool(m.groupdict().get("into"))):
        return {**nth, **({"double": True} if "double" in m.group("verb").lower() else {})}
    if (
        SUPERLATIVE.search(what)
        and (wish := wishes.list_wish(what, k)).get("order")
        and is_item_noun(wish["noun"])
    ):
        return {"do": "open_best", "wish": wish}
    if count := re.search(rf"\s+{_TIMES}$", what, re.I):
        return [
            {"do": "click", "target": target_of(what[: count.start()], k)}
            for _ in range(_times(count))
        ]
    return {
        "do": "click",
        "target": _clicked(what, k),
        **({"double": True} if "double" in m.group("verb").lower() else {}),
        **({"right": True} if "right" in m.group("verb").lower() else {}),
    }


def _times(said: re.Match[str]) -> int:
    """How often: "twice", "3 times"; 20 at most."""
    word = said.group().strip().lower()
    n = {"twice": 2, "once": 1, "thrice": 3}.get(word) or count_of(word.split()[0])
    return min(n or 1, 20)


def _pressed(what: str, verb: str) -> Intent | list[Intent] | None:
    """ "Press Enter", "hit the escape key", "ctrl+a": a key, and nothing on the page."""
    if (often := re.search(rf"\s+{_TIMES}$", what, re.I)) and (
        key := _pressed(what[: often.start()], verb)
    ):
        return [key] * _times(often) if isinstance(key, dict) else key
    if (key := re.fullmatch(rf"(?:the )?({KEY_NAMES})(?: key)?", what, re.I)) and (
        verb in ("press", "hit")
        and (
            what.lower().endswith("key")
            or key.group(1).lower() not in ("delete", "home", "end", "space", "return")
        )
    ):
        return {"do": "press", "key": KEYS[key.group(1).lower()]}
    if re.fullmatch(r"(?:the )?[\w+]*(?:ctrl|control|shift|alt|cmd)\s*\+\s*\w+", what, re.I):
        parts = [part.capitalize() for part in re.split(r"\s*\+\s*", what)]
        return {"do": "press", "key": "+".join(parts).replace("Ctrl", "Control")}
    return None


def _nth_opened(what: str, k: Masked, *, leads_in: bool) -> Intent | None:
    """ "Click into the second article": the nth thing of a list. leads_in: "into" was said."""
    nth, rest = ordinal_in(bare(what))
    if not (leads_in or nth is not None) or re.search(MASK, what):
        return None
    if {"row", "form"} & whereabouts.taken(what)[1].keys():
        return None  # "Delete in the second row": the row is counted, not what is pressed
    noun = clean(re.sub(r"^(?:of\s+)?(?:the\s+)?", "", rest))
    target = target_of(what, k)
    if (
        is_item_noun(noun)
        and target["kind"] in (None, "item", "link")
        and not re.search(r"\b(?:link|button)s?$", noun, re.I)
    ):
        return {"do": "open_nth", "nth": nth or 1, "noun": k.raw(noun), "target": target}
    return None


def _clicked(what: str, k: Masked) -> dict[str, Any]:
    """What is clicked, without what it is clicked for ("to save the form")."""
    purpose = re.search(r"\s+to\s+(?!the\b|\w+ (?:button|link|icon)\b)[a-z]+(?:\s.*)?$", what)
    own = what[: purpose.start()] if purpose and not re.search(MASK, purpose.group()) else what
    target = target_of(own, k)
    if purpose and not target["words"]:
        target["hint"] = k.raw(purpose.group()[4:])
    return target


_TIMES = rf"(?:twice|thrice|once|(?:\d+|{TWO_TO_TEN}) ?(?:times|x))"
_CLICK = re.compile(r"(?P<verb>\S+)(?P<into>\Z)?\s+(?P<what>.+)")


def _each_of(what: str) -> list[str]:
    """The names of "A twice and B once", and of "“A”, “B” and “C”"; else the whole phrase."""
    parts = re.split(rf"(?<=\s)({_TIMES})\s*(?:,\s*and|,|and)\s+", what, flags=re.I)
    if len(parts) > 1:
        return [" ".join(pair).strip() for pair in zip(parts[::2], [*parts[1::2], ""], strict=True)]
    if re.fullmatch(rf"{MASK}(?:(?:\s*,\s*|\s+)(?:and\s+)?{MASK})+", what):
        return re.findall(MASK, what)
    return [what]


def stepped(text: str) -> Intent | None:
    """ "Add one guest", "two more children": a number on the page, so many higher."""
    match = re.fullmatch(
        r"(?P<verb>add)?\s*"
        r"(?P<n>\d{1,2}|another|one|two|three|four|five|six)\s+"
        r"(?P<more>more |extra |additional )?"
        r"(?:of (?:the )?)?(?P<what>(?!new )[a-z]+(?: [a-z]+){0,3})",
        text,
        re.I,
    )
    if not match or not (match.group("verb") or match.group("more")):
        return None
    many = 1 if match.group("n").lower() == "another" else count_of(match.group("n"))
    what = match.group("what")
    return {"do": "step_to", "target": {"words": what, "raw": what}, "by": many or 1}


_UNTIL = re.compile(
    r"(?:keep (?:on )?)?(?:click(?:ing)?|press(?:ing)?|tap(?:ping)?)(?: on)? (?P<what>.+?) "
    r"(?:until|till) (?P<end>.+)",
    re.I,
)
_NO_MORE = re.compile(
    r"(?:it|the \w+|this) (?:disappears|is gone|goes away|vanishes|is (?:disabled|grey(?:ed out)?))"
    r"|(?:you (?:are|get|come|reach)(?: (?:on|at|to))? )?the (?:(?:very )?last page|end)"
    r"|.*\b(?:all|every\w*|nothing|no|none)\b.*",
    re.I,
)
_THERE = re.compile(
    r"(?:you (?:can )?(?:see|find|reach) |the text )?(?P<words>.+?)"
    r"(?: (?:appears?|is (?:shown|visible|there|displayed)|comes? up|shows? up))?",
    re.I,
)


_FOR_GOOD = re.compile(
    r"\b(?:buy|order|purchase|pay|send|submit|delete|remove|cancel|book|reserve|post|publish|transfer"
    r"|donate|subscribe|unsubscribe|confirm|accept|approve|sign|check ?out|bid|vote|add|clear|reset"
    r"|close|ban|revoke|apply|like|follow|reply|share)\b",
    re.I,
)


def press_until(text: str, k: Masked) -> Intent | None:
    """ "Click Load more until all are shown", "press Next until "The end" appears"."""
    match = _UNTIL.fullmatch(text)
    if match is None:
        return None
    if _FOR_GOOD.search(k.raw(match["what"])):
        return None  # what buys, sends or deletes is never pressed again without being told to
    there = None if _NO_MORE.fullmatch(match["end"]) else _THERE.fullmatch(match["end"])
    until = k.raw(bare(there["words"])) if there else ""
    return {"do": "press_on", "target": target_of(match["what"], k), "until": until}


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


_ANYTHING = re.compile(
    r"(?:the )?(?:things?|items?|ones?|everything|products?|results?|entries|what(?:'s| is))", re.I
)


def only_intent(m: re.Match[str], k: Masked) -> Intent:
    """ "Show only things for the Office": what they are for is the filter."""
    target = target_of(_ROWS_WITH.sub("", m.group("what")), k)
    if target["in"] and _ANYTHING.fullmatch(target["words"] or ""):
        target.update({"words": target["in"], "raw": target["in"], "in": None, "kind": None})
    return {"do": "only", "target": target}


_ROWS_WITH = re.compile(
    r"(?:the )?(?:rows?|entries|lines|records|results|ones)\s+(?:with|of|from|for|where|in)\s+"
    r"(?:the )?",
    re.I,
)
_MERE_LIST = re.compile(r"(?:table|list|results?|rows?|page|entries|grid|view|data)", re.I)


def sifted(m: re.Match[str], k: Masked) -> Intent:
    """ "Filter the year by 2000", "filter the table so that it shows only the year 2000"."""
    told = {"do": "filter", "target": target_of(_ROWS_WITH.sub("", m.group("what")), k)}
    by = re.sub(r"\s+column$", "", clean(m.group("by") or ""), flags=re.I)
    return {**told, **({"by": k.raw(by)} if by and not _MERE_LIST.fullmatch(by) else {})}


def drag_intent(m: re.Match[str], k: Masked) -> Intent:
    target = target_of(m.group("what"), k)
    if target["kind"] == "slider" and re.fullmatch(r"-?\d+(?:\.\d+)?", k.raw(m.group("to"))):
        return {"do": "set", "target": target, "value": {"text": k.raw(m.group("to"))}}
    return {
        "do": "drag",
        "target": target,
        "onto": target_of(m.group("to"), k),
        **({"moves": True} if m.group().lower().startswith("move") else {}),
    }


def verbed(m: re.Match[str], k: Masked) -> Intent | None:
    """A verb that names the control itself: "delete the mail by Ann" has a delete button."""
    verb, what = m.group("verb").lower(), m.group("what") or ""
    if re.search(rf"\s{_TIMES}$", what, re.I):
        return None  # a deed done twice may be undone
    act: Intent = {"do": "act_on", "verb": verb, "target": target_of(what, k)}
    if SUPERLATIVE.search(what) and not re.search(MASK, what):
        wish = wishes.list_wish(what, k)
        if wish.get("order"):
            act["wish"] = {**wish, "limit": wish.get("limit") or 1}
    return act


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
