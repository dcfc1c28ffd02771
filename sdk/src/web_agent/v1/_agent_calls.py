"""What goes over the wire for agent runs: shared by the async client and its sync twin."""

from __future__ import annotations

import dataclasses
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from web_agent.v1._calls import Call, as_bytes, as_dict, given
from web_agent.v1._config import Config, segment
from web_agent.v1._follow import Follow
from web_agent.v1.agent_models import (
    WebAgentModelAccess,
    WebAgentModelProfile,
    snake_keys,
    web_agent_model_config_for_access,
)
from web_agent.v1.agent_schema import (
    OutputValidationError,
    WebAgentOutputSchema,
    normalize_output_schema,
)
from web_agent.v1.agent_types import (
    WebAgentConfirmationAnswer,
    WebAgentConfirmationDecision,
    WebAgentConfirmationHandler,
    WebAgentError,
    WebAgentResult,
    WebAgentRunInput,
    WebAgentSignal,
    WebAgentStreamEvent,
    parse_result,
)

COMPLETED = "run.completed"
CONFIRMATION_REQUESTED = "confirmation.requested"
CONFIRMATION_RESOLVED = "confirmation.resolved"
# What a run may bring beside its goal, and what only an agent has.
INPUT_FIELDS = frozenset(f.name for f in dataclasses.fields(WebAgentRunInput)) - {"extra"}
_LOCAL = ("on_confirm", "signal")


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to be started."""

    body: dict[str, Any] = field(repr=False)
    schema: WebAgentOutputSchema | None
    on_confirm: WebAgentConfirmationHandler | None
    signal: WebAgentSignal | None
    idempotency_key: str


def prepare(
    config: Mapping[str, Any],
    run: str | Mapping[str, Any] | WebAgentRunInput | None,
    fields: Mapping[str, Any],
    base_url: str,
) -> Prepared:
    """A run's body from the agent's configuration and the run's own input, which wins.

    Raises: TypeError when there is no goal; ValueError for a model key over an open line.
    """
    own = {**_input(run), **{name: item for name, item in fields.items() if item is not None}}
    if not own.get("goal"):
        raise TypeError("A run needs a goal: run('...') or run(goal='...').")
    merged = {name: item for name, item in {**config, **own}.items() if item is not None}
    variables = {**(config.get("variables") or {}), **(own.get("variables") or {})}
    if variables:
        merged["variables"] = {name: _variable(item) for name, item in variables.items()}
    schema = normalize_output_schema(merged.pop("output_schema", None))
    if schema is not None:
        merged["output_schema"] = schema.json_schema
    if "model" in merged:
        merged["model"] = wire_model(merged["model"], base_url)
    on_confirm, signal = (merged.pop(name, None) for name in _LOCAL)
    return Prepared(merged, schema, on_confirm, signal, str(uuid.uuid4()))


def _input(run: str | Mapping[str, Any] | WebAgentRunInput | None) -> dict[str, Any]:
    if run is None:
        return {}
    if isinstance(run, str):
        return {"goal": run}
    if isinstance(run, WebAgentRunInput):
        own = {name: getattr(run, name) for name in INPUT_FIELDS}
        return {**{name: item for name, item in own.items() if item is not None}, **run.extra}
    return {name: item for name, item in snake_keys(run).items() if item is not None}


def _variable(value: Any) -> Any:
    to_json = getattr(value, "to_json", None)
    return to_json() if callable(to_json) else value


# --- the model ----------------------------------------------------------------------------------
def wire_model(model: Any, base_url: str) -> Any:
    """A model as the server takes it.

    A variable that `api_key_env` names is read here when it is set here; else the server reads
    its own of that name. A key leaves this machine over TLS or to a server on it only.
    Raises: ValueError when it would have to travel in the open.
    """
    if isinstance(model, WebAgentModelAccess):
        model = web_agent_model_config_for_access(model)
    elif isinstance(model, WebAgentModelProfile):
        model = web_agent_model_config_for_access(WebAgentModelAccess(model, model.api_key))
    if not isinstance(model, Mapping):
        return model
    wire = {name: item for name, item in snake_keys(model).items() if item is not None}
    safe = is_private_line(base_url)
    variable = wire.get("api_key_env")
    if not wire.get("api_key") and isinstance(variable, str) and safe:
        value = os.environ.get(variable, "").strip()
        if value:
            wire["api_key"] = value
            del wire["api_key_env"]
    if wire.get("api_key") and not safe:
        raise ValueError(
            f"A model key is not sent to {base_url} without TLS. Use an https address, or set the "
            "key on the server and give `api_key_env` or the name of one of its profiles."
        )
    return wire


def is_private_line(base_url: str) -> bool:
    """Whether nobody between here and the server can listen: TLS, or this machine."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# --- answers ------------------------------------------------------------------------------------
