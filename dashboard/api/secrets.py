"""Stored secrets: write, replace, delete. No answer holds a value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from dashboard import paging
from dashboard.api.auth import Key, actor_of
from dashboard.api.responses import ERRORS
from dashboard.api.schemas import Time
from dashboard.models import Secret
from dashboard.services import secrets
from dashboard.services.options import CleanText, VariableName
from dashboard.services.secrets import MAX_DOMAINS, MAX_VALUE_CHARS

router = Router(tags=["Secrets"])
SECRETS = "/projects/{project_id}/secrets"

Kind = Literal["text", "password", "one_time_code", "card", "username"]
Value = Annotated[CleanText, Field(min_length=1, max_length=MAX_VALUE_CHARS)]
Domain = Annotated[CleanText, Field(min_length=1, max_length=300)]
Description = Annotated[CleanText, Field(max_length=500)]
_DOMAINS = "Hosts, with their subdomains, on which tasks may type it; empty: no task is offered it"


class SecretIn(Schema):
    """A secret to keep. `name` is what step code says: `variables["name"]`."""

    name: VariableName
    value: Value = Field(description="Written only: no answer ever holds it")
    kind: Kind = "password"
    description: Description = Field("", description="The agent sees this, and the name")
    allowed_domains: list[Domain] | None = Field(None, max_length=MAX_DOMAINS, description=_DOMAINS)


class SecretChange(Schema):
    """What to change; what is left out or null stays. New domains need the value again."""

    value: Value | None = None
    kind: Kind | None = None
    description: Description | None = None
    allowed_domains: list[Domain] | None = Field(None, max_length=MAX_DOMAINS, description=_DOMAINS)


class SecretOut(Schema):
    """A stored secret, without its value."""

    id: str
    name: str
    kind: Kind
    description: str
    allowed_domains: list[str]
    created_by: str
    created_at: Time
    updated_at: Time
    last_used_at: Time | None


class SecretPage(Schema):
    """One page of secrets, newest first."""

    items: list[SecretOut]
    next_cursor: str | None


def _rows(request: HttpRequest) -> QuerySet[Secret]:
    return Secret.objects.for_project(actor_of(request).project)


def _shown(row: Secret) -> dict[str, Any]:
    names = (
        "name", "kind", "description", "allowed_domains", "created_by", "created_at",
        "updated_at", "last_used_at",
    )  # fmt: skip
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


@router.get(
    SECRETS, response={200: SecretPage, **ERRORS}, auth=Key("admin"), summary="List secrets",
    operation_id="list_secrets",
)  # fmt: skip
def list_secrets(
    request: HttpRequest,
    project_id: str,
    limit: int = Query(20, ge=1, le=100),
    cursor: str | None = Query(None, max_length=200),
):
    """The project's stored secrets, newest first, without their values."""
    items, following = paging.page(_rows(request), limit=limit, cursor=cursor)
    return {"items": [_shown(row) for row in items], "next_cursor": following}


@router.post(
    SECRETS, response={201: SecretOut, **ERRORS}, auth=Key("admin"), summary="Store a secret",
    operation_id="create_secret",
)  # fmt: skip
def create_secret(request: HttpRequest, project_id: str, body: SecretIn):
    """Keep a value that tasks may type on its domains. It cannot be read back."""
    made = secrets.create(
        body.name,
        body.value,
        by=actor_of(request),
        kind=body.kind,
        description=body.description,
        allowed_domains=body.allowed_domains,
    )
    return Status(201, _shown(made))


@router.get(
    SECRETS + "/{secret_id}", response={200: SecretOut, **ERRORS}, auth=Key("admin"),
    summary="Read about a secret", operation_id="get_secret",
)  # fmt: skip
def get_secret(request: HttpRequest, project_id: str, secret_id: str):
    """What is known of a secret, but its value."""
    return _shown(_rows(request).fetch(secret_id))


def _change(request: HttpRequest, secret_id: str, body: SecretChange) -> dict[str, Any]:
    changed = secrets.replace(
        _rows(request).fetch(secret_id),
        by=actor_of(request),
        value=body.value,
        kind=body.kind,
        description=body.description,
        allowed_domains=body.allowed_domains,
    )
    return _shown(changed)


@router.patch(
    SECRETS + "/{secret_id}", response={200: SecretOut, **ERRORS}, auth=Key("admin"),
    summary="Change a secret", operation_id="change_secret",
)  # fmt: skip
def change_secret(request: HttpRequest, project_id: str, secret_id: str, body: SecretChange):
    """Replace the value, or change what belongs to it. 422 for new domains without the value."""
    return _change(request, secret_id, body)


@router.put(
    SECRETS + "/{secret_id}", response={200: SecretOut, **ERRORS}, auth=Key("admin"),
    summary="Replace a secret", operation_id="replace_secret",
)  # fmt: skip
def replace_secret(request: HttpRequest, project_id: str, secret_id: str, body: SecretChange):
    """The same as PATCH, for clients that replace with PUT."""
    return _change(request, secret_id, body)


@router.delete(
    SECRETS + "/{secret_id}", response={204: None, **ERRORS}, auth=Key("admin"),
    summary="Delete a secret", operation_id="delete_secret",
)  # fmt: skip
def delete_secret(request: HttpRequest, project_id: str, secret_id: str):
    """Forget it. Tasks that run already keep their copy until they end."""
    secrets.delete(_rows(request).fetch(secret_id), by=actor_of(request))
    return Status(204, None)
