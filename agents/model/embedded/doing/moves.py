"""Getting about: addresses, sites by name, back, keys, screenshots."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing.touch import click_code, click_target, outcome_of
from agents.model.embedded.doing.ways import cart_link, folded_menu, way_to
from agents.model.embedded.grammar.nouns import is_place, place_named
from agents.model.embedded.grammar.phrases import Target, bare
from agents.model.embedded.ground import describe, rank
from agents.model.embedded.likeness import BOXES, EDITABLE
from agents.model.embedded.run import Run, Step, reply_value
from agents.model.embedded.view import Element, View, quote
from agents.ports import Ask, Decision

_BLANK = ("", "about:blank", "chrome://new-tab-page/")

URL_SCHEMA = {"type": "string", "description": "Web address, for example https://example.com"}


def is_blank(url: str) -> bool:
    return url in _BLANK or url.startswith("data:,")


def address_of(text: str, base: str) -> str:
    """A full address of what a person wrote: `example.com/x`, `/path`, `https://…`."""
    text = text.strip()
    if re.match(r"[a-z][a-z0-9+.-]*://", text, re.I) or text.startswith(
        ("about:", "data:", "file:")
    ):
        return text
    if text.startswith("/"):
        return urljoin(base, text)
    local = re.match(r"(?:localhost|127\.|10\.|192\.168\.|\[?::1)", text)
    return f"{'http' if local else 'https'}://{text}"


async def goto(run: Run, step: Step) -> Decision | None:
    """Open an address."""
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        view = await run.view()
        if result is not None and not result.ok:
            if st.get("again") or re.search(
                r"policy|denied|refused by|not allowed",
                f"{result.error_code} {result.error_message}",
                re.I,
            ):
                reason = (result.error_message or "it did not load").strip().splitlines()[0]
                run.fail(step, f"{st['url']} could not be opened: {reason[:200]}")
                return None
            st["again"] = True
            return await run.act(
                step,
                f"await page.goto({quote(st['url'])})",
                "The page did not load: try once more.",
            )
        status = (
            (result.value or {}).get("status")
            if result is not None and isinstance(result.value, dict)
            else None
        )
        if isinstance(status, int) and status >= 400:
            run.note(f"{st['url']} answered with status {status}.")
        run.saw(view.title)
        return None
    if "var" in step:
        code = f"await page.goto(variables[{quote(step['var'])}])"
        return await run.act(
            step,
            code,
            f"Open the address in {step['var']}.",
            phase="acted",
            url=f"{{{{{step['var']}}}}}",
        )
    url = address_of(step["url"], run.turn.page_url)
    if run.turn.page_url.rstrip("/") == url.rstrip("/"):
        run.saw(run.turn.page_title)
        return None
    return await run.act(
        step, f"await page.goto({quote(url)})", f"Open {url}.", phase="acted", url=url
    )


def squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


async def on_site(run: Run, step: Step) -> Decision | None:
    """Be on a site that was only named: this one, or ask for its address."""
    if run.answer is not None:
        answer, run.answer = run.answer, None
        value = reply_value(answer)
        if answer.status == "answered" and isinstance(value, str) and value.strip():
            step.update(do="goto", url=value.strip(), st={})
            return await goto(run, step)
        run.fail(step, f"the address of {step['name']} is not known")
        return None
    if step["st"].get("acts"):
        return None
    view = await run.view()
    name = step["name"]
    if not is_blank(view.url) and is_common(name):
        # "The forum", "the phone book": a part of this site, or the site itself.
        target = {"words": place_named(bare(name)), "raw": name, "kind": None, "nth": None}
        if named_here(view, {**target, "in": None}):
            step["splice"] = [{"do": "visit", "name": target["words"], "target": target,
                               "text": step["text"]}]  # fmt: skip
        return None
    if not is_blank(view.url) and is_here(name, view):
        return None
    prompt = f"I know no address for “{name}”. Which web address should I open?"
    return run.ask(
        step, Ask(prompt=prompt, kind="question", input_schema=URL_SCHEMA), phase="address"
    )


def is_here(name: str, view: View) -> bool:
    wanted = squash(name)
    if wanted and (wanted in squash(urlsplit(view.url).netloc) or wanted in squash(view.title)):
        return True
    words = [w for w in plain(name).split() if len(w) > 3]
    about = plain(f"{view.url} {view.title} {view.body[:400]}").split()
    return any(w in about or singular(w) in about for w in words)


def _names_this(name: str, view: View) -> bool:
    """Whether all of a place's words stand in the page's head, so that one is there already."""
    words = [w for w in plain(name).split() if len(w) > 3]
    about = plain(f"{view.url} {view.title} {view.body[:400]}").split()
    return all(w in about or singular(w) in about for w in words)


async def visit(run: Run, step: Step) -> Decision | None:
    """ "Go to X": a link on this page, else a site by that name."""
    st = step["st"]
    view = await run.view()
    if st.get("acts") or st.get("phase"):
        if st.get("phase") == "address":
            return await on_site(run, step)
        return await click_target(run, step, step["target"])
    if not is_blank(view.url):
        if found := named_here(view, step["target"], step["name"]):
            if isinstance(found, Element):
                st["chosen"] = found.key
            elif _is_shown(view, found):
                run.memory["focus"] = step["name"]
                return None
            else:
                step["target"] = found
            return await click_target(run, step, step["target"])
        if re.fullmatch(r"(?:home|start|front|main)(?: ?page)?", step["name"], re.I):
            root = "{0.scheme}://{0.netloc}/".format(urlsplit(view.url))
            return await run.act(
                step,
                f"await page.goto({quote(root)})",
                "Open the site's front page.",
                phase="acted",
            )
        if is_here(step["name"], view) and squash(step["name"]) in squash(
            view.title + urlsplit(view.url).netloc
        ):
            return None
        if step.get("soft"):
            _keep_in_mind(run, step)
            return None
        if _of_this_site(step, view):
            return await click_target(run, step, step["target"])
    return await on_site(run, step)


_CART = re.compile(r"(?:shopping )?(?:cart|basket|bag|trolley)", re.I)


def is_common(name: str) -> bool:
    """Whether a place is called by a common noun ("the forum"), and not by a site's name."""
    return bare(name).islower()


