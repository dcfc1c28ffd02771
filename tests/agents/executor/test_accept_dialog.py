"""`accept_dialog`: one question of the page gets its OK, and only the one that was expected."""

from __future__ import annotations

import json

import pytest

from agents.ports import Variable
from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]

ASK = "confirm('Delete the note?')"
BUTTON = '<button id=b onclick="{}">Delete</button><p id=t>-</p>'


def page_with(script: str) -> str:
    return BUTTON.format(f"t.textContent = String({script})")


def accepts(text: str = "Delete the note?", more: str = "", target: str = "'#b'") -> str:
    return f"await accept_dialog({target}, {text!r}{more})"


async def heard(bench) -> str:
    return await bench.browser.pages[0].inner_text("#t")


async def test_a_question_gets_its_ok(bench):
    await bench.show(page_with(ASK))
    result = await bench.run(accepts())
    assert result.ok, result.error_message
    assert result.value == {"asked": "Delete the note?", "answer": "OK"}
    assert await heard(bench) == "true"
    (record,) = [r for r in bench.reported if r.status == "completed"]
    assert record.tool == "accept_dialog.click"
    assert record.arguments["message"] == "Delete the note?"
    assert "which was accepted: 'Delete the note?'" in result.notices[0]


async def test_without_it_a_question_is_declined_with_a_hint(bench):
    await bench.show(page_with(ASK))
    result = await bench.run("await page.click('#b')")
    assert await heard(bench) == "false"
    assert "'Delete the note?' (" in result.notices[0]
    assert "accept_dialog(target, this text)" in result.notices[0]


async def test_playwrights_own_way_leads_to_it(bench):
    result = await bench.run("page.on('dialog', lambda dialog: dialog.accept())")
    assert result.error_code == "invalid_code"
    assert "accept_dialog(target, message)" in result.error_message


async def test_many_questions_that_calls_wanted_are_no_flood(bench):
    await bench.show(page_with(ASK))
    result = await bench.run("for _ in range(14):\n    " + accepts())
    assert result.ok, result.error_message
    assert not any("kept opening dialogs" in notice for notice in result.notices)


async def test_leaving_a_page_does_not_use_the_ok_up(bench):
    bench.site.add("/next", page_with(ASK))
    await bench.show(
        page_with(f"{ASK} && (location = '/next')")
        + "<input id=i><script>onbeforeunload = e => e.preventDefault()</script>"
    )
    await bench.run("await page.locator('#i').press_sequentially('x')")
    result = await bench.run(accepts())
    assert result.ok, result.error_message
    assert any("(beforeunload), which was accepted" in told for told in result.notices)
    assert bench.browser.page.url.endswith("/next")


async def test_lines_and_spaces_of_a_text_do_not_count(bench):
    await bench.show(page_with(r"confirm('Delete  the\nnote? ')"))
    assert (await bench.run(accepts())).ok
    assert await heard(bench) == "true"


async def test_a_prompt_gets_its_answer(bench):
    await bench.show(page_with("prompt('New name?', 'Groceries')"))
    result = await bench.run(accepts("New name?", ", answer='Shopping'"))
    assert result.value == {"asked": "New name?", "answer": "Shopping"}
    assert await heard(bench) == "Shopping"


async def test_a_key_and_a_choice_may_bring_the_question_up(bench):
    await bench.show(
        f'<form onsubmit="t.textContent = {ASK}; return false"><input id=i></form>'
        f"<select id=s onchange=\"t.textContent = 'chose ' + {ASK}\"><option>Guest"
        "<option>Admin</select><p id=t>-</p>"
    )
    assert (await bench.run(accepts(more=", key='Enter'", target="page.locator('#i')"))).ok
    assert await heard(bench) == "true"
    assert (await bench.run(accepts(more=", option='Admin'", target="page.locator('#s')"))).ok
    assert await heard(bench) == "chose true"
    assert bench.tools() == ["accept_dialog.press", "accept_dialog.select_option"]


OTHERS = {
    "another text": ("confirm('Delete all notes?')", "it is another text"),
    "another kind": ("prompt('Delete the note?')", "a confirm was expected"),
    "look-alike letters": ("confirm('Delete thе note?')", "it is another text"),
    "a mark nobody sees": ("confirm('Delete the\\u200b note?')", "cannot be seen"),
    "letters turned round": ("confirm('Delete \\u202e?eton eht')", "turn the text round"),
    "a longer text": (f"confirm('Delete the note?' + ' and more'.repeat({100}))", "longer than"),
}


@pytest.mark.parametrize("other", OTHERS)
async def test_another_question_is_declined_and_told(bench, other):
    script, why = OTHERS[other]
    await bench.show(page_with(script))
    result = await bench.run(accepts())
    assert result.error_code == "other_dialog"
    assert why in result.error_message
    assert await heard(bench) in ("false", "null")
    assert any("which was dismissed" in notice for notice in result.notices)


async def test_of_many_only_the_first_is_accepted(bench):
    await bench.show(page_with(f"[1, 2, 3].map(() => {ASK})"))
    assert (await bench.run(accepts())).ok
    assert await heard(bench) == "true,false,false"


ELSEWHERE = {
    "a timer that the press starts": f"setTimeout(() => t.textContent = {ASK}, 1000)",
    "a timer of the page": f"0; setInterval(() => t.textContent = {ASK}, 400)",
    "pointing at it": "0",
    "a popup": "window.open('/asks')",
    "another tab's timer": "0",
}


