"""The API object: routers and exception handlers of `/v1`."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from dashboard.api import agent, errors, events, secrets, sessions, tasks, webhooks
from dashboard.api.parsing import StrictParser


class Api(NinjaAPI):
    """Writes its OpenAPI document once: that takes about a second, and only code changes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = super().get_openapi_schema(path_prefix=prefix)
        return self._documents[prefix]


api = Api(
    title="Web agent API",
    version="1",
    description=(
        "Open-ended browser tasks, followed live. Authenticate with "
        "`Authorization: Bearer wa_…` or `X-API-Key`."
    ),
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="v1",
    parser=StrictParser(),
)
errors.register(api)
for router in (
    sessions.router,
    tasks.router,
    events.router,
    agent.router,
    webhooks.router,
    secrets.router,
):
    api.add_router("", router)
