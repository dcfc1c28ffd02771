"""What a model's answer cost, in US dollars, or None when nobody can say.

Order: the operator's own price, what the provider reported, the price tables that come with
pydantic-ai (`genai-prices`, read from its package, never from the network).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.model.settings import Price

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

_MILLION = Decimal(1_000_000)


def cost_of(
    response: ModelResponse, *, model: str, price: Price | None, base_url: str | None = None
) -> Decimal | None:
    """Cost of one response.

    base_url: set for openai-compatible servers, whose model names say nothing of who runs them;
    only an address that the tables know has a known price.
    """
    usage = response.usage
    if usage.unmeasured_requests or not usage.has_values():
        return None
    if price is not None:
        cached = min(usage.cache_read_tokens, usage.input_tokens)
        cached_price = price.input if price.cached_input is None else price.cached_input
        return (
            (usage.input_tokens - cached) * price.input
            + cached * cached_price
            + usage.output_tokens * price.output
        ) / _MILLION
    reported = (response.provider_details or {}).get("cost")
    if isinstance(reported, (int, float, Decimal)) and not isinstance(reported, bool):
        return Decimal(str(reported))
    return _from_tables(response, model, base_url)


def _from_tables(response: ModelResponse, model: str, base_url: str | None) -> Decimal | None:
    try:
        if base_url is not None:
            from genai_prices import calc_price

            return calc_price(response.usage, model, provider_api_url=base_url).total_price
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):
        return None
