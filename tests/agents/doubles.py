"""A browser and an executor in memory, for tests of the loop that need neither.

The page is a counter with two buttons and a text. `DoubleExecutor` runs step code as plain
Python against it and keeps the executor's contract: a touching call is reported before it is
made, recorded calls are not made again, and one that was only started stops the step.
"""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from agents.errors import ActionError, AgentError, BrowserError, BrowserGone, RunSignal
from agents.ports import ActionRecord, DecideInput, Decision, Reply, StepResult, Usage

IDEMPOTENT = {"goto", "fill"}


@dataclass
class DoubleBrowser:
    """A browser with one page. `pid` tells browsers apart."""

    pid: int = 1
    url: str = "about:blank"
    count: int = 0
    field_value: str = ""
    clicks: list[str] = field(default_factory=list)
    static: str = "A quiet page."
    hostile_text: str = ""
    unreadable: bool = False
    notices: list[Any] = field(default_factory=list)
    downloads: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gone = asyncio.Event()
        self.handle = SimpleNamespace(host="here", pid=self.pid, start_time=1.0)
        self.looks = 0
        self.shots = 0

    @property
    def alive(self) -> bool:
        return not self.gone.is_set()

    def crash(self) -> None:
        """The process dies."""
        self.gone.set()

    def _require(self) -> None:
        if self.gone.is_set():
            raise BrowserGone("The browser ended.")

    def text(self) -> str:
        """What a person would read."""
        parts = [f"Count: {self.count}", self.static, self.hostile_text, self.field_value]
        return "\n".join(part for part in parts if part)

    async def observe(self) -> Any:
        self._require()
        self.looks += 1
        if self.unreadable:
            raise BrowserError("The page hangs.")
        return SimpleNamespace(text=f'{self.text()}\n[e{self.looks}] button "Add"')

    async def state(self) -> Any:
        self._require()
        return SimpleNamespace(url=self.url, title="Counter", tab=0, tab_count=1)

    async def idle(self) -> bool:
        self._require()
        return True

    async def ready(self) -> Any:
        self._require()

        async def inner_text(selector: str, timeout: float) -> str:
            return self.text()

        return SimpleNamespace(inner_text=inner_text)

    async def stop_loading(self) -> None:
        self._require()

    async def screenshot(self) -> Any:
        self._require()
        self.shots += 1
        return SimpleNamespace(data=b"\xff\xd8 jpeg", width=10, height=10)

    async def follow_front_tab(self) -> Any:
        return await self.state()

    def drain_notices(self) -> list[Any]:
        items, self.notices = self.notices, []
        return items

    def drain_downloads(self) -> list[Any]:
        items, self.downloads = self.downloads, []
        return items


class DoublePage:
    """What step code sees."""

    def __init__(self, run: _StepRun) -> None:
        self._run = run

    async def goto(self, url: str) -> None:
        def do(browser: DoubleBrowser) -> None:
            if "unknown" in url:
                raise ActionError("net::ERR_NAME_NOT_RESOLVED", code="navigation_failed")
            if "denied" in url:
                raise ActionError("That address is not allowed.", code="policy_denied")
            if "slow" in url:
                browser.url = url
                raise ActionError("Timeout 30000 ms exceeded.", code="timeout")
            browser.url = url

        await self._run.touch("goto", url, do)

    async def click(self, name: str) -> None:
        def do(browser: DoubleBrowser) -> None:
            browser.clicks.append(name)
            if name == "add":
                browser.count += 1
            if name == "crash":
                browser.crash()
                raise BrowserGone("The browser ended.")
            if name == "bug":
                raise RuntimeError("our own mistake")
            if name == "missing":
                raise ActionError("No such button.")

        await self._run.touch("click", name, do)

    async def fill(self, value: str) -> None:
        def do(browser: DoubleBrowser) -> None:
            browser.field_value = value

        await self._run.touch("fill", value, do)

    async def text(self) -> str:
        return await self._run.read("text", lambda browser: browser.text())

    async def count(self) -> int:
        return await self._run.read("count", lambda browser: browser.count)

    async def forever(self) -> None:
        await self._run.control.interruptible(asyncio.Event().wait())


