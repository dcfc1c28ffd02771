"""What a project used in a month: by day and model, by key, by session; and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from dashboard.models import AgentSession, ApiKey, Project, UsageEntry, UsageKind
from dashboard.models.usage import to_usd
from dashboard.services import model_check

MODELS_SHOWN = 5  # with a colour of their own; the others share one
ROWS_SHOWN = 50
OTHERS = "other models"
_SUMS = {
    "spent": Sum("spent_micros"),
    "steps": Sum("steps"),
    "input_tokens": Sum("input_tokens"),
    "output_tokens": Sum("output_tokens"),
    "unknown": Count("pk", filter=Q(cost_micros__isnull=True)),
    "tasks": Count("task_id", distinct=True),
}


@dataclass(frozen=True)
class Line:
    """Sums of one model, key or session. unknown: an assumed price is among `spent`."""

    name: str
    spent: int
    steps: int
    input_tokens: int
    output_tokens: int
    unknown: bool
    tasks: int
    session_id: str = ""


@dataclass
class Day:
    """One day's spending by model, in millionths of a dollar."""

    day: date
    spent: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All models."""
        return sum(self.spent.values())


@dataclass(frozen=True)
class Month:
    """A calendar month in the zone of who looks."""

    first: date

    @classmethod
    def parse(cls, text: str) -> Month:
        """`2026-11`; anything else is the present month."""
        today = timezone.localdate().replace(day=1)
        try:
            found = datetime.strptime(text, "%Y-%m").date()
        except ValueError:
            return cls(today)
        return cls(min(found, today)) if found.year >= 2000 else cls(today)

    @property
    def following(self) -> Month:
        """The next month."""
        return Month((self.first + timedelta(days=32)).replace(day=1))

    @property
    def previous(self) -> Month:
        """The month before."""
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def is_present(self) -> bool:
        """Whether it is still going on."""
        return self.first == timezone.localdate().replace(day=1)

    @property
    def days(self) -> list[date]:
        """Its days."""
        count = (self.following.first - self.first).days
        return [self.first + timedelta(days=number) for number in range(count)]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Report:
    """A month's usage, largest first."""

    days: list[Day]
    models: list[Line]
    keys: list[Line]
    sessions: list[Line]
    total: Line

    @property
    def shown(self) -> list[str]:
        """Names of the chart's series."""
        names = [line.name for line in self.models if line.spent]
        return names[:MODELS_SHOWN] + ([OTHERS] if len(names) > MODELS_SHOWN else [])


def _charges(project: Project, month: Month) -> QuerySet[UsageEntry]:
    zone = timezone.get_current_timezone()
    begin = datetime(month.first.year, month.first.month, 1, tzinfo=zone)
    last = month.following.first
    end = datetime(last.year, last.month, 1, tzinfo=zone)
    rows = UsageEntry.objects.for_project(project).filter(kind=UsageKind.CHARGE)
    return rows.filter(at__gte=begin, at__lt=end)


def report(project: Project, month: Month) -> Report:
    """Sums of the month. A few queries, whatever there was."""
    rows = _charges(project, month)
    unnamed = _unnamed()
    models = [
        _line(row["model"] or unnamed, row)
        for row in rows.values("model").annotate(**_SUMS).order_by("-spent", "-steps", "model")
    ]
    return Report(
        days=_days(rows, month, [line.name for line in models[:MODELS_SHOWN]], unnamed),
        models=models,
        keys=_by_key(rows),
        sessions=_by_session(rows),
        total=_line("all", rows.aggregate(**_SUMS)),
    )


def _line(name: str, row: dict[str, Any], **more: Any) -> Line:
    return Line(
        name,
        row["spent"] or 0,
        row["steps"] or 0,
        row["input_tokens"] or 0,
        row["output_tokens"] or 0,
        bool(row["unknown"]),
        row["tasks"] or 0,
        **more,
    )


def _unnamed() -> str:
    """What tasks go by that named no model: the server's default answered them."""
    return "keyless planner" if model_check.describe()["keyless"] else "default model"


def _days(rows: QuerySet[UsageEntry], month: Month, own: list[str], unnamed: str) -> list[Day]:
    found = {day: Day(day) for day in month.days}
    zone = timezone.get_current_timezone()
    sums = (
        rows.annotate(day=TruncDate("at", tzinfo=zone))
        .values("day", "model")
        .annotate(of=Sum("spent_micros"))
    )
    for row in sums:
        name = row["model"] or unnamed
        name = name if name in own else OTHERS
        spent = found[row["day"]].spent
        spent[name] = spent.get(name, 0) + row["of"]
    return list(found.values())


def _by_key(rows: QuerySet[UsageEntry]) -> list[Line]:
    names = {
        key.pk: f"{key.name} ({key.prefix}…)"
        for key in ApiKey.objects.filter(pk__in=rows.values("key_id"))
    }
    sums = rows.values("key_id").annotate(**_SUMS).order_by("-spent", "-steps")[:ROWS_SHOWN]
    return [_line(names.get(row["key_id"], "people, at the console"), row) for row in sums]


def _by_session(rows: QuerySet[UsageEntry]) -> list[Line]:
    sums = (
        rows.values("session_id")
        .annotate(**_SUMS)
        .order_by(F("spent").desc(), "-steps")[:ROWS_SHOWN]
    )
    found = list(sums)
    titles = dict(
        AgentSession.objects.filter(pk__in=[row["session_id"] for row in found]).values_list(
            "pk", "title"
        )
    )
    return [
        _line(
            titles.get(row["session_id"]) or "deleted sessions",
            row,
            session_id=row["session_id"] or "",
        )
        for row in found
    ]


HEAD = (
    "at", "kind", "model", "key_id", "session_id", "task_id", "steps", "input_tokens",
    "output_tokens", "cost_usd", "counted_usd", "credits_usd", "held_usd", "note",
)  # fmt: skip


def as_csv(project: Project, month: Month) -> Iterator[str]:
    """The month's entries of all kinds, a line each. An empty cost_usd is an unknown price."""
    zone = timezone.get_current_timezone()
    begin = datetime(month.first.year, month.first.month, 1, tzinfo=zone)
    last = month.following.first
    rows = UsageEntry.objects.for_project(project).filter(
        at__gte=begin, at__lt=datetime(last.year, last.month, 1, tzinfo=zone)
    )
    yield _csv_line(HEAD)
    for row in rows.order_by("at", "pk").iterator(chunk_size=500):
        yield _csv_line(
            (
                timezone.localtime(row.at).isoformat(),
                row.kind,
                row.model,
                row.key_id or "",
                row.session_id or "",
                row.task_id or "",
                row.steps,
                row.input_tokens,
                row.output_tokens,
                "" if row.cost_micros is None else f"{to_usd(row.cost_micros):f}",
                f"{to_usd(row.spent_micros):f}",
                f"{to_usd(row.balance_delta_micros):f}",
                f"{to_usd(row.held_delta_micros):f}",
                row.note,
            )
        )


def _csv_line(values: tuple[Any, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(value) for value in values])
    return out.getvalue()


def safe_cell(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula (CWE-1236)."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value
