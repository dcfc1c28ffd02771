"""What is known of a call and of the element it touches, and the verdict on it: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RISKS = (
    "payment",
    "purchase",
    "destructive",
    "permission_change",
    "legal_acceptance",
    "captcha",
    "account_creation",
    "auth",
    "file_upload",
    "sensitive_data",
    "out_of_scope",
    "ambiguous",
    "unknown",
    "external_submit",
)
ALWAYS_ASK = frozenset(
    {"payment", "purchase", "legal_acceptance", "destructive", "permission_change"}
)
LOW = frozenset({"external_submit"})
_ORDER = {risk: place for place, risk in enumerate(RISKS)}
_DEPTH = 3


@dataclass(frozen=True)
class DialogFacts:
    """A dialog of the page that a call is to answer with OK. kind: confirm or prompt."""

    kind: str
    text: str

    def as_json(self) -> dict[str, str]:
        """As people's clients get it."""
        return {"kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class CallFacts:
    """A call before it happens.

    tool: `locator.click`, `page.goto`, ... url: where a navigation goes. typed_kinds: the kinds of
    the variables it types (text, password, one_time_code, card, username). typed_breaks: one of
    them has several lines. dialog: what it accepts.
    """

    tool: str
    arguments: Mapping[str, Any]
    page_url: str
    page_title: str = ""
    url: str | None = None
    typed_kinds: tuple[str, ...] = ()
    typed_breaks: bool = False
    dialog: DialogFacts | None = None


@dataclass(frozen=True)
class Field:
    """A field of a form. type: as the browser reads it, `select` and `textarea` included.

    empty: nothing was typed into it, and no file chosen. ticked: a box that is.
    """

    type: str
    name: str = ""
    autocomplete: str = ""
    label: str = ""
    empty: bool = False
    ticked: bool = False


@dataclass(frozen=True)
class FormFacts:
    """Where a form sends what, with this submitter.

    method: lower case, the submitter's own over the form's. hidden: fields that say what is to be
    done (`_method`, `action`). values: field name to a hash of what it holds, secrets left out.
    """

    method: str = "get"
    action: str = ""
    search: bool = False
    fields: tuple[Field, ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class ElementFacts:
    """What the probe read of an element.

    names: all it may be called by, by source (text, aria, labelledby, label, value, alt, title,
    css, svg). hint: words of its id, class and icon. submits: pressing it submits `form`.
    method, target: of a request that attributes announce (`hx-delete`, `data-method`).
    heading: of the dialog or form it stands in; around: text of that dialog, or a checkbox's
    neighbourhood. fields: of the form, or those next to a button that is in none. held: one hash of
    what all fields of the form hold, or those beside what is in none, secrets left out. shown: the
    text around it that a person can read. counted: numbers of pieces in the page's main part, as
    `2 x Blue bag`. sends: the names and values of those fields, in order, secrets left out; a box
    that is not ticked holds "\\0". described: what its description says. chosen: words of the
    options that a call may choose, with " | ". onto: where it is dragged to. hit: what a click
    would meet, when that is something else. default: the button that Enter presses. box: x, y,
    width, height in CSS px of the top document's view, or None. brief: held, amounts, shown,
    counted, sends and the form's values were not read. They tell people what they approve and bind
    their approval to it; where they tell of a risk, a brief look is judged as if they told it.
    key: what the page keeps the element under until it is touched, or 0.
    """

    tag: str = ""
    type: str = ""
    role: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    name: str = ""
    autocomplete: str = ""
    href: str = ""
    download: bool = False
    method: str = ""
    target: str = ""
    handler: str = ""
    confirm: str = ""
    popup: str = ""
    expanded: str = ""
    toggle: str = ""
    submits: bool = False
    editable: bool = False
    opaque: bool = False
    masked: bool = False
    dialog: bool = False
    brief: bool = False
    heading: str = ""
    around: str = ""
    described: str = ""
    chosen: str = ""
    form: FormFacts | None = None
    fields: tuple[Field, ...] = ()
    held: str = ""
    amounts: tuple[str, ...] = ()
    shown: str = field(default="", repr=False)
    counted: tuple[str, ...] = ()
    sends: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    key: int = field(default=0, compare=False, repr=False)
    origin: str = ""
    top_origin: str = ""
    frame_url: str = ""
    box: tuple[float, ...] | None = field(default=None, compare=False)
    hit: ElementFacts | None = None
    default: ElementFacts | None = None
    onto: ElementFacts | None = None

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any], depth: int = 0) -> ElementFacts:
        """From the probe's answer, or what a test wrote by hand; unknown keys are left out."""
        form = raw.get("form")
        box = raw.get("box")
        read: dict[str, Any] = {
            **{key: str(raw.get(key) or "") for key in _TEXTS},
            **{key: bool(raw.get(key)) for key in _FLAGS},
        }
        read |= {
            key: cls.from_raw(raw[key], depth + 1)
            for key in ("hit", "default", "onto")
            if isinstance(raw.get(key), Mapping) and depth < _DEPTH
        }
        return cls(
            names={str(k): str(v) for k, v in _mapping(raw.get("names")).items() if v},
            form=_form(form) if isinstance(form, Mapping) else None,
            fields=_fields(raw.get("fields")),
            amounts=tuple(str(each) for each in raw.get("amounts") or ()),
            counted=tuple(str(each) for each in raw.get("counted") or ()),
            sends=tuple((str(name), str(value)) for name, value in raw.get("sends") or ()),
            key=int(raw.get("key") or 0),
            box=tuple(float(side) for side in box) if box else None,
            **read,
        )

    @property
    def label(self) -> str:
        """What a person would call it: the words they see come first."""
        for source in ("text", "value", "label", "labelledby", "aria", "alt", "svg", "css"):
            if self.names.get(source):
                return self.names[source]
        return next(iter(self.names.values()), "")

    @property
    def written_in(self) -> bool:
        """Whether it is edited in place; a button or link of an editable page is not."""
        return self.editable and self.tag not in _PRESSED and self.role not in ("button", "link")

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields that count for it."""
        return self.form.fields if self.form is not None else self.fields


_PRESSED = frozenset({"button", "input", "select", "a", "area", "summary"})
_TEXTS = (
    "tag",
    "type",
    "role",
    "hint",
    "name",
    "autocomplete",
    "href",
    "method",
    "target",
    "handler",
    "confirm",
    "popup",
    "expanded",
    "toggle",
    "heading",
    "around",
    "described",
    "chosen",
    "held",
    "shown",
    "origin",
    "top_origin",
    "frame_url",
)
_FLAGS = ("download", "submits", "editable", "opaque", "masked", "dialog", "brief")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _fields(raw: Any) -> tuple[Field, ...]:
    return tuple(
        Field(
            type=str(each.get("type") or "text"),
            name=str(each.get("name") or ""),
            autocomplete=str(each.get("autocomplete") or ""),
            label=str(each.get("label") or ""),
            empty=bool(each.get("empty")),
            ticked=bool(each.get("ticked")),
        )
        for each in raw or ()
    )


def _form(raw: Mapping[str, Any]) -> FormFacts:
    return FormFacts(
        method=str(raw.get("method") or "get").lower(),
        action=str(raw.get("action") or ""),
        search=bool(raw.get("search")),
        fields=_fields(raw.get("fields")),
        hidden={str(k): str(v) for k, v in _mapping(raw.get("hidden")).items()},
        values={str(k): str(v) for k, v in _mapping(raw.get("values")).items()},
        name=str(raw.get("name") or ""),
    )


@dataclass(frozen=True)
class Verdict:
    """What a call would do.

    risks: of the contract's 14; empty when nobody has to be asked. level: none, low, medium or
    high, the highest of them. main: the risk to show, one of that level. effect: one sentence for
    a person. fingerprint: the same as long as the same thing would happen. reasons: why, in words.
    """

    risks: frozenset[str]
    level: str
    main: str | None
    effect: str
    fingerprint: str
    reasons: tuple[str, ...] = ()


def level_of(risk: str) -> str:
    """low, medium or high."""
    if risk in ALWAYS_ASK:
        return "high"
    return "low" if risk in LOW else "medium"


def main_of(risks: frozenset[str]) -> tuple[str, str | None]:
    """(level, risk to show) of a set of risks."""
    if not risks:
        return "none", None
    main = min(risks, key=lambda risk: _ORDER.get(risk, len(RISKS)))
    return level_of(main), main
