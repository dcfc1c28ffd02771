"""What belongs together though it was said apart: formats, more fields, details of a purchase."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar import meant
from agents.model.embedded.grammar.merging import (
    QUESTIONS,
    TAKERS,
    form_of,
    named_target,
)
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.parts import gather
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.wanting import as_details
from agents.model.embedded.grammar.wishes import Intent


def join(intents: list[Intent]) -> list[Intent]:
    """Merge what belongs together, and word anew what the intent before tells the meaning of."""
    out: list[Intent] = []
    for intent in as_details(intents):
        if any(taken(intent, out) for taken in TAKERS):
            continue
        for reword in _REWORDS:
            intent = reword(intent, out)
        if _is_done_by(intent, out):
            continue
        if _LOOK.match(intent.get("text", "")) and out and out[-1]["do"] in QUESTIONS:
            out.insert(len(out) - 1, intent)  # where to look comes before the reading
            continue
        out.append(intent)
    for one in out:
        if one["do"] == "create" and not one["pieces"]:  # no detail of it was said
            one.update(do="act_on", target=named_target(one["noun"]))
    return gather(_kept(out))


def _kept(intents: list[Intent]) -> list[Intent]:
    """A change is kept at the end, and before something is read that it may have changed."""
    out: list[Intent] = []
    for one, after in zip(intents, [*intents[1:], None], strict=False):
        out.append(one)
        changed = _CHANGES.match(one.get("text", "")) and one["do"] in _CHANGED
        if changed and (after is None or after["do"] in QUESTIONS):
            out.append({"do": "keep", "text": one["text"]})
    return out


def _is_done_by(intent: Intent, before: list[Intent]) -> bool:
    """Whether the intent before does it, too: an order placed, a suggestion taken."""
    taken = _TAKE.fullmatch(clean(intent.get("text", "")))
    by_field = before and before[-1]["do"] in ("fill", "set")  # takes what fits by itself
    return _places_it(intent, before) or bool(taken and by_field)


def _as_opened(intent: Intent, before: list[Intent]) -> Intent:
    if _asks_for_opened(intent, before):
        return {"do": "what_it_says", "text": intent.get("text", "")}
    return intent


def _of_cart(intent: Intent, before: list[Intent]) -> Intent:
    """ "The total of the cart": what its page says."""
    if intent["do"] != "details" or not _CART.fullmatch(intent.get("subject") or ""):
        return intent
    cart = {"do": "visit", "name": "cart", "target": named_target("cart"), "soft": True}
    before.append({**cart, "text": intent.get("text", "")})
    return {**intent, "subject": None}


def _as_first_found(intent: Intent, before: list[Intent]) -> Intent:
    if not _opens_found(intent, before):
        return intent
    found = {"do": "open_nth", "nth": 1, "noun": "result", "target": intent["target"]}
    return {**found, "text": intent.get("text", "")}


def _as_reason(intent: Intent, before: list[Intent]) -> Intent:
    if (reason := _reason_of(intent, before)) is None:
        return intent
    before[-1]["plain"] = True
    return reason


_ONES = re.compile(r"(?P<which>[a-z][\w -]*?) ones?", re.I)


def _of_searched(intent: Intent, before: list[Intent]) -> Intent:
    """ "Search for plasters, add the waterproof ones to the basket": waterproof plasters."""
    target = intent.get("target") or {}
    said = _ONES.fullmatch(target.get("words") or "")
    search = next((i for i in reversed(before) if i["do"] in ("search", "filter", "only")), None)
    if said is None or search is None or intent["do"] not in ("add", "click", "act_on"):
        return intent
    noun = (search.get("value") or {}).get("text") or (search.get("target") or {}).get("words")
    if not noun or len(noun.split()) > 3:
        return intent
    name = f"{said['which']} {noun}"
    return {**intent, "target": {**target, "words": name, "raw": name}}


_THERE = re.compile(r".*\bthere$", re.I)


def _chosen_there(intent: Intent, before: list[Intent]) -> Intent:
    """ "Scroll to Country and select Norway there": in what was gone to."""
    target, last = intent.get("target") or {}, before[-1] if before else {}
    place = last.get("target") or {}
    if intent["do"] != "select" or target.get("words") or last.get("do") != "scroll":
        return intent
    if not _THERE.fullmatch(intent.get("text") or ""):
        return intent
    return {**intent, "target": {**place, "nth": None}} if place.get("words") else intent


def _as_sent(intent: Intent, before: list[Intent]) -> Intent:
    if _hands_in(intent, before):
        return {"do": "submit", "verb": "send", "text": intent.get("text", "")}
    return intent


def _as_of_found(intent: Intent, before: list[Intent]) -> Intent:
    if before and before[-1]["do"] == "find":
        return _of_found(intent, before[-1]["target"])
    return intent


_OPENED = frozenset({"answer", "text", "content", "contents", "reply", "explanation", "response"})


_MERELY_ASKS = frozenset(
    re.findall(r"\w+", "what where when how who why which it they the a an do does did is are was "
               "were go goe say says mean means work works to of for about in on can i you we one")
)  # fmt: skip


def _asks_for_opened(intent: Intent, before: list[Intent]) -> bool:
    """ "Open “How do I pause?” and get the answer": what the opening brought up."""
    asked = intent["do"] == "details" and not intent.get("subject") and intent["fields"]
    opened = before and before[-1]["do"] in ("click", "expand") and before[-1].get("target")
    if intent["do"] == "answer" and opened:
        named = {singular(w) for w in plain(str(before[-1]["target"].get("words"))).split()}
        about = {singular(w) for w in plain(intent["question"]).split()} - _MERELY_ASKS
        return bool(named) and about == named  # "click Batteries and get where batteries go"
    return bool(asked and opened and len(asked) == 1 and asked[0].lower() in _OPENED)


_ITS = re.compile(r"(?:it|they|them)(?P<when> and when)?", re.I)
_IT_HAS = re.compile(r"(how (?:many|much) .+?) (?:it|they) (?:has|have|got|gets?)$", re.I)
_IT_IS = re.compile(r"(when|where|how \w+|why) (?:it|they) (was|is|were|are|has|have)\b(.*)$", re.I)


_AGAIN = re.compile(
    r"(?:confirm|repeat|retype|re-enter)(?: (?:the|my|your))? password(?: again)?", re.I
)


def _typed_again(intent: Intent, before: list[Intent]) -> Intent:
    """ "Password X and confirm the password": the same goes into the field that wants it twice."""
    if not _AGAIN.fullmatch(clean(intent.get("text", ""))):
        return intent
    for past in reversed(before):
        pieces = past.get("pieces") or [{"label": (past.get("target") or {}).get("words"), **past}]
        for piece in reversed(pieces):
            if re.search("password", str(piece.get("label") or ""), re.I) and piece.get("value"):
                target = {"words": "confirm password", "raw": "confirm password", "kind": None}
                given = {"do": "fill", "value": piece["value"], "text": intent["text"]}
                return {**given, "target": {**target, "nth": None, "in": None}}
    return intent


_PRONOUN = re.compile(r"\b(?:it|they|its|their)\b", re.I)


_FOUND = re.compile(
    r"(?:it|this|that|(?:the |this |that )?(?:one|product|item|page|match|hit|thing|result|entry)"
    r"(?: (?:that )?(?:you|it|was|is) (?:find|found|finds|shown|shows|listed|comes up))?)",
    re.I,
)


_CART = re.compile(r"(?:my |your )?(?:shopping )?(?:cart|basket|bag|trolley)", re.I)


def _places_it(intent: Intent, before: list[Intent]) -> bool:
    """ "Check out: ... Place the order": going through with it sends it."""
    return bool(
        intent["do"] == "act_on"
        and intent["verb"] in ("place", "complete", "confirm", "submit", "send")
        and re.fullmatch(r"order|purchase|it|", intent["target"].get("words") or "")
        and before
        and before[-1]["do"] == "checkout"
        and before[-1].get("pieces")
    )


def _opens_found(intent: Intent, before: list[Intent]) -> bool:
    """ "Search for X, open it": what the search brought up."""
    said = (intent.get("target") or {}).get("raw") or ""
    return bool(
        intent["do"] == "click"
        and intent.get("opens")
        and before
        and before[-1]["do"] == "search"
        and _FOUND.fullmatch(said)
    )


_REASON = re.compile(r"(?:the |my |your )?(?:reason|cause|explanation|note|comment|message)", re.I)
_ENDS = frozenset(
    re.findall(r"\w+", "cancel delete remove reject decline suspend close archive refund report "
               "block ban deactivate return withdraw approve pause stop leave unsubscribe")
)  # fmt: skip


def _reason_of(intent: Intent, before: list[Intent]) -> Intent | None:
    """ "Cancel it and choose “Travelling” as the reason": a detail that the deed asks for."""
    deed = before[-1] if before and before[-1]["do"] == "act_on" else None
    label = (intent.get("target") or {}).get("raw") or ""
    if deed is None or deed["verb"] not in _ENDS or not _REASON.fullmatch(label):
        return None
    values = [{"text": v} for v in intent.get("values") or []] or [intent.get("value")]
    if intent["do"] not in ("select", "fill", "set") or len(values) != 1 or not values[0]:
        return None
    said = values[0].get("text") or values[0].get("var")
    piece = {"raw": f"{label} {said}", "label": bare(label), "value": values[0]}
    return form_of(deed["verb"], [piece], intent)


_GIVEN = frozenset({"fill", "set", "select", "check", "uncheck", "fill_form", "give"})


def _hands_in(intent: Intent, before: list[Intent]) -> bool:
    """ "Send it to the manager" after a form was filled in: the form is sent."""
    return bool(
        intent["do"] == "respond"
        and intent["verb"] == "forward"
        and (intent["target"].get("raw") or "") in ("it", "this", "that")
        and str((intent.get("to") or {}).get("text") or "").islower()
        and before
        and before[-1]["do"] in _GIVEN
    )


def _of_its(intent: Intent, before: list[Intent]) -> Intent:
    """ "Turn on the lamp, then set its brightness to 40 in its settings": the lamp's settings."""
    if not intent.pop("its", False) or not before or not before[-1].get("target"):
        return intent
    last = before[-1]["target"]
    return {**intent, "target": {**last}} if last.get("words") else intent


