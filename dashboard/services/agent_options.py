"""What an agent run may ask for. Keys may be written in snake_case or in camelCase."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from django.conf import settings
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from agents.schemas import check_pattern
from dashboard.services.numbers import PlainNumbers
from dashboard.services.options import (
    SECRET_MODEL_FIELDS,
    CleanText,
    JsonObject,
    NewTask,
    ReceiverAddress,
    Recording,
    VariableIn,
    VariableName,
    WebAddress,
    snake,
    snake_keys,
)
from dashboard.services.policies import PolicyIn

# Where else callers may write a field of a run, first choice first.
ALSO_WRITTEN = {
    "goal": (("instructions",),),
    "policy": (("browser", "policy"), ("browser", "create", "policy")),
    "profile_id": (("browser", "create", "profile_id"),),
}
_DAY_MS = 24 * 3600 * 1000
NO_SNAPSHOTS = (
    "Do not read whole pages from code (page.page_text, page.extract_*); the page state you are "
    "given after each step is enough."
)
NO_NETWORK = "Code makes no network calls of its own: it only drives the page."


def _deep_snake_keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_deep_snake_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {snake(key): _deep_snake_keys(item) for key, item in value.items()}


class Spelled(PlainNumbers):
    """An object whose keys may be written either way; unknown ones are ignored."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _either_spelling(cls, value: Any) -> Any:
        return snake_keys(value)


def _recording(value: Any) -> Any:
    return {"enabled": value} if isinstance(value, bool) else value


def _no_proxy(value: Any) -> Any:
    if value:
        raise ValueError(
            "a browser of one's own proxy is not supported: all browsers go out through the "
            "server's own egress proxy"
        )
    return None


AgentPolicy = Annotated[PolicyIn, BeforeValidator(_deep_snake_keys)]
OwnProxy = Annotated[Any, AfterValidator(_no_proxy), Field(description="Not supported")]


class BrowserCreate(Spelled):
    """How the browser of a run is made."""

    policy: AgentPolicy | None = None
    recording: Annotated[Recording, BeforeValidator(_recording)] | None = None
    profile_id: CleanText | None = Field(None, max_length=40)
    proxy: OwnProxy = None


class BrowserIn(Spelled):
    """Where the browser may go, and how it is made."""

    policy: AgentPolicy | None = None
    create: BrowserCreate | None = None
    proxy: OwnProxy = None


def _pattern(text: str) -> str:
    check_pattern(text)
    return text


class CodePolicyIn(Spelled):
    """Guidance for the code that the model writes. Not a sandbox: policy and approvals are."""

    allow_snapshot_calls: bool | None = None
    allow_direct_network: bool | None = None
    extra_denied_patterns: (
        list[Annotated[CleanText, Field(min_length=1, max_length=300), AfterValidator(_pattern)]]
        | None
    ) = Field(None, max_length=50, description="RE2 patterns that code should not match")


class CaptureIn(Spelled):
    """How much of a page and of a result the model is shown, in characters."""

    observation_chars: int | None = Field(None, ge=200, le=200_000)
    tool_result_chars: int | None = Field(None, ge=50, le=200_000)


class ArtifactsIn(Spelled):
    """What a result carries beside the answer."""

    retain_transcript: bool | None = None


def _captcha(value: Any) -> Any:
    if isinstance(value, bool):
        return {"mode": "ask" if value else "never"}
    return {"mode": value} if isinstance(value, str) else value


class CaptchaIn(Spelled):
    """Who solves captchas: a person in the live view, or nobody. There is no solving service."""

    mode: Literal["ask", "never"] | None = None


