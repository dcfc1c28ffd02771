"""What belongs together though it was said apart: formats, more fields, details of a purchase."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.parts import gather
from agents.model.embedded.grammar.phrases import asked_for, bare, clean
from agents.model.embedded.grammar.wishes import Intent


def join(intents: list[Intent]) -> list[Intent]:
    """Merge what belongs together: formats and extra fields into the list before them."""
    out: list[Intent] = []
    for intent in intents:
        if _asks_for_sign_in(intent, out):
            continue
        last = next((i for i in reversed(out) if i["do"] == "extract"), None)
        if intent["do"] == "format":
            if last is not None:
                last["as"] = intent["as"]
                last["text"] += f"; {intent.get('text', '')}"
            elif out and out[-1]["do"] in (*_QUESTIONS, "summarise", "compare"):
                out[-1]["as"] = intent["as"]
            else:  # nothing was read yet: what the page lists is meant
                out.append({**_ANY_LIST, "as": intent["as"], "text": intent.get("text", "")})
            continue
        if intent["do"] == "more":
            if last is not None:
                last["all_pages"] = True
            elif (said := intent.get("text", "").lower()).startswith(("show", "load")):
                out.append({"do": "click", "target": _named(said), "text": intent["text"]})
            continue  # "there may be more to load": all of the list is wanted
        if intent.pop("again", False) and last is not None:
            last.update({f: intent[f] for f in ("fields", "as") if intent.get(f)})
            last["text"] += f"; {intent.get('text', '')}"
            continue
        if intent["do"] == "fill_form" and out and out[-1]["do"] == "fill_form":
            out[-1]["pieces"] = [*out[-1]["pieces"], *intent["pieces"]]
            out[-1]["text"] = f"{out[-1].get('text', '')}; {intent.get('text', '')}"
            continue
        if intent["do"] == "fill_form" and out and (pieces := intent["pieces"]):
            before = out[-1]
            if before["do"] == "act_on" and before["target"].get("words"):
                # "Suspend the driver Webb, reason: ...": what the deed brings up asks for it.
                before["plain"] = True
                out.append(_form_of(before["verb"], pieces, intent))
                continue
            if before["do"] in ("create", "carry") or _is_purchase(before):
                before["pieces"] = [*before.get("pieces", []), *pieces]
                continue  # "Buy it. Name: Ada": said after, needed on the way
        if intent["do"] == "check" and out and out[-1]["do"] == "carry":
            said = intent["target"].get("raw") or intent["text"]
            out[-1]["pieces"].append({"raw": said, "label": None, "value": None})
            continue  # "accept the terms": a box of the form, wherever it comes
        if intent["do"] == "avoid" and out:
            if out[-1]["do"] in ("create", "carry") or _is_purchase(out[-1]):
                unwanted = {"raw": intent["text"], "label": None, "value": None}
                pieces = out[-1].get("pieces", [])
                out[-1]["pieces"] = [*pieces, {**unwanted, "off": intent["words"]}]
            else:
                out.insert(len(out) - 1, intent)  # seen to before what it is about is sent
            continue
        if _is_about(intent, out):
            out[-1].update(fields=intent["fields"], implied=False)
            out[-1]["as"] = intent.get("as") or out[-1].get("as")
            continue
        if intent["do"] == "amend" and last is not None and out[-1] is last:
            amend(last, intent)
            continue
        if (
            intent["do"] == "details"
            and intent.get("subject") is None
            and intent.get("nth") is None
            and last is not None
            and out[-1] is last
            and last["limit"] == 1
        ):
            # "find the cheapest bag and tell me its price": one look at one thing.
            last["fields"] = ["title", *[f for f in intent["fields"] if f != "title"]]
            last["text"] += f"; {intent.get('text', '')}"
            continue
        if _asks_for_opened(intent, out):
            intent = {"do": "what_it_says", "text": intent.get("text", "")}
        intent = _of_same(_typed_again(intent, out), out)
        intent = _of_its(intent, out)
        if intent["do"] == "details" and _CART.fullmatch(intent.get("subject") or ""):
            cart = {"do": "visit", "name": "cart", "target": _named("cart"), "soft": True}
            out.append({**cart, "text": intent.get("text", "")})
            intent = {**intent, "subject": None}  # "the total of the cart": what its page says
        if _places_it(intent, out):
            continue
        if _opens_found(intent, out):
            intent = {"do": "open_nth", "nth": 1, "noun": "result", "target": intent["target"],
                      "text": intent.get("text", "")}  # fmt: skip
        if reason := _reason_of(intent, out):
            out[-1]["plain"] = True
            intent = reason
        if _hands_in(intent, out):
            intent = {"do": "submit", "verb": "send", "text": intent.get("text", "")}
        if out and out[-1]["do"] == "find":
            intent = _of_found(intent, out[-1]["target"])
        if (
            _TAKE.fullmatch(clean(intent.get("text", "")))
            and out
            and out[-1]["do"] in ("fill", "set")
        ):
            continue  # a field takes the suggestion that fits by itself
        if _LOOK.match(intent.get("text", "")) and out and out[-1]["do"] in _QUESTIONS:
            out.insert(len(out) - 1, intent)  # where to look comes before the reading
            continue
        out.append(intent)
    for one in out:
        if one["do"] == "create" and not one["pieces"]:  # no detail of it was said
            one.update(do="act_on", target=_named(one["noun"]))
    if out and _CHANGES.match(out[-1].get("text", "")) and out[-1]["do"] in _CHANGED:
        out.append({"do": "keep", "text": out[-1]["text"]})
    return gather(out)


_OPENED = frozenset({"answer", "text", "content", "contents", "reply", "explanation", "response"})


def _asks_for_opened(intent: Intent, before: list[Intent]) -> bool:
    """ "Open “How do I pause?” and get the answer": what the opening brought up."""
    asked = intent["do"] == "details" and not intent.get("subject") and intent["fields"]
    opened = before and before[-1]["do"] in ("click", "expand") and before[-1].get("target")
    return bool(asked and opened and len(asked) == 1 and asked[0].lower() in _OPENED)


_ANY_LIST: Intent = {
    "do": "extract", "limit": None, "noun": "results", "fields": None, "order": None,
    "filters": [], "near": None,
}  # fmt: skip
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


def _named(words: str) -> dict[str, Any]:
    return {"words": words, "raw": words, "kind": None, "nth": None, "in": None}


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
    return _form_of(deed["verb"], [piece], intent)


def _form_of(verb: str, pieces: list[dict[str, Any]], said: Intent) -> Intent:
    """The form that a deed brings up: filled in with what was said for it, and sent."""
    form = {"do": "carry", "verb": verb, "noun": "", "row": True, "pieces": pieces}
    return {**form, "text": said.get("text", "")}


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
_CHANGES = re.compile(r"(?:change|update|turn|switch|enable|disable|correct)\b", re.I)
_CHANGED = ("set", "check", "uncheck", "select")
_TAKE = re.compile(
    r"(?:pick|choose|select|take) (?:it|that|the (?:first |matching )?(?:suggestion|match|option))"
    r"(?: from the (?:list|suggestions|dropdown))?",
    re.I,
)


_LOOK = re.compile(r"(?:look|check|see) (?:under|in|inside)\b", re.I)


_QUESTIONS = ("details", "answer", "extract", "count")


def _is_purchase(intent: Intent) -> bool:
    return intent["do"] == "checkout" or (
        intent["do"] == "add" and intent["verb"] in ("buy", "purchase", "order")
    )


def _asks_for_sign_in(intent: Intent, before: list[Intent]) -> bool:
    """ "Sign in. Ask me for the password.": what the sign-in just named has to ask for."""
    if intent["do"] != "unknown" or not before or before[-1]["do"] != "sign_in":
        return False
    rest, slots = asked_for(intent["words"])
    if not slots or clean(rest):
        return False
    before[-1]["ask"] = [*before[-1].get("ask", []), *slots]
    return True


def _is_about(intent: Intent, before: list[Intent]) -> bool:
    """ "Find all bags and give me their prices": fields of the list just named."""
    return bool(
        intent["do"] == "extract"
        and intent.get("fields")
        and not intent.get("noun")
        and not intent.get("limit")
        and before
        and before[-1]["do"] == "extract"
        and not before[-1].get("fields")
    )


def amend(extract: Intent, change: Intent) -> None:
    """Add wanted fields or another limit to a list that is already asked for."""
    if change.get("fields"):
        known = extract.get("fields")
        base = known or extract.setdefault("base_fields", ["title"])
        extract["fields"] = [*base, *[f for f in change["fields"] if f not in base]]
        extract["implied"] = known is None
    if change.get("limit"):
        extract["limit"] = change["limit"]
