"""Tasks through the product's doors: started by HTTP, followed by SSE, answered by HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.stack import Stack

Event = dict[str, Any]
# Longer than the time between two heartbeats of a stream.
READ_S = 25.0
TERMINAL = "task.completed"


def script(*turns: dict[str, Any]) -> dict[str, Any]:
    """A model that plays these turns."""
    return {"route": "scripted", "turns": list(turns)}


def done(text: str = "All done.", **fields: Any) -> dict[str, Any]:
    """The turn that ends a script."""
    return {"finish": {"text": text, "success": True, **fields}}


@dataclass
class Run:
    """One task, as its owner sees it from outside."""

    client: httpx.Client
    root: str
    session_id: str
    task_id: str
    events: list[Event] = field(default_factory=list)
    _looked: int = 0  # events before this one were waited for already
    _live: Iterator[Event] | None = None

    @property
    def session_path(self) -> str:
        return f"{self.root}/do_anything/sessions/{self.session_id}"

    @property
    def path(self) -> str:
        return f"{self.session_path}/tasks/{self.task_id}"

    @property
    def cursor(self) -> int:
        """The `id` of the newest event read."""
        return int(self.events[-1]["id"]) if self.events else 0

    # --- reading ----------------------------------------------------------------------------
    def stream(self, after: int = 0) -> Iterator[Event]:
        """Events after a cursor, as one connection brings them, heartbeats left out."""
        headers = {"Last-Event-ID": str(after)} if after else {}
        timeout = httpx.Timeout(10, read=READ_S)
        # A client of its own: a stream that is dropped half read closes at any moment, also in
        # the middle of another request of the client that it belongs to.
        with (
            httpx.Client(headers=self.client.headers, timeout=timeout) as client,
            client.stream("GET", f"{self.path}/events", headers=headers) as answer,
        ):
            if answer.status_code >= 500:
                raise httpx.RemoteProtocolError(f"{answer.status_code}: {answer.read()!r}")
            assert answer.status_code == 200, answer.read()
            number = ""
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    number = line[4:]
                elif line.startswith("data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "stream.heartbeat":
                        continue
                    assert event["id"] == number, line
                    yield event

    def until(self, kind: str, timeout_s: float = 60.0, /, **data: Any) -> Event:
        """The next event of this type (and with these values in its data); waits for it.

        Streams that break, as when the server dies, are opened again where they broke.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            while self._looked < len(self.events):
                event = self.events[self._looked]
                self._looked += 1
                wanted = event["type"] == kind
                if wanted and all(event["data"].get(k) == v for k, v in data.items()):
                    return event
                assert event["type"] != TERMINAL, self._said(f"it ended without {kind} {data}")
            assert time.monotonic() < deadline, self._said(f"no {kind} {data} in {timeout_s} s")
            self._read_on()

    def _read_on(self) -> None:
        """Read one more event; at the end of a stream or its break, get ready to open another."""
        if self._live is None:
            self._live = self.stream(self.cursor)
        try:
            event = next(self._live)
        except (StopIteration, httpx.HTTPError):
            self._live = None
            time.sleep(0.05)  # a server that is being started again refuses connections
            return
        assert int(event["id"]) > self.cursor, (event, self.cursor)
        self.events.append(event)

    def end(self, timeout_s: float = 60.0) -> Event:
        """Data of `task.completed`. Checks that a replay of the stream tells the same story."""
        ended = self.until(TERMINAL, timeout_s)
        replay = list(self.stream())
        assert replay[-1]["type"] == TERMINAL
        assert [event for event in replay if int(event["id"]) > 0] == self.events
        numbers = [int(event["id"]) for event in replay]
        assert numbers == sorted(set(numbers))
        data: dict[str, Any] = ended["data"]
        return data

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Data of all events of a type so far."""
        return [event["data"] for event in self.events if event["type"] == kind]

    def task(self) -> dict[str, Any]:
        """The task as it stands."""
        return self._json(self.client.get(self.path))

    def session(self) -> dict[str, Any]:
        """The session as it stands."""
        return self._json(self.client.get(self.session_path))

    def artifacts(self, kind: str = "") -> list[dict[str, Any]]:
        """Files of the task, newest first."""
        query = {"kind": kind, "limit": "100"} if kind else {"limit": "100"}
        items: list[dict[str, Any]] = self._json(
            self.client.get(f"{self.path}/artifacts", params=query)
        )["items"]
        return items

    # --- steering ---------------------------------------------------------------------------
    def post(self, verb: str, body: Any = None, *, expect: int | None = None) -> dict[str, Any]:
        """`POST T/verb`."""
        answer = self.client.post(f"{self.path}/{verb}", json=body if body is not None else {})
        assert answer.status_code == (expect or answer.status_code), answer.text
        assert expect or answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def answer(self, request: Event, response: Any, *, expect: int | None = None) -> dict[str, Any]:
        """Answer an input request (its event)."""
        body = {"input_request_id": request["data"]["request_id"], "response": response}
        return self.post("intervene", body, expect=expect)

    def stop(self, *, force: bool = True) -> dict[str, Any]:
        """Stop the session."""
        return self._json(self.client.post(f"{self.session_path}/stop", json={"force": force}))

    def follow_up(self, **body: Any) -> Run:
        """A new task in the same browser."""
        made = self._json(self.client.post(f"{self.session_path}/tasks", json=_filled(body)))
        return Run(self.client, self.root, self.session_id, made["id"])

    @staticmethod
    def _json(answer: httpx.Response) -> dict[str, Any]:
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _said(self, what: str) -> str:
        lines = [json.dumps([e["id"], e["type"], e["data"]])[:600] for e in self.events[-12:]]
        return "\n".join([f"{self.task_id}: {what}; the last events:", *lines])


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {"instructions": "Play the script.", **body}


def start(client: httpx.Client, stack: Stack, *turns: dict[str, Any], **body: Any) -> Run:
    """Start a session; with turns, its model is a script of them."""
    if turns:
        body["model"] = script(*turns)
    answer = client.post(f"{stack.api_root}/do_anything/sessions", json=_filled(body))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return Run(client, stack.api_root, made["id"], made["tasks"][0]["id"])


@contextmanager
def session_of(client: httpx.Client, stack: Stack, *turns: dict[str, Any], **body: Any):
    """A run whose session is stopped at the end, so that its browser goes."""
    run = start(client, stack, *turns, **body)
    try:
        yield run
    finally:
        run.stop()
