# Made by scripts/sync_twin.py from _async/products.py.
"""Deep research, web search and track. Answers are dictionaries, as the server sends them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from web_agent.v1._calls import given
from web_agent.v1._follow import Follow
from web_agent.v1._product_calls import DeepResearchCalls, Json, TrackCalls, WebSearchCalls
from web_agent.v1._sync.transport import EventStream, Transport
from web_agent.v1._sync.waiting import sleep


class DeepResearch:
    """Research a topic into a report. The project comes from the key."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._calls = DeepResearchCalls()

    def run(
        self,
        topic: str,
        *,
        depth: str | None = None,
        require_outline_approval: bool | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Json:
        """Start: `{task_id, session_id, status}`. Follow it with `client.events.stream`.

        depth: light, standard or deep. options: domain_whitelist, output_format, max_cost_usd…
        """
        options = {
            "depth": depth,
            "require_outline_approval": require_outline_approval,
            **options,
        }
        return self._transport.send(self._calls.run(topic, options, idempotency_key))

    def get(self, task_id: str) -> Json:
        """Where a research stands."""
        return self._transport.send(self._calls.get(task_id))

    def intervene(self, task_id: str, *, request_id: str, response: Any) -> Json:
        """Answer a request: `"approve"`, `"reject"`, or an object with action and edits."""
        return self._transport.send(self._calls.intervene(task_id, request_id, response))

    def message(self, task_id: str, *, content: str) -> Json:
        """Tell the researcher something."""
        return self._transport.send(self._calls.message(task_id, content))

    def cancel(self, task_id: str, *, reason: str | None = None) -> Json:
        """End a research."""
        return self._transport.send(self._calls.cancel(task_id, reason))

    def feedback(self, task_id: str, *, rating: Any, feedback_text: str | None = None) -> Json:
        """Say how good the report is."""
        return self._transport.send(self._calls.feedback(task_id, rating, feedback_text))

    def list_artifacts(self, task_id: str) -> list[Json]:
        """`final.md`, `citations.json`, `confidence.json`: id, name, media_type, size_bytes…"""
        return self._transport.send(self._calls.list_artifacts(task_id))

    def get_artifact(self, task_id: str, artifact_id: str) -> bytes:
        """A file's bytes."""
        return self._transport.send(self._calls.get_artifact(task_id, artifact_id))


class WebSearch:
    """Queries into results."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._calls = WebSearchCalls(transport.config)

    def run(
        self,
        queries: Sequence[str],
        *,
        engines: Sequence[str] | None = None,
        summarize: bool | None = None,
        wait: bool = True,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Json:
        """Search and wait: the done envelope, or `{task_id, status}` when 30 s were too short."""
        options = given(engines=engines, summarize=summarize, **options)
        return self._transport.send(self._calls.run(queries, wait, options, idempotency_key))

    def run_async(self, queries: Sequence[str], **options: Any) -> Json:
        """Start a search: `{task_id, status}`; see `get` and `wait`."""
        return self.run(queries, wait=False, **options)

    def get(self, task_id: str) -> Json:
        """Where a search stands, with its results once it is done."""
        return self._transport.send(self._calls.get(task_id))

    def wait(self, task_id: str, *, timeout_s: float = 120.0, poll_s: float = 1.0) -> Json:
        """The search once it is over. Raises: TimeoutError."""
        end = time.monotonic() + timeout_s
        while True:
            found = self.get(task_id)
            if found.get("status") in ("done", "failed", "canceled"):
                return found
            if time.monotonic() + poll_s > end:
                raise TimeoutError
            sleep(poll_s)

    def refine(self, task_id: str, *, text: str) -> Json:
        """Run again within the same task, changed as the text says."""
        return self._transport.send(self._calls.refine(task_id, text))


class Track:
    """Long-lived monitors."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._calls = TrackCalls(transport.config)

    def create(
        self,
        *,
        intent: str,
        schedule: Json,
        notify_channel: Json | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Json:
        """Start a monitor. options: target_urls, trigger_dsl, extraction_schema, name…"""
        body = given(intent=intent, schedule=schedule, notify_channel=notify_channel, **options)
        return self._transport.send(self._calls.create(body, idempotency_key))

    def list(
        self,
        *,
        status: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Json:
        """One page of monitors: `{items, next_cursor}`."""
        return self._transport.send(self._calls.list(status, limit, cursor))

    def get(self, monitor_id: str) -> Json:
        """A monitor."""
        return self._transport.send(self._calls.get(monitor_id))

    def pause(self, monitor_id: str, *, reason: str | None = None) -> Json:
        """Stop ticking until `resume`."""
        return self._transport.send(self._calls.change(monitor_id, "pause", reason, None))

    def resume(self, monitor_id: str, *, reason: str | None = None) -> Json:
        """Tick again."""
        return self._transport.send(self._calls.change(monitor_id, "resume", reason, None))

    def refine(self, monitor_id: str, *, reason: str | None = None, **patch: Any) -> Json:
        """Change a monitor's fields: `trigger_dsl=...`, `schedule=...`, `intent=...`."""
        return self._transport.send(self._calls.change(monitor_id, "refine", reason, patch))

    def cancel(self, monitor_id: str) -> Json:
        """End a monitor for good."""
        return self._transport.send(self._calls.delete(monitor_id))

    def delete(self, monitor_id: str) -> Json:
        """The same as `cancel`."""
        return self.cancel(monitor_id)

    def run_now(self, monitor_id: str, *, idempotency_key: str | None = None) -> Json:
        """Tick at once and wait for the outcome."""
        return self._transport.send(self._calls.run_now(monitor_id, idempotency_key))

    def intervene(self, monitor_id: str, *, request_id: str, response: Any) -> Json:
        """Answer what the monitor asked."""
        call = self._calls.intervene(monitor_id, request_id, response)
        return self._transport.send(call)

    def message(self, monitor_id: str, *, content: str) -> Json:
        """Guide the monitor in words."""
        return self._transport.send(self._calls.message(monitor_id, content))

    def test_trigger(self, monitor_id: str, *, trigger_dsl: Any) -> Json:
        """What a trigger would have done with the stored snapshots."""
        return self._transport.send(self._calls.test_trigger(monitor_id, trigger_dsl))

    def list_snapshots(
        self, monitor_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Json:
        """One page of snapshots, newest first."""
        return self._transport.send(self._calls.list_snapshots(monitor_id, limit, cursor))

    def get_snapshot(self, monitor_id: str, snapshot_id: str) -> Json:
        """A snapshot."""
        return self._transport.send(self._calls.get_snapshot(monitor_id, snapshot_id))

    def list_deliveries(
        self,
        monitor_id: str,
        *,
        include_payload: bool = False,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Json:
        """One page of webhook deliveries, newest first."""
        call = self._calls.list_deliveries(monitor_id, include_payload, limit, cursor)
        return self._transport.send(call)

    def retry_delivery(self, monitor_id: str, delivery_id: str) -> Json:
        """Send a dead delivery again."""
        return self._transport.send(self._calls.retry_delivery(monitor_id, delivery_id))

    def events(
        self,
        monitor_id: str,
        *,
        last_event_id: str | int | None = None,
        include_heartbeats: bool = False,
    ) -> EventStream:
        """Events of a monitor, without an end."""
        follow = Follow(
            self._calls.events_path(monitor_id),
            self._transport.config,
            last_event_id=last_event_id,
            include_heartbeats=include_heartbeats,
            terminal=None,
        )
        return self._transport.stream(follow)