def decision(answer: WebAgentConfirmationAnswer) -> dict[str, Any] | None:
    """What a handler returned, as the wire wants it; None leaves the request to others.

    Raises: TypeError for what is no decision.
    """
    if answer is None:
        return None
    if isinstance(answer, bool):
        return {"approved": answer}
    if isinstance(answer, WebAgentConfirmationDecision):
        return answer.to_json()
    if isinstance(answer, Mapping) and isinstance(answer.get("approved"), bool):
        return dict(answer)
    raise TypeError(
        "on_confirm returns True, False, {'approved': ..., 'reason': ...}, a "
        f"WebAgentConfirmationDecision, or None; not {answer!r}."
    )


def with_own_type(
    event: WebAgentStreamEvent, schema: WebAgentOutputSchema | None
) -> WebAgentStreamEvent:
    """The last event with the output made into the schema's own type."""
    if event.result is None:
        return event
    return dataclasses.replace(event, result=converted(event.result, schema))


def converted(result: WebAgentResult, schema: WebAgentOutputSchema | None) -> WebAgentResult:
    """The result with its output as the schema's own type, or failed where that cannot be."""
    if schema is None or result.output is None or result.status != "completed":
        return result
    try:
        return dataclasses.replace(result, output=schema.validate(result.output))
    except OutputValidationError as error:
        told = WebAgentError("output_validation_failed", str(error))
        return dataclasses.replace(result, status="failed", error=told)


@dataclass(frozen=True)
class Started:
    """A run that was started."""

    run_id: str
    browser_id: str


class AgentCalls:
    """Requests of runs and of sessions."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def _root(self) -> str:
        return self._config.project_path() + "/agent"

    def _run(self, run_id: str) -> str:
        return f"{self._root()}/runs/{segment(run_id)}"

    def start(self, prepared: Prepared, session_id: str | None) -> Call[Started]:
        path = self._root()
        path += f"/sessions/{segment(session_id)}/runs" if session_id else "/runs"
        return Call("POST", path, _started, prepared.body, idempotency_key=prepared.idempotency_key)

    def get(self, run_id: str) -> Call[WebAgentResult]:
        return Call("GET", self._run(run_id), parse_result)

    def list(
        self, session_id: str | None, limit: int | None, cursor: str | None
    ) -> Call[dict[str, Any]]:
        params = given(session_id=session_id, limit=limit, cursor=cursor)
        return Call("GET", self._root() + "/runs", as_dict, params=params)

    def cancel(self, run_id: str, reason: str | None) -> Call[dict[str, Any]]:
        return Call("POST", self._run(run_id) + "/cancel", as_dict, given(reason=reason))

    def confirm(
        self, run_id: str, confirmation_id: str, body: Mapping[str, Any]
    ) -> Call[dict[str, Any]]:
        path = f"{self._run(run_id)}/confirmations/{segment(confirmation_id)}"
        return Call("POST", path, as_dict, body)

    def artifact(self, run_id: str, artifact_id: str) -> Call[bytes]:
        path = f"{self._run(run_id)}/artifacts/{segment(artifact_id)}"
        return Call("GET", path, as_bytes, raw=True)

    def follow(self, run_id: str, last_event_id: str | int | None = None) -> Follow:
        return Follow(
            self._run(run_id) + "/events",
            self._config,
            last_event_id=last_event_id,
            include_heartbeats=False,
            terminal=COMPLETED,
        )

    def open_session(self, body: Mapping[str, Any]) -> Call[dict[str, Any]]:
        return Call("POST", self._root() + "/sessions", as_dict, body)

    def close_session(self, session_id: str) -> Call[dict[str, Any]]:
        return Call("DELETE", f"{self._root()}/sessions/{segment(session_id)}", as_dict)


def _started(data: Any) -> Started:
    return Started(str(data["run_id"]), str(data["browser_id"]))
