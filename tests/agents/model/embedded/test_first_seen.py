"""Sites seen for the first time: facts, orders, menus of rows, forms in several steps."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("page", "words", "output"),
    [
        ("book_shelf.html", "What is the price of Northern Bread?", {"price": "£18.75"}),
        ("book_shelf.html", "Is Harbour Lights in stock?", {"availability": "Out of stock"}),
        ("book_shelf.html", "Open the cheapest book and tell me how many pages it has", "284"),
        ("clinic_visit.html", "When does it open on Sunday?", "10:30 – 12:00 (emergencies only)"),
        ("clinic_visit.html", "When does it open on Wednesday?", "8:00 – 18:30"),
        ("help_delivery.html", "How long does express delivery to Germany take?", "2 days"),
        ("drive_frame.html", "How large is report-2025.pdf?", {"size": "2.4 MB"}),
        ("jobs_cards.html", "What is the salary of the Data Analyst job?", {"salary": "€58,500"}),
    ],
)
async def test_a_fact_stands_in_its_row_or_on_its_page(
    play: Play, page: str, words: str, output: object
) -> None:
    done = await play(page, words)
    assert done.outcome.output == output
    assert done.outcome.is_task_successful is True


async def test_a_link_leads_to_the_answer(play: Play) -> None:
    done = await play("help_centre.html", "How long do refunds take?")
    assert "five to seven working days" in done.outcome.output


async def test_whether_something_is_there_is_told_by_a_sentence(play: Play) -> None:
    done = await play("clinic_visit.html", "tell me if there is parking")
    assert done.outcome.output == "There are 24 parking spaces behind the building."


async def test_what_no_page_says_is_not_made_up(play: Play) -> None:
    done = await play("clinic_visit.html", "When does it open on Christmas Eve?")
    assert done.outcome.is_task_successful is False


@pytest.mark.parametrize(
    ("page", "words", "first"),
    [
        ("book_shelf.html", "Find the newest book", "Northern Bread"),
        ("book_shelf.html", "Which book has the best rating?", "Glass Rivers"),
        ("drive_frame.html", "Which file is the largest?", "launch.mp4"),
        ("drive_frame.html", "Which file is the oldest?", "photos.zip"),
        ("homes_cards.html", "Which home is the largest?", "Villa with garden"),
        ("homes_cards.html", "List the homes by price, cheapest first", "Studio at the station"),
        ("homes_cards.html", "find the oldest home", "Attic flat by the canal"),
    ],
)
async def test_any_measure_puts_a_list_in_order(
    play: Play, page: str, words: str, first: str
) -> None:
    done = await play(page, words)
    assert first in done.outcome.output[0].values()
    assert done.outcome.is_task_successful is True


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("drive_frame.html", "Which file is the heaviest?"),
        ("homes_cards.html", "list all bicycles"),
        ("homes_cards.html", "list the furnished homes"),
        ("jobs_cards.html", "which job has the highest salary?"),  # in four currencies
    ],
)
async def test_what_a_list_does_not_tell_is_said(play: Play, page: str, words: str) -> None:
    done = await play(page, words)
    assert done.outcome.output is None
    assert done.outcome.is_task_successful is False


async def test_labels_that_all_cards_share_name_their_values(play: Play) -> None:
    done = await play("jobs_cards.html", "List the remote jobs with company and salary")
    assert done.outcome.output == [
        {"job": "Support Lead", "company": "Papaya Ltd", "salary": "£48,000"},
        {"job": "Technical Writer", "company": "Docsmith", "salary": "$55,000"},
    ]


async def test_a_state_counts_only_its_rows(play: Play) -> None:
    done = await play("team_admin.html", "How many members are inactive?")
    assert done.outcome.output == 2


async def test_a_row_keeps_its_deeds_in_a_menu(play: Play) -> None:
    done = await play("team_admin.html", "Remove Bo Falk from the team and confirm")
    assert await done.text("#log") == "Bo Falk was removed"
    assert not done.asked


async def test_a_value_of_a_row_is_edited_and_saved(play: Play) -> None:
    done = await play("team_admin.html", "Change the role of Cara Diaz to Editor")
    assert "Cara Diaz\tEditor" in await done.text("#t")
    assert await done.text("#log") == "Role saved"


async def test_a_drawn_list_in_a_shadow_tree(play: Play) -> None:
    done = await play(
        "prefs_shadow.html", "Turn on dark mode, set the language to Deutsch and save"
    )
    assert await done.text("#o") == "Saved: true, Deutsch, ada"


async def test_a_trip_is_searched_by_the_fields_of_the_form(play: Play) -> None:
    done = await play(
        "trains_form.html",
        "Find trains from Oslo S to Bergen on 3 March 2027 and tell me the departure time of the "
        "cheapest one",
    )
    assert done.outcome.output == [{"departure time": "08:03"}]


async def test_a_booking_says_its_parts_in_any_words(play: Play) -> None:
    done = await play(
        "clinic_booking.html",
        "Book an appointment with Dr. Lind on 14 December 2026 at 10:30. Name: Ada Byron, "
        "email: ada@example.org",
    )
    said = "doctor=Dr. Lind;date=2026-12-14;time=10:30;name=Ada Byron;email=ada@example.org"
    assert await done.text("#out") == said


async def test_details_said_after_a_purchase_are_used_on_the_way(play: Play) -> None:
    done = await play(
        "kitchen_checkout.html",
        "Buy the Kettle 1.7 L. Name: Ada Byron, email: ada@example.org, street: 12 Mill Lane",
    )
    assert await done.text("#out") == "Ada Byron|ada@example.org|12 Mill Lane"
    assert not done.asked


async def test_two_of_a_thing(play: Play) -> None:
    done = await play(
        "kitchen_checkout.html", "Add two of the Oak Tray to the cart and tell me the total"
    )
    assert done.outcome.output == {"total": "$41.90"}
