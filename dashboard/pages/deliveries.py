"""Deliveries: the webhook outbox. Endpoints with their health, what was sent, retry, repair."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from pydantic import TypeAdapter, ValidationError

from dashboard import paging
from dashboard.errors import Invalid, ServiceError
from dashboard.models import Delivery, DeliveryStatus, Endpoint, EndpointStatus
from dashboard.pages.access import ConsoleRequest, console, respond, wants_part
from dashboard.pages.wording import plural
from dashboard.services import deliveries, endpoints
from dashboard.services.endpoints import NewSecret
from dashboard.services.options import ReceiverAddress

PAGE_SIZE = 25
OVERLAP = timedelta(hours=24)
TABS = (("", "All"), ("waiting", "Waiting"), ("delivered", "Delivered"), ("dead", "Dead"))
_OPEN = (
    DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.RETRY_WAIT, DeliveryStatus.HELD,
)  # fmt: skip
_FILTERS = {
    "waiting": Q(status__in=_OPEN),
    "delivered": Q(status=DeliveryStatus.DELIVERED),
    "dead": Q(status__in=(DeliveryStatus.DEAD, DeliveryStatus.CANCELLED)),
}
WINDOWS = ((1, "the last hour"), (24, "the last day"), (168, "the last week"))
_ERRORS = {
    "timeout": "no answer within 15 s",
    "connection_failed": "no connection",
    "connection_closed": "closed without an answer",
    "name_not_resolved": "no such host",
    "address_refused": "a private address, which is not open to webhooks",
    "tls_failed": "no trusted TLS connection",
    "bad_response": "an answer that is not HTTP",
    "redirect": "a redirect, which is not followed",
    "interrupted": "the worker stopped in mid-send",
    "client_error": "refused",
    "server_error": "failed",
}
_SECRET = re.compile(r"pass(word|wd|code)|secret|token|otp|authorization|api_?key|cookie", re.I)
_MASK = "••••••"


def _endpoints(request: ConsoleRequest) -> QuerySet[Endpoint]:
    rows = Endpoint.objects.for_project(request.actor.project)
    return rows.exclude(status=EndpointStatus.REMOVED)


def _deliveries(request: ConsoleRequest) -> QuerySet[Delivery]:
    rows = Delivery.objects.for_project(request.actor.project)
    return rows.select_related("endpoint").prefetch_related("attempts")


def _health(request: ConsoleRequest) -> list[dict[str, Any]]:
    """Endpoints with what waits, what died and how much arrived in the last day."""
    now = timezone.now()
    day = Q(created_at__gte=now - timedelta(days=1))
    lately = {
        f"dead_{hours}": Count(
            "pk",
            filter=Q(status=DeliveryStatus.DEAD, created_at__gte=now - timedelta(hours=hours))
            & ~Q(type=endpoints.PING),
        )
        for hours, _ in WINDOWS
    }
    counted = (
        Delivery.objects.for_project(request.actor.project)
        .values("endpoint")
        .annotate(
            waiting=Count("pk", filter=Q(status__in=_OPEN)),
            arrived=Count("pk", filter=day & Q(status=DeliveryStatus.DELIVERED)),
            ended=Count(
                "pk", filter=day & Q(status__in=(DeliveryStatus.DELIVERED, DeliveryStatus.DEAD))
            ),
            **lately,
        )
        .order_by()
    )
    by_endpoint = {row["endpoint"]: row for row in counted}
    found = []
    for endpoint in _endpoints(request).order_by("-pk")[:100]:
        counts = by_endpoint.get(endpoint.pk, {})
        ended = counts.get("ended", 0)
        windows = [(h, words, counts.get(f"dead_{h}", 0)) for h, words in WINDOWS]
        found.append(
            {
                "endpoint": endpoint,
                "waiting": counts.get("waiting", 0),
                "rate": round(100 * counts["arrived"] / ended) if ended else None,
                "recoverable": [window for window in windows if window[2]],
            }
        )
    return found


def _row(row: Delivery) -> dict[str, Any]:
    """What a row and the detail show of a delivery."""
    attempts = list(row.attempts.all())
    last = attempts[-1] if attempts else None
    busy = row.status in (DeliveryStatus.PENDING, DeliveryStatus.SENDING)
    is_on = row.endpoint.status == EndpointStatus.ACTIVE or row.type == endpoints.PING
    return {
        "delivery": row,
        "attempts": [(a, _ERRORS.get(a.error_class, a.error_class)) for a in attempts],
        "last": last,
        "last_words": _ERRORS.get(last.error_class, last.error_class) if last else "",
        "planned": 1 if row.type == endpoints.PING else len(deliveries.SCHEDULE_S),
        "may_retry": is_on and not busy and row.status != DeliveryStatus.CANCELLED,
    }


@console()
@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """Endpoints and the newest webhooks. What comes later waits behind "new: show"."""
    return _index(request)


def _index(request: ConsoleRequest, **more: Any) -> HttpResponse:
    tab, chosen = request.GET.get("tab", ""), request.GET.get("endpoint", "")[:40]
    rows = _deliveries(request).filter(_FILTERS.get(tab, Q()))
    if chosen:
        rows = rows.filter(endpoint_id=chosen)
    shown_to = request.GET.get("newest", "")[:40]
    newer = rows.filter(pk__gt=shown_to).count() if shown_to else 0
    if shown_to:
        rows = rows.filter(pk__lte=shown_to)
    found, following = paging.page(rows, limit=PAGE_SIZE, cursor=request.GET.get("cursor"))
    context = {
        "section": "deliveries",
        "endpoints": _health(request),
        "rows": [_row(row) for row in found],
        "newest": shown_to or (found[0].pk if found else "dlv_"),
        "newer": newer,
        "next_cursor": following,
        "tabs": TABS,
        "tab": tab,
        "chosen": chosen,
        "cursor": request.GET.get("cursor", ""),
        "types": endpoints.TYPES,
        "values": request.POST,
        "chosen_types": request.POST.getlist("events"),
        **more,
    }
    part = (
        "_partials/endpoint_list.html"
        if request.GET.get("part") == "endpoints"
        else "_partials/delivery_list.html"
    )
    status = 422 if more.get("problem") else 200
    return respond(request, "pages/deliveries.html", part, context, status=status)


@console()
@require_safe
def detail(request: ConsoleRequest, delivery_id: str) -> HttpResponse:
    """One webhook: its attempts, request and answer."""
    return _detail(request, _deliveries(request).fetch(delivery_id))


def _detail(request: ConsoleRequest, row: Delivery) -> HttpResponse:
    shown = masked(json.loads(row.body))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": row.webhook_id,
        "webhook-timestamp": "the time of the attempt",
        "webhook-signature": f"v1,{_MASK}",
    }
    context = {
        "section": "deliveries",
        **_row(row),
        "headers": headers,
        "body": json.dumps(shown, indent=2, ensure_ascii=False),
        "curl": _curl(row, json.dumps(shown, separators=(",", ":"), ensure_ascii=False)),
    }
    return respond(request, "pages/delivery.html", "_partials/delivery_detail.html", context)


def masked(value: Any) -> Any:
    """The same JSON, with dots for what its key says is secret."""
    if isinstance(value, dict):
        return {
            key: _MASK if _SECRET.search(key) and entry else masked(entry)
            for key, entry in value.items()
        }
    return [masked(entry) for entry in value] if isinstance(value, list) else value


def _curl(row: Delivery, body: str) -> str:
    """A command that sends the same, unsigned."""
    return (
        f"curl -X POST {shlex.quote(row.url)} \\\n  -H 'Content-Type: application/json' \\\n"
        f"  -H 'webhook-id: {row.webhook_id}' \\\n  --data-raw {shlex.quote(body)}"
    )


@console("run")
@require_POST
def retry(request: ConsoleRequest, delivery_id: str) -> HttpResponse:
    """Send it once more."""
    row = deliveries.retry(_deliveries(request).fetch(delivery_id), by=request.actor)
    row = _deliveries(request).get(pk=row.pk)
    if not wants_part(request):
        messages.success(request, "It is being sent again, with the same webhook-id.")
        return redirect("delivery", row.pk)
    if request.POST.get("here") == "detail":
        return _detail(request, row)
    part = "_partials/delivery_row.html"
    return respond(request, part, part, _row(row))


@console("admin")
@require_POST
def add(request: ConsoleRequest) -> HttpResponse:
    """Register an endpoint and show its secret, this once."""
    try:
        url = TypeAdapter(ReceiverAddress).validate_python(request.POST.get("url", "").strip())
        chosen = request.POST.getlist("events")
        made = endpoints.create(
            url,
            by=request.actor,
            events=None if set(chosen) >= set(endpoints.TYPES) else chosen,
            description=request.POST.get("description", "").replace("\x00", "").strip()[:200],
        )
    except ValidationError as error:
        words = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return _index(request, problem=f"The address {words}")
    except ServiceError as error:
        return _index(request, problem=error.detail)
    return _show_secret(request, made)


def _show_secret(request: ConsoleRequest, made: NewSecret) -> HttpResponse:
    context = {"section": "deliveries", "endpoint": made.endpoint, "secret": made.secret}
    response = render(request, "pages/endpoint_secret.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@console("run")
@require_POST
def act(request: ConsoleRequest, endpoint_id: str, verb: str) -> HttpResponse:
    """Test, switch on or off, recover, rotate the secret of, or remove an endpoint."""
    endpoint, actor = _endpoints(request).fetch(endpoint_id), request.actor
    if verb == "rotate":
        return _show_secret(request, endpoints.rotate_secret(endpoint, by=actor, overlap=OVERLAP))
    if verb == "test":
        return redirect("delivery", deliveries.ping(endpoint, by=actor).pk)
    if verb in ("on", "off"):
        endpoints.change(endpoint, by=actor, enabled=verb == "on")
        words = "Switched on; what was held is being sent." if verb == "on" else "Switched off."
    elif verb == "recover":
        words = _recover(request, endpoint)
    else:
        endpoints.remove(endpoint, by=actor)
        words = "Removed."
    messages.success(request, words)
    return redirect("deliveries")


def _recover(request: ConsoleRequest, endpoint: Endpoint) -> str:
    hours = request.POST.get("hours", "")
    if hours not in {str(window) for window, _ in WINDOWS}:
        raise Invalid("Choose since when.", loc=["body", "hours"])
    since = timezone.now() - timedelta(hours=int(hours))
    count = deliveries.recover(endpoint, since=since, by=request.actor)
    return f"{plural(count, 'webhook')} queued again."
