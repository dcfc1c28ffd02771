"""The limit of bodies on any ASGI server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dashboard.asgi import application
from dashboard.bodies import MAX_BYTES, BodyLimit

GONE = {"type": "http.disconnect"}


def piece(size: int, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


async def told(messages: list[dict[str, Any]], declared: int | None, reads: int) -> list[Any]:
    """What an application hears that asks so often; then how many messages were left."""
    heard: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(reads):
            message = await receive()
            heard.append(
                (len(message["body"]), message["more_body"])
                if message["type"] == "http.request"
                else message["type"]
            )
        heard.append(scope.get("webagent.too_large", False))

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    await BodyLimit(app)({"type": "http", "headers": headers}, receive, None)
    return [*heard, len(messages)]


async def test_what_fits_comes_as_it_is() -> None:
    messages = [piece(MAX_BYTES - 1, more=True), piece(1, more=False), GONE]
    expected = [(MAX_BYTES - 1, True), (1, False), "http.disconnect", False, 0]
    assert await told(messages, MAX_BYTES, 3) == expected


async def test_what_was_declared_too_large_is_not_read() -> None:
    messages = [piece(1000, more=True), piece(1000, more=False), GONE]
    assert await told(list(messages), MAX_BYTES + 1, 1) == [(0, False), True, 3]
    # Who waits for the client to go meets none of the body either.
    assert await told(messages, MAX_BYTES + 1, 2) == [(0, False), "http.disconnect", True, 0]


async def test_what_comes_in_pieces_is_read_to_the_limit() -> None:
    half = MAX_BYTES // 2 + 1
    messages = [piece(half, more=True) for _ in range(9)]
    assert await told(messages, None, 2) == [(half, True), (0, False), True, 7]


@pytest.mark.django_db(transaction=True)
async def test_the_api_answers_like_always(project: Any, api_key: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * (MAX_BYTES // 4 + 1)

    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.post(
            f"/v1/projects/{project.pk}/do_anything/sessions", content=pieces(),
            headers={"Authorization": f"Bearer {api_key}", "Idempotency-Key": "k"},
        )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert "X-RateLimit-Remaining" in answer.headers
