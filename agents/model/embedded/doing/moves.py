"""Getting about: addresses, sites by name, back, keys, screenshots."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from agents.browser.extract_fields import plain, singular
from agents.model.embedded.doing.touch import click_target, outcome_of
from agents.model.embedded.doing.ways import folded_menu
from agents.model.embedded.ground import rank
from agents.model.embedded.run import Run, Step, reply_value
from agents.model.embedded.view import View, quote
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
    if not is_blank(view.url) and is_here(step["name"], view):
        return None
    name = step["name"]
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
        whole = {**step["target"], "words": step["name"], "kind": None, "alt": None}
        for target in (whole, step["target"]):
            matches = rank(view, target, texts=True)
            if matches and matches[0].score >= (0.9 if target is whole else 0.64):
                step["target"] = target
                return await click_target(run, step, target)
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
        if re.search(
            r"\b(?:page|section|tab|cart|basket|checkout|settings|menu|form|top|bottom)\b",
            step["text"],
            re.I,
        ):
            return await click_target(run, step, step["target"])
        wanted = squash(step["name"])
        heads = [e for e in view.texts if e.role == "heading"]
        titled = wanted in squash(view.title) or any(wanted in squash(e.text or "") for e in heads)
        folded = folded_menu(view) is not None and not titled
        named = is_here(step["name"], view) and not _names_this(step["name"], view)
        if folded or named:
            return await click_target(run, step, step["target"])
    return await on_site(run, step)


async def simple_page_call(run: Run, step: Step) -> Decision | None:
    """Back, forward, reload."""
    result = await outcome_of(run, step)
    if step["st"].get("phase") == "acted":
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "it did not work").splitlines()[0])
        return None
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
