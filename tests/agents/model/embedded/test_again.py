"""A deed that was cut short: done again on the same thing, or asked about; never on another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Page

from agents.model.embedded import EmbeddedRoute
from agents.model.embedded.ground import LEAST
from agents.model.embedded.likeness import likeness
from agents.ports import REOPENED, Act, ActionRecord, Ask, DecideInput, Finish, StepResult, Turn

pytestmark = pytest.mark.browser

FORM = """<title>Form</title><form><label>Full name <input></label>
<button name="action">Send request</button>
<button name="action">Now send the draft</button></form>"""
WORDS = 'Type "Ada" into Full name, then press Send'


class Desk:
    """The planner on one page; whoever tests plays the loop."""

    def __init__(self, page: Page) -> None:
        self.page, self.route = page, EmbeddedRoute()
        self.turns: list[Turn] = []
        self.memory: dict[str, Any] = {}

    async def next(self) -> Any:
        turn = DecideInput(
            instructions=WORDS,
            step=len(self.turns) + 1,
            steps_left=30,
            turns=self.turns,
            observation="",
            page_url="http://site.test/",
            page_title="Form",
            messages=[],
            variables={},
            output_schema=None,
            notes=[],
            screenshot_png=None,
            page=SimpleNamespace(page=self.page, alive=True),
            memory=self.memory,
            on_delta=lambda _: None,
        )
        return (await self.route.decide(turn)).decision

    def came(self, decision: Any, **result: Any) -> None:
        told = StepResult(**{"ok": False, **result})
        self.turns.append(Turn(len(self.turns) + 1, decision, told))

    async def at_the_button(self) -> Act:
        typed = await self.next()
        assert "fill" in typed.code
        self.came(typed, ok=True, value="Ada")
        pressed = await self.next()
        assert "Send request" in pressed.code
        return pressed


async def test_after_a_lost_browser_it_types_again_and_presses_the_same(page: Page) -> None:
    await page.set_content(FORM)
    desk = Desk(page)
    pressed = await desk.at_the_button()
    desk.came(pressed, error_code="browser_gone", error_message="The browser was lost.")
    desk.came(Act("await page.goto('x')", reasoning=REOPENED), ok=True)
    again = await desk.next()
    assert "fill" in again.code
    desk.came(again, ok=True, value="Ada")
    assert (await desk.next()).code == pressed.code


async def test_what_a_failed_press_leads_to(page: Page) -> None:
    """The same page serves for all: the planner reads it, and nobody presses anything."""
    await page.set_content(FORM)
    for code in ("browser_gone", "interrupted", "page_changed", "action_failed"):
        desk = Desk(page)
        pressed = await desk.at_the_button()
        desk.came(pressed, error_code=code, error_message="It was cut short.")
        assert (await desk.next()).code == pressed.code, code
    cut = [("interrupted_action", "started"), ("action_timeout", "started")]
    for code, status in [*cut, ("browser_gone", "started"), ("browser_gone", "completed")]:
        desk = Desk(page)
        record = ActionRecord("2.1", "locator.click", "", {}, status, mutating=True)
        told = {"error_code": code, "error_message": "Who knows.", "actions": [record]}
        desk.came(await desk.at_the_button(), **told)
        assert isinstance(await desk.next(), Ask), code
    desk = Desk(page)
    desk.came(await desk.at_the_button(), error_code="policy_denied", error_message="Ann: no")
    assert isinstance(await desk.next(), Finish)
    desk = Desk(page)
    desk.came(await desk.at_the_button(), error_code="element_not_found", error_message="None.")
    assert "Now send the draft" in (await desk.next()).code


def test_to_send_is_not_to_save() -> None:
    assert likeness("Send", "Save draft") < LEAST
    assert likeness("Save", "Save draft") > LEAST
