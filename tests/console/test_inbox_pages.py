"""The inbox's pages: decide once, tombstones, filters, deadlines, a thousand requests."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dashboard.models import InputRequest, Role, Task
from dashboard.services import leases, requests, sessions, tasks
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_task, signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


def decide(client: Client, row: InputRequest, *, part: bool = True, **data: Any):
    """Send the card's form as it was rendered."""
    fields = {"revision": row.revision, "here": "inbox", **data}
    return client.post(reverse("decide", args=[row.pk]), fields, headers=PART if part else {})


@pytest.mark.parametrize(
    ("kind", "data", "stored"),
    [
        ("question", {"value": " 12 High Street "}, "12 High Street"),
        ("choice", {"value": "pm"}, "pm"),
        (
            "form",
            {"name": "Ada", "guests": "2", "meal": "Fish", "newsletter": "on"},
            {"name": "Ada", "guests": 2, "meal": "Fish", "newsletter": True},
        ),
        ("sign_in", {"username": "ada", "password": " s p "}, None),
        ("captcha", {"note": "done"}, {"done": True, "note": "done"}),
        ("takeover", {}, {"done": True, "note": ""}),
    ],
)
def test_each_kind_is_answered_by_its_form(
    person: Client, operator: Actor, kind: str, data: dict[str, str], stored: Any
) -> None:
    prompt, spec = next((p, s) for k, p, s in builders.KINDS if k == kind)
    row = builders.ask(operator, kind, prompt, **spec)
    card = person.get(reverse("request", args=[row.pk])).content.decode()
    for name in data:
        assert f'name="{name}"' in card
    answer = decide(person, row, **data)
    assert answer.status_code == 200 and "Answered by olivia" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "answered"
    if stored is not None:
        assert row.response == stored
    # A password is on no page, whoever looks later.
    shown = person.get(reverse("request", args=[row.pk])).content.decode()
    assert " s p " not in shown and "s p" not in answer.content.decode()


def test_a_part_that_was_not_understood_is_said_in_other_words(
    person: Client, operator: Actor
) -> None:
    spec = {"context": {"part": "3 nights"}}
    row = builders.ask(operator, "takeover", "I do not understand “3 nights”.", **spec)
    card = person.get(reverse("request", args=[row.pk])).content.decode()
    assert 'name="words"' in card and "Use these words" in card
    empty = decide(person, row, words=" ", reword="1")
    assert empty.status_code == 422 and "Write what the agent should do" in empty.content.decode()
    answer = decide(person, row, words="Set Nights to 3", reword="1")
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.response == {"value": "Set Nights to 3"}


