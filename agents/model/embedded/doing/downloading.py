"""Downloading: which of a page's files is meant, by its name, its row and the heading above it."""

from __future__ import annotations

import re

from agents.browser.extract_names import singular
from agents.model.embedded.doing import rows
from agents.model.embedded.doing.touch import click_code, outcome_of, point, recover
from agents.model.embedded.doing.ways import parts_of, way_to
from agents.model.embedded.grammar.masking import Masked, mask
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.wishes import list_wish
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.likeness import context_score, norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision

MAX_WAYS = 4


async def download(run: Run, step: Step) -> Decision | None:
    """Click what downloads, and wait for the file."""
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            decision = await recover(run, step, result, st.get("label", "the download"))
            st["phase"] = "" if st.get("phase") == "acted" else st["phase"]
            if decision is not None or step.get("state") == "failed":
                return decision
        else:
            value = result.value if result is not None else None
            if isinstance(value, dict) and value.get("name"):
                run.memory["results"].append(
                    {"kind": "download", "value": value, "of": step["text"]}
                )
            return None
    view = await run.view()
    target = _download_target(dict(step["target"]), view)
    words = target.get("words") or ""
    if words and not target.get("in") and (entry := _in_menu(view, step)):
        code, why = f"await download({await locate(entry)})", f"Download with {describe(entry)}."
        return await run.act(step, code, why, phase="acted", aim=entry.key, label=describe(entry))
    closed = words and not st.get("menu") and not target.get("in")
    if closed and (menu := rows.menu_of(view, words)):
        known, why = [e.key for e in view.elements][-400:], f"Open the menu of “{words}”."
        return await run.act(step, await click_code(menu), why, menu=True, known=known)
    found = files_meant(view, step["target"])
    if len(found) == 1:
        st["chosen"] = found[0].key
    elif not found and st.get("ways") and (inside := _opened_first(step)):
        step["splice"] = inside
        return None
    elif not found and (way := _way(view, step)):
        st.setdefault("ways", []).append(way.key)
        why = f"“{step['target'].get('raw')}” is not on this page: open {describe(way)}."
        return await run.act(step, await click_code(way), why, phase="")
    elif len(found) > 1 and not st.get("chosen") and not st.get("asks"):
        return run.ask_which(step, found[:8])
    element = await point(run, step, target)
    if not isinstance(element, Element):
        return element
    code = f"await download({await locate(element)})"
    return await run.act(
        step,
        code,
        f"Download with {describe(element)}.",
        phase="acted",
        aim=element.key,
        label=describe(element),
    )


_LOADS = re.compile(
    r"download|export|save (?:as|to)\b|\.(?:pdf|csv|xlsx?|docx?|zip|tar|gz|ods)\b", re.I
)
_FILE = re.compile(r"\.(?:pdf|csv|xlsx?|docx?|pptx?|odt|ods|zip|tar|t?gz|exe|msi|pkg|dmg|deb|rpm|"
                   r"json|xml|ics|txt|mp3|mp4|png|jpe?g|epub)(?:$|[?#])", re.I)  # fmt: skip
_SHELVES = re.compile(r"(?:all )?(?:downloads?|files|documents|exports?|releases|resources|"
                      r"attachments|library|reports|publications)", re.I)  # fmt: skip
_MERE = frozenset(re.findall(r"\w+", "attachment attached it file download export copy version "
                             "document format latest archive binary installer package "
                             "build"))  # fmt: skip


def files_meant(view: View, target: Target) -> list[Element]:
    """The links and buttons that load a file whose name, row or heading says what was said.

    All numbers of a wish must be told; of its other words most. The best, or several alike.
    """
    wanted = _words(f"{target.get('raw') or target.get('words') or ''}")
    if not wanted - _MERE:
        loaders = {e.href or e.key: e for e in view.elements if _loads(e) and not e.off}
        return list(loaders.values()) if len(loaders) == 1 else []
    numbers = {w for w in wanted if re.search(r"\d", w)}
    ranked: list[tuple[float, Element]] = []
    for e in view.elements:
        if not _loads(e) or e.off:
            continue
        told = _words(f"{e.name} {e.row or ''} {e.head or ''} {e.tip or ''} {e.href or ''}")
        plain_words = wanted - numbers - _MERE
        share = len(plain_words & told) / len(plain_words) if plain_words else 1.0
        own = len(wanted & _words(f"{e.name} {e.tip or ''} {e.href or ''}")) / len(wanted)
        if numbers <= told and share >= 0.6:
            ranked.append((round(share + 0.2 * own, 3), e))
    most = max((score for score, _ in ranked), default=0.0)
    best = {e.href or e.key: e for score, e in reversed(ranked) if score == most}
    return list(best.values())[::-1]


