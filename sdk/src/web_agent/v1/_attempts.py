"""One call over several attempts: what is sent, what may be tried again, and when."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import httpx

from web_agent.v1._calls import Call
from web_agent.v1._config import Config
from web_agent.v1.errors import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    error_from,
)

T = TypeVar("T")

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNTOUCHED = frozenset({429, 503})  # refused before anything was done
MAX_BACKOFF_S = 8.0


class Attempts(Generic[T]):
    """The life of one call.

    Every POST carries an idempotency key, the same on each attempt, so the server does it once;
    GET and DELETE are idempotent by themselves. A PATCH is repeated only when it surely was not
    carried out.
    """

    def __init__(self, call: Call[T], config: Config) -> None:
        self._call = call
        self._config = config
        self._tries = 0
        self._answer_lost = False
        self._headers: dict[str, str] = {}
        if call.method == "POST":
            self._headers["Idempotency-Key"] = call.idempotency_key or str(uuid.uuid4())

    def request(self) -> dict[str, Any]:
        """Arguments of httpx's `request` for the next attempt."""
        self._tries += 1
        call = self._call
        headers = dict(self._headers)
        content: bytes | None = None
        if call.body is not None:
            # Lone surrogates cannot be UTF-8; as \\u escapes the server can refuse them properly.
            content = json.dumps(call.body, separators=(",", ":"), allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        if call.raw:
            headers["Accept"] = "*/*"
        return {
            "method": call.method,
            "url": self._config.base_url + call.path,
            "params": dict(call.params) or None,
            "content": content,
            "headers": headers,
            "timeout": timeouts(call.timeout_s or self._config.timeout_s),
        }

    def broke(self, error: httpx.RequestError) -> float:
        """The attempt brought no answer: seconds to wait. Raises: ApiConnectionError."""
        told = connection_error(error)
        never_sent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
        self._answer_lost = self._answer_lost or not never_sent
        if self._call.method == "PATCH" and not never_sent:
            raise told from error
        return self._wait(told)

    def answered(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Seconds to wait before the next attempt; None when the answer is good.

        Raises: ApiError.
        """
        if 200 <= status < 300:
            return None
        error = error_from(status, body, headers)
        retried = _UNTOUCHED if self._call.method == "PATCH" else _RETRIED
        # An earlier attempt of ours may still be at work under the same key: that too is a 409.
        own_echo = status == 409 and self._answer_lost and "Idempotency-Key" in self._headers
        if status not in retried and not own_echo:
            raise error
        return self._wait(error)

    def result(self, body: bytes) -> T:
        """The call's result. Raises: ApiError `bad_response`."""
        if self._call.raw:
            return self._call.read(body)
        try:
            data = json.loads(body) if body.strip() else None
        except ValueError as error:
            raise ApiError("The answer is not JSON.", code="bad_response") from error
        return self._call.read(data)

    def _wait(self, error: ApiError) -> float:
        if self._tries > self._config.max_retries:
            raise error
        if error.retry_after_s is not None:
            if error.retry_after_s > self._config.max_wait_s:
                raise error
            return error.retry_after_s + random.uniform(0, self._config.backoff_s / 2)
        return backoff(self._tries, self._config.backoff_s)


def backoff(tries: int, base_s: float) -> float:
    """Seconds before attempt `tries + 1`: doubling, half of it random, so that herds spread."""
    full = min(MAX_BACKOFF_S, base_s * 2.0 ** min(tries - 1, 16))
    return random.uniform(full / 2, full)


def timeouts(read_s: float) -> httpx.Timeout:
    """Connecting is quick or fails; reading takes what it takes."""
    return httpx.Timeout(read_s, connect=min(10.0, read_s))


def connection_error(error: httpx.RequestError) -> ApiConnectionError:
    """The typed error of a connection that failed."""
    said = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return ApiTimeoutError(f"No answer in time ({said}).", code="timeout")
    return ApiConnectionError(f"The connection failed ({said}).", code="connection_error")
