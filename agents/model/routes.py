"""From what a task asks for to a model that answers.

A task names a model in one of these shapes; the operator's settings decide what that may mean:

    None, {}                      the configured default; without any key, the keyless planner
    "embedded"                    the keyless planner
    "openai:gpt-5.4-mini"         a route and its model
    "openai"                      a route's default model
    "fast"                        one of the operator's profiles
    {"route", "model", ...}       the same, with api_key, api_key_env, base_url, default_headers,
                                  model_api, max_output_tokens, temperature, vision
    {"route": "scripted", "turns": [...]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from agents.browser.addresses import AddressChecker
from agents.errors import ModelError
from agents.model.providers import ProviderRoute, RouteSpec
from agents.model.scripted import ScriptedRoute
from agents.model.settings import DEFAULT_MODELS, KEY_VARIABLES, ModelSettings, Profile
from agents.ports import ModelRoute

ROUTES = (*KEY_VARIABLES, "embedded", "scripted")
OPENAI_HOST = "api.openai.com"

# Standard variables that move a provider's address, so that existing set-ups keep working.
_URL_VARIABLES = {
    "openai": "OPENAI_BASE_URL",
    "openrouter": "OPENROUTER_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "google": "GOOGLE_GEMINI_BASE_URL",
}
_ALIASES = {
    "apiKey": "api_key",
    "apiKeyEnv": "api_key_env",
    "baseUrl": "base_url",
    "defaultHeaders": "default_headers",
    "modelApi": "model_api",
    "maxOutputTokens": "max_output_tokens",
    "provider": "route",
}
# What a task may set itself. Prices are the operator's: they feed cost limits and accounts.
_OWN_FIELDS = frozenset(Profile.model_fields) - {"route", "price"}
_BARE_NAMES = (
    (re.compile(r"^(gpt-|o\d|chatgpt-)"), "openai"),
    (re.compile(r"^claude-"), "anthropic"),
    (re.compile(r"^gemini-"), "google"),
)
_FORBIDDEN_HEADERS = {"host", "content-length", "transfer-encoding", "connection"}


def build_route(
    config: Mapping[str, Any] | str | None,
    *,
    settings: ModelSettings,
    stub: str | None = None,
    addresses: AddressChecker | None = None,
) -> ModelRoute:
    """The route that a task's `model` means under the operator's settings.

    stub: the executor's API as the model sees it; None reads it from the executor when needed.
    addresses: judges where a server that the task brought along may be; None opens public ones.
    Raises: ModelError `model_not_configured`, saying what to set; `model_not_allowed` for what
    the operator has not opened.
    """
    wanted, own_url = _resolve(config, settings)
    if wanted.route == "embedded":
        from agents.model.embedded import EmbeddedRoute

        return EmbeddedRoute()
    if wanted.route == "scripted":
        return _scripted(config, settings)
    return ProviderRoute(_spec(wanted, own_url, settings, addresses), stub=stub)


def check_route(config: Mapping[str, Any] | str | None, *, settings: ModelSettings) -> None:
    """Whether `build_route` could make a route of it here; a script is not read for that.

    Whether a provider knows the model is for the provider to say. Raises: as `build_route`.
    """
    wanted, own_url = _resolve(config, settings)
    if wanted.route not in ("embedded", "scripted"):
        _spec(wanted, own_url, settings)


def describe_default(settings: ModelSettings) -> dict[str, Any]:
    """What answers by default, for people: {"name", "keyless", "problem"}. Shows no secret."""
    choice = settings.default_choice()
    try:
        wanted, own_url = _resolve(choice, settings)
        keyless = wanted.route == "embedded"
        name = "embedded" if keyless else _spec(wanted, own_url, settings).name
        return {"name": name, "keyless": keyless, "problem": None}
    except ModelError as error:
        return {"name": choice, "keyless": False, "problem": str(error)}


# --- which profile ------------------------------------------------------------------------------


def _resolve(
    config: Mapping[str, Any] | str | None, settings: ModelSettings
) -> tuple[Profile, bool]:
    """The wanted profile, and whether the task itself brought the server's address."""
    if config is None or (isinstance(config, str) and not config.strip()):
        return _named(settings.default_choice(), settings), False
    if isinstance(config, str):
        return _named(config.strip(), settings), False
    if not isinstance(config, Mapping):
        raise _not_configured("`model` is a name or an object with `route` and `model`.")
    given = {_ALIASES.get(k, k): v for k, v in config.items() if v is not None}
    base = _base_of(given, settings)
    fields = {k: v for k, v in given.items() if k in _OWN_FIELDS}
    if "route" not in given:
        fields.pop("model", None)
    if base.base_url == fields.get("base_url"):
        fields.pop("base_url", None)
    if "base_url" in fields:
        # A profile's key and headers belong to the profile's server.
        base = _profile(base.route, base.model)
    try:
        wanted = Profile.model_validate({**base.model_dump(), **fields})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _not_configured(f"`model.{where}`: {first['msg']}.") from None
    return wanted, "base_url" in fields


