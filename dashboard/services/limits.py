"""Request rates: GCRA in Redis, one atomic script for all limits that a request counts against.

GCRA keeps one time for each name: the theoretical arrival time of its next request. Source: ITU-T
I.371, "generic cell rate algorithm". A request that one limit refuses counts against none of them,
so a noisy key uses up neither its project nor its address. Without Redis requests pass:
availability over limits.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest

log = structlog.get_logger(__name__)

# KEYS: a name for each limit. ARGV: its interval in microseconds and its burst.
# Answers {allowed, which limit is the tightest, requests left, microseconds to wait, to refill}.
_SCRIPT = """
local now = redis.call('TIME')
local t = tonumber(now[1]) * 1000000 + tonumber(now[2])
local tats, allowed, which, left, wait, reset = {}, 1, 1, math.huge, -1, 0
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local tat = tonumber(redis.call('GET', key) or t)
  if tat < t then tat = t end
  local new = tat + interval
  local allow_at = new - interval * burst
  tats[i] = new
  if allow_at > t then
    if allow_at - t > wait then
      allowed, which, left, wait, reset = 0, i, 0, allow_at - t, tat - t
    end
  elseif allowed == 1 then
    local free = math.floor((t - allow_at) / interval)
    if free < left then which, left, reset = i, free, new - t end
  end
end
if allowed == 1 then
  for i, key in ipairs(KEYS) do
    local life = math.ceil((tats[i] - t) / 1000) + 1000
    redis.call('SET', key, string.format('%.0f', tats[i]), 'PX', life)
  end
  wait = 0
end
return {allowed, which, left, wait, reset}
"""
_QUIET_S = 2.0


@dataclass(frozen=True)
class Limit:
    """So many requests of a name in each `window_s` seconds."""

    name: str
    limit: int
    window_s: float = 60.0


@dataclass(frozen=True)
class Verdict:
    """Of the tightest limit: requests left now; seconds until one is allowed; until all are."""

    allowed: bool
    limit: int
    remaining: int
    retry_after_s: float
    reset_s: float
    name: str = ""


_client: redis.Redis | None = None
_quiet_until = 0.0


def take(name: str, *, limit: int, window_s: float) -> Verdict:
    """Count one request of `name` against `limit` in each `window_s` seconds."""
    return take_all([Limit(name, limit, window_s)])


def take_all(limits: list[Limit]) -> Verdict:
    """Count one request against all of these limits, or against none when one refuses it."""
    global _client, _quiet_until
    tightest = min(limits, key=lambda one: one.limit)
    free = Verdict(True, tightest.limit, tightest.limit - 1, 0.0, tightest.window_s, tightest.name)
    if time.monotonic() < _quiet_until:
        return free
    keys = [f"webagent:rate:{one.name}" for one in limits]
    numbers = [
        number for one in limits for number in (int(one.window_s * 1e6 / one.limit), one.limit)
    ]
    try:
        if _client is None:
            _client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5
            )
        allowed, which, left, wait_us, reset_us = _client.eval(_SCRIPT, len(keys), *keys, *numbers)
    except (redis.RedisError, OSError) as error:
        _quiet_until = time.monotonic() + _QUIET_S
        log.warning("rate limits are off while Redis is away", error=type(error).__name__)
        return free
    one = limits[int(which) - 1]
    return Verdict(bool(allowed), one.limit, int(left), wait_us / 1e6, reset_us / 1e6, one.name)


def address_name(address: str) -> str:
    """How an address is counted: IPv4 as it is, IPv6 by its /64, which one customer has whole."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


def network_of(request: HttpRequest) -> str | None:
    """Whom a lock after wrong passwords is for, beside a name; None when there is no address."""
    name = address_name(request.META.get("REMOTE_ADDR", ""))
    return None if name == "unknown" else name
