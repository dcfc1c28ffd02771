"""Helpers for programs that keep model profiles of their own. Nothing here reads a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlsplit

WebAgentRoute = Literal["openai", "openrouter", "openai-compatible", "anthropic", "google"]
ROUTES: tuple[WebAgentRoute, ...] = (
    "openai",
    "openrouter",
    "openai-compatible",
    "anthropic",
    "google",
)
KEY_VARIABLES: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "openai-compatible": (),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
}
_SPELLINGS: dict[str, WebAgentRoute] = {
    "open-router": "openrouter",
    "compatible": "openai-compatible",
    "custom": "openai-compatible",
    "claude": "anthropic",
    "gemini": "google",
    "google-genai": "google",
}
_NAMES: tuple[tuple[re.Pattern[str], WebAgentRoute], ...] = (
    (re.compile(r"^(gpt-|o\d|chatgpt-|codex-)"), "openai"),
    (re.compile(r"^claude-"), "anthropic"),
    (re.compile(r"^(gemini-|gemma-)"), "google"),
)
_HOSTS: dict[str, WebAgentRoute] = {
    "api.openai.com": "openai",
    "openrouter.ai": "openrouter",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class WebAgentModelProfile:
    """A named way to reach a model. The key and the headers are not in its repr."""

    route: WebAgentRoute
    model: str = ""
    name: str | None = None
    api_key: str | None = field(default=None, repr=False)
    api_key_env: str | None = None
    base_url: str | None = None
    default_headers: Mapping[str, str] | None = field(default=None, repr=False)
    model_api: str | None = None


@dataclass(frozen=True)
class WebAgentModelAccess:
    """A profile with the key that opens it.

    source: `inline`, the name of the variable the key was read from, or None without a key.
    """

    profile: WebAgentModelProfile
    api_key: str | None = field(default=None, repr=False)
    source: str | None = None

    @property
    def has_key(self) -> bool:
        """Whether a key was found."""
        return self.api_key is not None


def snake_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with keys like `apiKey` written as `api_key`."""
    return {_WORD.sub("_", str(key)).lower(): item for key, item in value.items()}


def parse_web_agent_model_route(value: str) -> WebAgentRoute:
    """The route that a name means, in the spellings people use. Raises: ValueError."""
    name = re.sub(r"[\s_]+", "-", value.strip().lower()) if isinstance(value, str) else ""
    for route in ROUTES:
        if name == route:
            return route
    if name in _SPELLINGS:
        return _SPELLINGS[name]
    raise ValueError(f"No model route is called {value!r}; it is one of: {', '.join(ROUTES)}.")


def infer_web_agent_model_route(model: str, *, base_url: str | None = None) -> WebAgentRoute | None:
    """The route a model's name or its server's address suggests; None when neither does."""
    if base_url:
        host = (urlsplit(base_url).hostname or "").lower()
        return _HOSTS.get(host, "openai-compatible")
    if "/" in model:
        return "openrouter"
    for pattern, route in _NAMES:
        if pattern.match(model):
            return route
    return None


def normalize_web_agent_model_profile(
    profile: Mapping[str, Any] | WebAgentModelProfile, *, name: str | None = None
) -> WebAgentModelProfile:
    """A profile from a mapping in either spelling; a missing route is inferred.

    Raises: ValueError when there is no route, or a field has another type.
    """
    if isinstance(profile, WebAgentModelProfile):
        return replace(profile, name=name) if name else profile
    given = {key: item for key, item in snake_keys(profile).items() if item is not None}
    model = str(given.get("model", given.get("model_id", "")))
    base_url = given.get("base_url")
    route = given.get("route", given.get("provider"))
    found = (
        parse_web_agent_model_route(route)
        if route is not None
        else infer_web_agent_model_route(model, base_url=base_url)
    )
    if found is None:
        raise ValueError(f"Nothing says which route the model {model!r} has: give `route`.")
    if found == "openai-compatible" and not base_url:
        raise ValueError("The route 'openai-compatible' needs `base_url`.")
    model_api = given.get("model_api")
    if model_api not in (None, "chat-completions", "responses"):
        raise ValueError("`model_api` is 'chat-completions' or 'responses'.")
    return WebAgentModelProfile(
        route=found,
        model=model,
        name=name or given.get("name"),
        api_key=given.get("api_key"),
        api_key_env=given.get("api_key_env"),
        base_url=base_url,
        default_headers=given.get("default_headers"),
        model_api=model_api,
    )


def resolve_web_agent_model_access(
    profile: Mapping[str, Any] | WebAgentModelProfile,
    *,
    environ: Mapping[str, str] | None = None,
) -> WebAgentModelAccess:
    """The profile with its key: its own, its variable's, or its provider's usual variable's.

    environ: os.environ by default.
    """
    found = normalize_web_agent_model_profile(profile)
    variables = os.environ if environ is None else environ
    if found.api_key and found.api_key.strip():
        return WebAgentModelAccess(found, found.api_key.strip(), "inline")
    names = (found.api_key_env,) if found.api_key_env else KEY_VARIABLES[found.route]
    for variable in names:
        value = variables.get(variable, "").strip()
        if value:
            return WebAgentModelAccess(found, value, variable)
    return WebAgentModelAccess(found)


def web_agent_model_config_for_access(access: WebAgentModelAccess) -> dict[str, Any]:
    """What `agent(model=...)` takes, with the key in it where there is one."""
    profile = access.profile
    config: dict[str, Any] = {
        "route": profile.route,
        "model": profile.model,
        "base_url": profile.base_url,
        "default_headers": dict(profile.default_headers) if profile.default_headers else None,
        "model_api": profile.model_api,
        "api_key": access.api_key,
        "api_key_env": None if access.has_key else profile.api_key_env,
    }
    return {name: value for name, value in config.items() if value}
