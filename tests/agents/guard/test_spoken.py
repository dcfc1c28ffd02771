"""What was named counts for what is sent next; what was not, does not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agents.executor.gate import ProposedAction
from agents.guard.judging import judge
from agents.guard.risk import classify_request
from agents.guard.risk_facts import ElementFacts, Verdict
from agents.guard.spoken import SPOKEN_S, Words

pytestmark = pytest.mark.asyncio


def _pressed(raw: dict[str, Any], tool: str = "locator.click") -> ProposedAction:
    element = ElementFacts.from_raw(raw)
    return ProposedAction("1", 1, tool, "it", {}, True, "https://a.example/", element=element)


def _sent(address: str = "/x/2", body: str = "a=1") -> Verdict:
    form = "application/x-www-form-urlencoded"
    return classify_request("POST", f"https://a.example{address}", form, body, "")


LINK = {"tag": "a", "role": "link", "href": "https://a.example/settings"}


async def _after(raw: dict[str, Any], sent: Verdict, tool: str = "locator.click") -> Verdict:
    words, action = Words(dict), _pressed(raw, tool)
    words.heard(action, judge(action))
    return words.judged(sent)


@pytest.mark.parametrize(
    ("raw", "tool", "risk"),
    [
        ({**LINK, "names": {"text": "Delete account"}}, "locator.click", "destructive"),
        ({"tag": "div", "role": "option", "names": {"text": "Jetzt kaufen"}}, "locator.click",
         "purchase"),
        ({"tag": "select", "type": "select", "chosen": "Delete account"}, "locator.select_option",
         "destructive"),
        ({"tag": "select", "type": "select", "names": {"label": "Role"}, "chosen": "Owner"},
         "locator.select_option", "permission_change"),
    ],
)  # fmt: skip
async def test_what_was_named_is_what_is_sent(raw: dict[str, Any], tool: str, risk: str) -> None:
    told = await _after(raw, _sent(), tool)
    assert told.main == risk
    assert told.level == "high"
    assert "right after" in told.effect


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        ({**LINK, "names": {"text": "Settings"}}, _sent()),
        ({**LINK, "names": {"text": "Delete account"}}, _sent("/search", "q=bag")),
        ({**LINK, "names": {"text": "Delete account"}}, _sent("/collect", "e=view")),
        ({"tag": "select", "type": "select", "names": {"label": "Size"}, "chosen": "Large"},
         _sent()),
    ],
)  # fmt: skip
async def test_nothing_else_is_taken_for_it(raw: dict[str, Any], sent: Verdict) -> None:
    assert await _after(raw, sent) == sent


async def test_it_counts_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    words, action = Words(dict), _pressed({**LINK, "names": {"text": "Delete account"}})
    words.heard(action, judge(action))
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now + SPOKEN_S + 1)
    assert words.judged(_sent()) == _sent()


async def test_what_was_bought_once_is_a_purchase_again() -> None:
    known: dict[str, str] = {}
    words = Words(lambda: known)
    assert words.judged(_sent()) == _sent()
    words.let_go(_sent(), frozenset({"purchase", "external_submit"}))
    again = Words(lambda: dict(known)).judged(_sent())  # another worker's
    assert again.main == "purchase"
    assert "sent before" in again.effect
    assert words.judged(_sent(body="a=2")) == _sent(body="a=2")


async def test_what_was_asked_about_itself_names_nothing() -> None:
    raw = {"tag": "button", "role": "button", "names": {"text": "Delete account"}}
    assert await _after(raw, _sent()) == _sent()


@pytest.mark.parametrize(
    ("name", "risks"),
    [("Trash", {"destructive"}), ("Papierkorb (3)", {"destructive"}), ("Holiday pictures", set())],
)
async def test_dragging_into_the_trash(name: str, risks: set[str]) -> None:
    place = {"tag": "div", "names": {"text": name}}
    action = _pressed({"tag": "p", "names": {"text": "a.pdf"}, "onto": place}, "locator.drag_to")
    assert judge(action).risks == risks