def _variable(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else snake_keys(value)


def _browser_policy(browser: Any) -> Any:
    """The policy of a browser's configuration, else that of the browser's making."""
    for part in (browser, browser.get("create") if isinstance(browser, dict) else None):
        if isinstance(part, dict) and part.get("policy") is not None:
            return part["policy"]
    return None


class NewRun(NewTask):
    """A goal, and the agent that pursues it. Unknown keys are ignored, nulls mean the default."""

    tells_misspelt: ClassVar[bool] = False  # its keys are those of other clients, too

    instructions: CleanText = Field(
        alias="goal", min_length=1, max_length=20_000, description="What to reach, in plain words."
    )
    browser_id: CleanText | None = Field(
        None, max_length=40, description="The browser of an earlier run or of a session."
    )
    model: CleanText | JsonObject | None = Field(
        None,
        description="A profile's name, `route:model`, or {route, model, api_key?, api_key_env?, "
        "base_url?, default_headers?, model_api?}. A raw key is accepted over TLS or from this "
        "machine only, and never stored.",
    )
    browser: BrowserIn | None = None
    proxy: OwnProxy = None
    policy: AgentPolicy | None = None
    captcha: Annotated[CaptchaIn, BeforeValidator(_captcha)] | None = None
    variables: dict[VariableName, Annotated[VariableIn, BeforeValidator(_variable)]] | None = None
    system_prompt: CleanText | None = Field(None, max_length=20_000)
    max_turns: int | None = Field(None, ge=1, le=500)
    max_tool_calls: int | None = Field(None, ge=1, le=500)
    timeout_ms: int | None = Field(None, ge=1_000, le=_DAY_MS)
    tool_timeout_ms: int | None = Field(None, ge=1_000, le=600_000)
    confirmation_timeout_ms: int | None = Field(
        None, ge=1_000, le=7 * _DAY_MS, description="Then a run ends in `needs_confirmation`."
    )
    max_output_tokens: int | None = Field(None, ge=1, le=1_000_000)
    code_policy: CodePolicyIn | None = None
    capture: CaptureIn | None = None
    artifacts: ArtifactsIn | None = None
    callback_url: ReceiverAddress | None = None

    @model_validator(mode="before")
    @classmethod
    def _either_spelling(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"goal": value}
        value = snake_keys(value)
        if isinstance(value, dict):
            if value.get("goal") is None and "instructions" in value:
                value["goal"] = value["instructions"]
            if value.get("policy") is None:
                value["policy"] = _browser_policy(value.get("browser"))
        return value

    @field_validator("model")
    @classmethod
    def _scripted_is_switched_on(cls, value: str | dict | None) -> str | dict | None:
        route = value.get("route") if isinstance(value, dict) else value
        if isinstance(value, dict):
            if not isinstance(value.get("route", value.get("profile")), str):
                raise ValueError("needs a `route` or a `profile`")
            for name in ("model", "api_key", "api_key_env", "base_url", "profile"):
                if not isinstance(value.get(name), str | None):
                    raise ValueError(f"`{name}` must be text")
        if route and str(route).startswith("scripted") and not settings.CONFIG.allow_scripted:
            raise ValueError("the scripted route is off; set WEBAGENT_ALLOW_SCRIPTED=1 to allow it")
        return value

    @field_validator("output_schema", mode="before")
    @classmethod
    def _bare_schema(cls, value: Any) -> Any:
        """A schema inside `{"schema": …}`, as some clients send it."""
        if isinstance(value, dict) and isinstance(value.get("schema"), dict):
            return value["schema"] if "type" not in value or "name" in value else value
        return value

    # --- what becomes of it -----------------------------------------------------------------
    @property
    def model_secrets(self) -> dict[str, Any]:
        """What of the model's configuration is held in memory only."""
        given = self.model if isinstance(self.model, dict) else {}
        return {name: given[name] for name in SECRET_MODEL_FIELDS if given.get(name)}

    @property
    def create(self) -> BrowserCreate:
        """How to make the browser."""
        return (self.browser and self.browser.create) or BrowserCreate()

    def guidance(self) -> str:
        """The owner's words for the standing orders."""
        lines = [self.system_prompt.strip()] if self.system_prompt else []
        if code := self.code_policy:
            if code.allow_snapshot_calls is False:
                lines.append(NO_SNAPSHOTS)
            if code.allow_direct_network is False:
                lines.append(NO_NETWORK)
            if code.extra_denied_patterns:
                lines.append("Write no code that matches one of these patterns:")
                lines += [f"- {pattern}" for pattern in code.extra_denied_patterns]
        return "\n".join(lines)

    def stored_options(self) -> dict[str, Any]:
        """What the task row keeps: no variables, no model key."""
        own = set(NewTask.model_fields) - {"instructions", "variables", "callback_url", "model"}
        data = self.model_dump(mode="json", include=own)
        data["model"] = self._stored_model()
        data["policy"] = self.policy.stored() if self.policy is not None else None
        data["max_steps"] = self.max_turns or self.max_steps
        if self.timeout_ms:
            data["max_duration_minutes"] = self.timeout_ms / 60_000
        if self.tool_timeout_ms:
            data["step_timeout_s"] = self.tool_timeout_ms / 1000
        if self.create.recording:
            data["recording"] = self.create.recording.model_dump()
        data["agent"] = self._agent_options()
        return {key: value for key, value in data.items() if value is not None}

    def _stored_model(self) -> dict[str, Any] | None:
        model = super()._stored_model() or {}
        if self.max_output_tokens and model.get("route") != "scripted":
            model["max_output_tokens"] = self.max_output_tokens
        if held := self.model_secrets:
            model["held_in_memory"] = sorted(held)
        return model or None

    def _agent_options(self) -> dict[str, Any]:
        capture, captcha = self.capture or CaptureIn(), self.captcha or CaptchaIn()
        waits_ms = self.confirmation_timeout_ms
        found = {
            "guidance": self.guidance(),
            "max_tool_calls": self.max_tool_calls,
            "observation_chars": capture.observation_chars,
            "tool_result_chars": capture.tool_result_chars,
            "captcha": captcha.mode,
            "confirmation_timeout_s": waits_ms / 1000 if waits_ms else None,
            "ends_unconfirmed": True,
            "retain_transcript": bool(self.artifacts and self.artifacts.retain_transcript),
        }
        return {key: value for key, value in found.items() if value not in (None, "")}


class NewAgentSession(Spelled):
    """A browser for several runs."""

    start_url: WebAddress | None = Field(None, description="Where its first run begins.")
    browser_id: CleanText | None = Field(
        None, max_length=40, description="An earlier run's browser, to go on with"
    )
    browser: BrowserIn | None = Field(None, description="Its policy holds for runs without one")
    proxy: OwnProxy = None
    title: CleanText | None = Field(None, max_length=200)
    metadata: JsonObject | None = None

    @property
    def policy(self) -> PolicyIn | None:
        """What runs of the session may reach and do, unless they say so themselves."""
        browser = self.browser
        if browser is None:
            return None
        return browser.policy or (browser.create.policy if browser.create else None)
