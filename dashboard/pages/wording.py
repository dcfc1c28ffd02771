"""Words for people: what an action did, where a page is, what came of a step."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

_VERBS = {
    "goto": "Open", "click": "Click", "dblclick": "Double-click", "tap": "Tap", "fill": "Type",
    "type": "Type", "press_sequentially": "Type", "insert_text": "Type", "press": "Press",
    "down": "Hold down", "up": "Let go of", "check": "Tick", "uncheck": "Untick",
    "set_checked": "Set", "select_option": "Choose", "select_text": "Select the text of",
    "clear": "Clear", "hover": "Point at", "focus": "Focus", "blur": "Leave", "drag_to": "Drag",
    "reload": "Reload", "go_back": "Go back", "go_forward": "Go forward", "wheel": "Scroll",
    "move": "Move the mouse", "wait_for": "Wait for", "wait_for_url": "Wait for the address",
    "wait_for_timeout": "Wait", "wait_for_load_state": "Wait for the page to load",
    "set_input_files": "Upload to", "screenshot": "Take a picture of", "new": "Open a tab",
    "switch": "Switch to a tab", "close": "Close", "bring_to_front": "Bring to the front",
    "scroll_into_view_if_needed": "Scroll to", "extract_list": "Read a list on",
    "extract_tables": "Read the tables of", "extract_details": "Read the details of",
    "page_text": "Read the text of", "inner_text": "Read", "text_content": "Read",
    "all_inner_texts": "Read", "all_text_contents": "Read", "input_value": "Read",
    "inner_html": "Read", "get_attribute": "Read", "title": "Read the title of",
    "url": "Read the address of", "content": "Read", "count": "Count", "all": "List",
    "is_visible": "Look for", "is_checked": "Check", "is_enabled": "Check",
}  # fmt: skip
# What they are aimed at goes without saying.
_WHOLE = {"reload", "go_back", "go_forward", "wait_for_load_state", "wait_for_url"}
_OF_THE_TAB = {"move", "down", "up", "bring_to_front", "close", "new", "switch"}
_BETWEEN = {"fill": "into", "type": "into", "press_sequentially": "into", "press": "in",
            "select_option": "in", "insert_text": "into"}  # fmt: skip
_QUOTED = re.compile(r'(?<![\w"])"([^"\n]*)"(?!\w)')
_CODE = re.compile(r"[{}`<>=\\]")


_PLACEHOLDER = re.compile(r"\{\{\w+\}\}")  # what stands for a sensitive value


def clip(text: str, most: int) -> str:
    """The text, cut with an ellipsis when it is longer: never within a `{{name}}`.

    A name that the text begins with stays whole, however long.
    """
    text = " ".join(text.split())
    end = most - 1
    for held in _PLACEHOLDER.finditer(text):
        if held.start() < end < held.end():
            end = held.start() or held.end()
    if len(text) <= max(most, end):
        return text
    cut = text[:end]
    whole = cut.rpartition(" ")[0]  # between words, unless one word fills the line
    if not text[end].isspace() and len(whole) > most // 2:
        cut = whole
    return f"{cut.rstrip(' ,;:.')}…"


def clip_to(text: str, at: int, most: int) -> str:
    """The text's beginning and what stands at `at`, with an ellipsis for what is between them."""
    begin = text.rfind(" ", 0, at) + 1
    head = clip(text[:begin], most // 2)
    return f"{head.rstrip('…')}… {clip(text[begin:], most)}"


_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")


def quotes(text: str) -> str:
    """The text with “these” in the place of "these"; what looks like code stays as it is.

    Within them a page's own “quotes” become ‘those’: no label may seem to end before it does.
    """
    if _CODE.search(_PLACEHOLDER.sub("", text)):
        return text
    return _QUOTED.sub(lambda found: f"“{found[1].translate(_INNER)}”", text)


_INNER = str.maketrans("“”", "‘’")


def headline(text: str) -> tuple[str, str]:
    """The first paragraph, of a long one the first sentence; and what follows."""
    first, _, rest = text.strip().partition("\n")
    if len(first) > 180:
        parts = _SENTENCE.split(first, maxsplit=1)
        if len(parts) == 2 and len(parts[0]) <= 180:
            return parts[0], f"{parts[1]}\n{rest}".strip()
        return "", text.strip()
    return first.strip(), rest.strip()


# Embeddings, overrides and isolates of writing direction. Text in any script reads well without.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def straight(text: str) -> str:
    """The text without what shows the words beside it, or a host's letters, the other way round.

    Pages write labels and titles; what a person approves must read as it is.
    """
    return _TURNS.sub("", text)


def sentence(text: str) -> str:
    """The text with a capital letter in front; names within it stay as they are."""
    return text[:1].upper() + text[1:]


def is_blank(url: str) -> bool:
    """Whether a browser has been nowhere yet."""
    return url in ("", "about:blank")


def address(url: str) -> str:
    """A web address as people say it: no scheme, no query of a mile's length."""
    if is_blank(url):
        return "No page yet"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return clip(url, 80)
    query = f"?{parts.query}" if parts.query else ""
    return clip(f"{parts.netloc}{parts.path}{query}", 80)


def page_title(url: str, title: str) -> str:
    """A page's title; nothing of an empty page, or where it is the address once more.

    Browsers name a page by its address until it has said its title.
    """

    def bare(words: str) -> str:
        return words.split("#")[0].split("://")[-1].rstrip("/")

    title = title.strip()
    same = bare(title) in (bare(url), bare(unquote(url)))
    return "" if is_blank(url) or same else title


def action(tool: str, target: str, arguments: dict[str, Any]) -> str:
    """`Type “2” into Qty`: a call on the page as a sentence."""
    group, _, method = tool.rpartition(".")
    if method in ("popup", "download", ""):
        return {"popup": "Wait for a new tab", "download": "Wait for a download"}.get(
            method or group, tool
        )
    if group == ASKS:
        return _with_ok(method, target, arguments)
    verb = _VERBS.get(method, method.replace("_", " ").capitalize())
    if method == "goto":
        return f"{verb} {address(target)}"
    if method == "wait_for_timeout":
        times = [v for v in arguments.values() if isinstance(v, int | float)]
        return f"Wait {times[0] / 1000:g} s" if times else "Wait a moment"
    if method in _OF_THE_TAB and target == "page":
        return {"close": "Close the tab", "bring_to_front": "Bring the tab to the front"}.get(
            method, verb
        )
    said = next(
        (arguments[name] for name in ("value", "text", "key", "label") if arguments.get(name)), None
    )
    if isinstance(said, list):
        said = ", ".join(str(item) for item in said)
    aimed = "" if method in _WHOLE else clip(quotes(target), 120)
    aimed = "the page" if aimed == "page" else aimed
    if isinstance(said, str) and method in _BETWEEN:
        into = f" {_BETWEEN[method]} {aimed}" if aimed and group != "keyboard" else ""
        shown = said if method == "press" else _value(said)
        return f"{verb} {shown}{into}"
    if method in _BETWEEN and group != "keyboard" and aimed:
        return f"{verb} {_BETWEEN[method]} {aimed}"
    return f"{verb} {aimed}".strip()


_VARIABLE = re.compile(r'variables\["(\w+)"\]')


def _value(said: str) -> str:
    """`“Ada”`; of a variable, whose value nobody but the browser knows, its name: `{{email}}`."""
    variable = _VARIABLE.fullmatch(said)
    return f"{{{{{variable[1]}}}}}" if variable else f"“{clip(said, 80)}”"


ASKS = "accept_dialog"  # tools that say OK to a question of the page


def verb_of(tool: str) -> str:
    """A tool in a word or some, as a standing rule names it: `click`."""
    group, _, method = tool.rpartition(".")
    return "say OK to questions" if group == ASKS else method


def _with_ok(method: str, target: str, arguments: dict[str, Any]) -> str:
    """`Click button “Delete”, and say OK to “Delete the note?”`"""
    given = {"value": arguments["option"]} if arguments.get("option") else arguments
    press = action(f"locator.{method}", target, {**given, "text": None})
    answer = arguments.get("answer")
    says = "say OK" if answer is None else f"answer {_value(str(answer))}"
    return f"{press}, and {says} to “{straight(str(arguments.get('message') or ''))}”"


def dialog(detail: dict[str, Any]) -> str:
    """`The page asked “Delete the note?”: the answer was Cancel`, of a dialog box's notice."""
    text = f"“{straight(str(detail.get('text') or ''))}”"
    kind = detail.get("type")
    if kind == "beforeunload":
        return "The page did not want to be left; it was left"
    if kind not in ("confirm", "prompt"):
        return f"The page said {text}"
    if detail.get("accepted"):
        return f"The page asked {text}: the answer was {'given' if kind == 'prompt' else 'OK'}"
    return f"The page asked {text}: the answer was Cancel"


def is_read(tool: str) -> bool:
    """Whether a call only looked."""
    verb = _VERBS.get(tool.rpartition(".")[2], "")
    return verb.startswith(("Read", "Count", "List", "Look", "Check"))


def model(name: str) -> str:
    """Who thought of a step: a model's route, or what works without one."""
    if name == "loop":
        return "no model"
    return "keyless planner" if name.partition(":")[0] == "embedded" else name


def plural(count: int, one: str, many: str = "") -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _is_ok(value: Any) -> bool:
    """What a call gives that said OK to a question of the page."""
    return isinstance(value, dict) and value.keys() == {"asked", "answer"}


def _is_file(value: Any) -> bool:
    """What a picture or a download gives: the file's own line says it."""
    return isinstance(value, dict) and value.keys() == {"id", "name", "media_type", "size_bytes"}


def came_of_it(value: Any, printed: str) -> str:
    """What a step brought, in a line; nothing when its actions say it all."""
    if value in (None, "", {}, []) or _is_arrival(value) or _is_ok(value) or _is_file(value):
        first = printed.strip().splitlines()
        return f"Noted: {clip(first[0], 140)}" if first else ""
    if isinstance(value, list):
        kind = "row" if value and isinstance(value[0], dict) else "item"
        return f"Read {plural(len(value), kind)}"
    if isinstance(value, dict):
        flat = {k: v for k, v in value.items() if isinstance(v, str | int | float | bool)}
        if flat and len(flat) == len(value) <= 3:
            return "Read " + ", ".join(f"{name}: {clip(str(v), 60)}" for name, v in flat.items())
        return f"Read {plural(len(value), 'value')}: {clip(', '.join(map(str, value)), 100)}"
    return f"Read “{clip(str(value), 140)}”" if isinstance(value, str) else f"Read {value}"


def _is_arrival(value: Any) -> bool:
    """What going to a page returns: the page line says it already."""
    return isinstance(value, dict) and {"url", "status", "ok"} >= set(value) and "url" in value


def step_error(message: str) -> str:
    """A step's error without the name of its class and the line of code it came from."""
    text = re.sub(r"^[A-Za-z]+(Error|Exception): ", "", message.strip())
    return refusal(re.sub(r"\s*\(at line \d+: .*$", "", text, flags=re.DOTALL))


def refusal(message: str) -> str:
    """Why something was refused, without what only a model needs to be told."""
    text = message.strip().removesuffix("Nothing was done; go another way.").strip()
    return sentence(re.sub(r"^Refused: (\S+ may not be opened\. )?", "", text))


def answer(kind: str, response: Any, choices: list[dict[str, Any]] | None) -> str:
    """What a person answered. Of sign-ins nothing is told."""
    if response is None or kind == "sign_in":
        return ""
    for choice in choices or []:
        if choice.get("value") == response:
            return str(choice.get("label") or response)
    if isinstance(response, dict):
        if "done" in response:
            return str(response.get("note") or "")
        return ", ".join(f"{name}: {value}" for name, value in response.items())
    return response if isinstance(response, str) else json.dumps(response, ensure_ascii=False)


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)
