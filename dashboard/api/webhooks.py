"""Webhook endpoints and their deliveries: register, rotate, test, look, retry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dashboard import paging
from dashboard.api.auth import Key, actor_of
from dashboard.api.responses import ERRORS
from dashboard.api.webhook_schemas import (
    DeliveryOut,
    DeliveryPage,
    DeliveryStatusOut,
    EndpointChange,
    EndpointIn,
    EndpointOut,
    EndpointPage,
    EndpointSecretOut,
    RotateIn,
)
from dashboard.models import Delivery, Endpoint, EndpointStatus
from dashboard.services import deliveries, endpoints
from dashboard.services.endpoints import NewSecret

router = Router(tags=["Webhooks"])
ENDPOINTS = "/projects/{project_id}/endpoints"
DELIVERIES = "/projects/{project_id}/deliveries"
OVERLAP_HOURS = 24


def _endpoints(request: HttpRequest) -> QuerySet[Endpoint]:
    rows = Endpoint.objects.for_project(actor_of(request).project)
    return rows.exclude(status=EndpointStatus.REMOVED)


def _deliveries(request: HttpRequest) -> QuerySet[Delivery]:
    rows = Delivery.objects.for_project(actor_of(request).project)
    return rows.prefetch_related("attempts")


def _endpoint(row: Endpoint) -> dict[str, Any]:
    until = row.previous_until
    return {
        "id": row.pk,
        "url": row.url,
        "description": row.description,
        "events": row.events,
        "status": row.status,
        "disabled_reason": row.disabled_reason or None,
        "failing_since": row.failing_since,
        "last_success_at": row.last_success_at,
        "previous_secret_expires_at": until if until and until > timezone.now() else None,
        "created_at": row.created_at,
    }


def _with_secret(made: NewSecret) -> dict[str, Any]:
    return {**_endpoint(made.endpoint), "secret": made.secret}


@router.get(
    ENDPOINTS, response={200: EndpointPage, **ERRORS}, auth=Key("read"), summary="List endpoints",
    operation_id="list_endpoints",
)  # fmt: skip
def list_endpoints(
    request: HttpRequest,
    project_id: str,
    limit: int = Query(20, ge=1, le=100),
    cursor: str | None = Query(None, max_length=200),
):
    """Addresses that webhooks go to, newest first, with their health."""
    items, following = paging.page(_endpoints(request), limit=limit, cursor=cursor)
    return {"items": [_endpoint(row) for row in items], "next_cursor": following}


@router.post(
    ENDPOINTS, response={201: EndpointSecretOut, **ERRORS}, auth=Key("admin"),
    summary="Register an endpoint", operation_id="create_endpoint",
)  # fmt: skip
def create_endpoint(request: HttpRequest, project_id: str, body: EndpointIn):
    """Register an address. The answer is the only one that shows its secret."""
    made = endpoints.create(
        body.url,
        by=actor_of(request),
        events=body.events,
        description=body.description or "",
    )
    return Status(201, _with_secret(made))


@router.get(
    ENDPOINTS + "/{endpoint_id}", response={200: EndpointOut, **ERRORS}, auth=Key("read"),
    summary="Read an endpoint", operation_id="get_endpoint",
)  # fmt: skip
def get_endpoint(request: HttpRequest, project_id: str, endpoint_id: str):
    """An endpoint and its health."""
    return _endpoint(_endpoints(request).fetch(endpoint_id))


@router.patch(
    ENDPOINTS + "/{endpoint_id}", response={200: EndpointOut, **ERRORS}, auth=Key("run"),
    summary="Change an endpoint", operation_id="change_endpoint",
)  # fmt: skip
def change_endpoint(request: HttpRequest, project_id: str, endpoint_id: str, body: EndpointChange):
    """Switch it on or off, or change what it is told of. Off, its deliveries are held."""
    changed = endpoints.change(
        _endpoints(request).fetch(endpoint_id),
        by=actor_of(request),
        enabled=None if body.status is None else body.status == "active",
        events=body.events,
        description=body.description,
    )
    return _endpoint(changed)


@router.delete(
    ENDPOINTS + "/{endpoint_id}", response={204: None, **ERRORS}, auth=Key("admin"),
    summary="Remove an endpoint", operation_id="remove_endpoint",
)  # fmt: skip
def remove_endpoint(request: HttpRequest, project_id: str, endpoint_id: str):
    """End an endpoint. What waits for it is cancelled; its history stays."""
    endpoints.remove(_endpoints(request).fetch(endpoint_id), by=actor_of(request))
    return Status(204, None)


@router.post(
    ENDPOINTS + "/{endpoint_id}/rotate_secret", response={200: EndpointSecretOut, **ERRORS},
    auth=Key("admin"), summary="Rotate a secret", operation_id="rotate_endpoint_secret",
)  # fmt: skip
def rotate_secret(
    request: HttpRequest, project_id: str, endpoint_id: str, body: RotateIn | None = None
):
    """A new secret, shown in this answer only. For the overlap, webhooks are signed with both."""
    hours = body.overlap_hours if body is not None else None
    made = endpoints.rotate_secret(
        _endpoints(request).fetch(endpoint_id),
        by=actor_of(request),
        overlap=timedelta(hours=OVERLAP_HOURS if hours is None else hours),
    )
    return _with_secret(made)


@router.post(
    ENDPOINTS + "/{endpoint_id}/test", response={202: DeliveryOut, **ERRORS}, auth=Key("run"),
    summary="Send a test", operation_id="test_endpoint",
)  # fmt: skip
def test_endpoint(request: HttpRequest, project_id: str, endpoint_id: str):
    """Send a `ping`, once. Follow it as a delivery."""
    row = deliveries.ping(_endpoints(request).fetch(endpoint_id), by=actor_of(request))
    return Status(202, deliveries.as_dict(row, include_payload=True))


@router.get(
    DELIVERIES, response={200: DeliveryPage, **ERRORS}, auth=Key("read"),
    summary="List deliveries", operation_id="list_deliveries", exclude_unset=True,
)  # fmt: skip
def list_deliveries(
    request: HttpRequest,
    project_id: str,
    status: DeliveryStatusOut | None = None,
    endpoint_id: str | None = Query(None, max_length=40),
    include_payload: bool = False,
    limit: int = Query(20, ge=1, le=100),
    cursor: str | None = Query(None, max_length=200),
):
    """Webhooks of the project, newest first, with all their attempts."""
    rows = _deliveries(request)
    if status is not None:
        rows = rows.filter(status=status)
    if endpoint_id:
        rows = rows.filter(endpoint_id=endpoint_id)
    items, following = paging.page(rows, limit=limit, cursor=cursor)
    return {
        "items": [deliveries.as_dict(row, include_payload=include_payload) for row in items],
        "next_cursor": following,
    }


@router.get(
    DELIVERIES + "/{delivery_id}", response={200: DeliveryOut, **ERRORS}, auth=Key("read"),
    summary="Read a delivery", operation_id="get_delivery", exclude_unset=True,
)  # fmt: skip
def get_delivery(
    request: HttpRequest, project_id: str, delivery_id: str, include_payload: bool = False
):
    """A webhook, its attempts and, when asked for, its payload."""
    row = _deliveries(request).fetch(delivery_id)
    return deliveries.as_dict(row, include_payload=include_payload)


@router.post(
    DELIVERIES + "/{delivery_id}/retry", response={202: DeliveryOut, **ERRORS}, auth=Key("run"),
    summary="Retry a delivery", operation_id="retry_delivery", exclude_unset=True,
)  # fmt: skip
def retry_delivery(request: HttpRequest, project_id: str, delivery_id: str):
    """Send it once more now, with the same `webhook-id` and body. 409 while it is on its way."""
    row = deliveries.retry(_deliveries(request).fetch(delivery_id), by=actor_of(request))
    return Status(202, deliveries.as_dict(row))
