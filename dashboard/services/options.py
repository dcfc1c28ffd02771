"""What may be asked for: the options of a task, checked once for every door."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

import ada_url
from django.conf import settings
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from agents.events import TaskNotice
from agents.guard.receivers import domain_problem
from agents.schemas import check_schema
from dashboard.errors import field_words
from dashboard.services import misspelt, model_check
from dashboard.services.numbers import PlainNumbers
from dashboard.services.policies import PolicyIn

# What of a model's configuration may lie in a row. Whatever else came with it is dropped: nobody
# knows under which name somebody sends a secret.
_STORED_MODEL_FIELDS = (
    "route", "name", "model", "profile", "api_key_env", "base_url", "model_api",
    "max_output_tokens", "temperature", "vision", "tool_mode", "turns", "script",
)  # fmt: skip
SECRET_MODEL_FIELDS = ("api_key", "default_headers")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MAX_INSTRUCTIONS = 20_000
MAX_SCHEMA_CHARS = 100_000


def snake(key: Any) -> Any:
    """`maxTurns` as `max_turns`; what is not text stays."""
    return _WORD.sub("_", key).lower() if isinstance(key, str) else key


def snake_keys(value: Any) -> Any:
    """An object of ours with its keys in snake_case; given both ways, snake_case counts."""
    if not isinstance(value, dict):
        return value
    written = {key: item for key, item in value.items() if snake(key) == key}
    return {snake(key): item for key, item in value.items()} | written


def _clean(text: str) -> str:
    """No NULs and no lone surrogates: neither database nor browser can carry them."""
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("must not contain lone surrogates") from None
    return text


def _web_address(url: str) -> str:
    text = url.strip()
    if "://" not in text and not text.startswith(("about:", "data:", "javascript:", "file:")):
        text = f"https://{text}"
    try:
        parsed = ada_url.URL(text)
    except ValueError:
        raise ValueError("is not a web address; give one like https://example.org/") from None
    if parsed.protocol not in ("http:", "https:"):
        raise ValueError(f"must begin with http:// or https://, not {parsed.protocol}")
    if not parsed.hostname:
        raise ValueError("has no host")
    if parsed.username or parsed.password:
        raise ValueError("must not carry a user name or password; use variables")
    return parsed.href


def _no_surprises(value: Any) -> Any:
    """JSON of a bounded depth without NULs or surrogates, at any level."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > 60:
            raise ValueError("is nested too deeply")
        if isinstance(item, str):
            _clean(item)
        elif isinstance(item, dict):
            for key, entry in item.items():
                _clean(key)
                stack.append((entry, depth + 1))
        elif isinstance(item, list):
            stack.extend((entry, depth + 1) for entry in item)
    return value