@pytest.mark.parametrize("way", ELSEWHERE)
async def test_what_the_press_does_not_ask_itself_is_declined(bench, way):
    bench.site.add("/asks", f"<script>opener.t.textContent = {ASK}</script>")
    await bench.show(BUTTON.format(ELSEWHERE[way]))
    page = bench.browser.page
    if way == "pointing at it":
        await page.evaluate(f"b.onpointerenter = () => t.textContent = {ASK}")
    if way == "another tab's timer":
        await page.evaluate("f = document.body.appendChild(document.createElement('iframe'))")
        await page.evaluate(f"b.onpointerover = () => t.textContent = f.contentWindow.{ASK}")
    result = await bench.run(accepts())
    assert result.error_code in ("no_dialog", "other_dialog"), result
    await bench.run("await page.wait_for_timeout(1500)")
    assert await heard(bench) != "true"


async def test_a_frame_may_ask_for_its_own_button_only(bench):
    bench.site.add("/inner", page_with(ASK))
    bench.site.add("/other", page_with(f"parent.{ASK}"))
    await bench.show("<iframe id=own src=/inner></iframe><iframe id=far src=/other></iframe>")
    own, far = (f"page.frame_locator('#{name}').locator('#b')" for name in ("own", "far"))
    assert (await bench.run(accepts(target=own))).ok
    refused = await bench.run(accepts(target=far))
    assert "something else than the call brought it up" in refused.error_message


@pytest.mark.parametrize(
    "text", ["\u200fהאם למחוק?", "می\u200cخواهید حذف شود؟", "Delete 👩\u200d💻?"]
)
async def test_marks_of_other_scripts_are_no_disguise(bench, text):
    await bench.show(page_with(f"confirm({text!r})"))
    assert (await bench.run(accepts(text))).ok
    assert await heard(bench) == "true"


async def test_a_page_that_does_not_ask_is_told(bench):
    await bench.show(page_with("1"))
    result = await bench.run(accepts())
    assert result.error_code == "no_dialog"
    assert await heard(bench) == "1"  # it was pressed


@pytest.mark.parametrize(
    "text", ["", "x" * 501, "Delete \u202eton", "a\u200bb", "\x07", "De\u200dlete"]
)
async def test_what_nobody_can_read_is_not_expected(bench, text):
    await bench.show(page_with(ASK))
    result = await bench.run(accepts(text))
    assert not result.ok and "cannot be accepted" in result.error_message
    assert await heard(bench) == "-"


# --- secrets ----------------------------------------------------------------------------------
@pytest.fixture
def secret_bench(bench):
    def variable(*domains: str) -> Variable:
        return Variable("s3cr3t-pw", sensitive=True, allowed_domains=domains, kind="text")

    bench.variables = {"here": variable("127.0.0.1"), "there": variable("shop.example")}
    return bench


async def test_a_variable_answers_on_its_own_domains_only(secret_bench):
    bench = secret_bench
    await bench.show(page_with("prompt('Who?')"))
    result = await bench.run(accepts("Who?", ", answer=variables['here']"))
    assert result.ok, result.error_message
    assert await heard(bench) == "s3cr3t-pw"
    await bench.show(page_with("prompt('Who?')"))
    refused = await bench.run(accepts("Who?", ", answer=variables['there']"))
    assert refused.error_code == "policy_denied"
    assert await heard(bench) == "-"
    records = json.dumps([vars(record) for record in bench.reported])
    assert "s3cr3t" not in records + json.dumps([result.value, result.notices])


async def test_what_a_page_repeats_of_a_secret_is_matched_by_its_name(secret_bench):
    bench = secret_bench
    await bench.show(page_with("confirm('Remove s3cr3t-pw?')"))
    result = await bench.run("await page.click('#b')")
    (told,) = result.notices
    assert "s3cr3t" not in told
    text = told.partition("dismissed: '")[2].partition("'")[0]
    assert (await bench.run(accepts(text))).ok
    assert await heard(bench) == "true"


async def test_a_literal_answer_to_a_question_for_a_password_is_not_recorded(bench):
    await bench.show(page_with("prompt('Your password?')"))
    result = await bench.run(accepts("Your password?", ", answer='hunter22'"))
    assert result.ok, result.error_message
    assert "hunter22" not in json.dumps([vars(record) for record in bench.reported])


async def test_an_answer_that_is_no_text_never_lets_the_page_choose(bench):
    await bench.show(page_with("prompt('New name?', 'everyone')"))
    code = "from typing import Any\nwanted: Any = 5\n"
    result = await bench.run(code + accepts("New name?", ", answer=wanted"))
    assert not result.ok and "accept_dialog() takes answer as text" in result.error_message
    assert await heard(bench) == "-"


async def test_a_secret_does_not_follow_the_element_to_another_site(secret_bench):
    """Another site's document comes while the press waits for its element to be free."""
    bench = secret_bench
    ask = page_with("prompt('Who?')")
    bench.site.add("/moved", f"<!doctype html><title>A page</title>{ask}")
    url = await bench.show(
        ask
        + "<div id=c style='position:fixed;inset:0'></div>"
        + "<script>setTimeout(() => location = location.href"
        + ".replace('127.0.0.1', 'localhost').replace('/page', '/moved'), 700)</script>"
    )
    assert "127.0.0.1" in url
    result = await bench.run(accepts("Who?", ", answer=variables['here']"))
    await bench.browser.pages[0].wait_for_url("http://localhost*/moved")
    assert await heard(bench) in ("-", "null"), result