def _base_of(given: dict[str, Any], settings: ModelSettings) -> Profile:
    """What an object starts from: its route, the profile it names, or the default."""
    named = given.get("profile") or (given.get("route") or given.get("name") or given.get("model"))
    if named is None:
        return _named(settings.default_choice(), settings)
    if not isinstance(named, str):
        raise _not_configured("`model.route` is one of: " + ", ".join(ROUTES) + ".")
    if "route" in given and named in KEY_VARIABLES and not given.get("profile"):
        default = _named(settings.default_choice(), settings)
        # The default's key, address and price are for its own route's model only.
        if default.route == named and default.model == given.get("model", default.model):
            return default
        return _profile(named, str(given.get("model") or ""))
    return _named(named.strip(), settings)


def _profile(route: str, model: str) -> Profile:
    return Profile.model_validate({"route": route, "model": model or DEFAULT_MODELS.get(route, "")})


def _named(name: str, settings: ModelSettings) -> Profile:
    if name in settings.profiles:
        return settings.profiles[name]
    route, _, model = name.partition(":")
    if route in ROUTES:
        return _profile(route, model)
    for pattern, inferred in _BARE_NAMES:
        if pattern.match(name):
            return _profile(inferred, name)
    known = ", ".join([*ROUTES, *settings.profiles])
    raise _not_configured(
        f"No model route or profile is called {name[:80]!r}. Use `route:model`, for example "
        f"`openai:gpt-5.4-mini`, or one of: {known}."
    )


def _scripted(config: Any, settings: ModelSettings) -> ScriptedRoute:
    if not settings.allow_scripted:
        raise ModelError(
            "Scripted runs are switched off here. Set WEBAGENT_ALLOW_SCRIPTED=1 to allow them.",
            code="model_not_allowed",
        )
    given = config if isinstance(config, Mapping) else {}
    turns = given.get("turns", given.get("script"))
    if turns is None:
        raise _not_configured("The scripted route needs `turns`, a JSON list.")
    return ScriptedRoute(turns, name=str(given.get("model") or "script")[:60])


# --- which key, which address -------------------------------------------------------------------


def _spec(
    wanted: Profile, own_url: bool, settings: ModelSettings, addresses: AddressChecker | None = None
) -> RouteSpec:
    route = wanted.route
    if not wanted.model:
        raise _not_configured(
            f"The route {route!r} needs a model: say `{route}:<model>` or set WEBAGENT_MODEL."
        )
    base_url = _base_url(wanted, own_url, settings)
    trusted = not own_url or _is_open(base_url, settings)
    name = f"{route}:{wanted.model}"
    return RouteSpec(
        route=route,
        model=wanted.model,
        api_key=_key(wanted, base_url, trusted, settings),
        base_url=base_url,
        default_headers=_headers(wanted.default_headers),
        model_api=wanted.model_api or _default_api(route, base_url, settings),
        vision=_first(wanted.vision, settings.vision, False),
        tool_mode=wanted.tool_mode or settings.tool_mode,
        max_output_tokens=wanted.max_output_tokens,
        temperature=wanted.temperature,
        price=wanted.price or settings.prices.get(name) or settings.prices.get(wanted.model),
        timeout_s=settings.timeout_s,
        max_attempts=settings.max_attempts,
        max_retry_after_s=settings.max_retry_after_s,
        backoff_s=settings.backoff_s,
        checker=None if trusted else addresses or AddressChecker(),
    )


