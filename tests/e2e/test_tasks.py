"""Tasks that go well: from a request by HTTP to what came of it."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.doors import done, session_of, start
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]


@pytest.mark.once
def test_plain_words_get_a_table_of_the_news(api: httpx.Client, stack: Stack) -> None:
    with session_of(
        api,
        stack,
        instructions="Get the top 5 stories with title, points and comments as a table.",
        start_url=f"{stack.practice_url}/news/",
        model="embedded",
    ) as run:
        ended = run.end()
        assert ended["terminal_reason"] == "done", run.events[-8:]
        rows = ended["output"]
        assert len(rows) == 5, rows
        page = httpx.get(f"{stack.practice_url}/news/").text
        for row in rows:
            assert {"title", "points", "comments"} <= set(row), row
            assert str(row["title"]) in page
        task = run.task()
        assert task["output"] == rows
        assert task["status"] == "done"
        assert ended["is_task_successful"] is True
        assert task["usage"]["steps"] >= 1
        assert task["usage"]["browser_seconds"] > 0


@pytest.mark.once
def test_plain_words_search_the_shop(api: httpx.Client, stack: Stack) -> None:
    with session_of(
        api,
        stack,
        instructions="Search for backpack, open the first product and get the title and price",
        start_url=f"{stack.practice_url}/shop/",
        model="embedded",
    ) as run:
        ended = run.end()
        assert ended["terminal_reason"] == "done", run.events[-8:]
        assert ended["output"]["title"] == "Blue backpack", ended
        assert "64.00" in str(ended["output"]["price"]), ended


def test_an_answer_in_words_is_the_output(api: httpx.Client, stack: Stack) -> None:
    words = "The ferry leaves at nine from the second pier."
    body = {"goal": "Play the script.", "model": {"route": "scripted", "turns": [done(words)]}}
    run_id = api.post(f"{stack.api_root}/agent/runs", json=body).json()["run_id"]
    with session_of(api, stack, done(words)) as run:
        ended = run.end()
        assert ended["output"] == words
        assert run.task()["output"] == words
        assert ended["is_task_successful"] is None
        follow_up = run.follow_up(
            model={"route": "scripted", "turns": [{"finish": {"text": words, "success": False}}]}
        )
        assert follow_up.end()["output"] == words
        assert follow_up.task()["is_task_successful"] is False

    # An agent's result has its words in `text`; its `output` is what was given as values.
    def result() -> dict[str, Any]:
        found: dict[str, Any] = api.get(f"{stack.api_root}/agent/runs/{run_id}").json()
        return found

    wait_for(lambda: result()["status"] not in ("pending", "running"), 40, "the run ends")
    assert (result()["text"], result()["output"]) == (words, None)


def test_a_follow_up_goes_on_in_the_same_browser(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with session_of(
        api,
        stack,
        {"code": 'await page.get_by_label("First name").fill("Ada")\nawait page.title()'},
        done(),
        start_url=f"{hostile.url}/counter/follow",
    ) as first:
        assert first.end()["terminal_reason"] == "done"
        assert first.session()["status"] == "idle"
        second = first.follow_up(
            model={
                "route": "scripted",
                "turns": [
                    {"code": 'await page.get_by_label("First name").input_value()'},
                    {"code": 'await page.reload()\nawait page.locator("#who").inner_text()'},
                    done(),
                ],
            }
        )
        assert second.end()["terminal_reason"] == "done"
        values = [step["value"] for step in second.of_type("task.step_completed")]
        assert values == ["Ada", "visitor of follow"]
        assert first.task()["status"] == "done"
        assert [task["id"] for task in first.session()["tasks"]] == [
            first.task_id,
            second.task_id,
        ]


def test_downloads_and_screenshots_can_be_fetched(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with session_of(
        api,
        stack,
        {"code": 'await download(page.get_by_role("link", name="Get report.bin"))'},
        {"code": 'await files.save_text("notes.txt", "seen")\nawait page.screenshot("links")'},
        done(),
        start_url=f"{hostile.url}/links/report.bin",
    ) as run:
        assert run.end()["terminal_reason"] == "done"
        files = {item["name"]: item for item in run.artifacts()}
        assert {"report.bin", "notes.txt", "links.jpg"} <= set(files)
        told = {data["name"] for data in run.of_type("task.artifact")}
        assert told == set(files)
        got = api.get(f"{run.path}/artifacts/{files['report.bin']['id']}")
        assert got.content == b"1" * 65536 + b"2" * 65536
        shots = run.artifacts("screenshot")
        assert shots and run.of_type("task.screenshot")
        picture = api.get(f"{run.path}/artifacts/{shots[0]['id']}").content
        assert picture.startswith(b"\xff\xd8")


def test_a_variable_is_typed_and_never_told(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    secret = f"correct-horse-{secrets.token_hex(6)}-battery"
    with session_of(
        api,
        stack,
        {
            "code": 'await page.get_by_label("Text").fill("ada")\n'
            'await page.get_by_label("Secret").fill(variables["password"])\n'
            'await page.get_by_role("button", name="Send it").click()\n'
            "await page.page_text()"
        },
        done(),
        start_url=f"{hostile.url}/send/secret",
        variables={"password": {"value": secret, "sensitive": True}},
    ) as run:
        assert run.end()["terminal_reason"] == "done"
        assert hostile.ledger.submitted[-1] == {"name": "secret", "text": "ada", "secret": secret}
        assert secret not in str(run.events)
        assert secret not in str(run.session())
        for artifact in run.artifacts("observation"):
            content = api.get(f"{run.path}/artifacts/{artifact['id']}").content
            assert secret.encode() not in content
    assert _files_with(stack.data_dir / "logs", secret.encode()) == []
    if "WEBAGENT_DATABASE_URL" not in stack.environment:
        tables = [path for path in stack.data_dir.iterdir() if path.is_file()]
        assert [path for path in tables if secret.encode() in path.read_bytes()] == []


def _files_with(directory: Path, wanted: bytes) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and wanted in path.read_bytes()]


def test_a_saved_profile_is_reused_by_a_later_session(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    profile = make_profile(stack, f"shopping {secrets.token_hex(3)}")
    look = {"code": 'await page.locator("#who").inner_text()'}
    address = f"{hostile.url}/counter/profile"
    set_cookie = {
        "code": 'await page.goto("/counter/profile")\nawait page.locator("#who").inner_text()'
    }
    first = start(api, stack, look, set_cookie, done(), start_url=address, profile_id=profile)
    assert first.end()["terminal_reason"] == "done"
    told = [step["value"] for step in first.of_type("task.step_completed")]
    assert told[-2:] == ["nobody", "visitor of profile"]
    refused = api.post(
        f"{stack.api_root}/do_anything/sessions",
        json={"instructions": "Look.", "profile_id": profile},
    )
    assert refused.status_code == 409, refused.text
    first.stop()
    # At once: the first session's browser may still be closing.
    with session_of(api, stack, look, done(), start_url=address, profile_id=profile) as second:
        assert second.end()["terminal_reason"] == "done", second.events[-5:]
        told = [step["value"] for step in second.of_type("task.step_completed")]
        assert told[-1] == "visitor of profile"


def make_profile(stack: Stack, name: str) -> str:
    """A saved browser profile, made in the admin; its id."""
    console = stack.console()
    try:
        add = "/admin/dashboard/browserprofile/add/"
        form = console.get(add)
        assert form.status_code == 200, form.text[:300]
        made = console.post(
            add,
            data={
                "project": stack.project_id,
                "name": name,
                "csrfmiddlewaretoken": console.cookies["csrftoken"],
            },
            headers={"Referer": f"{stack.url}{add}"},
        )
        found = re.search(r">(prof_\w{26})<", made.text)
        assert found, made.text[:2000]
        return found[1]
    finally:
        console.close()


@pytest.mark.once
def test_a_page_that_moves_by_itself_is_told_where_it_is(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    begun, moved = f"{hostile.url}/counter/moves", f"{hostile.url}/plain"
    with session_of(api, stack, done(), start_url=begun) as run:
        assert run.end()["terminal_reason"] == "done"
        assert run.session()["browser"]["page_url"] == begun
        stack.browser_showing(begun).command(
            begun, "Runtime.evaluate", expression=f"location = {moved!r}"
        )
        wait_for(lambda: run.session()["browser"]["page_url"] == moved, 20, "the move is told")
        assert run.session()["browser"]["page_title"] == "Plain"
