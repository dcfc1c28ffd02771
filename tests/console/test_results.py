"""The result pane: an output is shown once, as a table or as facts, and the words say the rest."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from dashboard.pages import results
from dashboard.services import tasks
from dashboard.services.actors import Actor
from tests.console import builders

ROWS = [{"title": "Toner", "price": 1180}, {"title": "Ink", "price": 9}]
TABLE = "| title | price |\n| --- | --- |\n| Toner | 1180 |\n| Ink | 9 |"
LINES = "1. Toner (price: 1180)\n2. Ink (price: 9)"


@pytest.fixture
def pane(db: None, operator: Actor) -> Any:
    """Gives the result pane's HTML for an output and the words that came with it."""
    client = Client()
    client.force_login(operator.user)  # type: ignore[arg-type]

    def show(output: Any, text: str) -> str:
        task = builders.running(operator)
        done = {"terminal_reason": "done", "output": output, "output_text": text}
        tasks.finish(task.pk, task.fence, **done)
        address = reverse("session-details", args=[task.session_id])
        page = client.get(address, headers={"HX-Request": "true"}).content.decode()
        found = re.search(r'(?s)aria-label="Result">.*?</section>', page)
        assert found is not None
        return found[0].partition("<details>")[0]  # without the JSON

    return show


@pytest.mark.parametrize("said", [TABLE, LINES, "- Toner, 1180\n- Ink, 9"])
def test_a_list_is_shown_once(pane: Any, said: str) -> None:
    shown = pane(ROWS, said)
    assert shown.count("<table") == 1 and shown.count("Toner") == 1
    assert "written" not in shown


def test_what_the_table_does_not_say_stays(pane: Any) -> None:
    shown = pane(ROWS, f"The two cheapest:\n\n{LINES}\n\nInk is on sale until Sunday.")
    assert shown.count("Toner") == 1
    assert "The two cheapest:" in shown and "on sale until Sunday" in shown
    more = "1. Toner (price: 1180), which fits your printer\n2. Ink (price: 9)"
    assert "fits your printer" in pane(ROWS, more)


def test_a_long_lists_cut_words_go_with_it() -> None:
    rows = [{"title": f"Row {n}"} for n in range(50)]
    text = "\n".join(f"{n}. Row {n - 1}" for n in range(1, 41)) + "\n… and 10 more"
    assert results.shown(rows, text).prose == ""


def test_facts_are_shown_once_and_addresses_lead_there(pane: Any) -> None:
    output = {"title": "Backpack", "price": "$49", "colour": None, "url": "https://shop.example/1"}
    text = "title: Backpack\nprice: $49\ncolour: not shown\nurl: https://shop.example/1"
    shown = pane(output, text)
    assert shown.count("Backpack") == 1 and "written" not in shown
    assert 'href="https://shop.example/1"' in shown and "noreferrer" in shown


def test_lists_of_several_things_each_have_a_heading(pane: Any) -> None:
    shown = pane({"open_shops": [{"name": "Ada"}], "tags": ["red", "blue"], "count": 2},
                 "1. Ada\n\n1. red\n2. blue\n\ncount: 2")  # fmt: skip
    words = strip_tags(shown)
    assert "Open shops" in words and [words.count(w) for w in ("Ada", "red", "blue")] == [1, 1, 1]
    assert "written" in shown and "<ol>" in shown


@pytest.mark.parametrize(
    ("output", "text", "prose", "raw"),
    [
        (30, "stories: 30", "stories: 30", ""),
        (3, "stories: 30", "stories: 30", "3"),
        ("A  summary.", "News\nA summary.", "News\nA summary.", ""),
        ([], "", "The result is empty.", ""),
        (None, "Done.", "Done.", ""),
        ("", "Done.", "Done.", ""),
    ],
)
def test_a_single_value_is_not_told_twice(output: Any, text: str, prose: str, raw: str) -> None:
    found = results.shown(output, text)
    assert (found.prose, found.raw, found.parts) == (prose, raw, [])


def test_what_is_no_table_is_json(pane: Any) -> None:
    deep = {"a": {"b": {"c": [1, {"d": 2}]}}}
    assert results.shown(deep, "").parts == []
    assert "&quot;d&quot;: 2" in pane(deep, "")
