"""Our side of the border: what each call of step code does in the browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import re2
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page as PlaywrightPage
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.errors import ActionError, BrowserError, BrowserGone
from agents.executor import reading
from agents.executor.actions import Actions
from agents.executor.calls import Call
from agents.executor.dialogs import GROUP, accepting
from agents.executor.elements import Elements
from agents.executor.files import Shelf, as_json_bytes, describe, media_type_of
from agents.executor.inputs import Inputs
from agents.executor.kinds import kind_of
from agents.executor.objects import bind, globals_for, wrap
from agents.executor.opening import insist, told_of_tunnel
from agents.executor.page_errors import WHOLE_PAGE, check_is_the_sites
from agents.executor.recipes import Recipe
from agents.executor.signatures import api
from agents.executor.values import (
    Files,
    Keyboard,
    Locator,
    Mouse,
    Page,
    SandboxObject,
    Tabs,
)
from agents.executor.variables import OnTyped
from agents.guard.policy import resolve_address
from agents.plain import clip
from agents.ports import JSON, StoredArtifact, Variable

_LOAD_STATES = ("domcontentloaded", "load", "networkidle", "commit")
_MAX_WAIT_MS = 55_000


class Host:
    """The objects of one step and what stands behind them."""

    def __init__(
        self,
        actions: Actions,
        variables: Mapping[str, Variable],
        shelf: Shelf,
        on_typed: OnTyped | None = None,
    ) -> None:
        self._actions = actions
        self._browser = actions.browser
        self._variables = variables
        self._shelf = shelf
        self._elements = Elements(actions.browser, variables, shelf, on_typed)
        self._inputs = Inputs(actions.browser, self._elements)
        self.downloads: list[StoredArtifact] = []
        self.notices: list[str] = []

    # --- what the sandbox gets --------------------------------------------------------------
    def inputs(self) -> dict[str, Any]:
        """Values by the names that step code finds defined."""
        return globals_for(self._perform, self._page, list(self._variables))

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Functions by name."""
        functions = api().functions

        def ref(*args: Any, **kwargs: Any) -> Any:
            given = bind(functions["ref"], args, kwargs)["id"]
            if not isinstance(given, str):
                raise TypeError('ref() takes the number as text: ref("e12")')
            return self._wrap(Locator(Recipe(ref=given.strip().strip("[]"))))

        async def popup(*args: Any, **kwargs: Any) -> Any:
            bound = bind(functions["popup"], args, kwargs)
            return self._wrap(await self._actions.perform(self._popup(bound)))

        async def download(*args: Any, **kwargs: Any) -> Any:
            bound = bind(functions["download"], args, kwargs)
            return await self._actions.perform(self._download(bound))

        async def accept_dialog(*args: Any, **kwargs: Any) -> Any:
            bound = bind(functions[GROUP], args, kwargs)
            recipe, redact = self._target(bound), self._actions.redactor.text
            call = accepting(self._browser, self._elements, recipe, bound, redact)
            return await self._actions.perform(call)

        return {"ref": ref, "popup": popup, "download": download, GROUP: accept_dialog}

    def _wrap(self, value: Any) -> Any:
        return wrap(value, self._perform, self._page)

    def _page(self) -> PlaywrightPage | None:
        """The active tab at this moment, to which a new locator belongs."""
        try:
            page: PlaywrightPage = self._browser.page
            return page
        except BrowserError:
            return None

    async def _perform(self, value: SandboxObject, method: str, bound: dict[str, Any]) -> Any:
        return await self._actions.perform(self._call(value, method, bound))

    def _call(self, value: SandboxObject, method: str, bound: dict[str, Any]) -> Call:
        if isinstance(value, Locator):
            return self._elements.call(value.recipe, method, bound, f"locator.{method}")
        if isinstance(value, Keyboard | Mouse):
            return self._inputs.call(value, method, bound)
        if isinstance(value, Page):
            return self._page_call(value, method, bound)
        if isinstance(value, Files):
            return self._files_call(method, bound)
        assert isinstance(value, Tabs)
        return self._tabs_call(method, bound)

    async def _tab(self, value: Page) -> PlaywrightPage:
        """Raises: ActionError when the tab was closed."""
        page = value.tab if value.tab is not None else self._page()
        if value.tab is None and (page is None or page.is_closed()):
            page = await self._browser.ready()
        if page is None or page.is_closed():
            raise ActionError("This tab is closed: use `page`.", code="tab_closed")
        return page

    # --- page -------------------------------------------------------------------------------
    def _page_call(self, value: Page, method: str, bound: dict[str, Any]) -> Call:
        if "selector" in bound and method != "wait_for_selector":
            return self._on_selector(value, method, bound)
        if method == "goto":
            return self._goto(value, bound)
        timeout_ms = bound.pop("timeout", None) if method != "wait_for_timeout" else None
        if method == "wait_for_timeout":  # it ends by itself; the limit only has to be later
            timeout_ms = min(max(0.0, float(bound["timeout"])), _MAX_WAIT_MS) + 2_000
        wrapped: Callable[[JSON], Any] = lambda result: result  # noqa: E731
        target = WHOLE_PAGE
        if method == "wait_for_selector":
            found = self._recipe(value, bound["selector"]).then("first")
            target = found.words()
            wrapped = lambda result: Locator(found)  # noqa: E731
        if method == "wait_for_url":
            url = bound["url"]
            target = f"/{url.pattern}/" if isinstance(url, re.Pattern) else str(url)

        async def run(timeout: float) -> JSON:
            page = await self._tab(value)
            doing = getattr(self, f"_{method}", None)
            if doing is not None:
                return await doing(page, timeout, **bound)
            if method in ("go_back", "go_forward", "reload"):
                bound.setdefault("wait_until", "domcontentloaded")
                await getattr(page, method)(timeout=timeout, **bound)
                return None
            return await reading.read(self._browser, page, method, bound, timeout)

        return Call(
            tool=f"page.{method}",
            kind=kind_of("page", method),
            target=target,
            arguments={k: v for k, v in bound.items() if not isinstance(v, re.Pattern)},
            run=run,
            wrap=wrapped,
            timeout_ms=timeout_ms,
        )

    def _recipe(self, value: Page, selector: str) -> Recipe:
        tab = value.tab if value.tab is not None else self._page()
        return Recipe(page=tab).then("locator", selector=selector)

    def _on_selector(self, value: Page, method: str, bound: dict[str, Any]) -> Call:
        """`page.click(selector)` is `page.locator(selector).click()`."""
        recipe = self._recipe(value, bound.pop("selector"))
        return self._elements.call(recipe, method, bound, f"locator.{method}")

    def _goto(self, value: Page, bound: dict[str, Any]) -> Call:
        url = resolve_address(bound["url"], self._actions.page_url())
        wait_until = bound.get("wait_until", "domcontentloaded")

        def edit(edits: Mapping[str, Any]) -> None:
            nonlocal url
            url = resolve_address(str(edits.get("url", url)), self._actions.page_url())

        async def run(timeout: float) -> JSON:
            page = await self._tab(value)
            await self.store_downloads()  # what came before is not what this address brings
            try:
                answer = await insist(page, url, wait_until, timeout)
            except PlaywrightError as error:
                if "Download is starting" not in str(error):
                    await told_of_tunnel(self._browser, url, error)
                    raise
                raise await self._file_at(url, timeout) from None
            if answer is not None:
                check_is_the_sites(answer.headers, url)
            status = answer.status if answer is not None else None
            return {"url": page.url, "status": status, "ok": status is None or status < 400}

        return Call(
            tool="page.goto",
            kind=kind_of("page", "goto"),
            target=clip(url, 300),
            arguments={"url": url},
            run=run,
            edit=edit,
            editable=("url",),
            timeout_ms=bound.get("timeout"),
            url=url,
        )

    async def _file_at(self, url: str, timeout: float) -> ActionError:
        """Store the file that an address turned out to be; what to say of it.

        Raises: BrowserError when it may not come, or not in time.
        """
        found = await self._browser.next_download(timeout_s=timeout / 1000)
        stored = await self._store(found)
        return ActionError(
            f"{clip(url, 300)} is a file, not a page. It was downloaded as {stored.name} "
            f"({stored.size_bytes} bytes): see files.list() and files.read_text().",
            code="navigation_downloads",
        )

    async def _wait_for_selector(
        self, page: PlaywrightPage, timeout: float, selector: str, state: str = "visible"
    ) -> JSON:
        await page.locator(selector).first.wait_for(state=state, timeout=timeout)  # type: ignore[arg-type]

    async def _wait_for_load_state(
        self, page: PlaywrightPage, timeout: float, state: str = "load"
    ) -> JSON:
        if state not in _LOAD_STATES:
            raise ValueError(f"state must be one of {', '.join(_LOAD_STATES[:3])}")
        await page.wait_for_load_state(state, timeout=timeout)  # type: ignore[arg-type]

    async def _wait_for_url(
        self, page: PlaywrightPage, timeout: float, url: str | re.Pattern[str], **_: Any
    ) -> JSON:
        if isinstance(url, re.Pattern):
            # Playwright would run it in Python's engine, which a pattern can hold for ever.
            pattern = re2.compile(url.pattern)
            await page.wait_for_url(
                lambda address: bool(pattern.search(address)), timeout=timeout, wait_until="commit"
            )
        else:
            await page.wait_for_url(url, timeout=timeout, wait_until="commit")

    async def _wait_for_timeout(self, page: PlaywrightPage, _: float, timeout: float) -> JSON:
        await page.wait_for_timeout(max(0.0, min(float(timeout), _MAX_WAIT_MS)))

    async def _close(self, page: PlaywrightPage, timeout: float) -> JSON:
        await self._browser.close_tab(self._browser.pages.index(page))

    async def _bring_to_front(self, page: PlaywrightPage, timeout: float) -> JSON:
        await self._browser.switch_tab(self._browser.pages.index(page))

    async def _screenshot(
        self,
        page: PlaywrightPage,
        timeout: float,
        name: str = "screenshot.jpg",
        full_page: bool = False,
    ) -> JSON:
        shot = await self._browser.screenshot(full_page=full_page)
        name = name if name.lower().endswith((".jpg", ".jpeg")) else f"{name}.jpg"
        return await self._shelf.save(
            name, shot.data, "image/jpeg", kind="file", step=self._actions.step
        )

    # --- tabs -------------------------------------------------------------------------------
    def _tabs_call(self, method: str, bound: dict[str, Any]) -> Call:
        url = resolve_address(bound["url"]) if bound.get("url") else None

        async def run(timeout: float) -> JSON:
            browser = self._browser
            if method == "list":
                return await reading.tabs(browser)
            if method == "new":
                await browser.new_tab(url, timeout_s=timeout / 1000)
            elif method == "switch":
                await browser.switch_tab(bound["index"])
            else:
                await browser.close_tab(bound["index"])
            return None

        index = bound.get("index")
        return Call(
            tool=f"tabs.{method}",
            kind=kind_of("tabs", method),
            target=url or (f"tab {index}" if index is not None else "tabs"),
            arguments={"url": url} if url else dict(bound),
            run=run,
            url=url,
        )

    # --- new tabs and downloads -------------------------------------------------------------
    def _target(self, bound: dict[str, Any]) -> Recipe:
        target = bound["target"]
        return target if isinstance(target, Recipe) else self._recipe(Page(), str(target))

    def _popup(self, bound: dict[str, Any]) -> Call:
        recipe = self._target(bound)
        click = self._elements.call(recipe, "click", {}, "popup")
        opened: list[PlaywrightPage] = []

        async def run(timeout: float) -> JSON:
            locator = await self._elements.locator(recipe)
            clicked = False
            try:
                async with locator.page.expect_popup(timeout=timeout) as waiting:
                    await locator.click(timeout=timeout)
                    clicked = True
                opened.append(await waiting.value)
            except PlaywrightTimeout:
                if not clicked:
                    raise
                raise ActionError(
                    f"The click on {recipe.words()} opened no new tab within "
                    f"{timeout / 1000:g} s. It may have gone on in this tab: look at the page.",
                    code="no_popup",
                ) from None
            await self._browser.idle()
            return {"url": opened[0].url}

        click.run, click.timeout_ms = run, bound.get("timeout")
        click.wrap = lambda _: Page(opened[0] if opened else self._page())
        return click

    def _download(self, bound: dict[str, Any]) -> Call:
        recipe = self._target(bound)
        click = self._elements.call(recipe, "click", {}, "download")

        async def run(timeout: float) -> JSON:
            await self.store_downloads()  # what came before is not what this click brings
            begun = time.monotonic()
            locator = await self._elements.locator(recipe)
            await locator.click(timeout=timeout)
            left = timeout / 1000 - (time.monotonic() - begun)
            found = await self._browser.next_download(timeout_s=max(0.5, left))
            return describe(await self._store(found))

        click.run = run
        click.timeout_ms = bound.get("timeout") or self._actions.limits.navigation_timeout_ms
        return click

    async def store_downloads(self) -> None:
        """Put finished downloads among the task's files."""
        for found in self._browser.drain_downloads():
            try:
                await self._store(found)
            except BrowserGone:
                raise
            except OSError as error:
                self.notices.append(
                    f"{found.name} was downloaded but could not be stored: "
                    f"{error.strerror or error}."
                )

    async def _store(self, found: Any) -> StoredArtifact:
        stored = await self._shelf.store.put_file(
            found.path,
            name=found.name,
            media_type=found.media_type,
            kind="download",
            step=self._actions.step,
        )
        self._shelf.add([stored])
        self.downloads.append(stored)
        return stored

    # --- files ------------------------------------------------------------------------------
    def _files_call(self, method: str, bound: dict[str, Any]) -> Call:
        name = str(bound.get("name", "files"))
        step = self._actions.step

        async def run(timeout: float) -> JSON:
            if method == "list":
                await self.store_downloads()
                return self._shelf.listing()
            if method == "read_text":
                await self.store_downloads()
                limit = int(bound.get("max_chars", 50_000))
                return await self._shelf.read_text(name, max(1, limit))
            if method == "save_json":
                return await self._shelf.save(
                    name, as_json_bytes(bound.get("value")), "application/json", step=step
                )
            media_type = media_type_of(name, bound.get("media_type"))
            data = str(bound["text"]).encode("utf-8", "replace")
            return await self._shelf.save(name, data, media_type, step=step)

        shown = {k: v for k, v in bound.items() if k not in ("text", "value")}
        for key in ("text", "value"):
            if key in bound:
                shown[f"{key}_chars"] = len(str(bound[key]))
        return Call(f"files.{method}", kind_of("files", method), name, shown, run)
