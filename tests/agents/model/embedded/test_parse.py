"""Plain instructions become the intents a person would expect."""

from __future__ import annotations

from typing import Any

import pytest

from agents.model.embedded.grammar.parse import parse


def dos(text: str) -> list[str]:
    return [intent["do"] for intent in parse(text)]


def only(text: str) -> dict[str, Any]:
    intents = parse(text)
    assert len(intents) == 1, intents
    return intents[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Open https://shop.example/x, search for shoes and open the second result",
         ["goto", "search", "open_nth"]),
        ("1. Go to example.com\n2. Click \"More\"\n3. Take a screenshot",
         ["goto", "click", "screenshot"]),
        ("Please could you scroll down, then go back and finally reload the page",
         ["scroll", "back", "reload"]),
        ("Type hello into the name field. Tick Terms; untick News", ["fill", "check", "uncheck"]),
        ("Sign in with {{email}} and {{password}}, then download the report",
         ["sign_in", "download"]),
        ("Click button ONE, wait 3 seconds, then click button TWO", ["click", "wait", "click"]),
        ("get the top 5 stories and return them as a list", ["extract"]),
        ("Click into the first post and summarise it", ["open_nth", "summarise"]),
        ("Juggle three balls", ["unknown"]),
    ],
)  # fmt: skip
def test_sequences(text: str, expected: list[str]) -> None:
    assert dos(text) == expected


def test_commas_verbs_and_dots_inside_quotes_split_nothing() -> None:
    intent = only('Type "click here, then go. Home" into the message box')
    assert intent["value"] == {"text": "click here, then go. Home"}
    assert intent["target"]["words"] == "message"


def test_variables_stay_names() -> None:
    user = only("Enter {{ user }} into the login field")
    assert user["value"] == {"var": "user"}


def test_a_site_named_with_a_list_is_read_not_searched() -> None:
    site, wish = parse("Search Hacker News for the top 5 stories today, return them as a list")
    assert site == {"do": "on_site", "name": "Hacker News", "text": site["text"]}
    assert (wish["do"], wish["limit"], wish["noun"], wish["as"]) == (
        "extract",
        5,
        "stories",
        "list",
    )


def test_fields_count_and_format_of_a_list() -> None:
    wish = only("get the titles and prices of the first 3 products as a table")
    assert (wish["fields"], wish["limit"], wish["as"]) == (["title", "price"], 3, "table")


def test_superlatives_and_what_is_asked_about_them_are_one_look() -> None:
    wish = only("find the cheapest backpack and tell me its price")
    assert wish["order"]["by"] == "price" and not wish["order"]["desc"]
    assert wish["fields"] == ["title", "price"]


def test_bounds_filter() -> None:
    wish = only("extract all products under $50 with name, price and rating")
    dollars = {"field": "price", "op": "<", "value": 50.0, "currency": "USD"}
    assert wish["filters"] == [dollars]
    assert (wish["noun"], wish["fields"]) == ("products", ["name", "price", "rating"])


def test_several_fields_in_one_sentence() -> None:
    intents = parse("Fill in the form with name: Ann Lee, email: a@b.co and phone 555-1234")
    assert [(i["target"]["words"], i["value"]["text"]) for i in intents] == [
        ("name", "Ann Lee"), ("email", "a@b.co"), ("phone", "555-1234"),
    ]  # fmt: skip
    intents = parse('Enter the username "x" and the password "y" into the text fields')
    assert [i["target"]["words"] for i in intents] == ["username", "password"]


def test_a_control_is_named_by_label_kind_place_and_order() -> None:
    target = only('Click the second "Delete" button in the Orders row')["target"]
    assert (target["words"], target["kind"], target["nth"], target["in"]) == (
        "Delete", "button", 2, "Orders",
    )  # fmt: skip
    target = only('Click the button in the dialog box labeled "Cancel"')["target"]
    assert (target["words"], target["kind"], target["in"]) == ("Cancel", "button", "dialog")


def test_sign_in_in_other_words() -> None:
    intent = only("log in as bob with password s3cret")
    assert (intent["user"], intent["password"]) == ({"text": "bob"}, {"text": "s3cret"})