def named_here(view: View, target: Target, name: str = "") -> Target | Element | None:
    """How a place is found here: a target that fits, or a link all of whose words it has."""
    whole = {**target, "words": name or target["words"], "kind": None, "alt": None}
    plain_name = {**whole, "words": place_named(whole["words"])}
    if _CART.fullmatch(whole["words"]) and (cart := cart_link(view)):
        return cart
    for wanted, least in ((whole, 0.9), (plain_name, 0.9), (target, 0.64)):
        matches = rank(view, wanted, texts=True)
        if matches and matches[0].score >= least:
            return wanted
    way = way_to(view, whole["words"])
    if way is None:
        return None
    named = {singular(w) for w in plain(plain_name["words"]).split()}
    # A link that says the kind of place alone ("Boards") is on the way to it.
    return way if named & {singular(w) for w in plain(way.name).split()} else whole


def _keep_in_mind(run: Run, step: Step) -> None:
    """A place that nothing leads to: what comes next may stand beside its name, or ask for it."""
    run.memory["focus"] = step["name"]
    after = run.steps[run.memory["at"] + 1 :]
    if step.get("piece") and after and "pieces" in after[0]:
        after[0]["pieces"].append(step["piece"])


def _is_shown(view: View, target: Target) -> bool:
    """Whether the place is a heading of this page, and nothing that leads to it."""
    best = rank(view, target, texts=True)[0].element
    shown = best.role in ("heading", "text") and not best.d.get("host")
    return shown or best.role in EDITABLE | BOXES


def _of_this_site(step: Step, view: View) -> bool:
    """Whether a place that is not in sight is one of this site, and no other site."""
    if is_common(step["name"]) or any(map(is_place, plain(step["text"]).split())):
        return True
    wanted = squash(step["name"])
    heads = [e for e in view.texts if e.role == "heading"]
    titled = wanted in squash(view.title) or any(wanted in squash(e.text or "") for e in heads)
    folded = folded_menu(view) is not None and not titled
    return folded or (is_here(step["name"], view) and not _names_this(step["name"], view))


async def simple_page_call(run: Run, step: Step) -> Decision | None:
    """Back, forward, reload."""
    result = await outcome_of(run, step)
    if step["st"].get("phase") == "acted":
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "it did not work").splitlines()[0])
        return None
    if step["do"] == "back" and (button := await _own_back(run)):
        why = f"Go back with {describe(button)}."
        return await run.act(step, await click_code(button), why, on=button, phase="acted")
    code = {
        "back": "await page.go_back()",
        "forward": 'await page.keyboard.press("Alt+ArrowRight")',
        "reload": "await page.reload()",
    }
    return await run.act(
        step,
        code[step["do"]],
        {"back": "Go back.", "forward": "Go forward.", "reload": "Reload the page."}[step["do"]],
        phase="acted",
    )


_BACK = re.compile(r"(?:[←‹«<]\s*)?(?:go )?back(?: to .*)?|[←‹«<](?:\s.*)?", re.I)


async def _own_back(run: Run) -> Element | None:
    """The page's own way back, where what was opened on it left no step in the history."""
    if await run.page.evaluate("() => !window.navigation || navigation.canGoBack"):
        return None
    view = await run.view()
    found = [
        e for e in view.elements
        if e.role in ("button", "link", "generic") and not e.off
        and any(_BACK.fullmatch(n.strip()) for n in e.names)
    ]  # fmt: skip
    return found[0] if found else None


async def press(run: Run, step: Step) -> Decision | None:
    if step["st"].get("phase") == "acted":
        return None
    return await run.act(
        step,
        f"await page.keyboard.press({quote(step['key'])})",
        f"Press {step['key']}.",
        phase="acted",
    )


async def screenshot(run: Run, step: Step) -> Decision | None:
    if step["st"].get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "no screenshot was taken").splitlines()[0])
        return None
    code = (
        "await page.screenshot(full_page=True)" if step.get("full") else "await page.screenshot()"
    )
    return await run.act(step, code, "Take a screenshot.", phase="acted")
