"""Reading in the words people use at first: by whom, from where, of which kind."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

browsed = pytest.mark.browser


@browsed
@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("List the posts by dev_null", ["Mending a kite", "A box kite from reeds"]),
        (
            "List dev_null's posts with title and points",
            ["Mending a kite", "A box kite from reeds"],
        ),
        ("Posts by wrenna with points", ["Wind over the fen"]),
        ("Get the posts from seams.example", ["Mending a kite", "The line that sang"]),
        ("Get the posts by odo on page 1", ["The line that sang"]),
    ],
)
async def test_those_by_someone_or_from_somewhere(
    play: Play, words: str, titles: list[str]
) -> None:
    done = await play("kite_club.html", words)
    told = [
        next(iter(v for k, v in r.items() if k in ("title", "post"))) for r in done.outcome.output
    ]
    assert told == titles
    assert done.outcome.is_task_successful is True


@browsed
@pytest.mark.parametrize(
    ("words", "many"),
    [("Count dev_null's posts", 2), ("How many posts did wrenna write?", 1)],
)
async def test_how_many_someone_made(play: Play, words: str, many: int) -> None:
    done = await play("kite_club.html", words)
    assert done.outcome.output == many


@browsed
async def test_reading_types_into_no_form_that_sends_more_than_a_search(play: Play) -> None:
    done = await play("kite_club.html", "Get the posts from nowhere.example with title", "skip")
    assert done.outcome.is_task_successful is not True
    code = "\n".join(done.code)
    assert "press(" not in code and "fill(" not in code, code
    await done.session.page.goto(done.session.page.url.rpartition("/")[0] + "/kite_request.html")
    assert await done.session.page.evaluate("window.name") == ""


@browsed
async def test_comments_have_authors_and_sentences_are_no_labels(play: Play) -> None:
    done = await play("kite_thread.html", "Tell me who commented and what they wrote")
    assert done.outcome.output == [
        {"author": "wrenna", "text": "Tape came off mine in the first rain."},
        {"author": "odo", "text": "Counterpoint: mine has held for three summers by the sea."},
        {"author": "wrenna", "text": "Then it is the tape that differs."},
        {"author": "Ann Moor", "text": "Silk or nylon?"},
    ]


@browsed
async def test_who_commented_on_the_first_is_read_where_it_stands(play: Play) -> None:
    done = await play("kite_club.html", "Who commented on the first post?")
    assert [r["author"] for r in done.outcome.output] == ["wrenna", "odo", "wrenna", "Ann Moor"]


@browsed
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("How many comments does the third post have?", {"comments": 9}),
        ("Who posted the second post?", {"author": "wrenna"}),
    ],
)
async def test_what_one_row_has(play: Play, words: str, told: dict[str, object]) -> None:
    assert (await play("kite_club.html", words)).outcome.output == told


HERBS = ["Genovese basil", "Curled parsley", "Lemon thyme"]


@browsed
@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("Which herb products are there? Name, price and rating", HERBS),
        ("Show me everything in the Herbs category with name and price", HERBS),
        ("Which products are in Herbs? Give name and price", HERBS),
        ("What is the cheapest thing in Flowers?", ["Wild marigold"]),
        ("What is the highest rated vegetable product?", ["Kitchen garden radish"]),
    ],
)
async def test_a_kind_that_the_page_offers_is_chosen(
    play: Play, words: str, titles: list[str]
) -> None:
    done = await play("seed_shelf.html", words)
    told = [r.get("title") or r.get("Name") or r.get("name") for r in done.outcome.output]
    assert told == titles, done.code
    assert done.outcome.is_task_successful is True


@browsed
async def test_a_kind_that_nothing_offers_is_not_met(play: Play) -> None:
    done = await play("seed_shelf.html", "Which fruit products are there?", "skip")
    assert done.outcome.is_task_successful is not True


@browsed
async def test_the_difference_of_two_is_told(play: Play) -> None:
    words = "What costs more, the sweet pea or the lemon thyme, and by how much?"
    done = await play("seed_shelf.html", words)
    first, second = done.outcome.output["comparison"]
    assert (first["title"], second["title"]) == ("Sweet pea", "Lemon thyme")
    assert done.outcome.output["details"] == {"difference": "£0.30"}


@browsed
@pytest.mark.parametrize(
    "words",
    ["What is the address and the total of this order?", "What is the total of order QX-88?"],
)
async def test_the_total_of_an_order_is_none_of_its_lines(play: Play, words: str) -> None:
    done = await play("order_lines.html", words)
    assert done.outcome.output["total"] == "£20.95"


@browsed
async def test_the_total_of_a_line_is_that_line_s(play: Play) -> None:
    done = await play("order_lines.html", "What is the total for the brass hook?")
    assert list(done.outcome.output.values()) == ["£17.00"]


@pytest.mark.parametrize(
    ("words", "filters"),
    [
        ("Show the men's shoes", []),
        ("List products by size", []),
        ("List today's offers", []),
        ("List the stories by Ann Moor", [{"field": "author", "op": "by", "value": "Ann Moor"}]),
    ],
)
def test_what_is_no_one_s_name(words: str, filters: list[dict[str, str]]) -> None:
    (wish,) = parse(words)
    assert wish.get("filters", []) == filters


def test_a_page_of_a_list_is_gone_to_first() -> None:
    first, then = parse("List the titles on page 3")
    assert (first["do"], first["n"], then["one_page"]) == ("to_page", 3, True)


@browsed
async def test_what_sets_a_state_is_no_choice_for_reading(play: Play) -> None:
    done = await play("ticket_state.html", "Which closed tickets are there?", "skip")
    assert await done.session.page.title() == "Ticket 12"
    assert done.outcome.is_task_successful is not True


@browsed
async def test_the_choices_of_a_list_are_told_without_its_invitation(play: Play) -> None:
    done = await play("seed_shelf.html", "Which kinds can I choose?")
    assert [r["kind"] for r in done.outcome.output] == ["All", "Herbs", "Flowers", "Vegetables"]


@browsed
async def test_what_others_say_of_the_first_is_read_where_it_stands(play: Play) -> None:
    done = await play("kite_club.html", "What are people saying about the first post?")
    assert done.outcome.output[3] == {"author": "Ann Moor", "text": "Silk or nylon?"}


@browsed
@pytest.mark.parametrize("words", ["Which author has the most posts?", "Who wrote the most posts?"])
async def test_things_are_counted_by_who_made_them(play: Play, words: str) -> None:
    done = await play("kite_club.html", words)
    assert done.outcome.output == {"author": "dev_null", "posts": 2}


@browsed
async def test_equal_numbers_are_all_told(play: Play) -> None:
    done = await play("kite_club.html", "Who wrote the fewest posts?")
    assert [r["author"] for r in done.outcome.output] == ["wrenna", "odo"]


@browsed
async def test_seconds_are_no_second_one(play: Play) -> None:
    done = await play("kite_waits.html", "Open the 1 second page")
    assert done.session.page.url.endswith("#one")


@browsed
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Is it in stock and what does it cost?", ["In stock: 7 left", "£2.90"]),
        ("What is the price of the lemon thyme, its item number and how many are in stock?",
         ["£2.90", "TH-31", "7 left"]),
        ("What is its rating and how many reviews does it have?", ["4.7", "31"]),
    ],
)  # fmt: skip
async def test_a_page_about_one_thing_tells_what_it_shows(
    play: Play, words: str, told: list[str]
) -> None:
    done = await play("seed_one.html", words)
    assert [str(v) for v in done.outcome.output.values()] == told


@browsed
async def test_all_details_are_all_that_the_page_says(play: Play) -> None:
    done = await play("seed_one.html", "Give me all details of this product")
    assert {"title": "Lemon thyme", "price": "£2.90", "Item number": "TH-31"}.items() <= (
        done.outcome.output.items()
    )


@browsed
async def test_kinds_that_are_asked_for_are_the_choices(play: Play) -> None:
    done = await play("seed_shelf.html", "What kinds are there?")
    assert [r["kind"] for r in done.outcome.output] == ["All", "Herbs", "Flowers", "Vegetables"]


@browsed
async def test_what_appears_most_often_is_counted_over_all(play: Play) -> None:
    done = await play("kite_club.html", "Which site appears most often?")
    assert done.outcome.output["site"] == "seams.example"


@browsed
async def test_the_comments_of_a_named_one_are_the_comments(play: Play) -> None:
    done = await play("kite_club.html", 'Get the comments of the post "Mending a kite"')
    assert [r["author"] for r in done.outcome.output] == ["wrenna", "odo", "wrenna", "Ann Moor"]


@browsed
async def test_who_wrote_most_under_the_first(play: Play) -> None:
    done = await play("kite_club.html", "Who wrote the most comments under the first post?")
    assert done.outcome.output == {"author": "wrenna", "comments": 2}


@browsed
async def test_the_top_one_and_more_of_it(play: Play) -> None:
    done = await play("kite_club.html", "What's the top post and how many points does it have?")
    assert done.outcome.output == {"title": "Mending a kite", "points": 121}


@browsed
async def test_a_name_leads_what_else_was_asked(play: Play) -> None:
    done = await play("seed_shelf.html", "List the top 2 with price")
    assert done.outcome.output[0] == {"name": "Genovese basil", "price": "£2.10"}


@browsed
async def test_what_no_row_shows_is_not_the_title(play: Play) -> None:
    done = await play("seed_shelf.html", "Give me a list of all seeds with their stock", "skip")
    assert done.outcome.is_task_successful is False


@browsed
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Return the number of new comments, new tasks and new orders", ["26", "12", "124"]),
        ("Return the amounts of Profit, Sales and Payments", ["$12,628", "$4,679", "$2,456"]),
    ],
)
async def test_figures_stand_above_or_below_their_labels(
    play: Play, words: str, told: list[str]
) -> None:
    done = await play("desk_figures.html", words)
    assert list(done.outcome.output.values()) == told


@browsed
async def test_one_that_is_named_is_looked_for_on_all_pages_of_the_list(play: Play) -> None:
    done = await play(
        "kite_many.html", 'Who posted "Delta or diamond" and how many comments did it get?'
    )
    assert done.outcome.output == {"author": "ann_m", "comments": "9"}
    assert not any("kite_request" in line for line in done.code)


@browsed
async def test_one_to_open_is_looked_for_on_all_pages_of_the_list(play: Play) -> None:
    done = await play("kite_many.html", "Open the post about knots and tell me the first paragraph")
    assert done.outcome.output == "Most tears run along the seam, and tape is enough for a season."


@browsed
async def test_a_list_without_a_sorting_control_is_put_in_order(play: Play) -> None:
    words = "Sort the posts by points, highest first, and list the top 2 with points"
    done = await play("kite_club.html", words)
    assert [r["points"] for r in done.outcome.output] == [121, 98]


@browsed
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("How many points does the post about the fen have?", {"points": 98}),
        ("How much dearer is the sweet pea than the lemon thyme?", "£0.30"),
        ("What did odo comment on the first post?",
         [{"text": "Counterpoint: mine has held for three summers by the sea."}]),
    ],
)  # fmt: skip
async def test_what_is_asked_of_one(play: Play, words: str, told: object) -> None:
    done = await play("seed_shelf.html" if "dearer" in words else "kite_club.html", words)
    output = done.outcome.output
    assert (output["details"]["difference"] if "dearer" in words else output) == told


def test_an_apostrophe_may_be_left_out() -> None:
    (wish,) = parse("whats the price of the lamp")
    assert (wish["do"], wish["fields"]) == ("details", ["price"])


@browsed
async def test_a_question_of_the_task_s_own_is_put_to_a_person(play: Play) -> None:
    words = "Ask me for my favourite pattern and enter it into Name"
    done = await play("kite_request.html", words, "Fen stripes")
    assert done.asked[0].kind == "question"
    assert done.asked[0].prompt == "What is your favourite pattern?"
    assert await done.session.page.locator("[name=who]").input_value() == "Fen stripes"


def test_what_is_asked_for_in_secret_is_no_mere_question() -> None:
    (wish,) = parse("Sign in as ada, and ask me for the password")
    assert (wish["do"], wish["ask"]) == ("sign_in", ["password"])


@browsed
async def test_which_one_of_a_short_list_is_a_choice(play: Play) -> None:
    words = "Get the top 2 posts, then ask me which one I like"
    done = await play("kite_club.html", words, "Wind over the fen")
    assert [c["value"] for c in done.asked[0].choices or []] == [
        "Mending a kite",
        "Wind over the fen",
    ]
    assert "Wind over the fen" in done.outcome.text


@browsed
@pytest.mark.parametrize("words", ["Empty my basket", "Remove everything from my cart"])
async def test_a_cart_is_emptied_thing_by_thing(play: Play, words: str) -> None:
    done = await play("seed_cart.html", words)
    assert await done.session.page.locator("tbody tr").count() == 0
    assert done.outcome.is_task_successful is not False


@browsed
async def test_the_sum_below_a_cart_is_its_total(play: Play) -> None:
    done = await play("seed_cart.html", "What is the total?")
    assert list(done.outcome.output.values()) == ["£9.30"]


@browsed
async def test_what_is_set_is_kept_with_the_button_that_says_so(play: Play) -> None:
    done = await play("seed_price.html", "Set the price to 7")
    assert await done.session.page.locator("#now").inner_text() == "£7"
