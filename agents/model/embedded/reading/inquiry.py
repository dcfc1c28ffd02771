"""Questions of one or several parts about one thing, answered from the facts of the pages.

What the page at hand does not tell is looked for behind the link that names the thing, in the part
of the site that is called like it, behind its tabs. A part that stays without an answer is said.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract import find_lists, pick
from agents.browser.extract_names import canonical
from agents.model.embedded.doing.touch import click_code, outcome_of
from agents.model.embedded.grammar.parts import parts_of
from agents.model.embedded.reading import leads, weighing
from agents.model.embedded.reading.factbook import Book, open_book
from agents.model.embedded.reading.named import row_about
from agents.model.embedded.reading.sentences import came, fold_of, sentence_for
from agents.model.embedded.run import Run, Step
from agents.ports import Decision

LEAST_SHARE = 0.75  # of a question's words, in a sentence of a page that was only led to
READ = "await page.page_text(max_chars=20000)"


async def inquire(run: Run, step: Step) -> Decision | None:
    """Answer every part of a question, over as many pages as its thing needs."""
    st = step["st"]
    if st.get("phase") != "read":
        if st.get("phase") == "led":
            await outcome_of(run, step)
        return await run.act(step, READ, "Read the page for the answers.", phase="read")
    await outcome_of(run, step)
    book = await open_book(run.page)
    told = take(book, step["wish"], st.setdefault("told", {}))
    if len(told) == len(step["wish"]["parts"]):
        _tell(run, step, told)
        return None
    if await _take_row(run, step["wish"], told):
        _tell(run, step, told)
        return None
    if not told and (said := await _by_sentence(run, step)):
        return said if said is not True else None
    if lead := await leads.follow(run, step, step["wish"]):
        return lead
    old = step.get("old") or []
    # "And what does it cost", of a thing that is not found, has the price of another.
    if not told and old and all(o.get("subject") or "the " in o.get("question", "")
                                for o in old[1:]):  # fmt: skip
        read = {"st": {"phase": "read"}}  # as it was, just now
        step["splice"] = [{**o, "wish": None, **(read if o["do"] == "answer" else {})} for o in old]
        return None
    if told:
        _tell(run, step, told)
    if step.get("why_not") and not told:
        run.fail(step, step["why_not"])
        return None
    missing = [p["text"] for n, p in enumerate(step["wish"]["parts"]) if str(n) not in told]
    run.fail(step, f"I see no answer to “{'” and “'.join(missing)}”")
    return None


_MADE = frozenset(
    ["posted", "post", "wrote", "written", "write", "author", "by", "made", "started"]
)


async def _take_row(run: Run, wish: dict[str, Any], told: dict[str, Any]) -> bool:
    """What the one row that is called so says of all that is still asked: who made it, how many."""
    fields = {str(n): _field_of(p) for n, p in enumerate(wish["parts"]) if str(n) not in told}
    if not wish["exact"] or not all(fields.values()):
        return False
    for listing in await find_lists(run.page):
        row = row_about(listing.records, " ".join(wish["exact"]))
        shown = pick(row, list(fields.values())) if row else {}
        if shown and all(v not in (None, "", row.get("title")) for v in shown.values() if row):
            told.update({n: [field, str(shown[field])] for n, field in fields.items()})
            return True
    return False


def _field_of(part: dict[str, Any]) -> str:
    """The field that a part of a question asks for, if it has a common name."""
    if part["kind"] == "person" and set(part["rest"]) & _MADE:
        return "author"
    if part["kind"] == "date" and not part["attr"]:
        return "date"
    name = " ".join(part["attr"])
    return next((n for n in (name, f"{name}s") if canonical(n) not in (None, "title")), "")


async def _by_sentence(run: Run, step: Step) -> Decision | bool:
    """A single question that a page puts itself, or that one of its sentences answers.

    True when it is answered.
    """
    st, question = step["st"], step.get("question")
    if not question or len(step["wish"]["parts"]) > 1:
        return False
    view = await run.view()
    if brought := came(view, st):
        _tell(run, step, {"0": ["", brought]})
        return True
    share, sentence = await sentence_for(run, question)
    if share >= LEAST_SHARE and not sentence.endswith("?"):
        _tell(run, step, {"0": ["", sentence]})
        return True
    fold = fold_of(view, question, sentence if share >= LEAST_SHARE else "")
    st["lines"] = []
    if fold is None or fold.key in st.get("led", []):
        return False
    st.setdefault("led", []).append(fold.key)
    why, lines = f"Open “{fold.name[:60]}”.", view.body.split("\n")
    return await run.act(step, await click_code(fold), why, phase="led", lines=lines)


def take(book: Book, wish: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The answers so far, and those of this page: {number of the part: [label, value]}."""
    group, value = "", ""
    for _ in range(2):  # what one part finds may say where the others stand
        for n, part in enumerate(wish["parts"]):
            if str(n) in told:
                continue
            found = weighing.answer(book, part, {**wish, "value": value}, group)
            if found is not None:
                told[str(n)] = [found.label, found.value]
                group, value = group or found.group, value or found.value
    return told


