"""Which key may call what. The edge has told who asks; here the project and scope are checked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase

from dashboard.errors import Forbidden, Unauthorized
from dashboard.services.actors import Actor
from dashboard.services.keys import MISSING


class Key(AuthBase):
    """Requires a key with one of these scopes, and the project of the path to be the key's own.

    With several, the service decides which of them its operation needs.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_name = "ApiKey"

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            raise Unauthorized(MISSING)
        match: Any = request.resolver_match
        project_id = match.kwargs.get("project_id") if match else None
        if project_id is not None and project_id != actor.project.pk:
            raise Forbidden("This API key belongs to another project.")
        if not actor.scopes.intersection(self.scopes):
            actor.require(self.scopes[0])
        return actor


def actor_of(request: HttpRequest) -> Actor:
    """Who calls this operation."""
    return request.auth  # type: ignore[attr-defined]
