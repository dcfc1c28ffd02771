"""What a call would do, in one sentence for a person."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from agents.guard.amounts import amounts_in, numbers_in, readings
from agents.guard.risk_facts import ALWAYS_ASK, CallFacts, DialogFacts, ElementFacts
from agents.guard.risk_words import ticked_terms
from agents.guard.telling import kind_of, path_of
from agents.readable import readable

_CHARS = 80
_MOST_UNSEEN = 4
_BOXES = ("checkbox", "radio")  # as a rule they send nothing by themselves
_VERBS = {
    "click": "Press",
    "dblclick": "Double-click",
    "tap": "Press",
    "drag_to": "Drag",
    "check": "Tick",
    "uncheck": "Untick",
    "set_checked": "Set",
    "select_option": "Choose in",
    "hover": "Point at",
    "set_input_files": "Hand over files to",
}


def host_of(address: str) -> str:
    """Host and, when it is not the usual one, port; empty when there is none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def quoted(text: str, most: int = _CHARS) -> str:
    """A name in quotes, on one line, cut; only characters that show, or join others."""
    shown = (c for c in readable(text) if c.isprintable() or c.isspace() or c in "\u200c\u200d")
    line = " ".join("".join(shown).split())
    line = line.replace('"', "'")
    return f'"{line if len(line) <= most else line[: most - 1] + "…"}"'


def name_of(element: ElementFacts | None, risks: frozenset[str] = frozenset()) -> str:
    """What to call the element."""
    if element is None:
        return "something that could not be looked at"
    if element.label:
        seen = quoted(element.label)
        aria = element.names.get("aria") or element.names.get("labelledby")
        if risks and aria and aria.strip() != element.label.strip():
            return f"{seen} (which calls itself {quoted(aria)})"
        return seen
    if element.hint:
        return f"a button without a name ({readable(element.hint)[:40].strip()})"
    return f"a {element.role or element.tag or 'thing'} without a name"


def effect_of(call: CallFacts, element: ElementFacts | None, risks: frozenset[str]) -> str:
    """`Press "Pay £45.00" on shop.example`, with amounts that would be sent and cannot be read.

    Of a purchase also the numbers of pieces that stand on the page, but not beside the button.
    """
    said = _deed(call, element, risks) + _accepts(call.dialog)
    if element is None or not risks & ALWAYS_ASK:
        return said
    unseen = _unseen(element)
    pieces = _pieces(element) if risks & {"payment", "purchase"} else []
    how = "in a form that holds" if element.type in _BOXES else "which sends"
    said += f", {how} {', '.join(unseen)}" if unseen else ""
    said += _terms(element) if "legal_acceptance" in risks else ""
    return said + (f", with {', '.join(pieces)} on the page" if pieces else "")


def _accepts(dialog: DialogFacts | None) -> str:
    """`, and say OK when the page asks "Delete it?"`: all of what it asks."""
    if dialog is None:
        return ""
    deed = "answer" if dialog.kind == "prompt" else "say OK"
    return f", and {deed} when the page asks {quoted(dialog.text, len(dialog.text) + 1)}"


def _terms(element: ElementFacts) -> str:
    """`, with "I accept the travel rules" ticked`: the boxes that were ticked for it."""
    if element.type in _BOXES:
        return ""
    every = [each for each in (element, element.hit, element.default) if each is not None]
    boxes = dict.fromkeys(label for each in every for label in ticked_terms(each))
    told = ", ".join(quoted(each) for each in list(boxes)[:_MOST_UNSEEN])
    return f", with {told} ticked" if told else ""


def _near(element: ElementFacts) -> str:
    """What can be read right beside it, and what it is called."""
    every = [each for each in (element, element.hit, element.default) if each is not None]
    return "\n".join(said for each in every for said in (each.shown, *each.names.values()))


def _pieces(element: ElementFacts) -> list[str]:
    """`"2 x Blue bag"` for each number of pieces that stands on the page, but not beside it."""
    near = numbers_in(_near(element)) | {Decimal(1)}
    return [quoted(each) for each in element.counted if not numbers_in(each) <= near]


def _unseen(element: ElementFacts) -> list[str]:
    """`total "4500.00"` for each amount of the form that stands nowhere near the element."""
    every = [each for each in (element, element.hit, element.default) if each is not None]
    shown = amounts_in(_near(element)) | {Decimal(0)}
    found = []
    for name, value in (pair for each in every for pair in each.sends):
        kind = kind_of(path_of(name))
        numbers = readings(value) if kind in ("amount", "cents") else frozenset()
        if kind == "cents":
            numbers = frozenset(number / 100 for number in numbers)
        if not numbers <= shown:
            found.append(f"{quoted(name)[1:-1]} {quoted(value)}")
    return list(dict.fromkeys(found))[:_MOST_UNSEEN]


def _deed(call: CallFacts, element: ElementFacts | None, risks: frozenset[str]) -> str:
    group, _, name = call.tool.rpartition(".")
    where = _where(call, element)
    target = name_of(element, risks)
    if call.url is not None:
        return f"Open {_short(call.url)}"
    if name in ("fill", "type", "press_sequentially", "insert_text"):
        return f"Type {_typed(call)} into {target}{where}"
    if name in ("press", "down") and group != "mouse":
        return _key(call, element, target, where)
    if name == "set_input_files":
        names = call.arguments.get("names") or call.arguments.get("files") or "files"
        told = ", ".join(map(str, names)) if isinstance(names, list) else str(names)
        return f"Upload {readable(told)[:_CHARS]} to {target}{where}"
    verb = _VERBS.get(name, "Press")
    if element is not None and element.href and not element.submits and verb == "Press":
        href = element.href
        if href.startswith(("http://", "https://")) and not risks:
            return f"Follow {target} to {_short(href)}"
    hit = element.hit if element is not None else None
    over = f", where {name_of(hit)} lies over it" if hit is not None and hit.label else ""
    onto = f" onto {name_of(element.onto)}" if element is not None and element.onto else ""
    return f"{verb} {target}{onto}{where}{over}{_sends(element, call)}"


def _sends(element: ElementFacts | None, call: CallFacts) -> str:
    """` and send the form to other.example`, when that is somewhere else."""
    if element is None or not element.submits or element.form is None:
        return ""
    there = host_of(element.form.action)
    here = host_of(element.frame_url or call.page_url)
    return f", which sends the form to {there}" if there and here and there != here else ""


def _where(call: CallFacts, element: ElementFacts | None) -> str:
    top = host_of(call.page_url)
    own = host_of(element.origin) if element is not None else ""
    if own and top and own != top:
        return f" on {own} inside {top}"
    return f" on {top or own}" if top or own else ""


def _key(call: CallFacts, element: ElementFacts | None, target: str, where: str) -> str:
    key = str(call.arguments.get("key") or "a key")
    base = f"Press {key} in {target}{where}"
    if element is not None and element.default is not None and key.endswith("Enter"):
        return f"{base}, which presses {name_of(element.default)}"
    return base


def _typed(call: CallFacts) -> str:
    kinds = [kind.replace("_", " ") for kind in call.typed_kinds if kind != "text"]
    if kinds:
        return f"a {kinds[0]}"
    return "text"


def _short(address: str) -> str:
    bare = address.partition("://")[2] or address
    return bare if len(bare) <= 120 else bare[:119] + "…"
