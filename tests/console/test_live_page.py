"""A session's page while things happen: lines, words, cards and pictures come by themselves."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from agents.events import (
    TaskActionCompleted,
    TaskActionFailed,
    TaskActionStarted,
    TaskStepCompleted,
    TaskStepStarted,
)
from dashboard import nudges
from dashboard.models import Task
from dashboard.services import leases, messages, sessions, tasks
from dashboard.services.actors import Actor
from tests.conftest import make_task
from tests.console import builders
from tests.console.conftest import OpenPage, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LINES = """[...document.querySelectorAll('.line')].map((one) =>
  `${one.id} ${one.dataset.state ?? ''} ${one.innerText.replace(/\\s+/g, ' ')}`)"""


def show(open_page: OpenPage, actor: Actor, task: Task, query: str = "", **options) -> Page:
    page = open_page(actor, reverse("session", args=[task.session_id]) + query, **options)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def act(task: Task, number: str, tool: str = "locator.click", target: str = 'button "Pay"'):
    step = int(number.partition(".")[0])
    started = TaskActionStarted(
        action_id=number, step=step, tool=tool, target=target, arguments={"value": "Ada"}
    )
    leases.record(task.pk, task.fence, (started,))


def done(task: Task, number: str, tool: str = "locator.click", target: str = 'button "Pay"'):
    step = int(number.partition(".")[0])
    ended = TaskActionCompleted(
        action_id=number, step=step, tool=tool, target=target, duration_ms=900
    )
    leases.record(task.pk, task.fence, (ended,))


def test_an_actions_end_takes_its_starts_place(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    start = TaskStepStarted(step=1, code="await page.fill('x')", reasoning="Fill the form in")
    leases.record(task.pk, task.fence, (start,))
    act(task, "1.1", "locator.fill", 'textbox "Name"')
    line = page.locator("#action-1-1")
    expect(line).to_have_attribute("data-state", "running")
    act(task, "1.2")
    expect(page.locator("#action-1-2")).to_be_visible()
    done(task, "1.1", "locator.fill", 'textbox "Name"')
    expect(line).to_have_attribute("data-state", "ok")
    expect(line).to_contain_text("Type “Ada” into textbox “Name”")
    expect(line).to_contain_text("0.9 s")
    failed = TaskActionFailed(
        action_id="1.2", step=1, tool="locator.click", target='button "Pay"',
        error_code="covered", error_message="A banner covers it.", duration_ms=100,
    )  # fmt: skip
    ended = TaskStepCompleted(
        step=1, success=False, error_message="ActionError: A banner covers it. (at line 2: `x`)"
    )
    leases.record(task.pk, task.fence, (failed,))
    leases.record(task.pk, task.fence, (ended,))
    expect(page.locator("#action-1-2")).to_have_attribute("data-state", "failed")
    expect(page.locator("#timeline")).to_contain_text("A banner covers it.")
    # The order is the order of the starts, and a fresh page shows the same.
    live = page.evaluate(LINES)
    page.reload()
    assert page.evaluate(LINES) == live
    assert sum("A banner covers it." in line for line in live) == 1


def test_repeated_looks_fold_also_across_batches(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    builders.steps(task, 1)
    page = show(open_page, olivia, task)
    for number in (2, 3, 4):
        done(task, f"1.{number}", "page.title", "page")
        expect(page.locator("#timeline")).to_contain_text(
            f"×{number - 1}" if number > 2 else "Read the title of the page"
        )
    assert page.locator(".line", has_text="Read the title").count() == 1


def test_the_reader_follows_until_they_scroll_up(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    builders.steps(task, 12)
    page = show(open_page, olivia, task)
    expect(page.locator("#step-12")).to_be_in_viewport()
    builders.steps(task, 1, first=13)
    expect(page.locator("#step-13")).to_be_in_viewport()
    page.evaluate("document.getElementById('timeline-box').scrollTop = 0")
    until(page, "document.getElementById('timeline-box').scrollTop === 0")
    builders.steps(task, 1, first=14)
    expect(page.locator("[data-jump]")).to_contain_text("new lines")
    assert page.evaluate("document.getElementById('timeline-box').scrollTop") == 0
    page.keyboard.press("f")
    expect(page.locator("#step-14")).to_be_in_viewport()
    expect(page.locator("[data-jump]")).to_be_hidden()


def test_an_opened_step_stays_open(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    builders.steps(task, 2)
    page = show(open_page, olivia, task)
    page.locator("#step-1 summary").first.click()
    expect(page.get_by_text("await page.goto('https://shop.example/list/1')").first).to_be_visible()
    builders.steps(task, 2, first=3)
    expect(page.locator("#step-4")).to_be_attached()
    expect(page.get_by_text("await page.goto('https://shop.example/list/1')").first).to_be_visible()


def test_words_come_as_they_are_said_and_go_with_the_fact(
    open_page: OpenPage, olivia: Actor
) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task, "?pane=chat")
    words = page.locator("#agent-words")
    # Words are sent once and never stored: whoever is not listening yet misses them.
    expect(page.locator("#connection[data-subscribed]")).to_have_count(1)
    for word in ("I look ", "for the ", "price."):
        nudges.tick(f"task:{task.pk}", "model.delta", {"step": 1, "text": word})
    expect(words).to_have_text("I look for the price.")
    messages.say(task, task.fence, "It costs 1,180.", step=1)
    expect(page.locator("#chat-list")).to_contain_text("It costs 1,180.")
    expect(words).to_be_hidden()


def test_words_go_with_the_next_fact_whatever_was_told_before(
    open_page: OpenPage, olivia: Actor
) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    words = page.locator("#agent-words")
    topic = f"task:{task.pk}"
    expect(page.locator("#connection[data-subscribed]")).to_have_count(1)
    nudges.tick(topic, "model.delta", {"step": 1, "text": "I look"})
    expect(words).to_have_text("I look")
    nudges.after_commit(topic)  # a change that is no event: its version is the time
    expect(words).to_be_hidden()
    nudges.tick(topic, "model.delta", {"step": 1, "text": "for the price"})
    expect(words).to_have_text("for the price")
    builders.steps(task, 1)
    expect(words).to_be_hidden()


def test_words_that_come_after_the_end_are_not_shown(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    tasks.finish(task.pk, task.fence, terminal_reason="done", output=1, is_task_successful=True)
    expect(page.locator("#timeline")).to_contain_text("Succeeded")
    late = {"tick": "model.delta", "data": {"text": "Thinking…"}}
    hidden = page.evaluate(
        """(detail) => {
          const words = document.getElementById("agent-words");
          words.dispatchEvent(new CustomEvent("live-tick", { detail }));
          return words.hidden;
        }""",
        late,
    )
    assert hidden


def test_every_part_shows_the_end_though_its_own_nudge_was_lost(
    open_page: OpenPage, olivia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    expect(page.locator("#session-control")).to_contain_text("Starting the browser")
    expect(page.locator("#connection[data-subscribed]")).to_have_count(1)
    send = nudges._publisher.send
    monkeypatch.setattr(
        nudges._publisher, "send",
        lambda told: send([one for one in told if not one["topic"].startswith("session:")]),
    )  # fmt: skip
    before = page.evaluate("performance.now()")
    tasks.finish(task.pk, task.fence, terminal_reason="failed", error=("x", "No route."))
    expect(page.locator("#session-control")).not_to_contain_text("Starting")
    expect(page.locator("#session-stage")).not_to_contain_text("Starting")
    assert page.evaluate("performance.now()") - before < 10_000  # not the heartbeat of 15 s


def test_what_happens_while_the_page_loads_is_seen(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = open_page(olivia)
    held: list[Route] = []
    page.route("**/js/live.*js", lambda route: held.append(route))
    page.route("**/js/live.js", lambda route: held.append(route))
    page.goto(reverse("session", args=[task.session_id]), wait_until="commit")
    expect(page.locator("#session-head")).to_contain_text("running")
    while not held:
        page.wait_for_timeout(20)
    tasks.finish(task.pk, task.fence, terminal_reason="done", output=1, is_task_successful=True)
    held[0].continue_()
    expect(page.locator("#session-head")).to_contain_text("succeeded", timeout=12_000)
    expect(page.locator("#timeline")).to_contain_text("Succeeded", timeout=12_000)


def test_a_message_waits_and_is_seen_while_one_writes_the_next(
    open_page: OpenPage, olivia: Actor
) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task, "?pane=chat")
    box = page.get_by_label("Message to the agent")
    box.fill("Take the blue one")
    box.press("Control+Enter")
    expect(page.locator("#chat-list")).to_contain_text("waits for the next step")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    box.press_sequentially("And the ")
    messages.take_unseen(task, task.fence, step=2)
    expect(page.locator("#chat-list .seen")).to_be_visible()
    builders.steps(task, 1)
    box.press_sequentially("case for it")
    expect(box).to_have_value("And the case for it")
    # The task ends under the writer: the words stay to be copied into the follow-up.
    tasks.finish(task.pk, task.fence, terminal_reason="done")
    expect(page.get_by_label("What next, in a new browser?")).to_be_visible()
    expect(page.get_by_label("Message to the agent")).to_have_value("And the case for it")


def test_a_request_comes_and_its_answer_goes_on(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    row = builders.ask_in(task, prompt="Which size?")
    card = page.locator(f"#card-{row.pk}")
    expect(card).to_be_visible()
    expect(page.locator("#session-head")).to_contain_text("waiting")
    expect(page.locator(f"#request-{row.pk}")).to_have_attribute("data-state", "waiting")
    card.get_by_label("Your answer").fill("Large")
    card.get_by_role("button", name="Answer").click()
    expect(card).to_contain_text("Answered by olivia")
    expect(page.locator("#timeline")).to_contain_text("olivia answered")
    expect(page.locator(f"#request-{row.pk}")).not_to_have_attribute("data-state", "waiting")


def test_the_browser_opens_closes_and_leaves_its_last_picture(
    open_page: OpenPage, olivia: Actor
) -> None:
    task = make_task(olivia)
    page = show(open_page, olivia, task)
    expect(page.get_by_text("No worker is alive")).to_be_visible()
    claimed = leases.claim(task.pk, "desk:1:0")
    assert claimed is not None
    sessions.set_browser(task.session_id, status="starting", handle=None, host="desk")
    expect(page.locator("#session-stage")).to_contain_text("Starting the browser")
    builders.open_browser(task.session)
    expect(page.locator("live-view")).to_be_attached()
    expect(page.get_by_role("button", name="Take control")).to_be_visible()
    expect(page.locator("#browser-bar")).to_contain_text("shop.example")
    page.evaluate("document.querySelector('live-view').dataset.mark = 'the same'")
    builders.steps(claimed, 2)
    expect(page.get_by_role("button", name="Play the steps")).to_be_visible()
    expect(page.locator("live-view")).to_have_attribute("data-mark", "the same")
    tasks.finish(claimed.pk, claimed.fence, terminal_reason="done")
    sessions.set_browser(task.session_id, status="closed", handle=None, host="")
    expect(page.locator(".last-picture")).to_be_visible()
    expect(page.locator("#session-control")).to_contain_text("The browser is closed")
    expect(page.locator("live-view")).to_have_count(0)


def test_the_replay_goes_on_while_new_pictures_come(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    builders.open_browser(task.session)
    builders.steps(task, 6)
    page = show(open_page, olivia, task)
    page.get_by_label("Speed").select_option("0.5")
    page.locator("#scrubber").fill("0")
    expect(page.locator("#step-picture")).to_be_visible()
    page.get_by_role("button", name="Play the steps").click()
    expect(page.get_by_role("button", name="Hold")).to_be_visible()
    builders.steps(task, 2, first=7)
    expect(page.locator("[data-frames] a")).to_have_count(8)
    expect(page.get_by_role("button", name="Hold")).to_be_visible()
    expect(page.locator("#speed")).to_have_value("0.5")
    before = int(page.locator("#scrubber").input_value())
    until(page, f"Number(document.getElementById('scrubber').value) > {before}")
    page.get_by_role("button", name="Hold").click()
    # A press on a line shows its picture; "Back to live" leads back to the browser.
    page.locator("#step-3 .step-number").click()
    expect(page.locator("#step-picture")).to_have_attribute("alt", "The page after step 3")
    page.get_by_role("button", name="Back to live").click()
    expect(page.locator("#step-picture")).to_be_hidden()
    expect(page.locator("live-view")).to_be_visible()


def test_hidden_panes_are_fetched_when_they_are_shown(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    messages.say(task, task.fence, "The price is 9.", step=1)
    expect(page.locator("#timeline")).to_contain_text("The price is 9.")
    assert not any("/chat/" in url or "/details/" in url for url in asked)
    page.keyboard.press("2")
    expect(page.locator("#chat-list")).to_contain_text("The price is 9.")


def test_a_link_leads_to_a_step(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    builders.steps(task, 30)
    page = show(open_page, olivia, task, "#step-9")
    expect(page.locator("#step-9")).to_be_in_viewport()
    expect(page.get_by_text("await page.goto('https://shop.example/list/9')").first).to_be_visible()


def test_a_step_that_opens_before_the_page_has_all_its_scripts_is_fetched(
    open_page: OpenPage, olivia: Actor
) -> None:
    task = builders.running(olivia)
    builders.steps(task, 30)
    page = open_page(olivia)
    held: list[Route] = []
    page.route("**/js/copy*.js", lambda route: held.append(route))  # the last of the page's scripts
    address = reverse("session", args=[task.session_id]) + "#step-9"
    page.goto(address, wait_until="commit")
    expect(page.locator("#step-9 details.step")).to_have_attribute("open", "")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_text("await page.goto('https://shop.example/list/9')").first).to_be_visible()


def test_menus_and_focus_stay_under_swaps(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    builders.open_browser(task.session)
    page = show(open_page, olivia, task)
    page.locator("#session-menu summary").click()
    page.get_by_role("button", name="End session now").focus()
    builders.steps(task, 2)
    expect(page.locator("#session-head")).to_contain_text("2 steps")
    expect(page.get_by_role("button", name="End session now")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="End session now")).to_be_hidden()


def test_a_task_that_ends_moves_nothing_on_a_phone(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task, size=(390, 844))
    expect(page.locator("#cancel")).to_be_visible()
    before = page.locator(".session-grid").bounding_box()
    tasks.finish(task.pk, task.fence, terminal_reason="done", output=1, is_task_successful=True)
    expect(page.locator("#session-head")).to_contain_text("succeeded")
    expect(page.locator("#cancel")).to_have_count(0)
    after = page.locator(".session-grid").bounding_box()
    assert before is not None and after is not None and before["y"] == after["y"]
    # Whoever opens it now gets the room.
    late = show(open_page, olivia, task, size=(390, 844)).locator(".session-grid").bounding_box()
    assert late is not None and late["y"] < after["y"]


def test_signed_out_elsewhere_leads_to_the_door(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    page = show(open_page, olivia, task)
    Session.objects.all().delete()
    builders.steps(task, 1)
    page.wait_for_url("**/sign-in/?next=**")
    assert task.session_id in page.url