async def at_hand(run: Run, step: Step) -> Decision | bool:
    """Answer from the page at hand when it has every answer; read it first, as others do.

    True when the step is over, False when the page does not tell.
    """
    wish, st = step.get("wish"), step["st"]
    if not wish and run.memory.get("item") and (parts := parts_of(step["text"])):
        wish = {"parts": parts, "exact": [], "kinds": []}
        step["wish"] = wish if _of_item(run, {**step, "wish": wish}) else None
    if not step.get("wish") or st.get("phase") not in (None, "", "sure"):
        return False
    told = take(await open_book(run.page), wish, {})
    if len(told) < len(wish["parts"]) and _of_item(run, step):
        told = _of_item(run, step)
    if len(told) < len(wish["parts"]):
        return False
    if st.get("phase") != "sure":
        return await run.act(step, READ, "Read the answer off the page.", phase="sure")
    await outcome_of(run, step)
    _tell(run, step, told)
    return True


_IT = re.compile(r"\b(?:it|its)\b", re.I)


def _of_item(run: Run, step: Step) -> dict[str, Any]:
    """ "… and how many points did it get": more of the row that was read just before."""
    row, parts = run.memory.get("item") or {}, step["wish"]["parts"]
    fields = {str(n): _field_of(p) for n, p in enumerate(parts)}
    if not row or step["wish"]["exact"] or not all(fields.values()) or not _IT.search(step["text"]):
        return {}
    if run.memory.get("item_url") not in (None, run.turn.page_url):
        return {}
    shown = pick(row, list(fields.values()))
    told = {n: [f, str(shown[f])] for n, f in fields.items() if shown[f] not in (None, "")}
    return told if len(told) == len(parts) else {}


async def go_on(run: Run, step: Step, why: str) -> Decision | None:
    """The page does not tell it: look elsewhere on the site, by what the question names."""
    if not step.get("wish"):
        run.fail(step, why)
        return None
    step.update(do="inquire", why_not=why, st={"phase": "read"})
    return await inquire(run, step)


def _tell(run: Run, step: Step, told: dict[str, Any]) -> None:
    value = named(step["wish"], told)
    for _, shown in told.values():
        run.saw(shown)
    if "question" in step and "fields" not in step and len(told) == 1:
        ((label, text),) = told.values()
        found = {"kind": "summary", "value": text, "title": label, "of": step["text"]}
        run.memory["results"].append(found)
        return
    run.memory["results"].append({"kind": "details", "value": value, "of": step["text"]})


def named(wish: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The answers under the names they were asked by, or those that the page gives them."""
    out: dict[str, Any] = {}
    for n, part in enumerate(wish["parts"]):
        label, value = told.get(str(n), ["", None])
        name = part.get("name") or label or " ".join(part["attr"]) or part["kind"] or part["text"]
        out[name if name not in out else part["text"]] = value
    return out
