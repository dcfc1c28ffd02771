"""What the rows below a table sum up: which of them is the total of it all."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.reading.measures import amount

_TOTAL = re.compile(
    r"(?:grand |order |cart |basket |invoice |overall )?(?:total|sum)\b(?! items)", re.I
)
_TO_PAY = re.compile(r"\b(?:paid|due|payable|to pay|amount|balance)\b", re.I)
_PENNY = 0.005


def is_total(label: str) -> bool:
    """Whether a label says that what it stands by is the total, and not that of a part."""
    return bool(_TOTAL.match(label.strip()))


def asks_for_total(words: list[str]) -> bool:
    """Whether a part of a question wants a total."""
    return bool({"total", "sum"} & set(words))


def grand_total(shaped: dict[str, Any]) -> str | None:
    """The last sum below a table, when the sums before it and its lines come to it.

    None, too, when nothing shows that it is the total: it has to be called so, or to be one.
    """
    totals: dict[str, str] = shaped["totals"]
    if not totals:
        return None
    label, value = list(totals.items())[-1]
    if is_total(label) or _TO_PAY.search(label):
        return value
    wanted, before = amount(value), [amount(v) for v in list(totals.values())[:-1]]
    for head in shaped["headers"]:
        lines = [amount(row.get(head)) for row in shaped["rows"]]
        if wanted is None or None in lines or None in before:
            continue
        if abs(sum(map(float, [*lines, *before])) - wanted) < _PENNY:
            return value
    return None
