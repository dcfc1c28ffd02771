"""Sentences that give several fields, choices or presses at once."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ('fill in title with "Tin Roof" and author with "M. Achebe"',
         ["title=Tin Roof", "author=M. Achebe"]),
        ("fill in the full name with {{who}} and the email with {{mail}}",
         ["full name={who}", "email={mail}"]),
        ('fill in event title with "Swap", date 2026-02-21, start time 10:30',
         ["event title=Swap", "date=2026-02-21", "start time=10:30"]),
        ("fill in the address with 12 High Street, London and postcode with E1 6AN",
         ["address=12 High Street, London", "postcode=E1 6AN"]),
        ("fill in the message with Hi Ann, hope all is well and see you",
         ["message=Hi Ann, hope all is well and see you"]),
        ("fill in York as From and Durham as To", ["From=York", "To=Durham"]),
        ("fill in the comment with Smith, Jones and Sons", ["comment=Smith, Jones and Sons"]),
        ("replace the phone with 555-0199", ["phone=555-0199"]),
    ],
)  # fmt: skip
def test_each_field_of_a_series_gets_its_own_value(said: str, fields: list[str]) -> None:
    def shown(value: dict[str, str]) -> str:
        return f"{{{value['var']}}}" if "var" in value else value["text"]

    got = [f"{i['target']['words']}={shown(i['value'])}" for i in parse(said)]
    assert got == fields


def test_a_variable_is_never_typed_as_its_name() -> None:
    (intent,) = parse("type {{who}} or maybe {{mail}} into the name field")
    assert intent["do"] == "unknown"


@pytest.mark.parametrize(
    ("said", "pressed"),
    [
        ('press "More adults" twice and "More children" once',
         ["More adults"] * 2 + ["More children"]),
        ('click "Red", "Large" and "Gift wrap"', ["Red", "Large", "Gift wrap"]),
        ("click the plus button 3 times", ["plus"] * 3),
        ('delete it and confirm with "Yes, delete"', ["Yes, delete"]),
    ],
)  # fmt: skip
def test_presses_in_a_row(said: str, pressed: list[str]) -> None:
    assert [i["target"]["words"] for i in parse(said) if i["do"] == "click"] == pressed


def test_a_place_in_quotes_comes_before_what_is_pressed_there() -> None:
    first, second = parse('Under "Was this helpful?" click No, then send the feedback')
    assert (first["target"]["words"], first["target"]["in"]) == ("No", "Was this helpful?")
    assert second["do"] == "act_on"


def test_a_choice_may_be_followed_by_one_without_its_list() -> None:
    first, second = parse("Choose Eye care as department and First visit")
    assert (first["values"], first["target"]["words"]) == (["Eye care"], "department")
    assert (second["values"], second["target"]["words"]) == (["First visit"], "")


@pytest.mark.parametrize(
    ("said", "words", "by"),
    [("add one guest", "guest", 1), ("two more children", "children", 2)],
)
def test_a_number_is_changed_by_so_many(said: str, words: str, by: int) -> None:
    (intent,) = parse(said)
    assert (intent["do"], intent["target"]["words"], intent["by"]) == ("step_to", words, by)


def test_a_filter_goes_by_its_name() -> None:
    (intent,) = parse("select Churned in the Status filter")
    assert (intent["values"], intent["target"]["words"]) == (["Churned"], "Status")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("find the bread story and tell me who posted it", ("author", "bread")),
        ("find the wall clock and tell me how much it costs", ("price", "wall clock")),
        ("find the headphones and tell me the rating", ("rating", "headphones")),
    ],
)
def test_what_is_asked_after_finding_is_asked_of_what_was_found(
    said: str, asked: tuple[str, str]
) -> None:
    intent = parse(said)[-1]
    assert (intent["do"], intent["fields"][0], intent["subject"]) == ("details", *asked)


def test_a_question_about_it_names_what_was_found() -> None:
    intent = parse("find a story about bread and tell me how many points it has")[-1]
    assert intent["question"] == "how many points does the bread story have"


@pytest.mark.parametrize("said", ["add a comment", "add a dog"])
def test_adding_a_thing_raises_no_number(said: str) -> None:
    assert all(intent["do"] != "step_to" for intent in parse(said))