_IT_COUNTS = re.compile(r"how many (?P<what>[\w -]+?) (?:does|do|has|have|can) (?:it|they)\b", re.I)


def _of_same(intent: Intent, before: list[Intent]) -> Intent:
    """ "What is the price of the lamp, and when does it ship": the lamp is meant again."""
    subject = before[-1].get("subject") if before and before[-1]["do"] == "details" else None
    if not subject or not _PRONOUN.search(intent.get("text", "")):
        return intent
    if intent["do"] == "details" and not intent.get("subject") and intent.get("nth") is None:
        return {**intent, "subject": subject}
    if intent["do"] == "count" and (has := _IT_COUNTS.match(intent.get("text", ""))):
        asked = {"fields": [f"number of {has['what']}"], "subject": subject, "nth": None}
        return {"do": "details", **asked, "text": intent["text"]}
    if intent["do"] == "answer":
        name = lambda m: f"the {subject}" + ("'s" if m[0].lower() in ("its", "their") else "")  # noqa: E731
        return {**intent, "question": _PRONOUN.sub(name, intent["question"], count=1)}
    return intent


def _of_found(intent: Intent, found: dict[str, Any]) -> Intent:
    """ "Find the bread story and tell me who posted it": what is asked is asked of that story."""
    name = f"{found.get('words') or ''} {found.get('noun') or ''}".strip()
    first, _, last = name.rpartition(" ")
    subject = first if first and is_item_noun(last) else name  # a row need not say "story"
    if not name:
        return intent
    target = intent.get("target") or {}
    if intent["do"] in ("add", "act_on") and target.get("raw") in ("it", "that", "this"):
        return {**intent, "target": {**found, "count": target.get("count")}}
    if intent["do"] == "details" and intent.get("nth") is None:
        its = _ITS.fullmatch(intent.get("subject") or "it")
        if its:
            more = ["date"] if its.group("when") else []
            return {**intent, "subject": subject, "fields": [*(intent["fields"] or []), *more]}
    only_fields = intent.get("fields") and not intent.get("noun") and not intent.get("limit")
    if intent["do"] == "extract" and only_fields and not intent.get("order"):
        asked = {"fields": intent["fields"], "text": intent.get("text", "")}
        return {"do": "details", "subject": subject, **asked}
    if intent["do"] == "answer":
        question = _IT_HAS.sub(rf"\1 does the {name} have", intent["question"])
        question = _IT_IS.sub(rf"\1 \2 the {name}\3", question)
        return {**intent, "question": question}
    return intent


