"""All that a page tells, as facts: whose they are, what they are called, what they are.

They come out of tables read in both directions, of labels with their values however these are laid
out, and of the pieces of repeated things (cards, entries) that go without labels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page

from agents.browser.as_text import as_text, from_text
from agents.browser.extract import extract_details, read, shape_table
from agents.browser.extract_names import canonical
from agents.browser.extract_tables import SECTION
from agents.browser.extract_values import PRICE
from agents.browser.unshadowed import unshadowed
from agents.model.embedded.reading.alike import tells
from agents.model.embedded.reading.totals import grand_total, is_total

MAX_ROWS = 300  # of a table


@dataclass(frozen=True)
class Fact:
    """One value. row: all that its row or card says; heads: what heads it, outermost first.

    group: the same for facts of one row, card or section.
    """

    label: str
    value: str
    heads: tuple[str, ...]
    row: str
    group: str
    frame: int = 0
    line: bool = False  # of a table with totals below it: a part of these


@dataclass(frozen=True)
class Item:
    """The pieces of one repeated thing, in reading order."""

    pieces: tuple[str, ...]
    heads: tuple[str, ...]
    group: str
    frame: int = 0


@dataclass
class Book:
    """The facts of all frames. around: for each frame what is said around its facts."""

    facts: list[Fact] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    title: str = ""
    text: str = ""  # all that the page says
    _told: dict[str, bool] = field(default_factory=dict)

    def tells(self, word: str) -> bool:
        """Whether the page says a word anywhere, in any of its forms."""
        if word not in self._told:
            self._told[word] = tells(self.text, word)
        return self._told[word]

    @property
    def labels(self) -> set[str]:
        """What things are called; none of these is a value."""
        return {f.label.casefold() for f in self.facts}


@cache
def _script() -> str:
    return as_text(unshadowed(Path(__file__).with_name("factbook.js").read_text(encoding="utf-8")))


async def open_book(page: Page) -> Book:
    """The facts of a page, those of its frames among them."""
    book = Book()
    frames: list[Frame] = []
    heads: dict[Frame, str] = {}
    for frame in page.frames:
        try:
            if frame.parent_frame and not await (await frame.frame_element()).is_visible():
                continue
            raw = from_text(await frame.evaluate(_script(), {}))
        except (PlaywrightError, ValueError):
            continue  # a frame may navigate while it is read, or write no JSON
        frames.append(frame)
        over = heads.get(frame.parent_frame, "") if frame.parent_frame else ""
        first = " ".join(t for level, t in raw["heads"] if level == 1)
        own = f"{raw['title']} {first} {' '.join(raw['chosen'])}"
        inner = f"{own} {' '.join(t for _, t in raw['heads'])}"
        book.around.append(f"{over} {own} {_words_of(frame.url)}")
        heads[frame] = f"{over} {inner}"
        book.title = book.title or raw["title"]
        book.text = f"{book.text} {raw['text']}"
        _take(book, raw, len(book.around) - 1)
    await _take_tables(book, page, {f.url: n for n, f in enumerate(frames)})
    await _take_unlabelled(book, page)
    return book


_TOLD_BY_LOOKS = ("price", "rating", "reviews")


async def _take_unlabelled(book: Book, page: Page) -> None:
    """What a page about one thing shows without a label: the price under its name, its stars."""
    if len({p.group() for p in PRICE.finditer(book.text)}) != 1:
        return  # it shows several things, or none that is sold
    main = [f for f in book.facts if f.frame == 0]
    found = await extract_details(page)
    title = str(found.get("title") or "")
    for name in _TOLD_BY_LOOKS:
        value = found.get(name)
        if value in (None, "") or any(canonical(f.label) == name for f in main):
            continue
        book.facts.append(Fact(name.capitalize(), str(value), (title,), "", f"0/{title}"))


def _words_of(url: str) -> str:
    path = unquote(urlsplit(url).path)
    return re.sub(r"\.\w{2,5}$", "", path).replace("/", " ")


def _take(book: Book, raw: dict[str, Any], frame: int) -> None:
    for f in raw["facts"]:
        heads = tuple(f["heads"])
        group = f"{frame}/{f['nr']}" if f["nr"] >= 0 else f"{frame}/{' / '.join(heads)}"
        book.facts.append(Fact(f["label"], f["value"], heads, f["row"], group, frame))
    for i in raw["items"]:
        book.items.append(Item(tuple(i["pieces"]), tuple(i["heads"]), f"{frame}/{i['nr']}", frame))


async def _take_tables(book: Book, page: Page, frames: dict[str, int]) -> None:
    for raw in await read(page, max_records=MAX_ROWS):
        frame = frames.get(raw["url"], 0)
        for n, table in enumerate(raw["tables"]):
            _take_table(book, table, frame, n)


def _take_table(book: Book, table: dict[str, Any], frame: int, n: int) -> None:
    near = tuple(t for t in (table["near"], table["caption"]) if t)
    shaped = shape_table(table)
    width = max((len(r["cells"]) for r in table["rows"]), default=0)
    if width == 2:
        group = f"{frame}/t{n}"
        for row in table["rows"]:
            one, other = (c["t"] for c in (row["cells"] * 2)[:2])
            if one and other and not row["head"] and len(one) < 60:
                book.facts.append(Fact(one.rstrip(": "), other, near, "", group, frame))
    heads = shaped["headers"]
    if not shaped["rows"] or (width == 2 and not any(r["head"] for r in table["rows"])):
        return
    totals = shaped["totals"]
    for y, row in enumerate(shaped["rows"]):
        told = [str(row.get(h) or "") for h in heads]
        part = (str(row[SECTION]),) if row.get(SECTION) else ()
        text = " | ".join(t for t in told if t)
        for head, value in zip(heads, told, strict=True):
            label = "" if head.startswith("column ") else head
            if value:
                group = f"{frame}/t{n}/{y}"
                fact = Fact(label, value, (*near, *part), text, group, frame, bool(totals))
                book.facts.append(fact)
    if grand := grand_total(shaped):
        totals = {**totals, **({} if any(map(is_total, totals)) else {"Total": grand})}
    for label, value in totals.items():
        book.facts.append(Fact(label, value, near, "", f"{frame}/t{n}", frame))
