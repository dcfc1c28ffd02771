"""What an approval's card shows, and what its form means: effect, risk, boxed picture, arguments.

The words come from the page and the model: everything here is text or a bounded number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from dashboard.errors import Invalid
from dashboard.models import InputRequest, RequestStatus
from dashboard.pages import wording
from dashboard.services import origins

KIND = "confirmation"
# level: its word, its symbol
LEVELS = {"high": ("HIGH", "alert"), "medium": ("MEDIUM", "warning"), "low": ("low", "info")}
RISKS = {
    "auth": "Sign-in",
    "account_creation": "New account",
    "sensitive_data": "Sensitive data",
    "external_submit": "Sends a form",
    "payment": "Payment",
    "purchase": "Purchase",
    "legal_acceptance": "Accepts terms",
    "destructive": "Deletes",
    "permission_change": "Changes permissions",
    "captcha": "Captcha",
    "file_upload": "Uploads a file",
    "out_of_scope": "Not part of the task",
    "ambiguous": "Unclear effect",
    "unknown": "Unknown effect",
}
ACTIONS = ("approve", "approve_with_edits", "reject")
EDIT = "edit-"  # prefix of the arguments' field names
# Of a step's reason and a call's effect: they name the same deed in other words.
_SAME_DEED = frozenset(
    [
        "click",
        "press",
        "tap",
        "tick",
        "check",
        "set",
        "the",
        "a",
        "button",
        "box",
        "checkbox",
        "link",
    ]
)
_BOXES = frozenset({"check", "set_checked"})  # what can be taken back until it is sent
LONG = 80  # characters; a longer value is edited in an area
CROP = (560, 260)  # least part of the picture around the box, in its pixels
EARLIER = 5


@dataclass(frozen=True)
class Argument:
    """One argument of the call. kind: string, number, boolean. `text` is what its field holds."""

    name: str
    label: str
    kind: str
    value: Any
    editable: bool
    text: str
    after: str | None = None  # what a person made of it
    choices: tuple[str, ...] = ()  # the values that it may have, when they are few

    @property
    def shown(self) -> str:
        """The proposed value in words, as a page shows it."""
        return wording.straight(as_text(self.value))

    @property
    def long(self) -> bool:
        """It needs more than a line."""
        return self.kind == "string" and (len(self.shown) > LONG or "\n" in self.shown)


@dataclass(frozen=True)
class Shot:
    """The page when the agent asked, in CSS px; `box` is (x, y, width, height) of the target."""

    url: str
    width: int
    height: int
    box: tuple[int, int, int, int] | None

    @property
    def shade(self) -> str:
        """SVG path of all but the box."""
        x, y, w, h = self.box or (0, 0, 0, 0)
        return f"M0 0H{self.width}V{self.height}H0ZM{x} {y}v{h}h{w}v{-h}z"

    @property
    def crop(self) -> str:
        """SVG viewBox of the box and what is around it."""
        x, y, w, h = self.box or (0, 0, self.width, self.height)
        wide = min(self.width, max(CROP[0], w + 80))
        high = min(self.height, max(CROP[1], h + 80))
        left = min(max(0, x + w // 2 - wide // 2), self.width - wide)
        top = min(max(0, y + h // 2 - high // 2), self.height - high)
        return f"{left} {top} {wide} {high}"


def as_text(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def level_of(row: InputRequest) -> str:
    """high, medium or low; what is not known counts as high."""
    if row.kind != KIND:
        return ""
    level = row.context.get("level")
    return level if level in LEVELS else "high"


def host_of(row: InputRequest) -> str:
    """Where it would happen."""
    return str(row.context.get("host") or "")


def row_facts(row: InputRequest) -> dict[str, Any]:
    """What a row of the list shows of an approval."""
    level = level_of(row)
    word, symbol = LEVELS.get(level, ("", ""))
    return {"level": level, "level_word": word, "level_icon": symbol, "host": host_of(row)}


def decided(row: InputRequest) -> str:
    """What was decided, in a word or three."""
    if row.skipped:
        return "Skipped"
    if row.kind != KIND or not isinstance(row.response, dict):
        return "Answered"
    if not row.response.get("approved"):
        return "Rejected"
    return "Approved with edits" if row.response.get("edits") else "Approved"


def outcome(row: InputRequest) -> str:
    """What else a decision said: the reason, what the agent does next, the lasting rule."""
    said = row.response if isinstance(row.response, dict) else {}
    parts = []
    if said and not said.get("approved"):
        stop = said.get("outcome") == "stop"
        parts.append("The task was stopped." if stop else "The agent went on without it.")
    if said.get("remember"):
        parts.append("The same was allowed for the rest of the task.")
    reason = str(said.get("reason") or "").strip()
    if parts and reason and not reason.endswith((".", "!", "?", "…")):
        reason += "."
    return " ".join([reason, *parts]).strip()


# --- the card -----------------------------------------------------------------------------------
def card(row: InputRequest, posted: QueryDict | None = None) -> dict[str, Any]:
    """All that the card shows beyond the row."""
    context = row.context
    risks = [str(name) for name in context.get("risks") or [row.risk] if name]
    found = arguments(row, posted)
    tool = str(context.get("tool") or "")
    return {
        "action": wording.verb_of(tool),
        "arguments": found,
        "editable": any(argument.editable for argument in found),
        "edited": [argument for argument in found if argument.after is not None],
        "risks": [RISKS.get(name, name.replace("_", " ")) for name in risks],
        "because": [str(line) for line in context.get("reasons") or []][:6],
        "why": _why(row),
        "returns": tool.rpartition(".")[2] in _BOXES,
        "code": str(context.get("code") or ""),
        "step": context.get("step") if isinstance(context.get("step"), int) else None,
        "origin": str(context.get("origin") or "") if origins.is_asked_by(row) else "",
        "shot": shot(row),
        "earlier": _earlier(row),
        "group": _group(row),
        "outcome": outcome(row),
        "may_remember": level_of(row) != "high" and bool(tool and host_of(row)),
        "chosen": _chosen(posted),
    }


def _why(row: InputRequest) -> str:
    """The agent's reason; nothing when it only says again what is to be done."""
    why = str(row.context.get("why") or row.context.get("reasoning") or "")
    more = set(re.findall(r"\w+", why.lower())) - _SAME_DEED
    return why if more - set(re.findall(r"\w+", row.prompt.lower())) else ""


