"""Controls as component kits draw them: lists that open elsewhere, calendars, shadow trees."""

from __future__ import annotations

import pytest

from agents.errors import Parked
from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("Set Bed to South", "bed.value === 'South'"),
        ("Select East in Bed", "bed.value === 'East'"),
        ("Select Spade and Hoe in Tools", "tools.value === 'Spade,Hoe'"),
        ("Set Sown to 14 March 2027", "sown.dataset.set === '2027-3-14'"),
        ("Set the season to Autumn", "season.querySelectorAll('input')[1].checked"),
        ("Choose season Spring", "season.querySelectorAll('input')[0].checked"),
        ("Switch on With a shade net", "did.join() === 'shade true'"),
        ("Press Striped", "did.join() === 'pressed striped'"),
        ("Pick the Roots chip", "did.join() === 'chip Roots'"),
        ("Delete Leek", "did.join() === 'deleted Leek'"),
        ("Place a bid of 50", "did.join() === 'bid 50'"),
        (
            'Fill in remark "Water it", bed North and season Autumn',
            "remark.value === 'Water it' && bed.value === 'North' && "
            "season.querySelectorAll('input')[1].checked",
        ),
        (
            'Type "the cat sat" into Remark, then replace the word cat with dog',
            "remark.value === 'the dog sat'",
        ),
    ],
)
async def test_a_drawn_control_takes_what_was_said(play: Play, words: str, holds: str) -> None:
    done = await play("kit_parts.html", words)
    assert await done.session.page.evaluate(f"() => {holds}"), done.outcome


@pytest.mark.browser
async def test_words_that_no_field_has_are_not_replaced(play: Play) -> None:
    with pytest.raises(Parked):
        await play("kit_parts.html", "Replace the word fox with dog")


def test_a_name_beside_the_address_is_given_too() -> None:
    steps = parse("Sign up for the newsletter with ada@example.org and name Ada")
    assert [(s["do"], (s.get("value") or {}).get("text")) for s in steps] == [
        ("fill", "ada@example.org"),
        ("fill", "Ada"),
        ("submit", None),
    ]


@pytest.mark.browser
async def test_each_drawn_slider_is_moved_to_its_own_place(play: Play) -> None:
    done = await play("sliders_drawn.html", "Set Soak to 14, then set Heat to 25")
    assert (await done.text("#s"), await done.text("#h")) == ("14", "25")
