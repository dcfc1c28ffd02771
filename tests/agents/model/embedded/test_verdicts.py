"""A result counts as right only when all that was said is covered by what the page showed."""

from __future__ import annotations

import pytest

from agents.model.embedded.reading.covered import literals
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def test_what_stands_outside_the_list_is_not_passed_over(play: Play) -> None:
    done = await play("lead_story.html", "Which exhibitions are curated by Senja Aalto?")
    assert done.outcome.is_task_successful is False
    assert "Light on the water" in done.outcome.text


async def test_what_stands_outside_and_meets_no_condition_is_no_matter(play: Play) -> None:
    done = await play("lead_story.html", "Which exhibitions are curated by Emil Rask?")
    assert [r["title"] for r in done.outcome.output] == ["Toys of the fifties"]
    assert done.outcome.is_task_successful is True


async def test_a_number_that_the_page_was_not_given_makes_no_success(play: Play) -> None:
    done = await play("meter_forms.html", "Send in my meter reading, 18950", "skip")
    out = await done.text("#out")
    assert "address" not in out  # a labelled field is no search
    sent = "18950" in out
    assert sent or done.outcome is None or done.outcome.is_task_successful is not True


async def test_nothing_new_is_made_of_a_search_field(play: Play) -> None:
    done = await play("meter_forms.html", 'Add an internal note "Ordered on Friday"')
    assert await done.session.page.locator("#find").input_value() == ""


async def test_only_those_with_two_options_are_chosen_in_their_lists(play: Play) -> None:
    done = await play("meter_forms.html", "Show only open papers with high priority")
    values = "[...document.querySelectorAll('select')].map(s => s.value)"
    assert await done.session.page.evaluate(values) == ["Open", "High"]


async def test_those_that_are_not_so_are_not_chosen(play: Play) -> None:
    done = await play("meter_forms.html", "Show only papers that are not open")
    chosen = "[...document.querySelectorAll('select')].map(s => s.value)"
    assert await done.session.page.evaluate(chosen) == ["All", "All"]
    assert done.outcome is None or done.outcome.is_task_successful is not True


async def test_only_those_of_a_place_are_not_typed_into_a_filter(play: Play) -> None:
    done = await play("meter_forms.html", "Show only the papers in drawer Qualified")
    assert await done.session.page.locator("#names").input_value() == ""


def test_numbers_and_addresses_are_looked_for_but_no_dates() -> None:
    said = "On 12.05.2027 at 18:30 pay £1,045.50 to 88120034, tell ann@example.org by 2027"
    assert literals(said) == ["ann@example.org", "£1,045.50", "88120034"]


FILLED = 'Type "Ada Lovelace" into full name, enter "ada@example.org" into e-mail'


async def test_fields_that_hold_what_was_typed_verify_a_form_that_was_only_filled(
    play: Play,
) -> None:
    done = await play("forms_all.html", f"{FILLED}, then take a screenshot")
    assert done.outcome.is_task_successful is True


async def test_a_field_that_was_emptied_again_verifies_nothing(play: Play) -> None:
    done = await play("forgetful.html", "Type Ada into full name, enter 555123 into phone")
    assert done.outcome.is_task_successful is None


async def test_what_fields_hold_says_nothing_of_a_password_or_a_further_deed(play: Play) -> None:
    done = await play("forms_all.html", f"{FILLED}, enter hush into password")
    assert done.outcome.is_task_successful is None
    done = await play("forms_all.html", f"{FILLED}, press Tab")
    assert done.outcome.is_task_successful is None


async def test_what_was_seen_before_a_person_took_over_proves_nothing_of_what_they_did(
    play: Play,
) -> None:
    words = "Find “Why our database forgot Tuesdays”, then juggle three balls"
    done = await play("news_rows.html", words, True)
    assert [spec.kind for spec in done.asked] == ["takeover"]
    assert done.outcome.is_task_successful is None