def _chosen(posted: QueryDict | None) -> dict[str, Any]:
    """What the sent form had, for a form that is shown again."""
    if posted is None:
        return {"outcome": "continue"}
    return {
        "reason": posted.get("reason", ""),
        "outcome": "stop" if posted.get("outcome") == "stop" else "continue",
        "remember": posted.get("remember") == "on",
        "reject": posted.get("action") == "reject",
        "action": posted.get("action", ""),
    }


def arguments(row: InputRequest, posted: QueryDict | None = None) -> list[Argument]:
    """The call's arguments as fields; what was sent before stands in them."""
    edits = row.response.get("edits") if isinstance(row.response, dict) else None
    edits = edits if isinstance(edits, dict) else {}
    found = []
    for raw in row.context.get("arguments") or []:
        if not isinstance(raw, dict) or not raw.get("name"):
            continue
        name, value = str(raw["name"]), raw.get("value")
        kind = raw.get("type") if raw.get("type") in ("number", "boolean") else "string"
        editable = bool(raw.get("editable"))
        text = as_text(value)
        if editable and posted is not None and kind == "boolean":
            text = "yes" if posted.get(EDIT + name) == "on" else "no"
        elif editable and posted is not None:
            text = posted.get(EDIT + name, text)
        after = as_text(edits[name]) if name in edits else None
        label = str(raw.get("label") or name.replace("_", " ").capitalize())
        choices = tuple(as_text(each) for each in raw.get("choices") or [])
        found.append(Argument(name, label, str(kind), value, editable, text, after, choices))
    return found


def shot(row: InputRequest) -> Shot | None:
    """The picture with its box, when both are usable."""
    artifact = row.context.get("screenshot_artifact_id")
    if not artifact:
        return None
    size = _numbers(row.context.get("screenshot_size"), 2) or [1280, 800]
    width, height = max(1, size[0]), max(1, size[1])
    box = _numbers(row.context.get("box"), 4)
    if box is not None:
        x, y = min(max(0, box[0]), width), min(max(0, box[1]), height)
        w, h = min(box[2], width - x), min(box[3], height - y)
        box = [x, y, w, h] if w > 0 and h > 0 else None
    url = reverse("artifact", args=[row.task.session_id, artifact])
    return Shot(url, width, height, (box[0], box[1], box[2], box[3]) if box else None)


