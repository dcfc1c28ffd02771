"""What a worker must know of the tasks it runs, in one query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dashboard.models import Task, TaskStatus


@dataclass(frozen=True)
class Wish:
    """What people want of a task right now."""

    task_id: str
    session_id: str
    fence: int
    cancel_reason: str | None
    stop_soft: bool
    paused: bool
    control: str
    control_version: int
    handback_note: str
    egress: dict[str, Any] | None = None  # the session's rules, as its row has them


def wishes(task_ids: Collection[str]) -> list[Wish]:
    """People's wishes about these tasks; tasks that do not exist are left out."""
    rows = Task.objects.filter(pk__in=task_ids).values_list(
        "pk",
        "session_id",
        "fence",
        "cancel_requested_at",
        "cancel_reason",
        "status",
        "session__stop_requested",
        "session__control",
        "session__control_version",
        "session__handback_note",
        "session__egress",
    )
    return [
        Wish(
            task_id=pk,
            session_id=session_id,
            fence=fence,
            cancel_reason=reason if asked else None,
            stop_soft=stop == "soft",
            paused=status == TaskStatus.PAUSED,
            control=control,
            control_version=version,
            handback_note=note,
            egress=egress,
        )
        for (
            pk, session_id, fence, asked, reason, status, stop, control, version, note, egress,
        ) in rows
    ]  # fmt: skip
