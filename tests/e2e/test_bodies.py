"""Bodies that are too large or never end, and clients that hang up: over the wire, as they come."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.e2e.stack import Stack, wait_for

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("calm_logs")]
MEBIBYTE = 1 << 20
FAR_TOO_MUCH = 20 * 1024 * MEBIBYTE


class Line:
    """A connection, spoken by hand."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.socket = socket.create_connection(("127.0.0.1", stack.port), timeout=20)

    def head(
        self, *more: str, path: str = "", key: str | None = None, method: str = "POST"
    ) -> None:
        path = path or f"/v1/projects/{self._stack.project_id}/do_anything/sessions"
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1",
                 f"Authorization: Bearer {key or self._stack.api_key}", *more]  # fmt: skip
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def answer(self) -> httpx.Response:
        """The one answer, read to the end of the connection."""
        raw = b""
        while chunk := self.socket.recv(65536):
            raw += chunk
        head, _, body = raw.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        if dict(headers).get("Transfer-Encoding") == "chunked":
            body = body.partition(b"\r\n")[2].partition(b"\r\n0\r\n")[0]
            headers = [(name, value) for name, value in headers if name != "Transfer-Encoding"]
        return httpx.Response(int(status.split()[1]), headers=headers, content=body)


@pytest.fixture
def line(stack: Stack) -> Iterator[Line]:
    made = Line(stack)
    yield made
    made.socket.close()


def assert_too_large(answer: httpx.Response) -> None:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (413, "payload_too_large")
    assert "2 MiB" in told["detail"]
    assert told["extra"] == {"max_bytes": 2 * MEBIBYTE}
    assert answer.headers["Connection"] == "close"
    for name in ("X-Request-Id", "X-RateLimit-Remaining", "X-Content-Type-Options"):
        assert name in answer.headers


def test_a_declared_size_is_refused_before_the_body_comes(line: Line) -> None:
    line.head(f"Content-Length: {FAR_TOO_MUCH}")
    assert_too_large(line.answer())


def test_who_waits_for_a_go_ahead_is_refused_without_one(line: Line) -> None:
    line.head(f"Content-Length: {FAR_TOO_MUCH}", "Expect: 100-continue")
    assert_too_large(line.answer())


@pytest.mark.parametrize(
    "length", [f"Content-Length: {FAR_TOO_MUCH}", "Transfer-Encoding: chunked"]
)
def test_who_sends_on_is_answered_and_takes_no_memory(
    line: Line, stack: Stack, length: str
) -> None:
    web = psutil.Process(stack.pid("web"))
    before, most = web.memory_info().rss, 64 * MEBIBYTE
    open_files = {file.path for file in web.open_files()}
    line.head(length)
    block = b"x" * MEBIBYTE
    if length.endswith("chunked"):
        block = b"100000\r\n" + block + b"\r\n"
    sent = 0
    with contextlib.suppress(OSError):  # it hangs up when it has seen enough
        while sent < 400 * MEBIBYTE:
            line.socket.sendall(block)
            sent += len(block)
    assert sent > 2 * MEBIBYTE
    assert web.memory_info().rss - before < most
    assert {file.path for file in web.open_files()} <= open_files
    with contextlib.suppress(ConnectionResetError):
        assert_too_large(line.answer())


def test_who_stops_after_the_limit_gets_the_answer(line: Line) -> None:
    line.head("Transfer-Encoding: chunked")
    for _ in range(3):
        line.socket.sendall(b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n")
    assert_too_large(line.answer())


def test_who_sent_it_all_gets_the_answer(line: Line) -> None:
    line.head(f"Content-Length: {3 * MEBIBYTE}")
    line.socket.sendall(b"x" * 3 * MEBIBYTE)
    assert_too_large(line.answer())


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_without_sense_is_answered_by_the_api(line: Line, kind: str) -> None:
    line.head("Content-Length: 3", f"Content-Type: {kind}", "Connection: close")
    line.socket.sendall(b"abc")
    answer = line.answer()
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_statuses_have_their_names(line: Line) -> None:
    line.head("Content-Length: 2")
    line.socket.sendall(b"{}")
    assert line.socket.recv(64).startswith(b"HTTP/1.1 422 Unprocessable ")


def test_a_stranger_s_large_body_is_a_stranger_s(line: Line) -> None:
    line.head(f"Content-Length: {FAR_TOO_MUCH}", key="wa_live_nobody")
    assert line.answer().status_code == 401


def test_the_console_refuses_large_bodies_too(line: Line) -> None:
    line.head(f"Content-Length: {FAR_TOO_MUCH}", path="/sign-in/")
    answer = line.answer()
    assert answer.status_code == 413
    assert "2 MiB" in answer.text


def test_the_largest_body_is_taken(api: httpx.Client, stack: Stack) -> None:
    body = json.dumps({"instructions": "", "metadata": {}})
    body = body[:-1] + " " * (2 * MEBIBYTE - len(body)) + "}"
    answer = api.post(f"{stack.api_root}/do_anything/sessions", content=body)
    assert answer.status_code == 422, answer.text
    answer = api.post(f"{stack.api_root}/do_anything/sessions", content=body + " ")
    assert answer.status_code == 413


def test_a_client_that_hangs_up_leaves_nothing(stack: Stack, api: httpx.Client) -> None:
    """In mid-body, right after the body, and in mid-stream."""
    answer = api.post(
        f"{stack.api_root}/do_anything/sessions",
        json={"instructions": "Wait", "model": {"route": "scripted", "script": [
            {"ask": {"prompt": "Go on?"}}, {"finish": {"text": "x"}}]}},
    )  # fmt: skip
    session = answer.json()
    sessions = f"/v1/projects/{stack.project_id}/do_anything/sessions"
    events = f"{sessions}/{session['id']}/tasks/{session['tasks'][0]['id']}/events"
    web = psutil.Process(stack.pid("web"))

    def connections() -> int:
        return sum(c.laddr.port == stack.port for c in web.net_connections() if c.raddr)

    def hang_up(step: int) -> None:
        one = Line(stack)
        if step == 0:
            one.head("Content-Length: 100000")
            one.socket.sendall(b'{"instructions": "')
        elif step == 1:
            one.head("Transfer-Encoding: chunked")
            one.socket.sendall(b"10\r\n{")
        elif step == 2:
            one.head("Content-Length: 21")
            one.socket.sendall(b'{"instructions": ""} ')
        elif step == 3:
            one.head(path=events, method="GET")
            while b"id: " not in one.socket.recv(65536):
                pass
        # Reset the connection, as a client does that was killed.
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        one.socket.close()

    for step in range(4):
        hang_up(step)
    api.get(f"{stack.url}/healthz")
    before, threads = connections(), web.num_threads()
    for _ in range(10):
        for step in range(4):
            hang_up(step)
    wait_for(lambda: connections() <= before, 30, "the connections are gone")
    # Pools of threads fill up as they are used; one left behind by each would be forty more.
    wait_for(lambda: web.num_threads() < threads + 20, 30, "no thread is left behind")
    assert api.post(f"{stack.url}{sessions}/{session['id']}/stop", json={"force": True}).is_success