def _numbers(raw: Any, count: int) -> list[int] | None:
    if not isinstance(raw, list | tuple) or len(raw) != count:
        return None
    if not all(isinstance(n, int | float) and abs(n) < 100_000 for n in raw):
        return None
    return [round(n) for n in raw]


def _earlier(row: InputRequest) -> list[InputRequest]:
    """The newest settled approvals of the same task."""
    rows = InputRequest.objects.filter(task_id=row.task_id, kind=KIND).exclude(pk=row.pk)
    return list(rows.exclude(status=RequestStatus.PENDING).order_by("-pk")[:EARLIER])


def group_of(row: InputRequest) -> list[InputRequest]:
    """The requests of the same turn, this one among them, in the order asked."""
    group = row.context.get("group")
    if row.kind != KIND or not group:
        return [row]
    rows = InputRequest.objects.filter(task_id=row.task_id, kind=KIND, context__group=group)
    return list(rows.select_related("task__session").order_by("pk"))


def _group(row: InputRequest) -> dict[str, Any]:
    """The others of the turn, and how many of it can be decided at once."""
    rows = group_of(row)
    waiting = [one for one in rows if one.status == RequestStatus.PENDING]
    return {
        "others": [
            {"row": one, "decided": decided(one), **row_facts(one)}
            for one in rows
            if one.pk != row.pk
        ],
        "at_once": [one for one in waiting if level_of(one) != "high"],
        "high": sum(level_of(one) == "high" for one in waiting),
    }


# --- what the form means ------------------------------------------------------------------------
def action_of(post: QueryDict) -> str:
    """The pressed button: approve, approve_with_edits or reject; "" for none of them."""
    name = post.get("confirmed") or post.get("action", "")
    return name if name in ACTIONS else ""


def needs_confirming(row: InputRequest, post: QueryDict) -> bool:
    """High risk is approved by two presses; the second names itself."""
    approves = action_of(post) in ("approve", "approve_with_edits")
    return approves and level_of(row) == "high" and not post.get("confirmed")


def response_of(row: InputRequest, post: QueryDict) -> dict[str, Any]:
    """The decision that the sent form means. Raises: Invalid."""
    action = action_of(post)
    if not action:
        raise Invalid("Approve or reject it.")
    answer: dict[str, Any] = {
        "approved": action != "reject",
        "reason": post.get("reason", "").strip() if action == "reject" else "",
        "outcome": "continue",
        "edits": {},
        "remember": False,
    }
    if action == "reject":
        answer["outcome"] = "stop" if post.get("outcome") == "stop" else "continue"
        return answer
    edits = edits_of(row, post)
    if action == "approve" and edits:
        raise Invalid("You changed a value: approve with edits, or put the proposed value back.")
    if action == "approve_with_edits" and not edits:
        raise Invalid("Nothing was changed: edit a value, or approve as proposed.")
    answer["edits"] = edits
    answer["remember"] = post.get("remember") == "on" and level_of(row) != "high"
    return answer


def edits_of(row: InputRequest, post: QueryDict) -> dict[str, Any]:
    """Arguments whose sent value differs from the proposed one. Raises: Invalid."""
    edits: dict[str, Any] = {}
    for argument in arguments(row):
        name = EDIT + argument.name
        if not argument.editable or (argument.kind != "boolean" and name not in post):
            continue
        value = _typed(argument, post)
        if value != argument.value:
            edits[argument.name] = value
    return edits


def _typed(argument: Argument, post: QueryDict) -> Any:
    text = post.get(EDIT + argument.name, "")
    if argument.kind == "boolean":
        return text == "on"
    if argument.kind == "string":
        # A textarea sends line ends of its own.
        text = text.replace("\r\n", "\n")
        return argument.value if text == argument.shown.replace("\r\n", "\n") else text
    try:
        number = float(text.strip())
    except ValueError:
        raise Invalid(f"{argument.label} must be a number.") from None
    if number != number or abs(number) > 1e15:
        raise Invalid(f"{argument.label} must be a number.")
    return int(number) if number.is_integer() and "." not in text else number
