"""Which model answers, with which key and within which limits: read from the environment.

WEBAGENT_MODEL              "openai:gpt-5.4-mini", a profile's name, "embedded"
WEBAGENT_MODEL_PROFILES     JSON object {name: profile}, or the path of a file that holds one
WEBAGENT_MODEL_BASE_URL     address of the openai-compatible server WEBAGENT_MODEL talks to
WEBAGENT_MODEL_API_KEY      its key, if it wants one
WEBAGENT_MODEL_API          chat-completions or responses
WEBAGENT_MODEL_ORIGINS      addresses of model servers that tasks may use with our keys
WEBAGENT_ALLOW_SCRIPTED     let tasks bring a script instead of a model
OPENAI_API_KEY, OPENROUTER_API_KEY, ANTHROPIC_API_KEY, GOOGLE_API_KEY, GEMINI_API_KEY
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Route = Literal[
    "openai", "openrouter", "openai-compatible", "anthropic", "google", "embedded", "scripted"
]
ModelApi = Literal["chat-completions", "responses"]
# How tools are offered: as the provider's own; as a JSON Schema that the answer must satisfy,
# which makes small models on local servers usable; in the words of the prompt alone.
ToolMode = Literal["native", "json", "text"]

KEY_VARIABLES: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "openai-compatible": ("WEBAGENT_MODEL_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
}

# What a route uses when a key is there and nobody named a model.
DEFAULT_MODELS: dict[str, str] = {
    "openai": "gpt-5.4-mini",
    "anthropic": "claude-sonnet-4-6",
    "google": "gemini-3.8-flash",
    "openrouter": "openai/gpt-5.4-mini",
}


class Price(BaseModel):
    """US dollars for a million tokens. `cached_input` falls back to `input`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(None, ge=0)


class Profile(BaseModel):
    """One named way to reach a model. The key is named, or held as a secret; never printed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    route: Route
    model: str = ""
    api_key: SecretStr | None = None
    api_key_env: str | None = None
    base_url: str | None = None
    default_headers: dict[str, str] = Field(default_factory=dict, repr=False)
    model_api: ModelApi | None = None
    vision: bool | None = None
    tool_mode: ToolMode | None = None
    max_output_tokens: int | None = Field(None, ge=1)
    temperature: float | None = None
    price: Price | None = None


class ModelSettings(BaseSettings):
    """The operator's side of model choice. What tasks ask for is held against this."""

    model_config = SettingsConfigDict(
        env_prefix="WEBAGENT_", extra="ignore", populate_by_name=True, protected_namespaces=()
    )

    model: str = ""
    profiles: Annotated[dict[str, Profile], NoDecode] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("profiles", "WEBAGENT_MODEL_PROFILES"),
    )
    base_url: str | None = Field(
        None, validation_alias=AliasChoices("base_url", "WEBAGENT_MODEL_BASE_URL")
    )
    model_api: ModelApi | None = Field(
        None, validation_alias=AliasChoices("model_api", "WEBAGENT_MODEL_API")
    )
    origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validation_alias=AliasChoices("origins", "WEBAGENT_MODEL_ORIGINS")
    )
    prices: dict[str, Price] = Field(
        default_factory=dict, validation_alias=AliasChoices("prices", "WEBAGENT_MODEL_PRICES")
    )
    vision: bool | None = Field(
        None, validation_alias=AliasChoices("vision", "WEBAGENT_MODEL_VISION")
    )
    tool_mode: ToolMode = Field(
        "native", validation_alias=AliasChoices("tool_mode", "WEBAGENT_MODEL_TOOL_MODE")
    )
    timeout_s: float = Field(
        180.0, gt=0, validation_alias=AliasChoices("timeout_s", "WEBAGENT_MODEL_TIMEOUT_S")
    )
    # A short failure is bridged here in silence; longer ones are the loop's, which tells people.
    max_attempts: int = Field(
        2, ge=1, le=10, validation_alias=AliasChoices("max_attempts", "WEBAGENT_MODEL_MAX_ATTEMPTS")
    )
    max_retry_after_s: float = Field(
        5.0,
        ge=0,
        validation_alias=AliasChoices("max_retry_after_s", "WEBAGENT_MODEL_MAX_RETRY_AFTER_S"),
    )
    backoff_s: float = Field(
        0.5, ge=0, validation_alias=AliasChoices("backoff_s", "WEBAGENT_MODEL_BACKOFF_S")
    )
    allow_scripted: bool = False
    environ: dict[str, str] = Field(default_factory=lambda: dict(os.environ), repr=False)

    @field_validator("profiles", mode="before")
    @classmethod
    def _read_profiles(cls, value: Any) -> Any:
        """Profiles as a mapping, as JSON text, or as the path of a JSON file."""
        if not isinstance(value, str):
            return value
        text = value.strip()
        if not text:
            return {}
        if not text.startswith("{"):
            text = Path(text).expanduser().read_text(encoding="utf-8")
        return json.loads(text)

    @field_validator("origins", mode="before")
    @classmethod
    def _split_origins(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    def key_for(self, route: str) -> SecretStr | None:
        """The key of a route's standard variables; None when none is set."""
        return _first_set(self.environ, KEY_VARIABLES.get(route, ()))

    def key_from(self, variable: str) -> SecretStr | None:
        """The key in a named variable; None when it is empty or not set."""
        return _first_set(self.environ, (variable,))

    def key_variables(self) -> frozenset[str]:
        """Names a task may point `api_key_env` at: providers' own, and those of profiles.

        Anything else in the environment (the database's password, say) is not a model key and
        must not be sent to a server that a task names.
        """
        standard = {name for names in KEY_VARIABLES.values() for name in names}
        named = {p.api_key_env for p in self.profiles.values() if p.api_key_env}
        return frozenset(standard | named)

    def default_choice(self) -> str:
        """What answers when a task names nothing: the configured model, a keyed one, or none."""
        if self.model.strip():
            return self.model.strip()
        for route, model in DEFAULT_MODELS.items():
            if self.key_for(route) is not None:
                return f"{route}:{model}"
        return "embedded"


def _first_set(environ: Mapping[str, str], names: tuple[str, ...]) -> SecretStr | None:
    for name in names:
        value = environ.get(name, "").strip()
        if value:
            return SecretStr(value)
    return None
