"""The planner carries instructions out: real loop, real executor, real browser, local pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page

from agents.browser.session import BrowserSession
from agents.events import TaskPlanReady, TaskStepStarted
from agents.loop import run_loop
from agents.model.embedded import EmbeddedRoute
from agents.outcome import Outcome
from agents.ports import Answer, InputRequestSpec, Variable
from tests.agents.fakes import FakeContext, World, make_task
from tests.agents.model.embedded.conftest import SITES

pytestmark = pytest.mark.browser
PERSON = {"email": Variable("ann@x.org"), "secret": Variable("s3cret", sensitive=True)}


@dataclass
class Played:
    """A finished task: its outcome, its world, and the page it left."""

    outcome: Outcome
    world: World
    session: BrowserSession

    @property
    def asked(self) -> list[InputRequestSpec]:
        """Questions of the planner."""
        return [spec for spec in self.world.requests.values() if spec.kind != "confirmation"]

    @property
    def code(self) -> str:
        return "\n".join(event.code for event in self.world.of(TaskStepStarted))

    async def text(self, selector: str = "body") -> str:
        return await self.session.page.locator(selector).inner_text()


@dataclass(frozen=True)
class ByHand:
    """What a person does in the browser before handing it back."""

    do: Callable[[Page], Awaitable[Any]]


class Agreeing(FakeContext):
    """A host whose people approve whatever they are asked to: the gate has tests of its own."""

    async def ask(self, request: InputRequestSpec) -> Answer:
        if request.kind != "confirmation":
            answers = self.world.answers
            if request.key not in self.world.answered and answers:
                given = answers[0].response if isinstance(answers[0], Answer) else None
                if isinstance(given, ByHand):
                    await given.do((await self.browser()).page)
                    answers[0] = Answer("answered", {"done": True, "note": ""})
            return await super().ask(request)
        self.world.requests.setdefault(request.key, request)
        return Answer("answered", {"approved": True}, "Ada", "ir_1")


Play = Callable[..., Awaitable[Played]]


@pytest_asyncio.fixture(loop_scope="session")
async def play(shared_session: BrowserSession) -> AsyncIterator[Play]:
    """Runs one instruction on one of the local pages."""
    session = shared_session
    app = web.Application()
    app.router.add_static("/", SITES)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def browser() -> BrowserSession:
        return session

    async def run(
        page: str | None, words: str, *answers: Any, tell: str = "", steps: int = 40, **task: Any
    ) -> Played:
        url = f"{origin}/{page}" if page else None
        world = World(make_task(words, start_url=url, variables=PERSON, max_steps=steps, **task))
        world.answers = [a if isinstance(a, Answer) else Answer("answered", a) for a in answers]
        if tell:
            world.tell(tell)
        outcome = await run_loop(Agreeing(world, browser=browser), EmbeddedRoute())
        return Played(outcome, world, session)

    yield run
    await runner.cleanup()


async def test_the_top_of_a_news_list(play: Play) -> None:
    done = await play(
        "news_rows.html", "Search Orange News for the top 5 stories today, return them as a list"
    )
    assert done.outcome.is_task_successful is True
    assert [r["title"] for r in done.outcome.output][:2] == [
        "A tiny compiler in 500 lines",
        "Why our database forgot Tuesdays",
    ]
    assert len(done.outcome.output) == 5
    assert done.world.of(TaskPlanReady)


async def test_a_message_adds_a_field(play: Play) -> None:
    done = await play(
        "news_rows.html",
        "get the titles of the top 3 stories",
        tell="Also include the comment count for each",
    )
    assert done.outcome.output[0] == {"title": "A tiny compiler in 500 lines", "comment count": 87}


async def test_the_cheapest_and_its_price(play: Play) -> None:
    done = await play("shop_grid.html", "find the cheapest backpack and tell me its price")
    assert done.outcome.output == [{"title": "Kids backpack", "price": "$24.90"}]
    assert done.outcome.text.splitlines()[0] == "Kids backpack (price: $24.90)"
    assert done.outcome.is_task_successful is True


async def test_output_follows_the_schema(play: Play) -> None:
    schema = {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
                    "required": ["name", "price"],
                },
            }
        },
        "required": ["items"],
    }
    done = await play(
        "shop_grid.html", "list the first 2 products with name and price", output_schema=schema
    )
    assert done.outcome.output == {
        "items": [
            {"name": "Blue backpack", "price": 49.95},
            {"name": "Red backpack", "price": 54.5},
        ]
    }


async def test_search_then_add_to_cart(play: Play) -> None:
    done = await play(
        "shop_grid.html", 'search for "daypack" and add the black daypack to the cart'
    )
    assert await done.text("#toast") == "Black daypack added to cart"
    assert not done.asked


async def test_two_that_fit_are_a_question(play: Play) -> None:
    done = await play("shop_grid.html", "click the Add to cart button", {"value": "2"})
    (question,) = done.asked
    assert question.kind == "choice"
    labels = [c["label"] for c in question.choices or []]
    assert "Blue backpack" in labels[0] and "Red backpack" in labels[1]
    assert await done.text("#toast") == "Red backpack added to cart"


async def test_the_part_that_is_not_understood_is_named(play: Play) -> None:
    done = await play("article.html", "juggle three balls, then summarise the article", "skip")
    (question,) = done.asked
    assert question.kind == "takeover" and "juggle three balls" in question.prompt
    assert "Swifts are coming back" in done.outcome.output
    assert "Left out: juggle three balls" in (done.outcome.text or "")


async def test_without_an_address_it_asks(play: Play) -> None:
    done = await play(None, "click History", "nonsense:address")
    assert done.asked[0].kind == "question"
    assert "address" in done.asked[0].prompt
    assert done.outcome.is_task_successful is not True


async def test_every_kind_of_field(play: Play) -> None:
    done = await play(
        "forms_all.html",
        "Fill in the form: full name: Ada Byron, e-mail: ada@x.org, phone: 555 1234. "
        "Set the arrival date to 3 May 2026 and the arrival time to 2:30 pm. "
        "Set guests to 3, volume to 80 and badge colour to red. Select Germany as the country and "
        "choose Bread and Maps from workshops. Choose Medium for shirt size and Vegetarian for "
        "meal. Check Parking and uncheck Lunch box. Turn on the newsletter. "
        "Enter Bergen into home city. Select Gardening from the track dropdown. "
        'Type "I like bread." into About you and "Hello, and thanks" into the message. '
        "Accept the terms and conditions and click Register",
    )
    shown = await done.text("#out")
    assert json.loads(shown.removeprefix("Registered: ")) == {
        "fullname": "Ada Byron",
        "email": "ada@x.org",
        "phone": "555 1234",
        "arrival": "2026-05-03",
        "time": "14:30",
        "guests": "3",
        "volume": "80",
        "colour": "#ff0000",
        "country": "de",
        "workshops": "Bread,Maps",
        "size": "m",
        "meal": "veg",
        "x": "parking",
        "news": "on",
        "city": "Bergen",
        "cityPicked": "1",
        "message": "Hello, and thanks",
        "terms": "on",
        "track": "Gardening",
        "bio": "I like bread.",
    }
    assert not done.asked


async def test_sign_in_over_several_pages(play: Play) -> None:
    done = await play(
        "signin_steps.html",
        "Log in with {{email}} and {{secret}}, then download the invoice INV-8",
        "123456",
    )
    assert "one-time code" in done.asked[0].prompt
    assert "Signed in as ann@x.org" in await done.text()
    assert "s3cret" not in done.code
    assert [f.name for f in done.world.store.of_kind("download")] == ["inv-8.txt"]


async def test_a_wrong_password_is_told(play: Play) -> None:
    done = await play("signin_steps.html", "Log in as bob with password nope")
    assert done.outcome.is_task_successful is not True
    assert "Wrong password" in (done.outcome.text or "")


async def test_a_wizard_a_dialog_and_a_fact(play: Play) -> None:
    done = await play(
        "wizard.html",
        "Select Volvo as the make, enter 2019 as the year and click Continue. Choose Full and "
        "continue. Then accept the quote and confirm. What is the reference number?",
    )
    assert done.outcome.output == {"reference number": "QX-99182"}
    assert done.outcome.is_task_successful is True


async def test_folded_sections_are_opened(play: Play) -> None:
    done = await play("wizard.html", "click the Cancellation form link")
    assert done.session.page.url.endswith("#cancel")


async def test_lists_over_several_pages(play: Play) -> None:
    done = await play("paged.html", "get the first 12 quotes with text and author")
    assert len(done.outcome.output) == 12
    assert done.outcome.output[11]["text"] == "“Saying number 12 about the sea.”"
    assert "Next" in done.code


async def test_facts_out_of_tables_and_details(play: Play) -> None:
    done = await play("tables.html", "what is the capital of Japan?")
    assert done.outcome.output == {"capital": "Tokyo"}
    done = await play("detail.html", "what is the weight and the battery life?")
    assert done.outcome.output == {"weight": "48 g", "battery life": "40 hours"}


async def test_free_questions_are_answered_with_a_quote(play: Play) -> None:
    done = await play("article.html", "how many nest boxes did the council buy last year?")
    assert "two hundred nest boxes" in str(done.outcome.output or done.outcome.text)
    done = await play("article.html", "when were the houses insulated?")
    assert "most gaps were filled" in done.outcome.output


async def test_what_is_not_there_is_not_made_up(play: Play) -> None:
    done = await play("article.html", "what is the phone number?")
    assert done.outcome.output is None
    assert done.outcome.is_task_successful is not True


async def test_shadow_roots_and_frames(play: Play) -> None:
    done = await play(
        "shadow_frames.html", "choose Spring. Type 5 into the reorder amount, then click Order more"
    )
    frame = done.session.page.frame_locator("iframe[name=stock]")
    assert await frame.locator("#o").inner_text() == "Ordered 5"
    assert "You chose Spring" in await done.session.page.locator("#picked").inner_text()


async def test_controls_in_the_right_row(play: Play) -> None:
    done = await play(
        "mail_app.html", "Star the email from Tom Hale, then delete the email from Mia Roth"
    )
    assert "Mia Roth" not in await done.text("#l")
    assert await done.session.page.get_by_title("Starred").count() == 1


async def test_open_and_reply(play: Play) -> None:
    done = await play(
        "mail_app.html", 'Open the email about Invoice 88 and reply to it with "Paid today"'
    )
    assert "Sent." in await done.text("#open")


async def test_tabs_menus_and_dialogs(play: Play) -> None:
    done = await play("tabs_dialogs.html", "Go to the Members tab and remove Bo Kim")
    assert await done.text("#toast") == "Removed Bo Kim"
    done = await play(
        "tabs_dialogs.html",
        "Change the project name to Zeus, make it public and save changes. Open the actions menu "
        "and choose Delete project. Type Apollo in the project name and click Delete",
    )
    assert await done.text("#toast") == "Deleted Apollo"
    done = await play("tabs_dialogs.html", "what is the next invoice date and the amount?")
    assert done.outcome.output == {"next invoice date": "1 March 2026", "amount": "$58.00"}


async def test_buying_asks_for_what_it_was_not_given(play: Play) -> None:
    given = {"Full name": "Ada", "Street": "Main 1", "City": "Oslo"}
    done = await play("store_spa.html", "Buy the pine shelf", given)
    (form,) = done.asked
    assert form.kind == "form" and set(form.input_schema["required"]) == set(given)
    assert "Your order number is NS-2041" in await done.text()


async def test_a_popup_over_the_page_is_closed_first(play: Play) -> None:
    done = await play(
        "store_spa.html",
        "Open the wool rug, set the quantity to 2, wait 2 seconds and add it to the basket",
    )
    assert await done.text("#msg") == "Added Wool rug ×2"
    assert not done.asked


async def test_the_best_by_a_measure(play: Play) -> None:
    done = await play("store_spa.html", "which product has the best rating?")
    assert done.outcome.output == [{"title": "Wool rug", "rating": 4.8}]


async def test_the_nth_of_unlinked_cards(play: Play) -> None:
    done = await play("utility_cards.html", "open the second job and tell me what it says")
    assert done.outcome.output == "Radio engineer at Wavelength: apply by Friday."
