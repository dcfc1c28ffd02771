"""What each call does to the page: reads it, sets something, or acts so that once is enough."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Kind:
    """mutating: touches the page, is announced before it does.

    repeatable: may run again when nobody knows whether it ran. settle_s: how long the page may
    take to come to rest afterwards, which is when nothing was under way for quiet_s. typed: the
    argument that goes into a field. navigates: has the longer time limit of a navigation.
    judged: what it touches is looked at first.
    """

    mutating: bool = False
    repeatable: bool = True
    settle_s: float = 0.0
    quiet_s: float = 0.0
    typed: str | None = None
    navigates: bool = False
    judged: bool = True


READ = Kind()
TOUCH = Kind(mutating=True, judged=False)
SET = Kind(mutating=True)
# A click's navigation or request begins within a few milliseconds of it; 30 of them tell.
ACT = Kind(mutating=True, repeatable=False, settle_s=1.5, quiet_s=0.03)
GO = Kind(mutating=True, settle_s=1.5, quiet_s=0.1, navigates=True)
GO_ONCE = Kind(mutating=True, repeatable=False, settle_s=1.5, quiet_s=0.1, navigates=True)


def _typing(kind: Kind, argument: str) -> Kind:
    return replace(kind, typed=argument)


_ELEMENT = {
    "click": ACT,
    "dblclick": ACT,
    "tap": ACT,
    "drag_to": ACT,
    "press": _typing(ACT, "key"),
    "type": _typing(ACT, "text"),
    "press_sequentially": _typing(ACT, "text"),
    "fill": _typing(SET, "value"),
    "select_option": _typing(SET, "value"),
    "clear": SET,
    "check": SET,
    "uncheck": SET,
    "set_checked": SET,
    "set_input_files": SET,
    "hover": TOUCH,
    "focus": TOUCH,
    "blur": TOUCH,
    "select_text": TOUCH,
    "scroll_into_view_if_needed": TOUCH,
}

_KINDS: dict[str, dict[str, Kind]] = {
    "locator": _ELEMENT,
    "page": {
        **_ELEMENT,
        "goto": GO,
        "reload": GO_ONCE,
        "go_back": GO_ONCE,
        "go_forward": GO_ONCE,
        "bring_to_front": TOUCH,
        "close": ACT,
        "wait_for_url": Kind(settle_s=1.5, quiet_s=0.1),
    },
    "keyboard": {
        "press": _typing(ACT, "key"),
        "type": _typing(ACT, "text"),
        "insert_text": _typing(ACT, "text"),
        "down": ACT,
        "up": ACT,
    },
    "mouse": {
        "click": ACT,
        "dblclick": ACT,
        "wheel": ACT,
        "down": ACT,
        "up": ACT,
        "move": TOUCH,
    },
    "tabs": {"new": GO_ONCE, "switch": TOUCH, "close": ACT},
    "popup": {"": ACT},
    "download": {"": ACT},
    "accept_dialog": {"click": ACT, "press": _typing(ACT, "key"), "select_option": ACT},
}


def kind_of(group: str, name: str = "") -> Kind:
    """The kind of `group.name`; what is not listed reads."""
    return _KINDS.get(group, {}).get(name, READ)
