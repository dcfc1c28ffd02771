"""Amounts in millionths of a dollar, as people read them."""

from __future__ import annotations

from django import template

from dashboard.models.usage import to_usd

register = template.Library()


@register.filter
def usd(micros: int | None) -> str:
    """$0.31, $1,240.00; under a cent with the digits that matter; a dash for None."""
    if micros is None:
        return "—"
    amount = to_usd(micros)
    if amount == 0:
        return "$0"
    if abs(amount) < to_usd(10_000):
        return f"${amount.normalize():f}"
    return f"${amount:,.2f}"


@register.filter
def field_usd(micros: int | None) -> str:
    """The same for a number field: 12.5; empty for None."""
    return "" if micros is None else f"{to_usd(micros).normalize():f}"
