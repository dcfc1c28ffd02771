"""Buying in ordinary words: several things, where they go, and which of two that are called so."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_plain_words import practise
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play", "practise"]

browser = pytest.mark.browser
ADA = "Ada Byron, ada@example.org, 1 Mill Lane"
CARD = {"Card number": "4242 4242 4242 4242"}


@browser
async def test_what_is_bought_is_parted_from_where_it_goes(practise: Play) -> None:
    done = await practise(
        "/shop/",
        "buy two enamel mugs, ship to Grace Hopper, 12 Harbour Road, Oslo 0150, Norway, email "
        "grace@example.org",
        CARD,
    )
    page = await done.text()
    assert [list(spec.input_schema["properties"]) for spec in done.asked] == [["Card number"]]
    for said in ("Grace Hopper", "12 Harbour Road, Oslo 0150, Norway", "grace@example.org"):
        assert said in page
    assert "Enamel mug\t2\t" in page


@browser
@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("add the teapot and the clock to the cart", {"Garden teapot": "1", "Wall clock": "1"}),
        ("put a blanket and the mug in my cart", {"Wool blanket": "1", "Enamel mug": "1"}),
        (
            "add 3 notebooks and a fern to my basket",
            {"Dotted notebook": "3", "Fern in a pot": "1"},
        ),
        (
            "Put the cheapest product that is rated at least 4.7 into the basket",
            {"Dotted notebook": "1"},
        ),
        (
            "Add the cheapest product with a rating of 4.7 or more to the cart",
            {"Dotted notebook": "1"},
        ),
        ("Add the best rated product under 20 pounds to the cart", {"Fern in a pot": "1"}),
        ("I'd like two clocks please, put them in my basket", {"Wall clock": "2"}),
        ("Put the mug in the cart, change the quantity to 3", {"Enamel mug": "3"}),
    ],
)
async def test_all_that_was_named_is_in_the_cart(
    practise: Play, words: str, lines: dict[str, str]
) -> None:
    done = await practise("/shop/", words)
    rows = done.session.page.locator(".lines tbody tr")
    names = [name.strip() for name in await rows.locator("th").all_inner_texts()]
    counts = [await one.input_value() for one in await rows.get_by_role("spinbutton").all()]
    assert dict(zip(names, counts, strict=True)) == lines
    assert not done.asked


@browser
@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("what is the most expensive product? Put it in my cart", "Toner cartridge\n£1,180.00"),
        ("what's the cheapest thing you sell? put two of them in my basket", "£17.00"),
    ],
)
async def test_it_is_what_was_read_last(practise: Play, words: str, line: str) -> None:
    assert line in await (await practise("/shop/", words)).text(".lines")


@browser
async def test_it_alone_is_a_question(practise: Play) -> None:
    done = await practise("/shop/", "put it in my cart", "skip")
    assert "Desk lamp" in str(done.asked[0].choices)


@browser
async def test_a_file_of_the_last_order_is_looked_for_in_that_order(practise: Play) -> None:
    await practise("/shop/", f"Buy the mug for {ADA}", CARD)
    await practise("/shop/", f"Buy the clock for {ADA}", CARD)
    done = await practise("/shop/", "Download the invoice of my last order", "skip")
    assert done.session.page.url.endswith("/shop/orders/PR-1002")
    assert "invoice" in done.asked[-1].prompt


@browser
async def test_what_is_read_after_a_change_is_what_the_page_then_shows(practise: Play) -> None:
    words = "Put the mug in the cart, change the quantity to 3 and tell me the total"
    assert "£25.50" in (await practise("/shop/", words)).outcome.text


@browser
async def test_several_things_are_bought_in_one_order(practise: Play) -> None:
    done = await practise(
        "/shop/",
        "Buy the mug and the clock for Ada Byron, ada@example.org, 1 Mill Lane, express delivery",
        CARD,
    )
    page = await done.text()
    for said in ("Enamel mug", "Wall clock", "Express", "1 Mill Lane"):
        assert said in page
    assert done.outcome.is_task_successful is True


@browser
async def test_who_stops_before_paying_is_asked_for_no_card(practise: Play) -> None:
    done = await practise(
        "/shop/",
        "Buy headphones and have them sent to Ada Byron, ada@example.org, 5 Mill Lane, Leeds. "
        "Stop before paying.",
    )
    assert not done.asked
    assert await done.session.page.get_by_label("Address").input_value() == "5 Mill Lane, Leeds"


@browser
async def test_what_is_sold_out_is_said(practise: Play) -> None:
    done = await practise("/shop/", "add the umbrella to the cart", "skip")
    assert "Out of stock" in done.asked[0].prompt


@browser
async def test_two_things_that_are_called_so_are_a_question(play: Play) -> None:
    done = await play("tea_shelf.html#cups", "Add the cup to my basket", "skip")
    labels = " ".join(c["label"] for c in done.asked[0].choices)
    assert "Grey cup" in labels
    assert "Tall cup" in labels


@browser
async def test_two_fields_that_are_called_so_are_a_question(play: Play) -> None:
    done = await play("two_contacts.html", 'Type "Anna Berg" into Full Name', "1")
    labels = [c["label"] for c in done.asked[0].choices]
    assert "For everybody else" in labels[0]
    assert "For members" in labels[1]
    assert await done.session.page.locator("#other-name").input_value() == "Anna Berg"


@pytest.mark.parametrize(
    ("words", "name", "labels"),
    [
        (
            "order three notebooks for Ada Byron, ada@example.org, 1 Mill Lane, card {{card}}",
            "notebook",
            ["name", "email", "address", "card"],
        ),
        (
            "order 1 clock and 1 lamp, express. Send to Ada Byron, 1 Mill Lane. ada@example.org",
            "clock and 1 lamp",
            [None, "name", "address", "email"],
        ),
        ("buy a mug and send it to Ada Byron, 1 Mill Lane", "mug", ["name", "address"]),
        ("Order the lamp and have it delivered to 1 Mill Lane, Leeds", "lamp", ["address"]),
        ("buy Oak Tray, Pine Tray and a lamp", "Oak Tray, Pine Tray and a lamp", []),
        ("Buy the lamp with the red shade", "lamp with the red shade", []),
    ],
)
def test_what_is_bought_and_its_details(words: str, name: str, labels: list[str]) -> None:
    (bought,) = parse(words)
    assert bought["target"]["words"] == name
    assert [p["label"] for p in bought.get("pieces", [])] == labels


def test_a_measure_that_is_named_is_the_one_that_is_compared() -> None:
    (listed,) = parse("list the products with a rating of 4.7 or more")
    assert listed["filters"] == [{"field": "rating", "op": ">=", "value": 4.7}]
