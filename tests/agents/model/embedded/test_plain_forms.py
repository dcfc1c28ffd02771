"""Forms in which plain instructions are often put: their intents, and on a page with much on it."""

from __future__ import annotations

from typing import Any

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_parse import dos, only
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


@pytest.mark.parametrize(
    ("text", "words", "gone"),
    [
        ('Wait until "Ready" appears', "Ready", False),
        ("Wait until the badge appears", "badge", False),
        ('Wait until the status says "Done"', "Done", False),
        ("Wait for the status to become Ready", "Ready", False),
        ("Wait until Loading disappears", "Loading", True),
        ("Wait for the shows", "shows", False),
    ],
)
def test_what_is_waited_for(text: str, words: str, gone: bool) -> None:
    intent = only(text)
    assert (intent["do"], intent["target"]["words"]) == ("wait_for", words)
    assert intent["gone"] is gone


@pytest.mark.parametrize(
    ("text", "seconds"), [("Wait 3 seconds", 3), ("Wait for two seconds", 2), ("Wait 500ms", 0.5)]
)
def test_how_long_is_waited(text: str, seconds: float) -> None:
    assert only(text)["seconds"] == seconds


@pytest.mark.parametrize(
    ("text", "noun", "fields"),
    [
        ("For each product on the page, get its name, price and rating", "product",
         ["name", "price", "rating"]),
        ("For every row in the table, return the name and the email", "row", ["name", "email"]),
        ("Get the name and price for each product on the page", "product", ["name", "price"]),
        ("Return the top 3 products (name, price) sorted by price", "products",
         ["name", "price"]),
        ("Extract a table with columns Name, Price and Stock", "", ["Name", "Price", "Stock"]),
        ("Extract the name and the price of each lamp", "lamp", ["name", "price"]),
        ('Get the table under "Films" with title and year', "", ["title", "year"]),
        ('Get title and year from the "Films" table', "", ["title", "year"]),
    ],
)  # fmt: skip
def test_fields_of_each_thing(text: str, noun: str, fields: list[str]) -> None:
    intent = only(text)
    assert (intent["do"], intent["noun"], intent["fields"]) == ("extract", noun, fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Open https://a.test and https://b.test", ["goto", "goto"]),
        ("Read the page and tell me what it is about", ["summarise"]),
        ("Choose Blue, then add to cart", ["select", "add"]),
        ("Tick Milk and Eggs but not Bread", ["check", "check", "uncheck"]),
        ("Make sure that Bread is not ticked and Milk is ticked", ["uncheck", "check"]),
        ("In Name type Ada and in Email type a@b.c", ["fill", "fill"]),
        ("Press Tab twice", ["press", "press"]),
        ("Drag the slider Volume to 70", ["set"]),
        ("Return the text of the first paragraph", ["piece"]),
        ("Please export the list as CSV", ["download"]),
        ("List the headings of the article", ["extract"]),
        ("Click Load more until all are shown, then list them", ["press_on", "extract"]),
        ("Press Show and return date, water and number of each release", ["click", "extract"]),
        ("Open the second story and tell me its points", ["open_nth", "details"]),
        ("Scroll to Country and select Norway there", ["scroll", "select"]),
    ],
)
def test_other_words_for_it(text: str, expected: list[str]) -> None:
    assert dos(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Enter {{first}} {{last}} into Name", {"text": "{{first}} {{last}}"}),
        ("Enter {{who}} and co as the subject", {"text": "{{who}} and co"}),
        ("Type Dear {{who}}, hello into the message", {"text": "Dear {{who}}, hello"}),
        ("Enter the code {{code}} into Code", {"var": "code"}),
        ("Type {{code}} again into Confirm", {"var": "code"}),
    ],
)
def test_what_stands_around_a_variable(text: str, value: dict[str, Any]) -> None:
    assert only(text)["value"] == value


def test_words_between_two_variables_are_never_typed_by_mistake() -> None:
    assert [i["do"] for i in parse("Enter {{a}} and {{b}} into Name and Email")] == ["unknown"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Click on Contact in the footer", {"region": "footer"}),
        ("Click Delete in the second row", {"row": 2}),
        ("Click the Edit button of the last card", {"row": -1}),
        ("Type hello into the e-mail field of the second form", {"form": 2}),
    ],
)
def test_where_a_control_stands(text: str, where: dict[str, Any]) -> None:
    target = only(text)["target"]
    assert {k: target[k] for k in ("region", "row", "form") if k in target} == where


@pytest.mark.browser
@pytest.mark.parametrize(
    ("instruction", "out"),
    [
        ("Double-click the first row of the Members table", "opens Ada;"),
        ("Click the Add to cart button of the third card", "buys Star lamp;"),
        ("Add the cheapest lamp to the cart", "buys Sun lamp;"),
        ("Find Star lamp and add it to the cart", "buys Star lamp;"),
        ("Click Delete in the third row of the Members table", "deletes Cy;"),
        ("Type a@b.c into the e-mail field of the Newsletter form and press Subscribe",
         "subscribes a@b.c;"),
        ("Click into Name, type Ada, then press Order now",
         "orders x=Bread&name=Ada&subject=&start=&vol=10;"),
        ("Enter a@b.c in the e-mail field of the second form, then press Subscribe",
         "subscribes a@b.c;"),
        ("Check the boxes for Milk and Eggs but not Bread, in Name type Ada, then press Order now",
         "orders x=Milk&x=Eggs&name=Ada&subject=&start=&vol=10;"),
    ],
)  # fmt: skip
async def test_one_of_several_alike(play: Play, instruction: str, out: str) -> None:
    assert await (await play("lamp_house.html", instruction)).text("#out") == out


