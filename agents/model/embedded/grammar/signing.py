"""The grammar of signing in: whose name, which password, what is to be asked for."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.details import details_of
from agents.model.embedded.grammar.filling import Intent, one_field, rule, value_of
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.pairs import pairs_of
from agents.model.embedded.grammar.phrases import asked_for, clean, names_a_slot, target_of


def sign_in(m: re.Match[str], k: Masked) -> Intent:
    rest = clean(re.sub(r"[()]", " ", m.group("rest") or ""))
    intent: Intent = {"do": "sign_in", "user": None, "password": None}
    rest, asks = asked_for(rest)
    if asks:
        intent["ask"] = asks
    where = re.match(r"(?:in)?to\s+(?P<w>.+?)(?=\s+(?:with|using|as)\b|$)", rest, re.I)
    if where:
        intent["where"] = k.raw(where.group("w"))
        rest = rest[where.end() :].strip()
    rest = re.sub(r"^(?:with|using|as|by)\s+", "", rest, flags=re.I)
    rest = re.sub(r"^(?:the\s+)?(?:credentials?|account|following)\s*:?\s*", "", rest, flags=re.I)
    intent["code"] = None
    part = rf"(?:(?:the\s+|my\s+)?(?:pass|pin\b|code)|{MASK})"
    rest = re.sub(rf"\s+with\s+(?={part})", " and ", rest, flags=re.I)
    for piece in re.split(r"\s*[,/]\s*(?:and\s+)?|\s+and\s+", rest):
        pairs = pairs_of(piece, k)
        label, value = pairs[0] if pairs else ("", piece)
        if not pairs and (
            said := re.match(r"(?:the |my )?([a-z]+(?: [a-z]+)?) (\S+)$", piece, re.I)
        ):
            label, value = said.group(1), said.group(2)
        slot = _slot(label, intent)
        if value.strip() and not names_a_slot(value):
            intent[slot] = value_of(value, k)
    return intent


def _slot(label: str, intent: Intent) -> str:
    if re.search(r"pass|pwd|pin\b|secret", label, re.I):
        return "password"
    if re.search(r"code|otp|token", label, re.I):
        return "code"
    return "user" if label or intent["user"] is None else "password"


def _account(m: re.Match[str], k: Masked) -> Intent | list[Intent]:
    """A new account: open its form, fill it in, send it."""
    if not pairs_of(m.group("what"), k) and (pieces := details_of(m.group("what"), k)):
        return {"do": "carry", "verb": "register", "noun": "account", "pieces": pieces}
    form: Intent = {"do": "open_form", "target": target_of("sign up", k)}
    pairs = pairs_of(m.group("what"), k)
    return [form, *(one_field(a, b, k) for a, b in pairs), {"do": "submit"}]


def _subscribe(m: re.Match[str], k: Masked) -> list[Intent]:
    """An address into a newsletter's field, and its button."""
    email = {**target_of("email", k), "kind": "field"}
    given = re.findall(MASK, m.group("what"))
    first, *more = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", m.group("what"))
    pairs = pairs_of(", ".join(more), k) if more and k.parts_in(first) else []
    if pairs:  # "with ada@example.org and name Ada"
        return [
            {"do": "fill", "target": email, "value": value_of(first, k)},
            *(one_field(label, value, k) for label, value in pairs),
            {"do": "submit", "verb": "subscribe"},
        ]
    value = k.value(given[0]) if len(given) == 1 else value_of(m.group("what"), k)
    return [
        {"do": "fill", "target": email, "value": value},
        {"do": "submit", "verb": "subscribe"},
    ]


_NEWS = (
    r"(?:the |their |your |this |our )?(?:[a-z]+ ){0,2}?"
    r"(?:newsletter|mailing list|updates|news by e-?mail|e-?mail updates)"
    r"(?:\s+(?:at|in|on|below|under)\s+[\w ]+?)?"
)


SIGN_RULES = [
    rule(
        r"(?:create|register|open|set up|sign up for|make)\s+(?:an?|a new|my)\s+(?:new )?account"
        r"\s+(?:with|using|for)\s*:?\s+(?P<what>.+)$",
        _account,
    ),
    rule(
        rf"(?:(?:subscribe|sign (?:me |us )?up|register)\s+(?:me |us )?(?:to|for)|join|get)\s+"
        rf"{_NEWS}"
        r"\s*,?\s+(?:with|using|as|at|under|to)\s+(?P<what>.+)$",
        _subscribe,
    ),
    rule(
        rf"(?:subscribe|sign(?: up)?|register|add)\s+(?P<what>{MASK})\s+(?:up )?(?:to|for)\s+"
        rf"{_NEWS}$",
        _subscribe,
    ),
    rule(r"(?:sign|log) ?(?:me )?(?:in|on)(?P<rest>(?:to)?\b.*)$", sign_in),
    rule(r"authenticate\b\s*(?P<rest>.*)$", sign_in),
]
