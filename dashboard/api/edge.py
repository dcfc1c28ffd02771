"""The edge of the API: who asks, how often, whether it was answered before; and its headers.

One middleware for `/v1/`, so that every answer, also that of an unknown address, is the
contract's JSON with the contract's headers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from asgiref.sync import markcoroutinefunction, sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from dashboard import bodies
from dashboard.api import errors, idempotency, limits
from dashboard.api.places import place
from dashboard.busy import Busy
from dashboard.errors import ServiceError
from dashboard.models import IdempotencyRecord
from dashboard.services import actors, keys

PREFIX = "/v1/"
OPEN = ("/v1/docs", "/v1/openapi.json")
log = structlog.get_logger(__name__)
_unfinished: set[asyncio.Future[Any]] = set()  # a loop holds its tasks weakly


class ApiEdge:
    """Middleware around the API; every other path passes untouched."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[Any]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> Any:
        if not request.path.startswith(PREFIX) or request.path in OPEN:
            return await self.get_response(request)
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined] # keys, not cookies
        is_head = request.method == "HEAD"
        if is_head:  # what GET answers, without its body
            request.method = "GET"
        try:
            async with place():
                response = await self._serve(request)
        except Busy as error:
            response = self._finish(request, errors.of_service(error))
        return _without_body(response) if is_head else response

    async def _serve(self, request: HttpRequest) -> Any:
        try:
            record, early = await sync_to_async(self._enter, thread_sensitive=True)(request)
        except Exception as error:  # outside of Django's own: a bug is answered in our form too
            return self._finish(request, errors.of_anything(request, error))
        if early is not None:
            return self._finish(request, early)
        if record is None:
            return self._finish(request, self._as_json(request, await self.get_response(request)))
        # A client that goes away in between comes back with its key: the first answer must be
        # there for it, and the request must not be done twice.
        work = asyncio.ensure_future(self._answer_once(request, record))
        _unfinished.add(work)
        work.add_done_callback(_unfinished.discard)
        return self._finish(request, await asyncio.shield(work))

    async def _answer_once(self, request: HttpRequest, record: IdempotencyRecord) -> Any:
        """The answer, kept under its idempotency key."""
        try:
            response = self._as_json(request, await self.get_response(request))
        except BaseException:  # cancelled too: the key may be used again
            await sync_to_async(idempotency.abandon)(record)
            raise
        try:
            await sync_to_async(idempotency.complete)(record, response)
        except Exception as error:
            # It is done: an error now would have the client do it again, under another key.
            log.error("an answer could not be kept", path=request.path, exc_info=error)
        return response

    def _enter(self, request: HttpRequest) -> tuple[IdempotencyRecord | None, Any]:
        """Who asks, and may they now? A record to complete, or an answer to give at once."""
        try:
            request.actor = self._actor(request)  # type: ignore[attr-defined]
            if bodies.is_too_large(request):
                return None, errors.too_large()
            found = idempotency.begin(request, request.actor)  # type: ignore[attr-defined]
        except ServiceError as error:
            return None, errors.of_service(error)
        except RequestDataTooBig:
            return None, errors.too_large()
        except UnreadablePostError:
            return None, errors.answer(400, "bad_request", "The body could not be read.")
        if isinstance(found, HttpResponse):
            return None, found
        return found, None

    def _actor(self, request: HttpRequest) -> actors.Actor:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        plain = token.strip() if scheme.lower() == "bearer" else ""
        plain = plain or request.headers.get("X-API-Key", "").strip()
        try:
            key = keys.verify(plain)
        except ServiceError:
            limits.count_stranger(request)
            raise
        limits.count(request, key)
        return actors.of_key(key)

    def _as_json(self, request: HttpRequest, response: Any) -> Any:
        """Unknown addresses, wrong methods and crashes speak JSON too."""
        if response.status_code < 400 or response.streaming:
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        if response.status_code == 405:
            json = errors.answer(405, "method_not_allowed", _not_allowed(request, response))
            if "Allow" in response.headers:
                json.headers["Allow"] = _allowed(response)
            return json
        if response.status_code == 503:
            return errors.of_service(Busy())
        if response.status_code >= 500:
            return errors.of_crash(request)
        if response.status_code == 404:
            return errors.answer(404, "not_found", "There is nothing at this address.")
        return errors.answer(response.status_code, "bad_request", "The request is malformed.")

    def _finish(self, request: HttpRequest, response: Any) -> Any:
        rate: limits.Verdict | None = getattr(request, "rate", None)
        if rate is not None:
            response.headers["X-RateLimit-Limit"] = str(rate.limit)
            response.headers["X-RateLimit-Remaining"] = str(max(0, rate.remaining))
            response.headers["X-RateLimit-Reset"] = str(max(0, round(rate.reset_s)))
        response.headers.setdefault("Cache-Control", "no-store")
        return response


_METHODS = "GET HEAD POST PUT PATCH DELETE"


def _allowed(response: Any) -> str:
    """The methods that the address takes, in one order; `HEAD` goes wherever `GET` does."""
    taken = set(str(response.headers.get("Allow", "")).split(", "))
    taken |= {"HEAD"} if "GET" in taken else set()
    return ", ".join(sorted(taken, key=lambda method: (_METHODS.find(method), method)))


def _not_allowed(request: HttpRequest, response: Any) -> str:
    methods = f"; it takes {_allowed(response)}" if "Allow" in response.headers else ""
    return f"{request.method} is not allowed at this address{methods}."


def _without_body(response: Any) -> HttpResponse:
    """The same head. What would have been streamed is not read."""
    if not response.streaming:
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
        return response
    response.close()
    return HttpResponse(status=response.status_code, headers=response.headers)