class NullIsDefault(BaseModel):
    """An object in which null means the default, and unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if item is not None}


def _host(domain: str) -> str:
    problem = domain_problem(domain)
    if problem:
        raise ValueError(problem)
    return domain


CleanText = Annotated[str, AfterValidator(_clean)]
WebAddress = Annotated[
    str, Field(max_length=8000), AfterValidator(_clean), AfterValidator(_web_address)
]
MAX_RECEIVER_CHARS = 2000


def _receiver(url: str) -> str:
    address = url.partition("#")[0]
    if len(address) > MAX_RECEIVER_CHARS:  # also once it is written out in ASCII
        raise ValueError(f"must be at most {MAX_RECEIVER_CHARS} characters")
    return address


ReceiverAddress = Annotated[WebAddress, AfterValidator(_receiver)]
JsonObject = Annotated[dict[str, Any], AfterValidator(_no_surprises)]


class VariableIn(NullIsDefault):
    """A named value that only fill-like actions may use."""

    value: CleanText = Field(max_length=20_000)
    description: CleanText = Field("", max_length=500)
    sensitive: bool = Field(False, description="Kept out of all that is shown, sent and stored")
    allowed_domains: (
        list[Annotated[CleanText, Field(max_length=300), AfterValidator(_host)]] | None
    ) = Field(None, max_length=50, description="Hosts, with their subdomains; `[]`: nowhere")
    kind: Literal["text", "password", "one_time_code", "card", "username"] = "text"

    @model_validator(mode="after")
    def _some_kinds_are_sensitive(self) -> VariableIn:
        if self.kind in ("password", "one_time_code", "card"):
            self.sensitive = True
        return self


def _variable(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


class _ModelNumbers(PlainNumbers):
    """The numbers of a model's configuration."""

    max_output_tokens: int | None = Field(None, ge=1, le=1_000_000)
    temperature: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Raises: ValueError that names the one that is none."""
        try:
            cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"`{first['loc'][0]}`: {field_words(first['msg'])}") from None


class NewTask(PlainNumbers):
    """The options of a task. Unknown keys are ignored, explicit nulls mean the default."""

    model_config = ConfigDict(extra="ignore")

    instructions: CleanText = Field(
        min_length=1, max_length=MAX_INSTRUCTIONS, description="What to do, in plain words."
    )
    start_url: WebAddress | None = Field(None, description="Where to begin.")
    model: CleanText | JsonObject | None = Field(
        None, description="Route or profile name, e.g. `embedded`, `openai:gpt-5.4-mini`."
    )
    max_steps: int | None = Field(None, ge=1, le=500)
    max_tokens: int | None = Field(
        None, ge=1, le=1_000_000_000, description="Input and output tokens together."
    )
    max_cost_usd: Decimal | None = Field(None, ge=0, le=100_000, decimal_places=6)
    max_duration_minutes: float | None = Field(None, gt=0, le=24 * 60)
    output_schema: JsonObject | None = Field(None, description="JSON Schema of the output.")
    approval: Literal["ask", "delegated", "never"] | None = None
    policy: PolicyIn | None = Field(None, description="What the task may reach and do.")
    variables: dict[VariableName, Annotated[VariableIn, BeforeValidator(_variable)]] | None = None
    metadata: JsonObject | None = None

    _misspelt: tuple[tuple[str, str], ...] = PrivateAttr(())
    tells_misspelt: ClassVar[bool] = True

    @model_validator(mode="wrap")
    @classmethod
    def _notes_misspelt(cls, value: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        made = read(value)
        if cls.tells_misspelt and isinstance(value, dict):
            made._misspelt = misspelt.among(value, cls.model_fields)
        return made

    def notices(self) -> list[TaskNotice]:
        """What of it was ignored and was likely meant otherwise."""
        own = [misspelt.notice(key, meant) for key, meant in self._misspelt]
        return own + (self.policy.notices() if self.policy is not None else [])

    @field_validator("instructions", mode="before")
    @classmethod
    def _says_something(cls, value: Any) -> Any:
        # Before its length is measured: what is empty and what is blank are told the same.
        if isinstance(value, str) and not (value := value.strip()):
            raise ValueError("must say what to do")
        return value

    @field_validator("output_schema")
    @classmethod
    def _is_a_schema(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is None:
            return None
        if len(str(value)) > MAX_SCHEMA_CHARS:
            raise ValueError(f"must be under {MAX_SCHEMA_CHARS} characters")
        check_schema(value)
        return value

    @field_validator("variables")
    @classmethod
    def _not_too_many(cls, value: dict[str, VariableIn] | None) -> dict[str, VariableIn] | None:
        if value is not None and len(value) > 100:
            raise ValueError("must be at most 100 variables")
        return value

    @field_validator("model", mode="before")
    @classmethod
    def _model_keys(cls, value: Any) -> Any:
        value = snake_keys(value)
        if isinstance(value, dict) and "route" not in value and "provider" in value:
            value["route"] = value["provider"]
        return value

    @field_validator("model")
    @classmethod
    def _no_user_in_its_address(cls, value: str | dict | None) -> str | dict | None:
        address = value.get("base_url") if isinstance(value, dict) else None
        if isinstance(address, str) and "@" in address.partition("://")[2].split("/")[0]:
            raise ValueError("`base_url` must not carry a user name or password")
        return value

    @field_validator("model")
    @classmethod
    def _its_numbers_are_numbers(cls, value: str | dict | None) -> str | dict | None:
        if isinstance(value, dict):
            _ModelNumbers.check(value)
        return value

    @field_validator("model")
    @classmethod
    def _scripted_is_switched_on(cls, value: str | dict | None) -> str | dict | None:
        route = value.get("route") if isinstance(value, dict) else value
        if isinstance(value, dict) and not isinstance(route, str):
            raise ValueError("needs a `route`")
        if route and str(route).startswith("scripted") and not settings.CONFIG.allow_scripted:
            raise ValueError("the scripted route is off; set WEBAGENT_ALLOW_SCRIPTED=1 to allow it")
        if isinstance(value, dict) and any(value.get(name) for name in SECRET_MODEL_FIELDS):
            raise ValueError(
                "give `api_key_env` or configure the model on the server, no raw key or headers"
            )
        return value

    @field_validator("model")
    @classmethod
    def _can_be_had_here(cls, value: str | dict | None) -> str | dict | None:
        named = {"route": value} if isinstance(value, str) else value or {}
        known = (*_STORED_MODEL_FIELDS, *SECRET_MODEL_FIELDS)
        given = {name: named[name] for name in known if named.get(name) is not None}
        if given and (problem := model_check.problem_of(given)):
            raise ValueError(problem)
        return value

    def stored_options(self) -> dict[str, Any]:
        """What the task row keeps: JSON, no variables."""
        elsewhere = {"instructions", "variables", "callback_url", "model"}
        data = self.model_dump(mode="json", exclude=elsewhere)
        data["model"] = self._stored_model()
        data["policy"] = self.policy.stored() if self.policy is not None else None
        return {key: value for key, value in data.items() if value is not None}

    def _stored_model(self) -> dict[str, Any] | None:
        given = {"route": self.model} if isinstance(self.model, str) else self.model or {}
        model = {name: given[name] for name in _STORED_MODEL_FIELDS if given.get(name) is not None}
        return model or None


class Recording(NullIsDefault):
    """Whether step frames are kept for replay."""

    enabled: bool = True


class NewSession(NewTask):
    """The options of a session with its first task."""

    title: CleanText | None = Field(None, max_length=200)
    profile_id: CleanText | None = Field(None, max_length=40)
    recording: Recording | None = None
    keep_alive: bool | None = Field(None, description="Keep the browser open between tasks.")
    callback_url: ReceiverAddress | None = Field(
        None, description="Where signed webhooks of this session's tasks go."
    )
