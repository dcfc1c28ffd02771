"""A policy that has people decide on downloads: asked once for a call, and one file is let in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agents.errors import PolicyError
from agents.executor.gate import Grant, ProposedAction
from agents.guard.gate import RunGate


class Browser:
    """Counts the files that it was told to let in."""

    granted = 0

    def grant_download(self) -> None:
        self.granted += 1


class Gate(RunGate):
    """Asks nobody: notes what would have been asked, and takes it as approved."""

    def __init__(self, policy: dict[str, Any], approval: str = "delegated") -> None:
        task = SimpleNamespace(approval=approval, policy=policy)
        context = SimpleNamespace(task=task, standing=self._nothing_stands)
        super().__init__(SimpleNamespace(context=context))  # type: ignore[arg-type]
        self._people.browser = Browser()
        self.asked: list[frozenset[str]] = []

    async def _nothing_stands(self, tool: str, host: str) -> bool:
        return False

    async def _asked(self, action, verdict, host):  # type: ignore[no-untyped-def]
        self.asked.append(verdict.risks)
        return action, verdict, Grant("unknown", verdict.level, verdict.effect, "", asked=True)


def call(tool: str) -> ProposedAction:
    return ProposedAction(
        action_id="1.1", step=1, tool=tool, target="a link", arguments={}, mutating=True,
        page_url="https://shop.test/",
    )  # fmt: skip


async def test_a_download_is_asked_about_and_then_let_in() -> None:
    gate = Gate({"downloads": "ask"})
    assert await gate.allow(call("download")) is not None
    assert gate._people.browser.granted == 1
    assert len(gate.asked) == 1 and "unknown" in gate.asked[0]


@pytest.mark.parametrize("policy", [{}, {"downloads": "allow"}, {"downloads": {"max_bytes": 5}}])
async def test_nothing_is_granted_that_nobody_asks_about(policy: dict[str, Any]) -> None:
    gate = Gate(policy)
    await gate.allow(call("download"))
    assert gate._people.browser.granted == 0
    assert not any("unknown" in risks for risks in gate.asked)


async def test_where_nothing_is_asked_nothing_comes() -> None:
    gate = Gate({"downloads": "ask"}, approval="never")
    with pytest.raises(PolicyError) as refusal:
        await gate.allow(call("download"))
    assert refusal.value.rule == "approval:never" and gate._people.browser.granted == 0
