"""Keys by the names of the DOM, with the codes that Chromium wants beside them.

Names: https://www.w3.org/TR/uievents-key/ and https://www.w3.org/TR/uievents-code/. Virtual key
codes are those of Windows, which Chromium uses on every system.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

ALT, CONTROL, META, SHIFT = 1, 2, 4, 8

# key -> (virtual key code, physical key when the client named none, text it types)
_NAMED: dict[str, tuple[int, str, str]] = {
    "Backspace": (8, "Backspace", ""),
    "Tab": (9, "Tab", ""),
    "Enter": (13, "Enter", "\r"),
    "Shift": (16, "ShiftLeft", ""),
    "Control": (17, "ControlLeft", ""),
    "Alt": (18, "AltLeft", ""),
    "AltGraph": (225, "AltRight", ""),
    "Pause": (19, "Pause", ""),
    "CapsLock": (20, "CapsLock", ""),
    "Escape": (27, "Escape", ""),
    "PageUp": (33, "PageUp", ""),
    "PageDown": (34, "PageDown", ""),
    "End": (35, "End", ""),
    "Home": (36, "Home", ""),
    "ArrowLeft": (37, "ArrowLeft", ""),
    "ArrowUp": (38, "ArrowUp", ""),
    "ArrowRight": (39, "ArrowRight", ""),
    "ArrowDown": (40, "ArrowDown", ""),
    "PrintScreen": (44, "PrintScreen", ""),
    "Insert": (45, "Insert", ""),
    "Delete": (46, "Delete", ""),
    "Meta": (91, "MetaLeft", ""),
    "ContextMenu": (93, "ContextMenu", ""),
    "NumLock": (144, "NumLock", ""),
    "ScrollLock": (145, "ScrollLock", ""),
    **{f"F{n}": (111 + n, f"F{n}", "") for n in range(1, 13)},
}
_BY_PHYSICAL: dict[str, int] = {
    "Space": 32,
    "Semicolon": 186,
    "Equal": 187,
    "Comma": 188,
    "Minus": 189,
    "Period": 190,
    "Slash": 191,
    "Backquote": 192,
    "BracketLeft": 219,
    "Backslash": 220,
    "BracketRight": 221,
    "Quote": 222,
    "IntlBackslash": 226,
    "NumpadMultiply": 106,
    "NumpadAdd": 107,
    "NumpadSubtract": 109,
    "NumpadDecimal": 110,
    "NumpadDivide": 111,
    **{f"Key{letter}": ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{f"Digit{n}": 48 + n for n in range(10)},
    **{f"Numpad{n}": 96 + n for n in range(10)},
}


def key_params(key: str, code: str, modifiers: int, location: int = 0) -> dict[str, Any]:
    """Arguments of Input.dispatchKeyEvent that tell which key it is, `text` included.

    A printable character types itself, whatever the layout, unless Control, Alt or Meta make a
    shortcut of it. Raises: ValueError for a key that has no place on a keyboard.
    """
    named = _NAMED.get(key)
    if named is not None:
        virtual, physical, text = named
    elif len(key) == 1 and key.isprintable():
        virtual = _BY_PHYSICAL.get(code) or _virtual_of(key)
        physical, text = code, key
    else:
        raise ValueError(f"{key!r} is not a key that can be pressed here")
    if modifiers & (CONTROL | ALT | META) and key != "Enter":
        text = ""
    params: dict[str, Any] = {
        "key": key,
        "code": code or physical,
        "windowsVirtualKeyCode": virtual,
        "nativeVirtualKeyCode": virtual,
        "modifiers": modifiers,
        "location": 1 if not location and key in ("Shift", "Control", "Alt", "Meta") else location,
        "isKeypad": location == 3,
    }
    if text:
        params["text"] = params["unmodifiedText"] = text
    return params


def _virtual_of(character: str) -> int:
    """The code of an ASCII letter or digit; 0 where a layout would have to be known."""
    upper = character.upper()
    if len(upper) == 1 and upper.isascii() and (upper.isalnum() or upper == " "):
        return ord(upper)
    return 0


# What a US keyboard types, by its physical keys: without Shift, and with it.
_PLAIN = "`1234567890-=[]\\;',./ "
_SHIFTED = '~!@#$%^&*()_+{}|:"<>? '
_PLACES = (
    *("Backquote", *(f"Digit{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)), "Minus", "Equal"),
    *("BracketLeft", "BracketRight", "Backslash", "Semicolon", "Quote"),
    *("Comma", "Period", "Slash", "Space"),
)
_PLACE_OF = {
    **dict(zip(_PLAIN, _PLACES, strict=True)),
    **dict(zip(_SHIFTED, _PLACES, strict=True)),
    **{letter: f"Key{letter.upper()}" for letter in string.ascii_letters},
}
_MODIFIERS = {"Shift": SHIFT, "Control": CONTROL, "ControlOrMeta": CONTROL, "Alt": ALT,
              "Meta": META}  # fmt: skip
# Those end something that is under way (a drag), switch something on, or belong to the system.
_LEFT_OUT = frozenset(
    {"Escape", "AltGraph", "CapsLock", "NumLock", "ScrollLock", "Pause", "PrintScreen", *_MODIFIERS}
)


def strokes(key: str) -> list[dict[str, Any]] | None:
    """What Playwright dispatches to press `key`, such as "a", "Enter" or "Control+Shift+Z".

    In order, as arguments of Input.dispatchKeyEvent. Shift is held, but changes no letter:
    "Shift+a" types "a", as with Playwright. None for a key that is not told here.
    """
    *held, last = _parts(key)
    if last in _LEFT_OUT or not (last in _PLACE_OF or last in _NAMED):
        return None
    if len(set(held)) != len(held) or any(name not in _MODIFIERS for name in held):
        return None
    down, mask = [], 0
    ups: list[dict[str, Any]] = []
    for name in held:
        bit = _MODIFIERS[name]
        real = "Control" if name == "ControlOrMeta" else name
        ups.insert(0, {**key_params(real, "", mask), "type": "keyUp"})
        mask |= bit
        down.append({**key_params(real, "", mask), "type": "rawKeyDown"})
    place = _PLACE_OF.get(last, "")
    pressed = key_params(last, place, mask)
    if place:
        pressed["windowsVirtualKeyCode"] = _BY_PHYSICAL[place]
    released = {k: v for k, v in pressed.items() if k not in ("text", "unmodifiedText")}
    types = "text" in pressed and mask in (0, SHIFT)
    pressed = {**pressed, "type": "keyDown"} if types else {**released, "type": "rawKeyDown"}
    return [*down, pressed, {**released, "type": "keyUp"}, *ups]


def _parts(key: str) -> Iterator[str]:
    """The keys of a chord. A plus joins two of them, but is a key where one is wanted."""
    building = ""
    for character in key:
        if character == "+" and building:
            yield building
            building = ""
        else:
            building += character
    yield building