def _loads(e: Element) -> bool:
    if e.role not in ("link", "button", "menuitem"):
        return False
    return bool(_LOADS.search(f"{e.name} {e.tip} {e.attr}") or _FILE.search(e.href or ""))


def _words(text: str) -> set[str]:
    found = re.findall(r"\d+(?:[.,]\d+)+|[^\W_]+", text.lower())
    return {singular(w) for w in found if w not in STOPWORDS}


def _way(view: View, step: Step) -> Element | None:
    """Where the file may be: the part of the site that the wish names, or that keeps files."""
    tried = step["st"].get("ways", [])
    if len(tried) >= MAX_WAYS or step.get("inside"):
        return None  # what was said to hold it is open
    if named := way_to(view, step["target"].get("raw") or "", tried):
        return named
    links = [e for e in view.elements if e.role in ("link", "tab") and not e.on]
    shelves = [
        e for e in links
        if any(_SHELVES.fullmatch(norm(part)) for part in parts_of(e.name)) and e.key not in tried
    ]  # fmt: skip
    return shelves[0] if shelves else None


def _opened_first(step: Step) -> list[Step]:
    """ "The invoice of my last order": that order is opened, where the list has no file itself."""
    target, whose = step["target"], step["target"].get("in") or ""
    if not whose or step.get("inside"):
        return []
    wish = list_wish(*_unmasked(re.sub(r"^last\b", "latest", whose, flags=re.I)))
    thing = {"words": whose, "raw": whose, "kind": None, "nth": None, "in": None}
    to_it: Step = {"do": "click", "target": thing, "opens": True}
    if wish.get("order"):
        to_it = {"do": "open_best", "wish": {**wish, "limit": 1}}
    words = target.get("words") or ""
    inner = {**target, "in": None, "raw": words}
    again = {"do": "download", "target": inner, "inside": True}
    return [{"text": step["text"], **one} for one in (to_it, again)]


def _unmasked(text: str) -> tuple[str, Masked]:
    masked = mask(text)
    return masked.text, masked


def _in_menu(view: View, step: Step) -> Element | None:
    st = step["st"]
    return rows.in_menu(view, "download", st["known"]) if st.get("menu") else None


def _download_target(target: Target, view: View) -> Target:
    """ "Download the invoice 8": what says download in that row, else what is called so."""
    words = target.get("words") or ""
    if not words or _ALL_OF_IT.fullmatch(words):
        if (kind := _FORMAT.search(words)) and (found := _loader(view, kind.group(1))):
            return {**target, "words": found.name, "raw": found.name, "kind": None}
        exact = rank(view, target) if words else []
        return target if exact and exact[0].score > 0.8 else {**target, "words": "download"}
    loaders = [
        e
        for e in view.elements
        if re.search(r"download|export", f"{e.name} {e.attr} {e.tip}", re.I)
    ]
    if any(context_score(words, e) for e in loaders if e.row and norm(e.name) != norm(words)):
        return {
            "words": "download",
            "raw": "download",
            "kind": None,
            "nth": target.get("nth"),
            "in": words,
        }
    return target


# "Export the list as CSV": all that the page shows, in one format of those it offers.
_FORMAT = re.compile(r"\b(csv|excel|xlsx?|pdf|json|xml|ods|ics|txt|zip)$", re.I)
_ALL_OF_IT = re.compile(
    r"(?:(?:the |this |all |whole )*(?:file|it|report|document|data|list|table|results?|rows|page)"
    r"(?: (?:as|in|to)(?: an?)? \w+)?"
    r"|(?:as |to )?(?:csv|excel|xlsx?|pdf|json|xml|ods|ics|txt|zip))"
    r"(?: file| format)?",
    re.I,
)


def _loader(view: View, kind: str) -> Element | None:
    """The one control that names the format and says download or export."""
    named = [
        e
        for e in view.elements
        if re.search(rf"\b{kind}\b", f"{e.name} {e.tip}", re.I)
        and re.search(r"download|export|save", f"{e.name} {e.attr} {e.tip}", re.I)
    ]
    return named[0] if len(named) == 1 else None
