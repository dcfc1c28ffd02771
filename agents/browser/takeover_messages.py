"""What a person who drives a browser may send: typed, bounded, nothing else accepted.

Points are shares of the picture, from 0 (left, top) to 1 (right, bottom), with the `view` of the
frame that the person saw. Modifiers are a sum of 1 Alt, 2 Control, 4 Meta, 8 Shift.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agents.errors import BrowserError

MAX_TEXT = 20_000
MAX_URL = 8_192

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Delta = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]
Modifiers = Annotated[int, Field(ge=0, le=15)]
View = Annotated[int, Field(ge=0, le=0xFFFFFFFF)]
Button = Literal["none", "left", "middle", "right", "back", "forward"]


class TakeoverError(BrowserError):
    """An input was not applied. `code` says why; the page was not touched by it."""

    code = "bad_input"
    retryable = False


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Pointer(_Message):
    """The mouse. `click` and `dblclick` are whole gestures; down and up are halves of one."""

    kind: Literal["pointer"]
    action: Literal["move", "down", "up", "click", "dblclick"]
    x: Share
    y: Share
    view: View
    button: Button = "left"
    buttons: Annotated[int, Field(ge=0, le=31)] = 0
    clicks: Annotated[int, Field(ge=1, le=3)] = 1
    modifiers: Modifiers = 0


class Wheel(_Message):
    """Scrolling at a point, in CSS px."""

    kind: Literal["wheel"]
    x: Share
    y: Share
    view: View
    dx: Delta = 0
    dy: Delta = 0
    modifiers: Modifiers = 0


class Key(_Message):
    """A key by its DOM `key` and `code`. `press` is down and up."""

    kind: Literal["key"]
    action: Literal["down", "up", "press"] = "press"
    key: Annotated[str, Field(min_length=1, max_length=32)]
    code: Annotated[str, Field(max_length=32, pattern=r"^[A-Za-z0-9]*$")] = ""
    modifiers: Modifiers = 0
    location: Annotated[int, Field(ge=0, le=3)] = 0
    repeat: bool = False


class Text(_Message):
    """Text that goes in as a whole where the focus is: composed by an IME, or pasted."""

    kind: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class TouchPoint(_Message):
    id: Annotated[int, Field(ge=0, le=31)] = 0
    x: Share
    y: Share


class Touch(_Message):
    """Fingers on the page. `tap` is a whole gesture with its one point."""

    kind: Literal["touch"]
    action: Literal["start", "move", "end", "cancel", "tap"]
    points: Annotated[list[TouchPoint], Field(max_length=5)]
    view: View
    modifiers: Modifiers = 0


class Navigate(_Message):
    """The address bar and its buttons. `url` belongs to goto."""

    kind: Literal["navigate"]
    action: Literal["back", "forward", "reload", "stop", "goto"]
    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)] | None = None


class Tab(_Message):
    """Tabs by the target id that the state message names. `open` needs none."""

    kind: Literal["tab"]
    action: Literal["switch", "close", "open"]
    target_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None


class Dialog(_Message):
    """The answer to an alert, confirm, prompt or beforeunload of the page."""

    kind: Literal["dialog"]
    accept: bool
    text: Annotated[str, Field(max_length=2_000)] = ""


Input = Pointer | Wheel | Key | Text | Touch | Navigate | Tab | Dialog
_ADAPTER: TypeAdapter[Input] = TypeAdapter(Annotated[Input, Field(discriminator="kind")])


def parse_input(data: Any) -> Input:
    """The message in decoded JSON. Raises: TakeoverError (`bad_input`), naming the field."""
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "message"
        # Pydantic's words, never the value: it may be what somebody typed into a password field.
        raise TakeoverError(f"This input is not understood ({place}: {first['type']}).") from None
