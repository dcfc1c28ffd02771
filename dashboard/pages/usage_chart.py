"""Geometry of the Usage page's charts: boxes in a view that the page stretches to its width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.models.usage import to_usd
from dashboard.services.budgets import Budget
from dashboard.services.usage import OTHERS, Day, Report

WIDTH, HEIGHT = 1000, 160
GAP = 0.24  # of a day's width


@dataclass(frozen=True)
class Box:
    """A rectangle. series: 0 and up, as the legend counts."""

    x: float
    y: float
    width: float
    height: float
    series: int = 0
    words: str = ""


@dataclass(frozen=True)
class Chart:
    """Daily spending. top: what the full height stands for, in millionths of a dollar."""

    boxes: list[Box]
    top: int


def daily(report: Report) -> Chart:
    """A stacked bar a day."""
    top = _round_up(max((day.total for day in report.days), default=0))
    step = WIDTH / max(1, len(report.days))
    boxes = [
        box
        for number, day in enumerate(report.days)
        for box in _stack(day, number * step + step * GAP / 2, step * (1 - GAP), top, report.shown)
    ]
    return Chart(boxes, top)


def _stack(day: Day, x: float, width: float, top: int, shown: list[str]) -> Iterator[Box]:
    bottom = float(HEIGHT)
    for series, name in enumerate(shown):
        spent = day.spent.get(name, 0)
        if not spent:
            continue
        height = max(1.0, spent / top * HEIGHT)
        bottom = max(0.0, bottom - height)
        words = f"{day.day:%-d %B}, {name}: ${to_usd(spent):.2f}"
        color = 5 if name == OTHERS else series
        yield Box(round(x, 2), round(bottom, 2), round(width, 2), round(height, 2), color, words)


def _round_up(micros: int) -> int:
    """The next 1, 2 or 5 times a power of ten: a scale that reads well."""
    if micros <= 0:
        return 1
    power = 10 ** (len(str(micros)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= micros)


@dataclass(frozen=True)
class Gauge:
    """The budget bar, in thousandths of its length."""

    spent: float
    forecast: float
    soft: float | None
    hard: float | None


def gauge(budget: Budget) -> Gauge:
    """Spending, forecast and limits on one scale."""
    full = max(budget.spent, budget.forecast, budget.soft or 0, budget.hard or 0, 1) * 1.04

    def place(micros: int | None) -> float | None:
        return None if micros is None else round(micros / full * WIDTH, 1)

    return Gauge(
        spent=place(budget.spent) or 0.0,
        forecast=place(budget.forecast) or 0.0,
        soft=place(budget.soft),
        hard=place(budget.hard),
    )
