"""Shapes of webhook endpoints and deliveries on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, Field

from dashboard.api.schemas import Time
from dashboard.services.endpoints import MAX_OVERLAP_HOURS
from dashboard.services.numbers import PlainNumbers
from dashboard.services.options import CleanText, ReceiverAddress

EventType = Annotated[CleanText, Field(max_length=48)]
Description = Annotated[CleanText, Field(max_length=200), AfterValidator(str.strip)]


class EndpointIn(Schema):
    """An address to register."""

    url: ReceiverAddress
    events: list[EventType] | None = Field(
        None, max_length=50, description="Types it is told of in the whole project; default: all"
    )
    description: Description | None = None


class EndpointChange(Schema):
    """What to change; what is left out or null stays."""

    status: Literal["active", "disabled"] | None = Field(None, description="Switch on or off")
    events: list[EventType] | None = Field(None, max_length=50)
    description: Description | None = None


class RotateIn(PlainNumbers, Schema):
    """How long the old secret goes on signing beside the new one."""

    overlap_hours: float | None = Field(None, ge=0, le=MAX_OVERLAP_HOURS, description="default: 24")


class EndpointOut(Schema):
    """Where webhooks go. `events` is `["*"]` for all, and empty for one made for a callback."""

    id: str
    url: str
    description: str
    events: list[str]
    status: Literal["active", "disabled"]
    disabled_reason: str | None
    failing_since: Time | None
    last_success_at: Time | None
    previous_secret_expires_at: Time | None = Field(description="Set while two secrets sign")
    created_at: Time


class EndpointSecretOut(EndpointOut):
    """An endpoint with the secret that was just made: it is not shown again."""

    secret: str = Field(description="Verifies `webhook-signature`", examples=["whsec_…"])


class EndpointPage(Schema):
    """One page of endpoints, newest first."""

    items: list[EndpointOut]
    next_cursor: str | None


class AttemptOut(Schema):
    """One try. `error_class` is null for a receipt (2xx)."""

    n: int
    trigger: Literal["schedule", "manual"]
    status_code: int | None
    error_class: str | None
    ms: int | None
    response_excerpt: str
    at: Time


DeliveryStatusOut = Literal[
    "pending", "sending", "retry_wait", "held", "delivered", "dead", "cancelled"
]


class DeliveryOut(Schema):
    """A webhook on its way. `payload` is there when it was asked for."""

    id: str
    webhook_id: str
    endpoint: str
    type: str
    status: DeliveryStatusOut
    session_id: str | None
    task_id: str | None
    created_at: Time
    next_attempt_at: Time | None
    delivered_at: Time | None
    attempts: list[AttemptOut]
    payload: dict[str, Any] | None = None


class DeliveryPage(Schema):
    """One page of deliveries, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None
