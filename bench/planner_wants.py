"""Is what a task wanted what came out? Each check answers with what is missing, or nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from agents.ports import JSON, InputRequestSpec
from bench.planner_context import BenchContext
from bench.planner_sites import Sent, Site


async def unmet(
    want: dict[str, Any], output: JSON, page: Page, context: BenchContext, site: Site
) -> str:
    """The first thing wanted that did not come, in words; empty when all did."""
    if "asks" in want:
        return "a question was wanted"
    said = _said(want, output)
    if said:
        return said
    if "posts" in want and (sent := _unsent(want["posts"], site.sent)):
        return sent
    if "at" in want and urlsplit(page.url).path.rstrip("/") not in _paths(want["at"]):
        return f"it ended at {urlsplit(page.url).path}"
    for name in want.get("downloads", []):
        if not any(name in kept for _, kept in context.artifacts.names):
            return f"{name} was not downloaded"
    if "state" in want:
        try:
            if not await page.evaluate(f"() => Boolean({want['state']})"):
                return f"the page's state is not {want['state']}"
        except PlaywrightError as error:
            return f"the page's state cannot be told: {str(error)[:150]}"
    return ""


def unmet_question(want: dict[str, Any], asked: InputRequestSpec, site: Site) -> str:
    """What a question does not name, or what was sent before it that was not wanted."""
    text = _plain(f"{asked.prompt} {json.dumps(asked.choices or [], ensure_ascii=False)}")
    for name in want["asks"]:
        if _plain(name) not in text:
            return f"the question does not name {name!r}"
    return _unsent(want.get("posts", []), site.sent)


def _said(want: dict[str, Any], output: JSON) -> str:
    text = _plain(output if isinstance(output, str) else json.dumps(output, ensure_ascii=False))
    at = 0
    for has in want.get("has", []):
        found = text.find(_plain(has), at if want.get("order") else 0)
        if found < 0:
            return f"{has!r} is missing"
        at = found
    for lacks in want.get("lacks", []):
        if _plain(lacks) in text:
            return f"{lacks!r} should not be there"
    rows = want.get("rows")
    if rows is not None and (found := _rows(output)) != rows:
        return f"{found} rows in place of {rows}"
    return ""


def _rows(output: JSON) -> int:
    """Length of the output's list: itself, or the only list in it."""
    if isinstance(output, dict):
        lists = [value for value in output.values() if isinstance(value, list)]
        return len(lists[0]) if len(lists) == 1 else 1
    return len(output) if isinstance(output, list) else len(str(output).splitlines())


def _unsent(wanted: list[dict[str, Any]], sent: list[Sent]) -> str:
    told = [f"{one.path} {one.fields}" for one in sent]
    if len(wanted) != len(sent):
        return f"sent {told} in place of {len(wanted)}"
    for want, one in zip(wanted, sent, strict=True):
        if want["path"] != one.path:
            return f"sent to {one.path} in place of {want['path']}"
        for name, value in (want.get("fields") or {}).items():
            if _plain(str(one.fields.get(name))) != _plain(str(value)):
                return f"{name} is {one.fields.get(name)!r} in place of {value!r}"
    return ""


def _paths(path: str) -> set[str]:
    """The ways one page is written: with and without `.html` and `index`."""
    bare = re.sub(r"(/index)?(\.html)?$", "", "/" + path.strip("/"))
    return {bare, bare + ".html", bare + "/index.html", bare.rstrip("/")}


def _plain(text: str) -> str:
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)  # 9,200,000 and 9200000 are one number
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
