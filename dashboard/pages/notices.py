"""Browser notifications: which requests a person wants to hear of, and what is new."""

from __future__ import annotations

from datetime import time

from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.models import InputRequest, RequestStatus, User
from dashboard.pages import approvals, wording
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.cards import KIND_WORDS

# what one opts in to: (name, words, kinds of requests)
KINDS = (
    ("approvals", "Approvals", ("confirmation",)),
    ("questions", "Questions, choices, forms and reviews",
     ("question", "choice", "form", "outline", "alignment")),
    ("hands", "Sign-ins, captchas and takeovers", ("sign_in", "captcha", "takeover")),
)  # fmt: skip
MOST = 5  # at once; more would be noise


def wanted(user: User) -> list[str]:
    """Kinds of requests that the person opted in to."""
    return [kind for name, _, kinds in KINDS if name in user.notify_kinds for kind in kinds]


def is_quiet(user: User, now: time) -> bool:
    """Whether the person's quiet hours are on; they may run over midnight."""
    start, end = user.quiet_from, user.quiet_until
    if start is None or end is None or start == end:
        return False
    return start <= now < end if start < end else now >= start or now < end


@console()
@require_safe
def news(request: ConsoleRequest) -> JsonResponse:
    """`{newest, items: [{id, title, body, url}]}`: requests after `?after`, of wanted kinds.

    Without a cursor there are no items: the page only learns where it stands.
    """
    rows = InputRequest.objects.for_project(request.actor.project)
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or ""
    after = request.GET.get("after")
    user = request.actor.user
    items: list[dict[str, str]] = []
    if after is not None and user and not is_quiet(user, timezone.localtime().time()):
        fresh = rows.filter(pk__gt=after, status=RequestStatus.PENDING, kind__in=wanted(user))
        items = [_item(row) for row in fresh.order_by("-pk")[:MOST]]
    response = JsonResponse({"newest": last, "items": items})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _item(row: InputRequest) -> dict[str, str]:
    word = KIND_WORDS.get(row.kind, (row.kind, ""))[0]
    level = approvals.level_of(row)
    title = f"{word}, {approvals.LEVELS[level][0]} risk" if level else word
    where = reverse("request", args=[row.pk])
    return {"id": row.pk, "title": title, "body": wording.clip(row.prompt, 200), "url": where}
