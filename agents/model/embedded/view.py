"""The page as the planner sees it: every control of every frame, and locators that hold.

A locator is chosen by asking the browser: role and name, label, placeholder, text are tried in
turn, and the first one that finds exactly the meant element is used, so that the step's program
reads like one a person would write.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, JSHandle, Page

from agents.browser.as_text import as_text, from_text
from agents.browser.unshadowed import unshadowed

MAX_ITEMS, MAX_TEXTS, MAX_BODY = 1500, 1200, 60_000
_TOLD = as_text("h => ({...h, nodes: null})")
_SAME = "(els, [h, i]) => [els.length, els.indexOf(h.nodes[i])]"
_FRAME_PATH = """e => {
  const all = [...e.getRootNode().querySelectorAll('iframe,frame')];
  const only = key => e[key] && all.filter(f => f[key] === e[key]).length === 1;
  if (only('name')) return `iframe[name=${JSON.stringify(e.name)}]`;
  if (e.id && /^[A-Za-z][\\w-]*$/.test(e.id)) return '#' + e.id;
  if (only('title')) return `iframe[title=${JSON.stringify(e.title)}]`;
  const tag = e.tagName.toLowerCase();
  return all.length === 1 ? tag : `${tag} >> nth=${all.indexOf(e)}`;
}"""
_QUIET = """ms => new Promise(done => {
  const end = () => { seen.disconnect(); done(); };
  let timer = setTimeout(end, ms);
  const seen = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, ms); });
  seen.observe(document, {subtree: true, childList: true, attributes: true});
  setTimeout(end, ms * 8);
})"""


@dataclass(eq=False)
class Element:
    """One thing on the page. `d` is what `survey.js` says about it."""

    d: dict[str, Any]
    doc: Document
    order: int = 0

    def __getattr__(self, name: str) -> Any:
        return self.d.get(name)

    @property
    def names(self) -> list[str]:
        """What a person may call it, the strongest first."""
        found = [self.d.get(k) for k in ("label", "text", "ph", "near", "tip")]
        return [n for n in found if n]

    @property
    def name(self) -> str:
        return self.names[0] if self.names else ""

    @property
    def key(self) -> str:
        """Recognises the element in a later view of the same page."""
        return f"{self.doc.prefix}|{self.d['path']}|{self.name[:40]}"


@dataclass(eq=False)
class Document:
    """One frame: `prefix` is the code that leads into it."""

    frame: Frame
    handle: JSHandle
    prefix: str
    url: str
    main: bool


@dataclass
class View:
    """All frames at one moment."""

    url: str
    title: str
    elements: list[Element] = field(default_factory=list)
    texts: list[Element] = field(default_factory=list)
    body: str = ""
    scroll: int = 0
    tall: int = 0
    height: int = 0
    rolled: bool = False  # what was touched lay out of sight: that the page scrolled says nothing
    whole: View | None = None  # what this is a part of

    @property
    def mark(self) -> str:
        """Changes whenever a person would see that something changed."""
        if self.whole is not None:
            return self.whole.mark
        states = [(e.d.get("value"), e.d.get("on"), e.d.get("open")) for e in self.elements]
        opened = sum(1 for e in self.elements if e.d.get("top"))
        scroll = "" if self.rolled else str(self.scroll)
        return _digest(self.url, self.title, self.body, str(states), str(opened), scroll)

    @property
    def text_mark(self) -> str:
        """Changes when the address or the text does."""
        return _digest(self.url, self.body)


def _digest(*parts: str) -> str:
    """The same for the same parts, in every process: it is kept in checkpoints."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


_PRESSED = frozenset(["button", "link", "tab", "menuitem", "option"])


def without_echo(view: View, words: str) -> View:
    """The view less the places that only repeat the task's own words (a chat, a test page)."""
    wanted = _plain(words)
    if len(wanted) < 12:
        return view
    view.body = "\n".join(x for x in view.body.split("\n") if _plain(x) != wanted)
    echo = [
        e for e in [*view.texts, *view.elements] if wanted[:200] in _plain(e.d.get("text") or "")
    ]
    # A button or link that is called so is what was meant, not an echo of it.
    meant = [(e.doc, e.d["path"]) for e in echo if e.role in _PRESSED]
    roots = [
        (e.doc, path)
        for e in echo
        if len(e.d.get("text") or "") < len(words) + 40
        and (path := e.d["path"])
        and not any(e.doc is doc and f"{one} ".startswith(f"{path} ") for doc, one in meant)
    ]
    if not roots:
        return view

    def kept(e: Element) -> bool:
        return not any(
            e.doc is doc and (e.d["path"] == path or e.d["path"].startswith(path + " "))
            for doc, path in roots
        )

    view.elements = [e for e in view.elements if kept(e)]
    view.texts = [e for e in view.texts if kept(e)]
    return view


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


@cache
def _script() -> str:
    return unshadowed(Path(__file__).with_name("survey.js").read_text(encoding="utf-8"))


async def settle(page: Page, *, quiet_ms: int = 150) -> None:
    """Wait until the page has loaded and stopped changing, for at most a few seconds."""
    try:
        await page.wait_for_load_state("domcontentloaded", timeout=8000)
        await asyncio.wait_for(page.evaluate(_QUIET, quiet_ms), timeout=4)
    except (PlaywrightError, TimeoutError):
        pass  # a page that never rests is read as it is


BUSY = re.compile(
    r"(?im)^[^\w\n]{0,20}(?:loading|saving|sending|searching|fetching|signing in|logging in|"
    r"processing|please wait|one moment)(?:[^\w\n]*| [\w ,]{1,40}(?:…|\.{3})[^\w\n]*)$"
)
BUSY_S = 6.0  # a page that says so for longer is taken as it is


