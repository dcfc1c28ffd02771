"""Request rates: GCRA in Redis, one atomic script a request.

GCRA keeps one time for each key: the theoretical arrival time of the next request. Source: ITU-T
I.371, "generic cell rate algorithm". Without Redis requests pass: availability over limits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

_SCRIPT = """
local now = redis.call('TIME')
local t = tonumber(now[1]) * 1000000 + tonumber(now[2])
local interval = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])
local tat = tonumber(redis.call('GET', KEYS[1]) or t)
if tat < t then tat = t end
local new = tat + interval
local allow_at = new - interval * burst
if allow_at > t then return {0, 0, allow_at - t, tat - t} end
redis.call('SET', KEYS[1], string.format('%.0f', new), 'PX', math.ceil((new - t) / 1000) + 1000)
return {1, math.floor((t - allow_at) / interval), 0, new - t}
"""


@dataclass(frozen=True)
class Verdict:
    """allowed; remaining requests now; seconds until one is allowed; until all are again."""

    allowed: bool
    limit: int
    remaining: int
    retry_after_s: float
    reset_s: float


_client: redis.Redis | None = None
_quiet_until = 0.0


def take(name: str, *, limit: int, window_s: float) -> Verdict:
    """Count one request of `name` against `limit` in each `window_s` seconds."""
    global _client, _quiet_until
    free = Verdict(True, limit, limit - 1, 0.0, window_s)
    if time.monotonic() < _quiet_until:
        return free
    try:
        if _client is None:
            _client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5
            )
        allowed, remaining, wait_us, reset_us = _client.eval(
            _SCRIPT, 1, f"webagent:rate:{name}", int(window_s * 1e6 / limit), limit
        )
    except (redis.RedisError, OSError) as error:
        _quiet_until = time.monotonic() + 2
        log.warning("rate limits are off while Redis is away", error=type(error).__name__)
        return free
    return Verdict(bool(allowed), limit, int(remaining), wait_us / 1e6, reset_us / 1e6)
