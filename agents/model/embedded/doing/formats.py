"""Values the way a field wants them: ISO dates, 24-hour times, hex colours, numbers in range."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from dateutil import parser as dates

COLORS = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "lime": "#00ff00",
    "blue": "#0000ff", "yellow": "#ffff00", "orange": "#ffa500", "purple": "#800080",
    "pink": "#ffc0cb", "gray": "#808080", "grey": "#808080", "brown": "#a52a2a", "cyan": "#00ffff",
    "aqua": "#00ffff", "magenta": "#ff00ff", "fuchsia": "#ff00ff", "navy": "#000080",
    "teal": "#008080", "olive": "#808000", "maroon": "#800000", "silver": "#c0c0c0",
    "gold": "#ffd700", "violet": "#ee82ee", "indigo": "#4b0082", "turquoise": "#40e0d0",
}  # fmt: skip
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


_OWN_DATE = re.compile(r"['’]s date$|^(?:the )?date of ")  # "today's date", "the date of tomorrow"


def moment(text: str) -> datetime | None:
    """The date or time a person wrote, or None. `03/04/2026` is read month first."""
    days = {"today": 0, "tomorrow": 1, "yesterday": -1}.get(_OWN_DATE.sub("", text.strip().lower()))
    if match := re.fullmatch(r"in (\d{1,4}) (day|week)s?", text.strip(), re.I):
        days = int(match.group(1)) * (7 if match.group(2).lower() == "week" else 1)
    if days is not None:
        return datetime.now() + timedelta(days=days)
    try:
        return dates.parse(text, fuzzy=False)
    except (ValueError, OverflowError, TypeError):
        return None


_AMOUNT = re.compile(r"(?P<n>[£$€]?\s?-?\d[\d.,]*)\s+(?P<unit>[a-z]+)", re.I)


def without_unit(text: str, name: str) -> str:
    """ "999 pounds" as "999", for a field whose name says that it takes pounds."""
    match = _AMOUNT.fullmatch(text.strip())
    named = match and re.search(rf"\b{re.escape(match['unit'].rstrip('s'))}s?\b", name, re.I)
    return match["n"].strip() if match and named else text


def for_field(text: str, kind: str) -> str:
    """A value in the form that an `<input type=kind>` takes; unchanged when it cannot be read."""
    raw, text = text, text.strip()
    if kind == "color":
        return COLORS.get(text.lower(), text.lower())
    if kind in ("date", "time", "datetime-local", "month", "week"):
        when = moment(text)
        if when is None:
            return text
        if kind == "week":
            year, week, _ = when.isocalendar()
            return text if re.fullmatch(r"\d{4}-W\d\d", text) else f"{year}-W{week:02d}"
        return when.strftime(
            {
                "date": "%Y-%m-%d",
                "time": "%H:%M",
                "datetime-local": "%Y-%m-%dT%H:%M",
                "month": "%Y-%m",
            }[kind]
        )
    if kind in ("number", "range"):
        match = re.search(r"-?\d[\d,]*(?:\.\d+)?", text)
        return match.group().replace(",", "") if match else text
    return raw


def same_value(given: str, shown: str) -> bool:
    """Whether a field shows what was put in, spacing and spelling of numbers aside."""
    squash = re.compile(r"[\s,.\-()/+]")
    return given == shown or squash.sub("", given.lower()) == squash.sub("", shown.lower())


_HOLDS = {
    "email": r"\S+@\S+",
    "number": r"[-+\d.,\s%£$€]+",
    "tel": r"[^a-z]*\d[^a-z]*",
    "url": r"\S+\.\S+",
}


def may_hold(kind: str, text: str) -> bool:
    """Whether a field of this type is one for such a text: words are no e-mail address."""
    pattern = _HOLDS.get(kind)
    return not text or pattern is None or bool(re.fullmatch(pattern, text.strip(), re.I))


def shown(value: dict[str, Any]) -> str:
    return value.get("text") if "var" not in value else "{{" + value["var"] + "}}"  # type: ignore[return-value]