def test_a_second_decision_gets_the_first_one(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    other = make_actor(operator.project, "oscar")
    requests.decide(row, by=other, response="large", revision=1)
    answer = decide(person, row, value="small")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Already answered by oscar" in text and "large" in text and "<form" not in text
    row.refresh_from_db()
    assert row.response == "large"
    assert decide(person, row, part=False, value="small").status_code == 409


def test_rows_that_begin_alike_show_where_they_differ(person: Client, operator: Actor) -> None:
    begin = 'Press "Delete" on the row of the customer list that says that it is the'
    for which in ("first", "second"):
        builders.ask(operator, prompt=f"{begin} {which} of the month")
    text = person.get(reverse("inbox")).content.decode()
    shown = re.findall(r'class="inbox-prompt".*?</span>(.*?)</span>', text, re.DOTALL)
    assert len(shown) == 2
    assert all(line.startswith("Press “Delete” on") for line in shown)
    assert "… second of the month" in shown[0] and "… first of the month" in shown[1]


def test_a_changed_request_must_be_seen_again(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    InputRequest.objects.filter(pk=row.pk).update(revision=2, prompt="Which size, S or L?")
    answer = decide(person, row, value="medium")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "has changed since you saw it" in text and "S or L" in text
    assert ">medium</textarea>" in text and 'name="revision" value="2"' in text
    for odd in ("", "x", "²", "-1"):
        assert decide(person, row, value="medium", revision=odd).status_code == 409


def test_an_expired_request_offers_nothing(person: Client, operator: Actor) -> None:
    row = builders.expired(builders.ask(operator))
    for address in (
        reverse("request", args=[row.pk]),
        reverse("inbox"),
        reverse("session", args=[row.task.session_id]),
    ):
        text = person.get(address).content.decode()
        assert f"/inbox/{row.pk}/decide/" not in text and "expired" in text, address
    answer = decide(person, row, value="late")
    assert answer.status_code == 409 and "expired" in answer.content.decode()
    row.refresh_from_db()
    assert row.response is None


def test_a_wrong_answer_keeps_what_was_typed(person: Client, operator: Actor) -> None:
    row = builders.ask(operator, "form", input_schema=builders.FORM)
    answer = decide(person, row, name="Ada", guests="0", meal="Fish")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Guests: " in text and 'value="Ada"' in text and "checked" in text
    assert "must be a number" in decide(person, row, name="Ada", guests="two").content.decode()
    secret = builders.ask(operator, "sign_in", input_schema=builders.SIGN_IN)
    refused = decide(person, secret, username="", password="hunter2")
    assert refused.status_code == 422 and "hunter2" not in refused.content.decode()


def test_skipping_answers_with_nothing(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    answer = decide(person, row, value="", skip="1")
    assert "Skipped by olivia" in answer.content.decode()
    row.refresh_from_db()
    assert (row.skipped, row.response) == (True, None)


def test_without_script_a_decision_leads_back(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    answer = decide(person, row, part=False, value="large")
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("inbox")
    assert "Answered." in person.get(reverse("inbox")).content.decode()
    second = builders.ask(operator)
    answer = decide(person, second, part=False, value="large", here="session")
    assert answer.headers["Location"] == reverse("session", args=[second.task.session_id])


def test_somebody_looks_after_it(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    address = reverse("assign", args=[row.pk])
    text = person.post(address, {"to": "me"}, headers=PART).content.decode()
    assert "You look after it" in text and "Give back" in text
    assert row.prompt in person.get(reverse("inbox") + "?mine=1").content.decode()
    other = signed_in(make_actor(operator.project, "oscar"))
    assert "olivia looks after it" in other.get(reverse("request", args=[row.pk])).content.decode()
    assert row.prompt not in other.get(reverse("inbox") + "?mine=1").content.decode()
    person.post(address, {"to": ""}, headers=PART)
    row.refresh_from_db()
    assert row.assignee is None


def test_filters_are_in_the_address(person: Client, operator: Actor) -> None:
    rows = {k: builders.ask(operator, k, p, **s) for k, p, s in builders.KINDS}
    requests.decide(rows["captcha"], by=operator, response={"done": True})

    def shown(query: str) -> set[str]:
        text = person.get(reverse("inbox") + query, headers=PART).content.decode()
        return {kind for kind, row in rows.items() if f"inbox-row-{row.pk}" in text}

    assert shown("") == set(rows) - {"captcha"}
    assert shown("?state=decided") == {"captcha"}
    assert shown("?state=all") == set(rows)
    assert shown("?kind=form") == {"form"}
    assert shown("?q=invoice+address") == {"question"}
    assert shown("?q=toner&kind=choice") == {"choice"}
    assert shown("?kind=nonsense&state=nonsense") == set(rows)
    assert shown("?q=%00") == set(rows) - {"captcha"}


def test_shown_rows_become_tombstones_and_new_ones_wait(person: Client, operator: Actor) -> None:
    first, second = (
        builders.ask(operator, prompt="First?"),
        builders.ask(operator, prompt="Second?"),
    )
    other = make_actor(operator.project, "oscar")
    requests.decide(first, by=other, response="yes")
    third = builders.ask(operator, prompt="Third?")
    query = {"ids": f"{second.pk},{first.pk}", "selected": second.pk}
    text = person.get(reverse("inbox-changes"), query, headers=PART).content.decode()
    assert "1 new: show" in text
    assert re.search(r'id="inbox-waiting" hx-swap-oob="true">2</span>', text)  # as the badge says
    assert re.search(r"Answered by oscar, \d\d:\d\d", text)
    assert third.pk not in text
    # In the order in which they are shown, and the reader's own row stays marked.
    assert text.index(second.pk) < text.index(first.pk)
    assert text.count('aria-current="true"') == 1
    empty = person.get(reverse("inbox-changes"), {"ids": ""}, headers=PART).content.decode()
    assert "2 new: show" in empty
    tasks.cancel(second.task, by=operator)
    text = person.get(reverse("inbox-changes"), query, headers=PART).content.decode()
    assert "No longer needed" in text


def test_nothing_waits_and_the_last_decisions_show(person: Client, operator: Actor) -> None:
    assert "Nothing waits for you" in person.get(reverse("inbox")).content.decode()
    for number in range(6):
        requests.decide(builders.ask(operator, prompt=f"Nr {number}?"), by=operator, response="x")
    text = person.get(reverse("inbox")).content.decode()
    assert "Nothing waits for you" in text and "Last decisions" in text
    assert "Nr 5?" in text and "Nr 0?" not in text


def _many(operator: Actor, count: int) -> None:
    task = make_task(operator)
    tasks = [
        Task(project=operator.project, session=task.session, instructions="x", number=n + 2,
             status="awaiting_input", checkpoint={"turns": ["x" * 2000]})
        for n in range(count)
    ]  # fmt: skip
    Task.objects.bulk_create(tasks)
    later = timezone.now() + timedelta(hours=3)
    InputRequest.objects.bulk_create(
        InputRequest(
            project=operator.project, task=each, key="k", kind="question",
            prompt=f"Which one, number {n}?", expires_at=later,
            context={"page_url": "https://shop.example/", "step": 3},
        )
        for n, each in enumerate(tasks)
    )  # fmt: skip


def test_a_thousand_requests_open_in_no_more_queries_and_under_300_ms(
    person: Client, operator: Actor
) -> None:
    _many(operator, 5)
    person.get(reverse("inbox"))
    with CaptureQueriesContext(connection) as few:
        person.get(reverse("inbox"))
    _many(operator, 995)
    with CaptureQueriesContext(connection) as many:
        person.get(reverse("inbox"))
    assert len(many) == len(few)
    took = []  # processor time: other processes are not the page's doing
    for _ in range(3):
        began = time.process_time()
        page = person.get(reverse("inbox"))
        took.append(time.process_time() - began)
    assert min(took) < 0.3, took
    assert (
        page.content.decode().count("inbox-row-") == 50
        and "Older requests" in page.content.decode()
    )
    ids = ",".join(InputRequest.objects.order_by("-pk").values_list("pk", flat=True)[:50])
    took = []
    for _ in range(3):
        began = time.process_time()
        person.get(reverse("inbox-changes"), {"ids": ids}, headers=PART)
        took.append(time.process_time() - began)
    assert min(took) < 0.3, took
    older = re.search(r'href="([^"]*cursor=[^"]*)"', page.content.decode())
    assert older and person.get(older[1].replace("&amp;", "&")).status_code == 200


def test_an_opened_request_keeps_the_lists_filters(person: Client, operator: Actor) -> None:
    wanted = builders.ask(operator, prompt="Which colour & size?")
    builders.ask(operator, "choice", "Which slot?", choices=builders.CHOICES)
    query = "kind=question&amp;q=colour+%26"
    listed = person.get(reverse("inbox"), {"kind": "question", "q": "colour &"}).content.decode()
    address = f"{reverse('request', args=[wanted.pk])}?{query}"
    assert f'href="{address}"' in listed and f'hx-replace-url="{address}"' in listed
    opened = person.get(address.replace("&amp;", "&")).content.decode()
    assert "Which slot?" not in opened
    assert f'href="{reverse("inbox")}?{query}"' in opened  # the way back on a phone
    changed = person.get(
        reverse("inbox-changes"), {"ids": wanted.pk, "query": "kind=question"}, headers=PART
    )
    assert f"{reverse('request', args=[wanted.pk])}?kind=question" in changed.content.decode()


def test_who_may_only_look_sees_what_there_is_to_choose_from(operator: Actor) -> None:
    row = builders.ask(operator, "choice", "Which slot?", choices=builders.CHOICES)
    client = signed_in(make_actor(operator.project, "vera", Role.VIEWER))
    page = client.get(reverse("request", args=[row.pk]), headers=PART).content.decode()
    assert "may look, but not answer" in page and "<form" not in page
    assert all(choice["label"] in page for choice in builders.CHOICES)


def test_a_card_says_that_the_browser_is_another_one_by_now(
    person: Client, operator: Actor
) -> None:
    task = builders.running(operator)
    handle = builders.open_browser(task.session).browser
    sessions.set_browser(task.session_id, status="live", handle=handle, host="desk", task=task)
    row = builders.ask_in(task)
    card, there = reverse("request", args=[row.pk]), "since this was asked"
    assert there not in person.get(card).content.decode()
    assert sessions.lose_browser(task.session_id, handle)
    assert "The browser is gone since this was asked" in person.get(card).content.decode()
    # The next worker starts another one and goes on waiting.
    Task.objects.filter(pk=task.pk).update(due_at=timezone.now())
    again = leases.claim(task.pk, "desk:2:0")
    sessions.set_browser(task.session_id, status="live", handle=handle, host="desk", task=again)
    anew = "The browser was started anew since this was asked"
    assert anew in person.get(card).content.decode()
    part = person.get(reverse("session-requests", args=[task.session_id]), headers=PART)
    assert anew in part.content.decode()
    # What is asked in it now is about it.
    later = builders.ask_in(again, prompt="Which colour?")
    assert there not in person.get(reverse("request", args=[later.pk])).content.decode()
    requests.decide(row, by=operator, response="42")
    assert there not in person.get(card).content.decode()


def test_an_approval_says_so_too(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    row = builders.approval(operator, task=task)
    sessions.set_browser(task.session_id, status="live", handle={"pid": 2}, host="desk", task=task)
    text = person.get(reverse("request", args=[row.pk])).content.decode()
    assert "The browser was started anew since this was asked" in text


def test_a_rows_words_are_whole_and_all_of_them_a_hint(person: Client, operator: Actor) -> None:
    prompt = "I was given no account for this sign-in. Please take over and sign in, then go on."
    instructions = "Open the first story of the news and tell me what it says about telescopes"
    builders.ask(operator, "takeover", prompt, instructions=instructions)
    rows = person.get(reverse("inbox"), headers=PART).content.decode()
    shown = re.search(r'inbox-prompt" dir="auto" title="([^"]*)">.*</span>([^<]*)</span>', rows)
    assert shown is not None and shown[1] == prompt
    assert shown[2] == "I was given no account for this sign-in. Please take over…"
    where = re.search(r'inbox-where" title="([^"]*)">.*?<bdi>([^<]*)</bdi>', rows)
    assert where is not None and where[1] == instructions
    assert where[2] == "Open the first story of the news and tell…"