async def look_rested(page: Page, *, known: str = "") -> View:
    """The page when it has come to rest: past an empty frame of an app, past "Loading…".

    known: the text mark of a page that was waited for in vain before.
    """
    await settle(page)
    view = await look(page)
    end = time.monotonic() + BUSY_S
    while time.monotonic() < end and _is_busy(view) and view.text_mark != known:
        await settle(page, quiet_ms=300)
        view = await look(page)
    return view


def _is_busy(view: View) -> bool:
    empty = not view.body and not view.elements and view.url.startswith("http")
    waits = any(e.off and BUSY.search(e.name) for e in view.elements)  # “Please wait…” on a button
    return empty or waits or bool(BUSY.search(view.body))


async def look(page: Page) -> View:
    """Read all frames of the page."""
    view = View(page.url, "")
    options = {"max": MAX_ITEMS, "maxTexts": MAX_TEXTS, "maxBody": MAX_BODY}
    for frame in page.frames:
        try:
            prefix = await _prefix(frame)
            if prefix is None:
                continue
            handle = await frame.evaluate_handle(_script(), options)
            data = from_text(await handle.evaluate(_TOLD))
        except (PlaywrightError, ValueError):
            continue  # detached or navigating while being read, or writing no JSON
        main = frame.parent_frame is None
        doc = Document(frame, handle, prefix, data["url"], main)
        view.elements += [
            Element(d, doc, len(view.elements) + n) for n, d in enumerate(data["items"])
        ]
        view.texts += [Element(d, doc, len(view.texts) + n) for n, d in enumerate(data["texts"])]
        view.body += ("\n" if view.body else "") + data["body"]
        if main:
            view.title, view.scroll = data["title"], data["scroll"]
            view.tall, view.height = data["tall"], data["height"]
    return view


async def _prefix(frame: Frame) -> str | None:
    """`page` or `page.frame_locator(...)` for a frame; None for one that nobody can see."""
    if frame.parent_frame is None:
        return "page"
    outer = await _prefix(frame.parent_frame)
    element = await frame.frame_element()
    box = await element.bounding_box()
    if outer is None or not box or box["width"] < 8 or box["height"] < 8:
        return None
    return f"{outer}.frame_locator({quote(await element.evaluate(_FRAME_PATH))})"


def quote(text: str) -> str:
    """A string literal for a step's program."""
    return json.dumps(text, ensure_ascii=False)


def value_code(value: dict[str, Any]) -> str:
    """A value as it stands in code: a literal, or a variable's handle."""
    return f"variables[{quote(value['var'])}]" if "var" in value else quote(value.get("text", ""))


_PLAYWRIGHT_ROLES = frozenset(
    [
        "button",
        "link",
        "checkbox",
        "radio",
        "tab",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "option",
        "switch",
        "textbox",
        "searchbox",
        "combobox",
        "listbox",
        "slider",
        "spinbutton",
        "treeitem",
        "gridcell",
        "heading",
        "img",
    ]
)


async def locate(element: Element) -> str:
    """Code of a locator that finds exactly this element."""
    d, doc = element.d, element.doc
    for method, arguments, code in _candidates(element):
        try:
            locator = getattr(doc.frame, method)(*arguments[0], **arguments[1])
            count, index = await locator.evaluate_all(_SAME, [doc.handle, d["i"]])
        except PlaywrightError:
            continue
        if index < 0:
            continue
        if count == 1:
            return f"{doc.prefix}.{code}"
        if count <= 30 and method in ("get_by_role", "get_by_label", "get_by_placeholder"):
            return f"{doc.prefix}.{code}.nth({index})"
    return f"{doc.prefix}.locator({quote(d['path'])})"


def _candidates(element: Element) -> list[tuple[str, tuple[list[Any], dict[str, Any]], str]]:
    d = element.d
    out: list[tuple[str, tuple[list[Any], dict[str, Any]], str]] = []
    role, typed = d["role"], d["tag"] in ("input", "select", "textarea")

    def add(method: str, text: str, **more: Any) -> None:
        shown = "".join(f", {k}={quote(v) if isinstance(v, str) else v}" for k, v in more.items())
        out.append((method, ([text], more), f"{method}({quote(text)}{shown})"))

    label = d.get("label") or ""
    if typed and label and role not in ("button",) and len(label) < 80:
        add("get_by_label", label, exact=True)
    if typed and d.get("ph"):
        add("get_by_placeholder", d["ph"], exact=True)
    name = label or d.get("text") or d.get("tip") or ""
    if role in _PLAYWRIGHT_ROLES and name and len(name) < 100:
        add("get_by_role", role, name=name, exact=True)
        add("get_by_role", role, name=name)
    if typed and label and len(label) < 80:
        add("get_by_label", label)
    if role in ("textbox", "generic", "text", "heading", "option", "tab", "menuitem") and not typed:
        short = d.get("text") or ""
        if short and len(short) < 80 and not d.get("svg"):
            add("get_by_text", short, exact=True)
    if role == "img" and d.get("tip"):
        add("get_by_title", d["tip"], exact=True)
    if typed and (field := d.get("field")):
        css = f"{d['tag']}[name={json.dumps(field)}]"
        out.append(("locator", ([css], {}), f"locator({quote(css)})"))
    if role in _PLAYWRIGHT_ROLES and not name and not typed:
        out.append(("get_by_role", ([role], {}), f"get_by_role({quote(role)})"))
    return out
