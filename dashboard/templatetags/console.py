"""Tags of the console's templates: icons, times, durations, statuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard import conf, proxies
from dashboard.pages import approvals, wording
from dashboard.services import titles

register = template.Library()


@register.filter
def quotes(text: str) -> str:
    """The text with typographic quotation marks."""
    return wording.quotes(text)


@register.filter
def split_words(text: str) -> list[str]:
    """The words of a text, for loops in templates."""
    return text.split()


@register.filter
def pairs(text: str) -> list[list[str]]:
    """`name:Label` words as pairs, for loops in templates."""
    return [word.split(":", 1) for word in text.split()]


@register.filter
def key(mapping: Any, name: str) -> Any:
    """The mapping's value of this name, or nothing."""
    return mapping.get(name, "")


@register.simple_tag(takes_context=True)
def manage_command(context: Any, words: str) -> str:
    """A `manage.py` command as it works in a new terminal. Where the data lies is told to those
    only who look from the server's own machine.
    """
    request = context.get("request")
    told = conf.manage_command(words, settings.CONFIG.data_dir)
    public = settings.CONFIG.public_url  # then a proxy on this machine may stand before others
    if request is not None and not public and proxies.is_local(request):
        return told
    where, command, _ = told.partition(".venv/bin/python")
    return f"{'WEBAGENT_DATA_DIR=… ' if where else ''}{command} manage.py {words}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of `static/img/icons.svg`, decorative."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def when(at: datetime | None) -> SafeString | str:
    """A time: relative in words (kept fresh by script), exact in the element and its title."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        at.isoformat(),
        timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z"),
        ago(at),
    )


@register.filter
def ago(at: datetime | None) -> str:
    """4 s ago, 12 min ago, in 3 h; a date when it is more than a month away."""
    if at is None:
        return ""
    seconds = (timezone.now() - at).total_seconds()
    size = abs(seconds)
    if size < 5:
        return "now"
    for limit, unit_s, unit in ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h"),
                                (2592000, 86400, "d")):  # fmt: skip
        if size < limit:
            text = f"{int(size // unit_s)} {unit}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return timezone.localtime(at).strftime("%-d %b %Y")


@register.filter
def duration(seconds: float | None) -> str:
    """0.4 s, 12 s, 6 min 12 s, 2 h 5 min."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@register.filter
def milliseconds(value: float | None) -> str:
    """A duration given in ms: 20 ms, 0.4 s, 12 s."""
    if value is None:
        return ""
    return f"{int(value)} ms" if value < 100 else duration(value / 1000)


def _clock(seconds: float) -> str:
    """42 s, 6 min 12 s, 2 h 5 min, 3 d: as the page's script counts on."""
    whole = max(0, int(seconds))
    if whole < 86400:
        return f"{whole} s" if whole < 60 else duration(whole)
    return f"{whole // 86400} d"


@register.filter
def since(at: datetime | None) -> str:
    """How long ago it began, as a running clock."""
    return "" if at is None else _clock((timezone.now() - at).total_seconds())


@register.filter
def since_start(end: datetime, start: datetime) -> str:
    """How long it took, as the running clock counted it."""
    return _clock((end - start).total_seconds())


@register.filter
def left(at: datetime | None) -> str:
    """How long is left until then."""
    if at is None:
        return ""
    seconds = (at - timezone.now()).total_seconds()
    if seconds <= 0:
        return "expired"
    # Seconds count only when few are left, minutes only within hours.
    unit = 1 if seconds < 120 else 60 if seconds < 10_800 else 3600
    grace_s = 60 if unit == 3600 else 0  # what was given a day has a day left, not 23 h
    whole = _clock((seconds + grace_s) // unit * unit)
    return f"{whole.removesuffix(' 0 s').removesuffix(' 0 min')} left"


@register.filter
def web_address(url: str) -> str:
    """A web address as people say it, short."""
    return wording.address(url)


@register.filter
def clip(text: str, most: int) -> str:
    """The text, cut between words and never within a `{{name}}`."""
    return wording.clip(str(text), most)


@register.filter
def sentence(text: str) -> str:
    """The text with a capital letter in front."""
    return wording.sentence(text)


@register.filter
def as_title(instructions: str) -> str:
    """What was asked, as a title."""
    return titles.title_of(instructions)


@register.filter
def model_words(name: str) -> str:
    """Who thought of a step."""
    return wording.model(name)


@register.filter
def page_name(session: Any) -> str:
    """The title of the page that a session is at; nothing where it would say the address again."""
    return wording.page_title(session.page_url, session.page_title)


@register.filter
def dollars(amount: Any) -> str:
    """$0.31; under a cent with the digits that matter; 'unknown' for None."""
    if amount is None:
        return "unknown"
    value = float(amount)
    if value == 0:
        return "$0"
    return f"${value:.2f}" if value >= 0.01 else f"${value:.4f}"


@register.filter
def time_of_day(value: Any) -> str:
    """22:00, of a time or of what was typed."""
    return "" if value is None else str(value)[:5]


@register.filter
def rule_verb(tool: str) -> str:
    """`click` of `locator.click`."""
    return wording.verb_of(tool)


@register.filter
def risk_words(name: str) -> str:
    """A risk as people say it."""
    return approvals.RISKS.get(name, name.replace("_", " "))


@register.simple_tag
def verdict(row: Any) -> str:
    """What was decided about a request: Approved, Approved with edits, Rejected..."""
    return approvals.decided(row)


@register.inclusion_tag("_partials/status.html")
def status(value: str, label: str = "") -> dict[str, str]:
    """A status as icon, word and colour. value: the contract's; label: its word for people."""
    words = {
        "pending": "queued", "running": "running", "awaiting_input": "waiting",
        "paused": "paused", "done": "succeeded", "failed": "failed", "canceled": "cancelled",
        "expired": "expired", "idle": "idle", "stopped": "stopped", "answered": "answered",
        "live": "live", "starting": "starting", "closed": "closed", "lost": "lost", "none": "—",
    }  # fmt: skip
    return {"value": value, "label": label or words.get(value, value)}


@register.inclusion_tag("_partials/status.html")
def task_status(task: Any) -> dict[str, str]:
    """A task's status; a green "succeeded" only for what was verified."""
    if task.status == "done" and not task.is_task_successful:
        unknown = task.is_task_successful is None
        return {"value": "finished", "label": "finished" if unknown else "not achieved"}
    return status(task.status)
