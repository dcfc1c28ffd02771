"""The policy object at the doors: read strictly, kept in its one spelling."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from agents.events import TaskNotice
from agents.guard.domains import MAX_ENTRIES, parse_domain
from agents.guard.policy import Policy, parse_private, reserved
from agents.plain import clip, plain_text
from dashboard.services.numbers import PlainNumbers

MAX_ENTRY_CHARS = 300
_MOST_UNKNOWN = 10


def _private(entry: str) -> str:
    return parse_private([entry])[0]


def _mode_alone(value: Any) -> Any:
    return {"mode": value} if isinstance(value, str) else value


def _approvals(value: Any) -> Any:
    """`{risk: decision}`; a list of risks is `ask` for each."""
    try:
        return reserved(value)
    except ValueError as error:
        text = str(error).removeprefix("approvals: ").removeprefix("approvals.")
        raise PydanticCustomError("value_error", "{text}", {"text": text}) from None


_Text = Annotated[str, Field(max_length=MAX_ENTRY_CHARS)]
Domain = Annotated[_Text, AfterValidator(parse_domain)]
PrivateEntry = Annotated[_Text, AfterValidator(_private)]
Domains = Annotated[list[Domain], Field(max_length=MAX_ENTRIES)]
TransferMode = Literal["allow", "ask", "deny"]


class DownloadsIn(PlainNumbers):
    """Whether files may be downloaded; `ask` has a person decide on each."""

    model_config = ConfigDict(extra="ignore")
    mode: TransferMode | None = None
    max_bytes: int | None = Field(None, ge=0, description="Of one file; at most 100 MiB count.")


class UploadsIn(BaseModel):
    """Whether files may be given to pages."""

    model_config = ConfigDict(extra="ignore")
    mode: TransferMode | None = None


class PolicyIn(BaseModel):
    """What a task may reach and do. Null is the default, an empty list is nothing."""

    model_config = ConfigDict(extra="ignore")

    mode: Literal["strict", "guided"] | None = Field(
        None, description="guided (default): only pages are limited; strict: every connection."
    )
    allowed_domains: Domains | None = Field(
        None, description="Hosts, with their subdomains, whose pages may be opened."
    )
    blocked_domains: Domains | None = Field(None, description="Never reached; wins over all else.")
    auth_domains: Domains | None = Field(
        None, description="Also open, for signing in; open after a password was typed, too."
    )
    redirect_domains: Domains | None = Field(
        None, description="May pass on to other pages, but not be opened themselves."
    )
    private_access: (
        bool
        | Literal["allow", "deny"]
        | Annotated[list[PrivateEntry], Field(max_length=MAX_ENTRIES)]
        | None
    ) = Field(None, description="Which of the private addresses that the server opens.")
    downloads: Annotated[DownloadsIn | None, BeforeValidator(_mode_alone)] = None
    uploads: Annotated[UploadsIn | None, BeforeValidator(_mode_alone)] = None
    approvals: Annotated[
        dict[str, Literal["ask", "allow", "deny"]] | None, BeforeValidator(_approvals)
    ] = Field(None, description="By risk; a list of risks reserves each for people.")

    _unknown: tuple[str, ...] = PrivateAttr(())  # keys that were given and mean nothing

    @model_validator(mode="wrap")
    @classmethod
    def _notes_unknown_keys(cls, value: Any, read: ModelWrapValidatorHandler[PolicyIn]) -> PolicyIn:
        made = read(value)
        if isinstance(value, dict):
            keys = sorted(str(key) for key in value if key not in cls.model_fields)
            made._unknown = tuple(clip(plain_text(key), 60) for key in keys[:_MOST_UNKNOWN])
        return made

    def notices(self) -> list[TaskNotice]:
        """One for each key that was ignored, so that somebody sees a misspelt rule."""
        return [_unknown_key(key) for key in self._unknown]

    def stored(self) -> dict[str, Any]:
        """What a row keeps: JSON of what was said, without nulls."""
        said = self.model_dump(mode="json", exclude_none=True)
        Policy.parse(said)
        return said


def _unknown_key(key: str) -> TaskNotice:
    near = difflib.get_close_matches(key.lower(), PolicyIn.model_fields, n=1)
    message = f"The policy has no key {key}; it was ignored."
    if near:
        message += f" Did you mean {near[0]}?"
    detail = {"key": key, "meant": near[0] if near else None}
    return TaskNotice(kind="policy_unknown_key", message=message, detail=detail)