class _StepRun:
    def __init__(self, executor: DoubleExecutor, step: int, replay: Sequence[ActionRecord]) -> None:
        self._executor = executor
        self._step = step
        self._replay = list(replay)
        self.control = executor.control
        self.records: list[ActionRecord] = []

    async def touch(self, tool: str, target: str, do: Callable[[DoubleBrowser], Any]) -> None:
        await self._call(tool, target, do, mutating=True)

    async def read(self, tool: str, do: Callable[[DoubleBrowser], Any]) -> Any:
        return await self._call(tool, "", do, mutating=False)

    async def _call(
        self, tool: str, target: str, do: Callable[[DoubleBrowser], Any], *, mutating: bool
    ) -> Any:
        self.control.check()
        number = len(self.records) + 1
        record = ActionRecord(
            f"{self._step}.{number}", tool, target, {"target": target}, "started", mutating
        )
        self.records.append(record)
        known = self._replay.pop(0) if self._replay else None
        if known is not None and (known.tool, known.target) == (tool, target):
            if known.status == "completed":
                self.records[-1] = known
                return known.result
            if known.mutating and tool not in IDEMPOTENT:
                raise ActionError(
                    "The call may have happened. Look before you repeat it.",
                    code="interrupted_action",
                )
        if mutating:
            await self._executor.on_action(record)
        try:
            result = do(self._executor.browser)
        except AgentError as error:
            failed = replace(
                record, status="failed", error_code=error.code, error_message=str(error)
            )
            self.records[-1] = failed
            await self._executor.on_action(failed)
            raise
        done = replace(record, status="completed", result=result, duration_ms=1)
        self.records[-1] = done
        await self._executor.on_action(done)
        return result


class DoubleExecutor:
    """Runs code against a DoubleBrowser. Keeps a list of what it was asked to run."""

    def __init__(self, browser: DoubleBrowser, on_action: Any, control: Any) -> None:
        self.browser = browser
        self.on_action = on_action
        self.control = control
        self.files: list[Any] = []

    def redact(self, text: str) -> str:
        return text.replace("4711", "***")

    async def begin(self) -> None:
        pass

    async def clear(self) -> list[str]:
        return []

    async def aclose(self) -> None:
        pass

    async def run(
        self,
        code: str,
        *,
        step: int,
        timeout_s: float = 60,
        replay: Sequence[ActionRecord] = (),
    ) -> StepResult:
        running = _StepRun(self, step, replay)
        printed: list[str] = []
        space: dict[str, Any] = {
            "page": DoublePage(running),
            "print": lambda *words: printed.append(" ".join(map(str, words))),
        }
        *body, last = code.strip().splitlines() or ["None"]
        source = "async def step():\n" + textwrap.indent(
            "\n".join([*body, f"return ({last})"]), "    "
        )
        exec(source, space)
        error: AgentError | None = None
        value = None
        try:
            value = await space["step"]()
        except (RunSignal, BrowserGone):
            raise
        except AgentError as caught:
            error = caught
        return StepResult(
            ok=error is None,
            value=value,
            printed="\n".join(printed),
            error_code=error.code if error else None,
            error_message=str(error) if error else None,
            actions=running.records,
            changed=any(record.mutating for record in running.records),
            duration_ms=1,
        )


class PlannedRoute:
    """A route that asks a function, and keeps what it was told."""

    wants_screenshot = False
    name = "test:planned"

    def __init__(self, decide: Callable[[DecideInput], Decision], usage: Usage = Usage()) -> None:
        self._decide = decide
        self._usage = usage
        self.told: list[DecideInput] = []

    async def decide(self, turn: DecideInput) -> Reply:
        self.told.append(turn)
        return Reply(self._decide(turn), self._usage, self.name)

    async def aclose(self) -> None:
        pass


def in_order(*decisions: Decision | Exception) -> PlannedRoute:
    """A route that decides these, one after another; the place is kept in its memory."""

    def decide(turn: DecideInput) -> Decision:
        index = turn.memory.get("index", 0)
        turn.memory["index"] = index + 1
        decision = decisions[min(index, len(decisions) - 1)]
        if isinstance(decision, Exception):
            raise decision
        return decision

    return PlannedRoute(decide)