@pytest.mark.browser
async def test_a_row_without_the_control_is_not_counted_over(play: Play) -> None:
    words = "Click Delete in the second row of the Members table"
    done = await play("lamp_house.html", words, True)
    assert [spec.kind for spec in done.asked] == ["takeover"]
    assert await done.text("#out") == ""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("instruction", "hash_"),
    [
        ("Click on Contact in the footer", "#write"),
        ("Click Contact in the navigation", "#contact"),
        ("Click the second link in the footer", "#returns"),
        ("Open the second link under Guides", "#returns"),
    ],
)
async def test_links_of_a_region(play: Play, instruction: str, hash_: str) -> None:
    done = await play("lamp_house.html", instruction)
    assert done.session.page.url.endswith(hash_)


@pytest.mark.browser
async def test_what_came_late_is_read(play: Play) -> None:
    words = 'Press "Start job", wait until "Ready" appears, then return the code'
    assert (await play("lamp_house.html", words)).outcome.output == {"code": "ZX-81"}


@pytest.mark.browser
async def test_today_as_a_date_field_wants_it(play: Play) -> None:
    done = await play("lamp_house.html", "Enter today's date in Start, then press Order now")
    assert "start=20" in await done.text("#out")


@pytest.mark.parametrize(
    ("text", "end", "until"),
    [
        ("Click Load more until all reviews are shown", "Load more", ""),
        ("Keep clicking Show more until there are no more results", "Show more", ""),
        ('Press Next until "The end" appears', "Next", "The end"),
    ],
)
def test_a_press_that_is_repeated(text: str, end: str, until: str) -> None:
    intent = only(text)
    assert (intent["target"]["words"], intent["until"]) == (end, until)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("instruction", "output"),
    [
        ("Get the last row of the table", [{"Model": "Corex Pro", "Price": "£1,299"}]),
        ("Return the second row of the Stock table", [{"Model": "Bolt Air", "Price": "£899"}]),
        ("How long is the warranty?", "Two years on every laptop."),
        ("List the opening hours, with day and hours",
         [{"day": "Monday", "hour": "9 to 5"}, {"day": "Sunday", "hour": "Closed"}]),
        ('Open the question "Do you ship abroad?" and return the answer',
         "Yes, to all of Europe within five days."),
        ('Click "Load more" until all reviews are shown, then list the titles of the reviews',
         ["Great keyboard", "Loud fan", "Good value", "Broke soon", "Love it"]),
    ],
)  # fmt: skip
async def test_what_a_page_shows(play: Play, instruction: str, output: object) -> None:
    told = (await play("laptop_market.html", instruction)).outcome.output
    if isinstance(told, list) and isinstance(output, list) and isinstance(output[0], str):
        told = [next(iter(row.values())) for row in told]
    assert told == output


@pytest.mark.browser
async def test_a_dialog_that_names_no_button_of_the_deed_is_confirmed_by_its_yes(
    play: Play,
) -> None:
    done = await play("laptop_market.html", "Remove Jonas Weber and confirm")
    assert await done.text("#out") == "removed"


@pytest.mark.browser
async def test_folds_of_one_name_are_told_apart_by_what_stands_above_them(play: Play) -> None:
    done = await play("laptop_market.html", "Click Paying late", True)
    labels = [str(choice["label"]) for choice in done.asked[0].choices]
    assert ["Billing" in labels[0], "Delivery" in labels[1]] == [True, True]


@pytest.mark.browser
async def test_the_list_is_gone_back_to_for_its_next_thing(play: Play) -> None:
    words = "Open the first story and summarise it, then open the second story, tell me its points"
    done = await play("story_list.html", words)
    assert done.outcome.output["details"] == {"points": "87"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Press Buy until it is sold out", ["unknown"]),
        ("Click Delete until nothing is left", ["unknown"]),
        ("Check whether the mug is in stock but not the blue one", ["verify"]),
    ],
)
def test_forms_that_only_look_like_these(text: str, expected: list[str]) -> None:
    assert dos(text) == expected


def test_what_is_typed_keeps_words_that_would_say_where_a_link_opens() -> None:
    intents = parse("Fill the message with Please open the door in a new tab and press Send")
    assert intents[0]["value"] == {"text": "Please open the door in a new tab"}


def test_a_file_of_somebody_is_not_any_file_behind_that_button() -> None:
    assert "Ann Lee" in only("Download the invoice of Ann Lee by clicking PDF")["target"]["raw"]


def test_an_aside_stays_where_somebody_is_acted_on() -> None:
    intents = parse("Delete Ann Lee, who works in sales, and press Save")
    assert "sales" in intents[0]["target"]["raw"]
