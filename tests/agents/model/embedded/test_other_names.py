"""A field, column or label asked for by another name than the page's own."""

from __future__ import annotations

import pytest

from agents.browser.extract_names import match_column
from agents.browser.field_names import same_words
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser

PAGE = "parcel_desk.html"


@pytest.mark.parametrize(
    ("asked", "columns", "found"),
    [
        ("order number", ["Order ID", "Total"], "Order ID"),
        ("invoice ID", ["No.", "Total"], "No."),
        ("last name", ["First name", "Surname"], "Surname"),
        ("forename", ["First name", "Surname"], "First name"),
        ("post code", ["City", "ZIP"], "ZIP"),
        ("telephone number", ["Phone no.", "E-mail"], "Phone no."),
        ("cost", ["Amount", "Price"], "Price"),
        ("phone", ["Home telephone", "Work telephone"], None),
        ("room number", ["Order ID", "Surname"], None),
    ],
)
def test_a_column_goes_by_its_other_names(
    asked: str, columns: list[str], found: str | None
) -> None:
    assert match_column(asked, columns) == found


def test_a_mobile_is_not_called_a_phone() -> None:
    assert same_words("mobile number") != same_words("phone number")


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (
            "Get the order number, last name and phone of each order",
            [
                {"order number": "A-104", "last name": "Quist", "phone": "020 555 0101"},
                {"order number": "A-107", "last name": "Byron", "phone": "020 555 0102"},
                {"order number": "A-112", "last name": "Field", "phone": "020 555 0103"},
            ],
        ),
        (
            "List the order numbers with the post code 5003",
            [{"order number": "A-104"}, {"order number": "A-112"}],
        ),
        (
            "Get the price and the postcode of order A-112",
            {"price": "€ 99.00", "postcode": "5003"},
        ),
        (
            "What are the zip code and the last name of order A-104?",
            {"zip code": "5003", "last name": "Quist"},
        ),
    ],
)
async def test_a_table_is_read_by_other_names(play: Play, words: str, output: object) -> None:
    done = await play(PAGE, words)
    assert done.outcome.output == output
    assert done.outcome.is_task_successful is True


@pytest.mark.parametrize(
    "words",
    [
        'Enter "A-2" into Order number, "Ruiz" into Last name, "a@b.org" into Email and "5003" '
        "into Zip code, then press Save",
        "Fill in the form: order no A-2, surname Ruiz, mail a@b.org, zip 5003. Save it.",
    ],
)
async def test_a_form_is_filled_in_by_other_names(play: Play, words: str) -> None:
    done = await play(PAGE, words)
    assert await done.text("#said") == "order=A-2 family=Ruiz mail=a@b.org post=5003"


@pytest.mark.parametrize(
    "words",
    [
        'Enter "555 101" into Phone and press Save',
        "Fill in the form: last name Ruiz, phone number 555 101. Save it.",
    ],
)
async def test_a_name_that_fits_several_fields_is_asked_about(play: Play, words: str) -> None:
    done = await play(PAGE, words, {"value": "2"})
    (asked,) = done.asked
    shown = [choice["label"].split('"')[1] for choice in (asked.choices or [])[:-1]]
    assert shown == ["Home telephone", "Work telephone", "Mobile"]
    assert "work=555 101" in await done.text("#said")
