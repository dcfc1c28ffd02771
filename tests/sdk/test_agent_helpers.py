"""What of agents needs no server: model profiles, output schemas, bodies, decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from web_agent.v1 import (
    WEB_AGENT_APPROVAL_RISK_VALUES,
    OutputValidationError,
    WebAgentConfirmationDecision,
    WebAgentRunInput,
    WebAgentVariable,
    infer_web_agent_model_route,
    normalize_output_schema,
    normalize_web_agent_model_profile,
    parse_web_agent_model_route,
    resolve_web_agent_model_access,
    web_agent_model_config_for_access,
)
from web_agent.v1._agent_calls import converted, decision, prepare, wire_model
from web_agent.v1.agent_types import WebAgentResult, parse_result, parse_stream_event
from web_agent.v1.types import parse_event

HERE = "http://127.0.0.1:8000"
AWAY = "http://server.example"


# --- model profiles -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "route"),
    [("openai", "openai"), ("OpenRouter", "openrouter"), ("openai_compatible", "openai-compatible"),
     (" Claude ", "anthropic"), ("gemini", "google")],
)  # fmt: skip
def test_routes_are_read_in_the_spellings_people_use(said, route):
    assert parse_web_agent_model_route(said) == route


@pytest.mark.parametrize("said", ["", "gpt", None, 7])
def test_what_is_no_route_is_refused(said: Any):
    with pytest.raises(ValueError, match="No model route"):
        parse_web_agent_model_route(said)


@pytest.mark.parametrize(
    ("model", "base_url", "route"),
    [("gpt-5.4-mini", None, "openai"), ("o3", None, "openai"), ("claude-x", None, "anthropic"),
     ("gemini-3", None, "google"), ("qwen/q3", None, "openrouter"), ("mystery", None, None),
     ("mystery", "http://gpu.example/v1", "openai-compatible"),
     ("x", "https://openrouter.ai/api/v1", "openrouter")],
)  # fmt: skip
def test_routes_are_inferred(model, base_url, route):
    assert infer_web_agent_model_route(model, base_url=base_url) == route


def test_a_profile_becomes_a_model_config():
    profile = normalize_web_agent_model_profile(
        {"provider": "openai-compatible", "model": "m", "baseUrl": "https://g.example/v1",
         "apiKeyEnv": "MY_KEY", "modelApi": "responses", "defaultHeaders": {"X-Team": "a"}},
        name="fast",
    )  # fmt: skip
    assert (profile.name, profile.route) == ("fast", "openai-compatible")
    access = resolve_web_agent_model_access(profile, environ={"MY_KEY": "sk-1"})
    assert (access.has_key, access.source) == (True, "MY_KEY")
    assert "sk-1" not in repr(access)
    assert web_agent_model_config_for_access(access) == {
        "route": "openai-compatible", "model": "m", "base_url": "https://g.example/v1",
        "default_headers": {"X-Team": "a"}, "model_api": "responses", "api_key": "sk-1",
    }  # fmt: skip
    without = resolve_web_agent_model_access(profile, environ={})
    assert web_agent_model_config_for_access(without)["api_key_env"] == "MY_KEY"
    usual = resolve_web_agent_model_access(
        {"model": "claude-x"}, environ={"ANTHROPIC_API_KEY": "k"}
    )
    assert usual.source == "ANTHROPIC_API_KEY"


@pytest.mark.parametrize(
    "profile", [{"model": "mystery"}, {"route": "openai-compatible"}, {"route": "x"},
                {"route": "openai", "model_api": "soap"}],
)  # fmt: skip
def test_a_profile_that_says_too_little_is_refused(profile):
    with pytest.raises(ValueError, match=r"route|base_url|model_api"):
        normalize_web_agent_model_profile(profile)


def test_keys_stay_off_open_lines(monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-1")
    named = {"route": "openai", "model": "m", "apiKeyEnv": "MY_KEY"}
    assert wire_model(named, HERE)["api_key"] == "sk-1"
    assert wire_model(named, "https://server.example")["api_key"] == "sk-1"
    assert wire_model(named, AWAY) == {"route": "openai", "model": "m", "api_key_env": "MY_KEY"}
    with pytest.raises(ValueError, match="without TLS"):
        wire_model({"route": "openai", "api_key": "sk-1"}, AWAY)
    assert wire_model("fast", AWAY) == "fast"


def test_the_risks_are_the_contracts():
    assert len(WEB_AGENT_APPROVAL_RISK_VALUES) == len(set(WEB_AGENT_APPROVAL_RISK_VALUES)) == 14


# --- output schemas -----------------------------------------------------------------------------
@dataclass
class Line:
    name: str
    price: float | None = None
    tags: list[str] = field(default_factory=list)
    state: Literal["new", "used"] = "new"


@dataclass
class Bill:
    lines: list[Line]


class Modelish:
    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "object", "properties": {"name": {"type": "string"}}}

    @classmethod
    def model_validate(cls, value: Any) -> Modelish:
        return cls(value["name"])


def test_schemas_in_all_their_forms():
    raw = {"type": "object"}
    plain = normalize_output_schema(raw)
    assert plain is not None
    assert (plain.json_schema, plain.kind, plain.validate(5)) == (raw, "json_schema", 5)
    checked = normalize_output_schema({"schema": raw, "validate": lambda v: v["a"]})
    assert checked is not None
    assert checked.validate({"a": 1}) == 1
    with pytest.raises(OutputValidationError):
        checked.validate({})
    model = normalize_output_schema(Modelish)
    assert model is not None
    assert model.validate({"name": "x"}).name == "x"
    bill = normalize_output_schema(Bill)
    assert bill is not None
    line = bill.json_schema["properties"]["lines"]["items"]
    assert line["required"] == ["name"]
    assert line["properties"]["state"] == {"enum": ["new", "used"]}
    made = bill.validate({"lines": [{"name": "Kettle", "price": 1.5, "tags": ["a"]}]})
    assert made == Bill([Line("Kettle", 1.5, ["a"])])
    assert normalize_output_schema(None) is None
    with pytest.raises(TypeError):
        normalize_output_schema(5)


def test_an_output_that_the_own_validation_refuses_fails_the_result():
    schema = normalize_output_schema({"schema": {}, "validate": lambda v: v["missing"]})
    result = converted(WebAgentResult("run_1", status="completed", output={"a": 1}), schema)
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.code == "output_validation_failed"
    assert result.output == {"a": 1}


# --- bodies and answers -------------------------------------------------------------------------
def test_a_run_overrides_its_agent():
    agent = {
        "approval": "ask", "max_turns": 9, "variables": {"a": "1", "b": "2"},
        "output_schema": Line, "model": {"route": "openai", "apiKey": "k"},
    }  # fmt: skip
    given = WebAgentRunInput(
        "Go", approval="never", variables={"b": WebAgentVariable("3", sensitive=True)},
        on_confirm=lambda request: True, extra={"newer": 1},
    )  # fmt: skip
    ready = prepare(agent, given, {"start_url": "http://x/"}, HERE)
    assert ready.body["variables"] == {"a": "1", "b": {"value": "3", "sensitive": True}}
    assert ready.body["approval"] == "never"
    assert (ready.body["max_turns"], ready.body["newer"]) == (9, 1)
    assert ready.body["output_schema"]["type"] == "object"
    assert ready.body["model"] == {"route": "openai", "api_key": "k"}
    assert "on_confirm" not in ready.body
    assert ready.on_confirm is not None
    assert "sk" not in repr(ready)
    assert prepare({}, {"goal": "Go", "startUrl": "u"}, {}, HERE).body == {
        "goal": "Go", "start_url": "u",
    }  # fmt: skip
    with pytest.raises(TypeError):
        prepare({}, None, {}, HERE)


def test_decisions_in_all_their_forms():
    assert decision(True) == {"approved": True}
    assert decision({"approved": False, "reason": "no"}) == {"approved": False, "reason": "no"}
    assert decision(WebAgentConfirmationDecision(True, remember=True)) == {
        "approved": True, "remember": True,
    }  # fmt: skip
    assert decision(None) is None
    with pytest.raises(TypeError):
        decision("sure")  # type: ignore[arg-type]


def test_what_a_newer_server_adds_is_kept():
    result = parse_result({"run_id": "run_1", "status": "resting", "mood": "calm",
                           "steps": [{"step": 1, "page": {"url": "u", "depth": 2}}]})  # fmt: skip
    assert (result.status, result.is_over, result.extra) == ("resting", False, {"mood": "calm"})
    assert result.steps[0].page.extra == {"depth": 2}
    event = parse_stream_event(
        parse_event({"id": "12", "type": "tool.completed", "step": 2, "success": True, "new": 1})
    )
    assert (event.id, event.step, event.success, event.data["new"]) == ("12", 2, True, 1)
