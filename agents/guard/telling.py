"""Which fields of a form or a body say how much, how many, and to whom, by their names."""

from __future__ import annotations

import re

from agents.guard.labels import plain
from agents.guard.labels_fields import kind_of_field
from agents.guard.risk_facts import Field

_SPLIT = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])")
_PARTS = re.compile(r"[\[\].]+")
_AMOUNT = re.compile(
    r"\b(amount|total|sub ?total|price|sum|cost(?! (?:cent(?:re|er)|code)\b)|charge|payment|tip|"
    r"donation|fee|betrag|preis|summe|gesamt(summe|betrag|preis)?|gebuhr|spende|montant|prix|somme|"
    r"don|frais|importe|precio|suma|donacion|importo|prezzo|totale|somma|valor|preco|doacao|"
    r"bedrag|prijs|totaal|kwota|cena|razem|tutar|fiyat|toplam|сумма|цена|итого)\b|金額|金额|価格|价格|合計|总额|料金"
)
_QUANTITY = re.compile(
    r"\b(quantity|qty|anzahl|menge|stuckzahl|quantite|cantidad|quantita|quantidade|aantal|ilosc|"
    r"adet|miktar|количество)\b|数量|個数"
)
_RECIPIENT = re.compile(
    r"^to$|\b(recipients?|payee|beneficiary|receiver|to (account|user|email|address|iban)|"
    r"destination|wallet)\b"
)
_CENTS = re.compile(r"\b(cents?|minor( units?)?|pence|subunits?|in cents|centimes?|centavos)\b")
_UNTOLD = re.compile(
    r"\b(id|ids|code|currency|type|method|status|label|text|list|format|items?|count|pages?|"
    r"points?|weight|clicks?|moves?|keys|views?|visits?|times?|ms|seconds|size|width|height)$"
)
_MEASURED = re.compile(r"^(telemetry|analytics|metrics|tracking|perf(ormance)?|timings?)$", re.I)
GENERIC = frozenset({"value", "amount", "number", "units", "raw", "id", "name", "account", "email"})


def kind_of(path: tuple[str, ...]) -> str:
    """amount, cents, quantity, recipient or role, by a field's name; empty for all others."""
    if not path or _MEASURED.match(path[0]):
        return ""
    words = _words(path[-1])
    if _CENTS.search(words):
        return "cents"
    if _UNTOLD.search(words) and words not in GENERIC:
        return "recipient" if _RECIPIENT.search(words) else ""
    for kind, pattern in (("quantity", _QUANTITY), ("recipient", _RECIPIENT), ("amount", _AMOUNT)):
        if pattern.search(words):
            return kind
    if kind_of_field(Field("select", path[-1])) == "role":
        return "role"
    known = kind_of_field(Field("text", path[-1]))
    if known in ("amount", "recipient", "bank"):
        return "amount" if known == "amount" else "recipient"
    return kind_of(path[:-1]) if words in GENERIC else ""


def path_of(name: str) -> tuple[str, ...]:
    """`order[items][0].price` in its parts, places in lists left out."""
    return tuple(part for part in _PARTS.split(name) if part and not part.isdigit())


def _words(name: str) -> str:
    return plain(" ".join(each for each in _SPLIT.split(name) if each))
