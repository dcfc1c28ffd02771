"""Standing rules: approvals that hold for one tool on one host until their task ends."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dashboard import nudges
from dashboard.models import InputRequest, StandingRule, Task
from dashboard.services import audit
from dashboard.services.actors import Actor


def rules_of(task: Task | str) -> QuerySet[StandingRule]:
    """Rules of a task that are in force, oldest first."""
    pk = task if isinstance(task, str) else task.pk
    return StandingRule.objects.filter(task_id=pk, revoked_at__isnull=True).order_by("pk")


def remember(request: InputRequest, *, by: Actor) -> StandingRule:
    """The rule that an approval makes; the one in force if there is one. In a transaction."""
    tool, host = str(request.context.get("tool", "")), str(request.context.get("host", ""))
    found = rules_of(request.task).filter(tool=tool, host=host, risk=request.risk).first()
    if found is not None:
        return found
    rule = StandingRule.objects.create(
        project_id=request.project_id,
        task=request.task,
        tool=tool,
        host=host,
        risk=request.risk,
        created_by=by.name,
    )
    detail = {"tool": tool, "host": host, "risk": request.risk, "task": request.task_id}
    audit.note(rule, "rule.created", by, **detail)
    return rule


@transaction.atomic
def revoke(rule: StandingRule, *, by: Actor) -> StandingRule:
    """Take a rule back; the next such action asks again. Revoking twice changes nothing."""
    by.require("approve")
    won = StandingRule.objects.filter(pk=rule.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=by.name
    )
    if won:
        audit.note(rule, "rule.revoked", by, tool=rule.tool, host=rule.host, task=rule.task_id)
        nudges.after_commit(f"task:{rule.task_id}")
    rule.refresh_from_db()
    return rule
