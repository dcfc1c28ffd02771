"""How long a page takes to be read, next to taking its source and parsing it, on others' pages.

    python -m bench.reading                 the table
    python -m bench.reading --json FILE     and the figures
    python -m bench.reading --only admin    pages whose name contains this

`read` finds lists, tables, pairs and texts of what is drawn; `named` is `find_lists`: the same, and
the lists with names for their fields. Beside them, by turns and in the same tab: the source of the
page (`content()`) parsed with lxml, which tells neither what is shown nor what it means. Needs
`pip install --no-deps lxml`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from agents.browser.extract import find_lists, read
from bench.observe import open_browser, serve
from bench.pages import BenchPage, fetch

RUNS = 5
PAGES = (
    "reference/ch02", "git/git-log", "sqlite/lang_select", "django/index", "admin-lte/index2",
    "admin-lte/data", "admin-lte/mailbox", "admin-lte/timeline", "sb-admin/tables",
    "gentelella/inbox", "gentelella/e_commerce", "miniwob/social-media",
)  # fmt: skip


@dataclass
class Score:
    """Medians of one page, in ms. elements: in its main frame."""

    name: str
    elements: int
    read_ms: float
    named_ms: float
    lxml_ms: float


async def parse(page: Page) -> Any:
    """The elements of a page's source."""
    from lxml import html

    return html.document_fromstring(await page.content())


async def score_page(page: Page, name: str) -> Score:
    """Each way in turn, so that what else runs on the machine meets all of them."""
    ways: dict[str, Callable[[Page], Awaitable[Any]]] = {
        "read": read, "named": find_lists, "lxml": parse,
    }  # fmt: skip
    took: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(RUNS):
        for way, look in ways.items():
            started = time.perf_counter()
            await look(page)
            took[way].append((time.perf_counter() - started) * 1000)
    elements = await page.evaluate("() => document.querySelectorAll('*').length")
    return Score(name, elements, *(statistics.median(took[way]) for way in ways))


async def run(pages: list[BenchPage]) -> list[Score]:
    """Scores in the order of the pages."""
    scores = []
    async with AsyncExitStack() as stack:
        origins = await serve(stack, {page.root for page in pages})
        playwright = await stack.enter_async_context(async_playwright())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        context, _ = await open_browser(stack, playwright, folder)
        for each in pages:
            tab = await context.new_page()
            await tab.set_viewport_size({"width": 1280, "height": 800})
            await tab.goto(f"{origins[each.root]}/{each.path}", wait_until="load")
            if each.prepare:
                await tab.evaluate(each.prepare)
            await tab.wait_for_timeout(300)  # scripts that build the page after `load`
            scores.append(await score_page(tab, each.name))
            await tab.close()
    return scores


def summary(scores: list[Score]) -> dict[str, float]:
    """Medians over the pages, and of each page's time against its own baseline."""
    return {
        "read_ms": statistics.median(score.read_ms for score in scores),
        "named_ms": statistics.median(score.named_ms for score in scores),
        "lxml_ms": statistics.median(score.lxml_ms for score in scores),
        "ratio": statistics.median(score.read_ms / score.lxml_ms for score in scores),
    }


def table(scores: list[Score], figures: dict[str, float]) -> str:
    """What the command prints."""
    lines = [f"{'page':26}{'elements':>9}{'read ms':>9}{'named':>8}{'lxml':>8}"]
    for s in scores:
        lines.append(f"{s.name:26}{s.elements:9}{s.read_ms:9.1f}{s.named_ms:8.1f}{s.lxml_ms:8.1f}")
    lines.append(
        f"{'median':35}{figures['read_ms']:9.1f}{figures['named_ms']:8.1f}{figures['lxml_ms']:8.1f}"
        f"   read against lxml: {figures['ratio']:.1f}"
    )
    return "\n".join(lines)


def main() -> None:
    """Run the bench from the command line."""
    parser = argparse.ArgumentParser(description="Time the page reader against parsing the source.")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    options = parser.parse_args()
    pages, problems = fetch()
    for problem in problems:
        print(f"missing: {problem}", file=sys.stderr)
    chosen = [page for page in pages if page.name in PAGES and options.only in page.name]
    scores = asyncio.run(run(chosen))
    figures = summary(scores)
    print(table(scores, figures))
    if options.json:
        told = {"summary": figures, "pages": [asdict(score) for score in scores]}
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