def _first(*values: bool | None) -> bool:
    return next(bool(value) for value in values if value is not None)


def _configured_route(settings: ModelSettings) -> str:
    """The route WEBAGENT_MODEL names: its address and key variables are meant for that one."""
    if not settings.model:
        return "openai-compatible"
    try:
        return _named(settings.model.strip(), settings).route
    except ModelError:
        return ""


def _base_url(wanted: Profile, own_url: bool, settings: ModelSettings) -> str | None:
    url = wanted.base_url
    route = wanted.route
    if url is None and route in {_configured_route(settings), "openai-compatible"}:
        url = settings.base_url
    if url is None and route in _URL_VARIABLES:
        url = settings.environ.get(_URL_VARIABLES[route], "").strip() or None
    if url is None:
        if route == "openai-compatible":
            raise _not_configured(
                "The route 'openai-compatible' needs the server's address: give `base_url` or set "
                "WEBAGENT_MODEL_BASE_URL, for example http://127.0.0.1:8080/v1."
            )
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _not_configured("`base_url` is not an http or https address.")
    if parts.username or parts.password:
        raise _not_configured("`base_url` may not hold a password; give `api_key` instead.")
    return url.rstrip("/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def _is_open(url: str | None, settings: ModelSettings) -> bool:
    """Whether the operator opened this address: by name, or by using it himself."""
    if url is None:
        return True
    own = [p.base_url for p in settings.profiles.values() if p.base_url]
    own += [settings.base_url] if settings.base_url else []
    opened = [entry for entry in settings.origins if "://" in entry]
    return _origin(url) in {_origin(entry) for entry in [*own, *opened]}


def _key(
    wanted: Profile, base_url: str | None, trusted: bool, settings: ModelSettings
) -> SecretStr | None:
    """The key to send. The operator's keys never go to an address that a task brought along."""
    if wanted.api_key is not None and wanted.api_key.get_secret_value().strip():
        return SecretStr(wanted.api_key.get_secret_value().strip())
    if wanted.api_key_env:
        return _named_key(wanted.api_key_env, trusted, settings)
    key = None
    if trusted:
        key = settings.key_for(wanted.route)
        if key is None and wanted.route == _configured_route(settings):
            key = settings.key_from("WEBAGENT_MODEL_API_KEY")
    if key is None and wanted.route != "openai-compatible":
        if not trusted:
            raise _not_configured(
                "A task that brings its own `base_url` must bring its own `api_key` too."
            )
        names = " or ".join(KEY_VARIABLES[wanted.route])
        raise _not_configured(
            f"No API key for {wanted.route}: set {names} for the server and its workers, or name "
            "another model. (An agent run may bring an `api_key` of its own.)"
        )
    return key


def _named_key(variable: str, trusted: bool, settings: ModelSettings) -> SecretStr:
    if variable not in settings.key_variables() or not trusted:
        raise ModelError(
            f"A task may not read {variable[:80]!r} as a model key here. Use a provider's own "
            "variable with the provider's own address, or a profile that names it.",
            code="model_not_allowed",
        )
    key = settings.key_from(variable)
    if key is None:
        raise _not_configured(f"The variable {variable} is not set or empty.")
    return key


def _default_api(route: str, base_url: str | None, settings: ModelSettings) -> Any:
    if settings.model_api and route in {_configured_route(settings), "openai-compatible"}:
        return settings.model_api
    # OpenAI's own service is best through its Responses API; servers that only resemble it
    # mostly speak chat completions.
    is_openai = route == "openai" and (
        base_url is None or urlsplit(base_url).hostname == OPENAI_HOST
    )
    return "responses" if is_openai else "chat-completions"


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    for name, value in given.items():
        bad = not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or re.search(
            r"[\r\n\0]", value
        )
        if bad or name.lower() in _FORBIDDEN_HEADERS:
            raise _not_configured(f"The header {name[:60]!r} cannot be set in `default_headers`.")
    return dict(given)


def _not_configured(message: str) -> ModelError:
    return ModelError(message, code="model_not_configured")
