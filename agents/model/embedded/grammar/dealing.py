"""The grammar of deeds by their details: bookings, payments, letters, forms, what is not wanted."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.details import TERMS, details_of, piece
from agents.model.embedded.grammar.filling import rule as _rule
from agents.model.embedded.grammar.filling import value_of
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean, target_of

Intent = dict[str, Any]


def _carried(verb: str, noun: str, pieces: list[Intent]) -> Intent | None:
    return {"do": "carry", "verb": verb, "noun": noun, "pieces": pieces} if pieces else None


def _deed(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Book a check-up with Dr. Brun on 9 June at 11:15": the thing, and details of it."""
    pieces = details_of(m.group("rest"), k, head=True)
    weekday = any(re.fullmatch(r"[a-z]+day", p["raw"], re.I) for p in pieces)
    given = any(p.get("day") or p.get("time") or (p.get("value") or {}).get("var") for p in pieces)
    if not weekday and not given and not any(p.get("label") == "email" for p in pieces):
        return None
    noun = k.raw(bare(clean(m.group("noun"))))
    counted = details_of(noun, k)  # "book two nights in Oslo"
    thing = piece(noun, None, {"text": noun}, choice=True, maybe=True)
    things = counted if counted and counted[0].get("count") else [thing]
    verb = m["verb"].lower().replace("ask for", "request")
    if to := _TO_PLACE.search(noun):  # of a row that is called so, or else a field's
        things.append(piece(f"to {to['to']}", "to", {"text": to["to"]}, in_noun=True))
    return _carried(verb, noun, [*things, *pieces])


_TO_PLACE = re.compile(r"\sto (?P<to>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*)$")


