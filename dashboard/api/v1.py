"""The API object: routers and exception handlers of `/v1`."""

from __future__ import annotations

from ninja import NinjaAPI

from dashboard.api import agent, errors, events, secrets, sessions, tasks, webhooks
from dashboard.api.parsing import StrictParser

api = NinjaAPI(
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
