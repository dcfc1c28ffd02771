"""Deeds on rows of a feed, drawn lists without a name, and words that nothing must swallow."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


def test_words_behind_a_field_are_another_part() -> None:
    fill, paint, book = parse("Fill in Aurora as boat name, paint it blue and request the berth")
    assert (fill["target"]["words"], fill["value"]) == ("boat name", {"text": "Aurora"})
    assert (paint["do"], paint["words"]) == ("unknown", "paint it blue")
    assert (book["do"], book["verb"]) == ("act_on", "request")


def test_a_version_is_one_name() -> None:
    (intent,) = parse("Download 0.9.1")
    assert intent["target"]["words"] == "0.9.1"


@pytest.mark.parametrize(
    "said",
    [
        "Please sign up for the newsletter at the bottom of the page with the address a@x.org",
        "Subscribe a@x.org to the newsletter",
        "Join the mailing list with a@x.org",
        "Subscribe me to the weekly newsletter in the footer using my address a@x.org",
    ],
)
def test_a_newsletter_takes_an_address(said: str) -> None:
    fill, send = parse(said)
    assert (fill["do"], fill["value"]) == ("fill", {"text": "a@x.org"})
    assert send["do"] == "submit"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Save Slate ridge and Mill stream", ["Slate ridge", "Mill stream"]),
        ("Save the first two walks", ["Slate ridge", "Heron loop"]),
        ("Save the third walk", ["Mill stream"]),
        ("Save the shortest walk", ["Marsh boards"]),
        ("Save the walk Otter weir", ["Otter weir"]),
        ("Sort the walks by length, longest first", ["Longest first"]),
        ("Report a problem with Old quarry", ["Report a problem|Old quarry"]),
        ("Share the walk Heron loop", ["Share|Heron loop"]),
    ],
)
async def test_rows_of_a_feed(play: Play, words: str, deeds: list[str]) -> None:
    done = await play("walks_feed.html", words)
    assert await done_there(done) == deeds


@pytest.mark.browser
async def test_an_order_that_is_not_offered_is_asked_about(play: Play) -> None:
    done = await play("walks_feed.html", "Sort the walks by number of sheep", "skip")
    assert "Shortest first" in done.asked[0].prompt


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("Enter Tern as boat name, choose Catamaran as boat type, set berth to South pier, switch "
         "electricity on, set arrival to 14 July 2027, set nights to 4 and press Request berth",
         ["boat=Tern", "type=Catamaran", "berth=South pier", "power=yes", "arr=14/07/2027",
          "nights=4"]),
        ("Boat name: Gull, boat type: Catamaran, berth: North pier, then request berth",
         ["boat=Gull", "type=Catamaran", "berth=North pier", "power=no", "nights=1"]),
        ("Put +49 171 555 into Mobile, tick Laundry token, add two nights and send the request",
         ["power=no", "nights=3", "tel=+49 171 555", "laundry=1"]),
    ],
)  # fmt: skip
async def test_a_form_of_drawn_fields(play: Play, words: str, fields: list[str]) -> None:
    done = await play("berth_request.html", words)
    assert await done_there(done) == fields


@pytest.mark.browser
async def test_a_form_is_not_sent_in_search_of_a_list(play: Play) -> None:
    done = await play("berth_request.html", "Choose East pier as berth", "skip")
    assert await done_there(done) == []
    assert "East pier" in done.asked[0].prompt


@pytest.mark.browser
async def test_the_form_filled_in_is_sent_though_a_banner_goes(play: Play) -> None:
    done = await play("newsletter_foot.html", "Sign up for the newsletter with ada@x.org")
    assert await done_there(done) == ["email=ada@x.org"]