def _pay(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Pay Tom Field £45.50, reference "May"", "transfer 200 from savings to current"."""
    pieces = details_of(m.group("rest"), k, head=True)
    for one in pieces:
        if one.get("label") is None and re.fullmatch(r"\W?\d[\d.,]*", one["raw"]):
            one.update(label="amount", value={"text": one["raw"].strip("£$€ ")}, choice=False)
    named = [p for p in pieces if p.get("label") in ("amount", "to", "name")]
    return _carried(m.group("verb").lower(), "", pieces) if len(named) >= 2 else None


def _sign_up(m: re.Match[str], k: Masked) -> Intent | None:
    return _carried("register", "account", details_of(m.group("rest"), k))


def _mail(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Write an email to X with the subject "A" and the text "B"."""
    to = piece(k.raw("to " + m.group("to")), "to", k.value(clean(m.group("to"))))
    rest = [
        piece(k.raw(f"{a} {b}"), a.lower(), value_of(b, k))
        for a, b in re.findall(rf"([a-z]+)\s*:?\s*({MASK})", m.group("rest") or "", re.I)
    ]
    for one in rest:
        if one["label"] in ("text", "saying", "says", "body", "message"):
            one["label"] = "message"
        if one["label"] in ("titled", "about"):
            one["label"] = "subject"
    return _carried("compose", k.raw(m.group("noun")), [to, *rest])


def _said_after(m: re.Match[str], k: Masked) -> Intent | None:
    """ "My name is Ada, ada@example.org": details of the deed that was named before."""
    pieces = details_of(m.group(), k)
    return {"do": "fill_form", "pieces": pieces} if pieces else None


def _avoid(m: re.Match[str], k: Masked) -> Intent:
    return {"do": "avoid", "words": k.raw(clean(m.group("what")))}


def _coupon(m: re.Match[str], k: Masked) -> list[Intent]:
    """A code into its field, and the button beside it."""
    target = {**target_of(m.group("noun"), k), "coupon": True}
    return [
        {"do": "fill", "target": target, "value": value_of(m.group("rest"), k)},
        {"do": "click", "target": target_of("apply", k)},
    ]


# What people add to by naming it: a row's own control adds, and may ask to which.
_KEPT = r"(?:playlist|list|library|collection|queue|album|favou?rites)"


def _add_to(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Add Paper Boats to the playlist Running": its own "Add", then the list of that name."""
    out: list[Intent] = [{"do": "act_on", "verb": "add", "target": target_of(m.group("what"), k)}]
    if name := m.group("name") or m.group("before"):
        value = {"text": k.raw(bare(clean(name)))}
        out.append({"do": "give", "verb": "add", "value": value, "choose": True})
    return out


def _say_in(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Send "hello" to the design channel": the channel is opened, then it is said there."""
    say = piece(k.raw(m.group("say")), None, value_of(m.group("say"), k))
    return [
        {"do": "click", "target": target_of(m.group("where"), k), "opens": True},
        {"do": "create", "verb": "send", "noun": "message", "pieces": [say]},
    ]


def _named_new(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Create a private channel called release": a name, and what is said before the noun."""
    if re.match(rf"{MASK}\s+\S", m.group("name")):
        return None  # the quoted name, and details of it
    kind = [piece(w, None, {"text": w}, choice=True) for w in (m.group("kind") or "").split()]
    name = piece(k.raw(m.group("name")), "name", value_of(m.group("name"), k))
    return {"do": "create", "verb": m.group("verb").lower(), "noun": k.raw(m.group("noun")),
            "pieces": [name, *kind]}  # fmt: skip


def _request(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Open a new request: subject "A", category Network": a form by its details."""
    pieces = details_of(m.group("rest"), k)
    verb = m.group("verb").lower()
    verb = "create" if verb in ("open", "start", "log") else verb
    return _carried(verb, k.raw(bare(clean(m.group("noun")))), pieces)


def avoided(text: str, k: Masked) -> Intent | None:
    """ "Make sure I don't get e-mails", "don't subscribe": what is not wanted."""
    match = _REFUSES.match(text) or _NONE.fullmatch(text)
    return {"do": "avoid", "words": k.raw(clean(match.group("what")))} if match else None


_NONE = re.compile(
    r"no (?!thanks|thank|problem|need|matter|one|more|less|later|other|way)"
    r"(?P<what>[a-z]+(?: [a-z]+){0,3})(?: please)?",
    re.I,
)  # "No donation."
_REFUSES = re.compile(
    r"(?:(?:please|make sure|ensure|see to it|be careful)\s+)*(?:that\s+)?(?:(?:i|we|you)\s+)?"
    r"(?:do not|don['’]t|never|won['’]t)\s+(?:want\s+(?:to\s+)?)?(?:(?:get|receive|sign me up for|"
    r"sign up for|subscribe(?: me)? to|send me|include|add)\s+)?(?P<what>.+)$",
    re.I,
)


LISTS = [
    _rule(
        r"(?:add|put|save)\s+(?P<what>(?!everything|all\b)[^"
        + MASK[1:-1]
        + r"]+?)\s+(?:to|in|into|on)\s+"
        r"(?:the |my |your )?(?:(?P<before>[A-Z][\w ]*?)\s+)?" + _KEPT + r"(?:\s+(?P<name>.+))?$",
        _add_to,
    ),
    _rule(
        rf"(?:send|post|write|say)\s+(?:the message\s+)?(?P<say>{MASK})\s+"
        r"(?:to|in|into|on)\s+(?:the\s+)?"
        rf"(?P<where>#?[\w -]+?|{MASK})\s+(?:channel|chat|group|room|conversation|thread)$",
        _say_in,
    ),
    _rule(
        r"(?P<verb>create|add|make|start)\s+(?:an?|the|another)\s+(?:new\s+)?"
        r"(?P<kind>(?:private|public|shared|hidden|personal|daily|weekly|monthly)\s+)?"
        r"(?P<noun>[a-z]+)\s+"
        r"(?:called|named)\s+(?P<name>(?!.*\b(?:to|in|into|under|with|on|for|and)\b)\S.*)$",
        _named_new,
    ),
    _rule(
        r"(?P<verb>open|file|raise|log|submit|create|start|make)\s+(?:an?|the)?\s*(?:new\s+)?"
        r"(?P<noun>[a-z]+(?: [a-z]+)?)\s*:\s+(?P<rest>.*,.*)$",
        _request,
    ),
    _rule(
        r"(?P<verb>apply|register|enrol|enroll|sign up)\s+(?:for|to|in)\s+(?:the |this |an? )?"
        r"(?P<noun>[a-z]+(?: [a-z]+)?)\s*:\s+(?P<rest>.+)$",
        _request,
    ),
    _rule(
        r"(?:fill|complete)\s*(?:in |out |up )?(?:the |this )?(?:application|form|fields|details)"
        r"(?: as follows)?$",
        lambda m, k: {"do": "nothing"},
    ),
]

RULES = [
    _rule(
        r"(?P<verb>book|reserve|schedule|arrange|request|ask for)\s+"
        r"(?:(?:me|us)\s+(?:in(?:to)?\s+|on(?:to)?\s+|for\s+)?)?"
        r"(?:an?|the|my)?\s*"
        r"(?P<noun>[\w -]+?)\s+(?P<rest>(?:on|at|for|with|from|under|in)\s+.+)$",
        _deed,
    ),
    _rule(
        r"(?P<verb>send|submit|make|file|place)\s+(?:an?|the|my|this)\s+"
        r"(?P<noun>(?:[\w-]+ )?(?:request|application|enquiry|inquiry|booking|registration|"
        r"reservation))\s+(?P<rest>(?:on|at|for|with|from|under|in|to)\s+.+)$",
        _deed,
    ),
    _rule(
        r"(?P<verb>pay|transfer|send|wire)\s+(?P<rest>(?:the )?(?:.*\d.*|" + MASK + r".*))$",
        _pay,
    ),
    _rule(
        r"(?:sign|register)\s+(?:me|us)(?:\s+up)?(?:\s+(?:with|as|for an account))?\s*[:,]?\s+"
        r"(?P<rest>(?!in\b|for\b|to\b).+)$",
        _sign_up,
    ),
    _rule(
        rf"invite\s+(?P<rest>{MASK}(?:(?:,|\s+and|,\s+and)\s+{MASK})*)$",
        lambda m, k: {
            "do": "fill_form",
            "pieces": [piece(k.raw(m.group()), "invite", {"text": k.raw(m.group("rest"))})],
        },
    ),
    _rule(
        r"(?:apply|use|enter|redeem|add)\s+(?:the |my |a )?"
        r"(?P<noun>(?:promo(?:tion)?|discount|coupon|voucher|gift)(?: ?card)?(?: code)?)\s+"
        rf"(?P<rest>{MASK}|[\w-]+)$",
        _coupon,
    ),
    _rule(
        r"check ?out\s*(?:[:,]\s*|(?=(?:with|using|by|for|as (?!(?:a )?guest))\s))(?P<rest>.+)$",
        lambda m, k: {"do": "checkout", "pieces": details_of(m.group("rest"), k)},
    ),
    _rule(
        r"(?:i(?:['’]m| am)?\s+)?(?:need|looking for|want)\s+(?P<what>(?:an?|some)\s+.*\d.*)$",
        lambda m, k: {
            "do": "find",
            "target": target_of(m.group("what"), k),
            "needs": details_of(m.group("what"), k, head=True),
        },
    ),
    _rule(
        r"(?:write|compose|send|draft)\s+(?:an?|the|new)\s+(?:new )?(?P<noun>e-?mail|message|mail|"
        r"letter)\s+to\s+(?P<to>" + MASK + r"|[\w .-]+?)(?:\s+(?P<rest>(?:with|saying|that|about|"
        r"titled)\b.*))?$",
        _mail,
    ),
    _rule(
        r"(?:my\s+[a-z -]+\s+is|(?:i['’]m|i am)\s+(?=[A-Z])|it(?:['’]s| is)\s+an?\s|"
        r"i\s+(?:agree|accept|consent)\b|"
        rf"{TERMS}\s+(?:are |is )?(?:accepted|agreed)$)\s*.*$",
        _said_after,
    ),
    _rule(
        r"(?:please\s+)?(?:(?:i|we)\s+)?(?:do not|don['’]t|never)\s+(?:want\s+(?:to\s+)?)?"
        r"(?P<what>.+)$",
        _avoid,
    ),
]