def test_single_facts_have_a_subject() -> None:
    intent = only("What is the price of the blue backpack?")
    assert (intent["do"], intent["fields"], intent["subject"]) == (
        "details", ["price"], "blue backpack",
    )  # fmt: skip


def test_more_fields_amend() -> None:
    assert only("Also include the comment count for each")["fields"] == ["comment count"]


def test_conditions_on_a_column() -> None:
    wish = only("list every employee whose department is Sales")
    assert wish["filters"] == [{"field": "department", "op": "=", "value": "Sales"}]


def test_a_new_account_is_a_form() -> None:
    assert dos("Create an account with username bob, email b@x.org and password pw1") == [
        "open_form", "fill", "fill", "fill", "submit",
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["", ":"])
def test_details_said_after_a_purchase_belong_to_it(mark: str) -> None:
    said = (
        f"Buy the blue bag. Name{mark} Ada Byron, email{mark} ada@example.org, "
        f"address{mark} 1 Mill Lane, Leeds, card{mark} 4242424242424242"
    )
    pieces = only(said)["pieces"]
    assert {p["label"].lower(): p["value"]["text"] for p in pieces if p["label"]} == {
        "name": "Ada Byron",
        "email": "ada@example.org",
        "address": "1 Mill Lane, Leeds",
        "card": "4242424242424242",
    }


@pytest.mark.parametrize("text", ["Name Tags", "Address book", "Title and price of each bag"])
def test_words_that_labels_have_are_no_details_by_themselves(text: str) -> None:
    assert "fill_form" not in dos(text)


def test_loops_are_not_understood_but_for_a_press_that_is_repeated() -> None:
    assert dos('type "a" into Name until it is full') == ["unknown"]
    assert only('click "Next" until the last page')["until"] == ""


def test_fields_of_the_list_before() -> None:
    wish = only("Find all the articles about climate and give me their titles and links")
    assert wish["fields"] == ["title", "link"]


@pytest.mark.parametrize("text", ["", "   ", "...", "\n\n"])
def test_nothing_in_nothing_out(text: str) -> None:
    assert parse(text) == []


def test_a_huge_instruction_ends() -> None:
    assert len(parse("click Next and " * 5000)) <= 60


def test_two_facts_of_different_things_are_only_named() -> None:
    facts = parse("The phone number of the front desk and the desk hours")
    assert [(one["do"], one["fields"]) for one in facts] == [
        ("details", ["phone number"]),
        ("details", ["desk hour"]),
    ]


def test_fields_of_several_things_make_a_list() -> None:
    wish = only("List first name and job title of the people shown")
    assert (wish["do"], wish["noun"], wish["one_page"]) == ("extract", "people", True)
    assert wish["fields"] == ["first name", "job title"]
    assert only("List title and price of the Blue lamp")["do"] == "details"


@pytest.mark.parametrize(
    "text",
    [
        "I'd like to know who in this table is the oldest",
        "Who is the oldest in the list?",
        "Tell me who among them is the oldest",
    ],
)
def test_the_best_of_people_is_one_of_the_list(text: str) -> None:
    wish = only(text)
    assert (wish["noun"], wish["limit"], wish["order"]["by"]) == ("person", 1, "date")


def test_the_number_of_one_thing_counts_nothing() -> None:
    assert only("What's the number of this invoice?")["fields"] == ["invoice number"]
    assert only("What's the number of invoices?")["do"] == "count"


def test_one_is_one_of_the_things_counted() -> None:
    counted, asked = parse("How many kettles are on the list, and what does one cost?")
    assert (counted["noun"], asked["subject"], asked["fields"]) == ("kettles", "kettle", ["price"])


def test_what_somebody_does_is_a_job() -> None:
    facts = parse("Tell me who is the oldest, and what that person does for a living")
    assert [one["fields"] for one in facts] == [None, ["job title"]]


def test_the_top_of_a_list_that_somebody_made() -> None:
    wish = only("Which of the top songs were made by Ada Moor?")
    assert wish["filters"] == [{"field": "author", "op": "by", "value": "Ada Moor"}]
