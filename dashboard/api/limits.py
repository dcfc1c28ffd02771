"""What a request to the API counts against: its key, its project, its address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from dashboard.errors import QuotaExceeded
from dashboard.models import ApiKey
from dashboard.services.limits import Limit, Verdict, address_name, take, take_all

__all__ = ["Verdict", "count", "count_stranger", "take"]

_WORDS = {"key": "with this key", "project": "of this project", "address": "from this address"}


def count(request: HttpRequest, key: ApiKey) -> None:
    """Count a request that has a valid key. Raises: QuotaExceeded."""
    config = settings.CONFIG
    _judge(
        request,
        [
            Limit(f"key:{key.pk}", config.rate_key),
            Limit(f"project:{key.project_id}", config.rate_project),
            Limit(f"address:{_address(request)}", config.rate_address),
        ],
    )


def count_stranger(request: HttpRequest) -> None:
    """Count a request without a valid key against its address. Raises: QuotaExceeded."""
    address = _address(request)
    config = settings.CONFIG
    _judge(
        request,
        [
            Limit(f"bad:{address}", config.rate_failed),
            Limit(f"address:{address}", config.rate_address),
        ],
    )


def _address(request: HttpRequest) -> str:
    return address_name(request.META.get("REMOTE_ADDR", ""))


def _judge(request: HttpRequest, limits: list[Limit]) -> None:
    verdict = take_all(limits)
    request.rate = verdict  # type: ignore[attr-defined]
    if not verdict.allowed:
        whose = _WORDS.get(verdict.name.partition(":")[0], "without a valid key")
        raise QuotaExceeded(
            f"Too many requests {whose}: {verdict.limit} a minute.",
            retry_after_s=verdict.retry_after_s,
        )
