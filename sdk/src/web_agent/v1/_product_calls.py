"""Requests of deep research, web search and track. Answers stay plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web_agent.v1._calls import Call, as_bytes, as_dict, as_items, given, plain
from web_agent.v1._config import Config, segment

Json = dict[str, Any]

# The server answers a waiting search within 30 s; the network gets a little more.
SEARCH_WAIT_S = 45.0


class DeepResearchCalls:
    """`/v1/deep_research`: the project comes from the key."""

    base = "/v1/deep_research"

    def _task(self, task_id: str) -> str:
        return f"{self.base}/{segment(task_id)}"

    def run(self, topic: str, options: Mapping[str, Any], key: str | None) -> Call[Json]:
        body = {"topic": topic, **given(**options)}
        return Call("POST", self.base, as_dict, body, idempotency_key=key)

    def get(self, task_id: str) -> Call[Json]:
        return Call("GET", self._task(task_id), as_dict)

    def intervene(self, task_id: str, request_id: str, response: Any) -> Call[Json]:
        body = {"request_id": request_id, "response": plain(response)}
        return Call("POST", self._task(task_id) + "/intervene", as_dict, body)

    def message(self, task_id: str, content: str) -> Call[Json]:
        return Call("POST", self._task(task_id) + "/messages", as_dict, {"content": content})

    def cancel(self, task_id: str, reason: str | None) -> Call[Json]:
        return Call("POST", self._task(task_id) + "/cancel", as_dict, given(reason=reason))

    def feedback(self, task_id: str, rating: Any, feedback_text: str | None) -> Call[Json]:
        body = given(rating=rating, feedback_text=feedback_text)
        return Call("POST", self._task(task_id) + "/feedback", as_dict, body)

    def list_artifacts(self, task_id: str) -> Call[list[Json]]:
        return Call("GET", self._task(task_id) + "/artifacts", as_items)

    def get_artifact(self, task_id: str, artifact_id: str) -> Call[bytes]:
        path = f"{self._task(task_id)}/artifacts/{segment(artifact_id)}"
        return Call("GET", path, as_bytes, raw=True)


class WebSearchCalls:
    """`P/web_search`."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def _base(self) -> str:
        return self._config.project_path() + "/web_search"

    def run(
        self, queries: Sequence[str], wait: bool, options: Mapping[str, Any], key: str | None
    ) -> Call[Json]:
        if isinstance(queries, str):
            queries = [queries]
        return Call(
            "POST",
            self._base(),
            as_dict,
            {"queries": list(queries), **given(**options)},
            params={"wait": "true" if wait else "false"},
            timeout_s=SEARCH_WAIT_S if wait else None,
            idempotency_key=key,
        )

    def get(self, task_id: str) -> Call[Json]:
        return Call("GET", f"{self._base()}/{segment(task_id)}", as_dict)

    def refine(self, task_id: str, text: str) -> Call[Json]:
        path = f"{self._base()}/{segment(task_id)}/refine"
        return Call("POST", path, as_dict, {"text": text}, timeout_s=SEARCH_WAIT_S)


class TrackCalls:
    """`P/track/monitors`."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def _base(self) -> str:
        return self._config.project_path() + "/track/monitors"

    def monitor(self, monitor_id: str) -> str:
        return f"{self._base()}/{segment(monitor_id)}"

    def create(self, body: Mapping[str, Any], key: str | None) -> Call[Json]:
        return Call("POST", self._base(), as_dict, given(**body), idempotency_key=key)

    def list(self, status: str | None, limit: int | None, cursor: str | None) -> Call[Json]:
        params = given(status=status, limit=limit, cursor=cursor)
        return Call("GET", self._base(), as_dict, params=params)

    def get(self, monitor_id: str) -> Call[Json]:
        return Call("GET", self.monitor(monitor_id), as_dict)

    def change(
        self, monitor_id: str, action: str, reason: str | None, patch: Mapping[str, Any] | None
    ) -> Call[Json]:
        body = given(action=action, reason=reason, patch=patch)
        return Call("PATCH", self.monitor(monitor_id), as_dict, body)

    def delete(self, monitor_id: str) -> Call[Json]:
        return Call("DELETE", self.monitor(monitor_id), _dict_or_nothing)

    def run_now(self, monitor_id: str, key: str | None) -> Call[Json]:
        path = self.monitor(monitor_id) + "/run_now"
        return Call("POST", path, as_dict, {}, timeout_s=300.0, idempotency_key=key)

    def intervene(self, monitor_id: str, request_id: str, response: Any) -> Call[Json]:
        body = {"request_id": request_id, "response": plain(response)}
        return Call("POST", self.monitor(monitor_id) + "/intervene", as_dict, body)

    def message(self, monitor_id: str, content: str) -> Call[Json]:
        return Call("POST", self.monitor(monitor_id) + "/messages", as_dict, {"content": content})

    def test_trigger(self, monitor_id: str, trigger_dsl: Any) -> Call[Json]:
        path = self.monitor(monitor_id) + "/trigger/test"
        return Call("POST", path, as_dict, {"trigger_dsl": trigger_dsl})

    def list_snapshots(self, monitor_id: str, limit: int | None, cursor: str | None) -> Call[Json]:
        params = given(limit=limit, cursor=cursor)
        return Call("GET", self.monitor(monitor_id) + "/snapshots", as_dict, params=params)

    def get_snapshot(self, monitor_id: str, snapshot_id: str) -> Call[Json]:
        path = f"{self.monitor(monitor_id)}/snapshots/{segment(snapshot_id)}"
        return Call("GET", path, as_dict)

    def list_deliveries(
        self, monitor_id: str, include_payload: bool, limit: int | None, cursor: str | None
    ) -> Call[Json]:
        params = given(limit=limit, cursor=cursor)
        if include_payload:
            params["include_payload"] = "true"
        return Call("GET", self.monitor(monitor_id) + "/deliveries", as_dict, params=params)

    def retry_delivery(self, monitor_id: str, delivery_id: str) -> Call[Json]:
        path = f"{self.monitor(monitor_id)}/deliveries/{segment(delivery_id)}/retry"
        return Call("POST", path, as_dict, {})

    def events_path(self, monitor_id: str) -> str:
        return self.monitor(monitor_id) + "/events"


def _dict_or_nothing(data: Any) -> Json:
    """An object, or an empty one for an answer without a body."""
    return {} if data is None else as_dict(data)