# "Change my phone number" is done when it is kept, though nobody says "and save".
_CHANGES = re.compile(r"(?:set|make it|change|update|turn|switch|enable|disable|correct)\b", re.I)
_CHANGED = ("set", "check", "uncheck", "select")
_TAKE = re.compile(
    r"(?:pick|choose|select|take) (?:it|that|the (?:first |matching )?(?:suggestion|match|option))"
    r"(?: from the (?:list|suggestions|dropdown))?",
    re.I,
)


_LOOK = re.compile(r"(?:look|check|see) (?:under|in|inside)\b", re.I)


_SUGGESTED = re.compile(r"(?:suggestions?|proposals?|matches|(?:matching )?options)", re.I)


def _as_suggested(intent: Intent, before: list[Intent]) -> Intent:
    """ "Type “guinea” into Country and list the suggestions": none of them is taken."""
    listed = intent["do"] == "extract" and _SUGGESTED.fullmatch(intent.get("noun") or "")
    if not listed or not before or before[-1]["do"] not in ("fill", "set"):
        return intent
    before[-1]["leave"] = True
    return {"do": "offered", "words": intent["noun"], "shown": True, "text": intent["text"]}


_REWORDS = (
    _as_suggested,
    meant.as_list,
    meant.as_fact,
    meant.as_codes,
    meant.of_one,
    _as_opened,
    _chosen_there,
    _typed_again,
    _of_same,
    _of_its,
    _of_cart,
    _as_first_found,
    _as_reason,
    _as_sent,
    _of_searched,
    _as_of_found,
)
