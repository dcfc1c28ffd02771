"""Which model a task gets, with whose key, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from agents.errors import ModelError
from agents.model.providers import ProviderRoute, RouteSpec
from agents.model.routes import build_route, describe_default
from agents.model.settings import ModelSettings
from tests.agents.model.builders import make_settings

OPENAI = {"OPENAI_API_KEY": "sk-operator-key-000"}


def spec_of(config: Any, settings: ModelSettings) -> RouteSpec:
    route = build_route(config, settings=settings)
    assert isinstance(route, ProviderRoute)
    return route._spec


def key_of(spec: RouteSpec) -> str | None:
    return spec.api_key.get_secret_value() if spec.api_key else None


def refusal(config: Any, settings: ModelSettings) -> ModelError:
    with pytest.raises(ModelError) as caught:
        build_route(config, settings=settings)
    return caught.value


@pytest.mark.parametrize("config", [None, {}, "", "embedded", {"route": "embedded"}])
def test_without_a_key_the_planner_answers(config: Any) -> None:
    assert build_route(config, settings=make_settings()).name.startswith("embedded")


def test_a_key_alone_is_enough() -> None:
    spec = spec_of(None, make_settings(OPENAI))
    assert (spec.name, key_of(spec)) == ("openai:gpt-5.4-mini", "sk-operator-key-000")
    google = spec_of({}, make_settings({"GEMINI_API_KEY": "AIza-1234567890"}))
    assert google.route == "google"


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("openai:gpt-5.4-mini", "openai:gpt-5.4-mini"),
        ("openai", "openai:gpt-5.4-mini"),
        ("gpt-4.1", "openai:gpt-4.1"),
        ({"route": "openai", "model": "gpt-4.1"}, "openai:gpt-4.1"),
        ({"model": "openai:gpt-4.1"}, "openai:gpt-4.1"),
        ({"route": "openai", "model": None}, "openai:gpt-5.4-mini"),
    ],
)
def test_the_shapes_a_task_may_use(config: Any, name: str) -> None:
    assert spec_of(config, make_settings(OPENAI)).name == name


def test_openai_itself_is_asked_by_responses_and_lookalikes_by_chat() -> None:
    assert spec_of("openai", make_settings(OPENAI)).model_api == "responses"
    moved = make_settings({**OPENAI, "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert spec_of("openai", moved).model_api == "chat-completions"
    asked = {"route": "openai", "model": "x", "modelApi": "chat-completions"}
    assert spec_of(asked, make_settings(OPENAI)).model_api == "chat-completions"


def test_profiles_come_from_json_or_a_file(tmp_path: Path, monkeypatch: Any) -> None:
    profiles = {"fast": {"route": "anthropic", "model": "claude-haiku-4-5", "api_key_env": "TEAM"}}
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps(profiles))
    for source in (json.dumps(profiles), str(path)):
        monkeypatch.setenv("WEBAGENT_MODEL_PROFILES", source)
        monkeypatch.setenv("WEBAGENT_MODEL", "fast")
        settings = ModelSettings(environ={"TEAM": "sk-ant-team-0001"})
        spec = spec_of(None, settings)
        assert (spec.name, key_of(spec)) == ("anthropic:claude-haiku-4-5", "sk-ant-team-0001")
    changed = spec_of({"profile": "fast", "max_output_tokens": 500}, settings)
    assert changed.max_output_tokens == 500


def test_a_compatible_server_needs_an_address_but_no_key() -> None:
    error = refusal("openai-compatible:qwen", make_settings())
    assert error.code == "model_not_configured" and "WEBAGENT_MODEL_BASE_URL" in str(error)
    settings = make_settings(model="openai-compatible:qwen", base_url="http://127.0.0.1:8080/v1/")
    spec = spec_of(None, settings)
    assert (spec.base_url, key_of(spec), spec.guarded) == ("http://127.0.0.1:8080/v1", None, False)


def test_a_missing_key_says_what_to_set() -> None:
    for route, variable in (("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")):
        error = refusal(f"{route}:some-model", make_settings())
        assert error.code == "model_not_configured" and variable in str(error)


@pytest.mark.parametrize(
    "config",
    [
        "no-such-thing",
        {"route": "nope", "model": "x"},
        {"route": 7},
        {"route": "openai", "model": "x", "max_output_tokens": "many"},
        {"route": "openai", "model": "x", "base_url": "ftp://x"},
        {"route": "openai", "model": "x", "base_url": "http://u:p@x/"},
        {"route": "openai", "model": "x", "default_headers": {"Host": "evil"}},
        {"route": "openai", "model": "x", "default_headers": {"A": "b\r\nC: d"}},
        {"route": "scripted"},
        ["openai"],
    ],
)
def test_bad_choices_are_typed_errors(config: Any) -> None:
    error = refusal(config, make_settings(OPENAI, allow_scripted=True))
    assert error.code == "model_not_configured"
    assert not error.retryable


def test_our_keys_never_go_to_a_tasks_own_server() -> None:
    settings = make_settings(OPENAI)
    base = {"route": "openai", "model": "x", "base_url": "https://collector.example/v1"}
    assert refusal(base, settings).code == "model_not_configured"
    assert refusal({**base, "api_key_env": "OPENAI_API_KEY"}, settings).code == "model_not_allowed"
    compatible = {**base, "route": "openai-compatible"}
    assert key_of(spec_of(compatible, settings)) is None
    own = spec_of({**base, "api_key": " sk-own "}, settings)
    assert (key_of(own), own.guarded) == ("sk-own", True)


def test_a_profiles_key_and_headers_stay_with_its_server() -> None:
    profile = {
        "route": "openai-compatible",
        "model": "m",
        "base_url": "https://ours.example/v1",
        "api_key": "sk-profile-secret",
        "default_headers": {"X-Team": "secret-header"},
    }
    settings = make_settings(profiles={"ours": profile})
    assert key_of(spec_of("ours", settings)) == "sk-profile-secret"
    moved = spec_of({"profile": "ours", "base_url": "https://collector.example/v1"}, settings)
    assert (key_of(moved), moved.default_headers, moved.guarded) == (None, {}, True)
    same = spec_of({"profile": "ours", "base_url": "https://ours.example/v1"}, settings)
    assert key_of(same) == "sk-profile-secret"


def test_a_task_reads_no_other_variable_as_a_key() -> None:
    settings = make_settings({**OPENAI, "DATABASE_PASSWORD": "hunter22"})
    error = refusal({"route": "openai", "model": "x", "api_key_env": "DATABASE_PASSWORD"}, settings)
    assert error.code == "model_not_allowed" and "hunter22" not in str(error)
    fine = spec_of({"route": "openai", "model": "x", "apiKeyEnv": "OPENAI_API_KEY"}, settings)
    assert key_of(fine) == "sk-operator-key-000"


def test_a_task_sets_no_prices() -> None:
    free = {"route": "openai", "model": "x", "price": {"input": 0, "output": 0}}
    assert spec_of(free, make_settings(OPENAI)).price is None


def test_scripts_are_off_until_switched_on() -> None:
    script = {"route": "scripted", "turns": [{"finish": {"text": "ok"}}]}
    error = refusal(script, make_settings())
    assert error.code == "model_not_allowed" and "WEBAGENT_ALLOW_SCRIPTED" in str(error)
    route = build_route(script, settings=make_settings(allow_scripted=True))
    assert route.name == "scripted:script"


def test_settings_and_profiles_show_no_key() -> None:
    profile = {"route": "openai", "model": "m", "api_key": "sk-profile-secret"}
    settings = make_settings(OPENAI, profiles={"p": profile})
    shown = repr(settings) + str(settings) + repr(spec_of("p", settings))
    assert "sk-profile-secret" not in shown and "sk-operator-key-000" not in shown
    assert isinstance(settings.profiles["p"].api_key, SecretStr)


def test_bad_settings_are_told_by_name() -> None:
    with pytest.raises(ValidationError):
        make_settings(timeout_s=0)


def test_the_default_is_described_for_people() -> None:
    assert describe_default(make_settings())["keyless"] is True
    assert describe_default(make_settings(OPENAI))["name"] == "openai:gpt-5.4-mini"
    broken = describe_default(make_settings(model="anthropic:claude-sonnet-4-6"))
    assert "ANTHROPIC_API_KEY" in broken["problem"]
