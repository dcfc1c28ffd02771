"""What the planner asks people for, what it does with the answers, and how honestly it ends."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from agents.model.embedded.doing.asked import part
from agents.model.embedded.ending import _not_done
from agents.model.embedded.grammar.parse import parse
from agents.model.embedded.reading.sentences import _tells
from agents.model.embedded.run import Run
from agents.ports import DecideInput, Variable
from tests.agents.model.embedded.test_planner import ByHand, Play, play

__all__ = ["play"]

CARD = "4242424242424242"
browser = pytest.mark.browser


@pytest.mark.parametrize(
    ("about", "kind", "format_"),
    [
        ("Card number card cc-number", "text", None),
        ("Security code cvc cc-csc", "text", None),
        ("CVV", "tel", None),
        ("Expiry date cc-exp", "text", None),
        ("IBAN", "text", None),
        ("Password", "password", "password"),
        ("Travel PIN", "password", "password"),
        ("One-time code", "text", "one-time-code"),
        ("6-digit code", "text", "one-time-code"),
    ],
)
def test_fields_for_secrets_are_asked_for_in_secret(
    about: str, kind: str, format_: str | None
) -> None:
    schema = part(about, kind)
    assert schema["writeOnly"] is True
    assert schema.get("format") == format_


@pytest.mark.parametrize("about", ["Full name", "City", "Post code", "Shipping method", "Company"])
def test_other_fields_are_asked_for_in_the_open(about: str) -> None:
    assert part(about, "text") == {"type": "string"}


@pytest.mark.parametrize(
    ("words", "user", "ask"),
    [
        ("Sign in as ada, and ask me for the password and the code.", "ada", ["password", "code"]),
        ("Log in as ada. Ask me for the password.", "ada", ["password"]),
        ("Sign in; ask me for the user name and the password", None, ["user", "password"]),
        ("Sign in as ada with the password and the code", "ada", []),
    ],
)
def test_ask_me_for_is_no_value(words: str, user: str | None, ask: list[str]) -> None:
    (intent,) = parse(words)
    assert (intent["user"] or {}).get("text") == user
    assert intent["password"] is None and intent["code"] is None
    assert intent.get("ask", []) == ask


@pytest.mark.parametrize(
    ("question", "sentence", "tells"),
    [
        ("how many webhooks has the receiver got", "Webhook receiver", False),
        ("how many webhooks has it got", "Try “How many webhooks has it got?”", False),
        ("how many boxes did they buy", "They bought two hundred boxes.", True),
        ("is it in stock", "In stock", True),
    ],
)
def test_the_words_of_the_question_are_no_answer(question: str, sentence: str, tells: bool) -> None:
    assert _tells(question, sentence) is tells


def ended(why: str) -> str:
    turn: Any = DecideInput.__new__(DecideInput)
    run = Run.__new__(Run)
    run.turn = turn
    return _not_done(run, {"text": "Buy the blue backpack", "why": why})


def test_a_rejection_is_told_in_one_sentence() -> None:
    why = (
        "PermissionError: Refused: A person rejected this: over budget. It was: Press “Pay £67.95”."
        " Do not try it again; go on without it, or finish and say so. Nothing was done; go "
        "another way. (at line 1: await page.get_by_role()"
    )
    said = "Not done: Buy the blue backpack. A person rejected “Press ‘Pay £67.95’”: over budget."
    assert ended(why) == said


def test_advice_for_the_agent_is_left_out() -> None:
    why = "ActionError: the button is switched off (at line 2: await page.click())"
    assert ended(why) == "Not done: Buy the blue backpack – the button is switched off."


@browser
async def test_secret_answers_are_typed_by_their_names(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.agents.model.embedded import test_planner

    sealed = Variable(CARD, sensitive=True, kind="card")
    monkeypatch.setitem(test_planner.PERSON, "answer_1_card_number", sealed)
    given = {"Full name": "Ada", "Card number": "{{answer_1_card_number}}"}
    done = await play("pay_card.html", "Buy it", given, True, True)
    form = done.asked[0]
    assert form.input_schema["properties"]["Card number"] == {"type": "string", "writeOnly": True}
    assert "Thank you, Ada" in await done.text()
    assert "ends in 4242" in await done.text()
    assert 'variables["answer_1_card_number"]' in done.code
    assert CARD not in repr(done.world.events) and CARD not in repr(done.world.requests)


@browser
async def test_a_sign_in_asks_for_what_it_was_told_to_ask(play: Play) -> None:
    words = "Log in as ada, and ask me for the password and the code"
    done = await play(
        "signin_steps.html", words, {"Password": "s3cret"}, {"One-time code": "123456"}
    )
    assert [list(r.input_schema["properties"]) for r in done.asked] == [
        ["Password"],
        ["One-time code"],
    ]
    assert all(
        part["writeOnly"] for r in done.asked for part in r.input_schema["properties"].values()
    )
    assert "Signed in as ada" in await done.text()
    assert done.outcome.is_task_successful is True


@browser
async def test_a_sign_in_handed_back_undone_is_asked_about_once_more(play: Play) -> None:
    words = "click Log in, then sign in"
    done = await play("signin_steps.html", words, "done", "done", "done", "done")
    first, second = done.asked
    assert first.prompt != second.prompt
    assert "“Portal”" in second.prompt and "“Password”" in second.prompt
    assert "still there" in (done.outcome.text or "")
    assert done.outcome.is_task_successful is not True


@browser
async def test_a_person_who_says_twice_that_it_is_done_is_believed(play: Play) -> None:
    words = "click Log in, then sign in, then take a screenshot"
    done = await play("signin_steps.html", words, {"done": True}, {"done": True})
    assert len(done.asked) == 2
    assert "page.screenshot" in done.code
    assert "Not done" not in (done.outcome.text or "")
    assert "the sign-in form was still there" in (done.outcome.text or "")
    assert done.outcome.is_task_successful is None  # nobody saw that it is


@browser
@pytest.mark.parametrize("elsewhere", ["trip_request.html", "gate_code.html", "article.html"])
async def test_a_person_may_hand_back_another_page(play: Play, elsewhere: str) -> None:
    async def go(page: Page) -> None:
        await page.goto(page.url.rsplit("/", 1)[0] + "/" + elsewhere)

    words = "click Log in, then sign in, then take a screenshot"
    done = await play("signin_steps.html", words, ByHand(go))
    assert len(done.asked) == 1
    assert "page.screenshot" in done.code
    assert done.outcome.is_task_successful is True


@browser
async def test_the_form_that_asks_next_is_another_one(play: Play) -> None:
    async def password(page: Page) -> None:
        await page.get_by_label("Password").fill("s3cret")
        await page.get_by_role("button", name="Log in").click()

    words = "click Log in, then sign in"  # the e-mail is a variable of the task
    done = await play("signin_steps.html", words, ByHand(password), "123456")
    assert [request.kind for request in done.asked] == ["sign_in", "form"]
    assert "still" not in done.asked[1].prompt
    assert "Signed in as ann@x.org" in await done.text()


@browser
async def test_a_pin_among_other_fields_is_no_sign_in_form(play: Play) -> None:
    done = await play("trip_request.html", "Sign in", "skip")
    assert "no sign-in form" in done.asked[0].prompt


@browser
async def test_a_form_that_refused_is_not_called_sent(play: Play) -> None:
    done = await play("forms_all.html", "Enter ada@x.org into e-mail and click Register", True)
    assert done.outcome.is_task_successful is not True
    assert "the form was not sent" in (done.outcome.text or "")


@browser
async def test_a_variable_that_nobody_gave_is_named(play: Play) -> None:
    done = await play("signin_steps.html", "Log in as {{nope}} with {{secret}}")
    assert done.outcome.is_task_successful is not True
    assert "{{nope}}" in (done.outcome.text or "")
    assert not done.asked


@browser
async def test_a_browser_handed_back_with_the_code_open_is_asked_about_again(play: Play) -> None:
    words = "Log in as ada, and ask me for the password and the code"
    done = await play(
        "signin_steps.html",
        words,
        {"Password": "s3cret"},
        {"done": True, "note": ""},
        {"One-time code": "123456"},
    )
    assert len(done.asked) == 3
    assert "Signed in as ada" in await done.text()
