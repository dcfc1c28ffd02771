"""Every page and action: who may see it, what a stranger gets, parts, ETags, tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.models import InputRequest, Role, Task
from dashboard.services import messages, tasks
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project, make_task, make_user, signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sessions/?q=a"}


@dataclass
class World:
    """A team with a running task that asks, and one that is over."""

    actor: Actor
    request: InputRequest
    task: Task
    over: Task

    @property
    def session_id(self) -> str:
        return self.task.session_id

    def gets(self) -> list[str]:
        """Every address that answers a GET about this team's rows."""
        session, artifact = self.over.session_id, self.over.artifacts.first()
        assert artifact is not None
        regions = [
            "session-head", "session-control", "session-stage", "browser-bar", "composer",
            "timeline-tail", "timeline-earlier", "chat", "session-details", "replay",
            "session-requests", "session-row", "session",
        ]  # fmt: skip
        return [
            *(reverse(name, args=[session]) for name in regions),
            reverse("step", args=[session, 1]),
            reverse("artifact", args=[session, artifact.pk]),
            reverse("request", args=[self.request.pk]),
        ]

    def posts(self) -> list[str]:
        """Every action on this team's rows."""
        session = self.session_id
        return [
            reverse("session-stop", args=[session]),
            *(reverse("steer", args=[session, verb]) for verb in ("pause", "resume", "cancel")),
            *(reverse("drive", args=[session, verb]) for verb in ("take", "release")),
            reverse("reopen-browser", args=[session]),
            reverse("say", args=[session]),
            reverse("follow-up", args=[session]),
            reverse("decide", args=[self.request.pk]),
            reverse("assign", args=[self.request.pk]),
        ]


LISTS = [
    "sessions", "sessions-newer", "new-session", "inbox", "inbox-changes", "deliveries", "status",
    "account", "palette", "waiting-count",
]  # fmt: skip


@pytest.fixture
def world(operator: Actor) -> World:
    request = builders.ask(operator)
    messages.send(request.task, "Look at the second one", by=operator)
    builders.open_browser(request.task.session)
    return World(operator, request, request.task, builders.finished(operator))


def fetch(client: Client, address: str, **options):
    """GET; a streamed file is read, which closes it."""
    answer = client.get(address, **options)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer


def test_every_page_and_part_answers(world: World) -> None:
    client = signed_in(world.actor)
    for address in [*(reverse(name) for name in LISTS), *world.gets()]:
        for headers in ({}, PART):
            answer = fetch(client, address, headers=headers)
            assert answer.status_code in (200, 204), (address, headers, answer.status_code)


def test_a_part_is_the_pages_own_markup(world: World) -> None:
    client = signed_in(world.actor)
    address = reverse("request", args=[world.request.pk])
    page, part = client.get(address), client.get(address, headers=PART)
    assert "<html" in page.content.decode() and "<html" not in part.content.decode()
    for whole in ("HX-Boosted", "HX-History-Restore-Request"):
        assert "<html" in client.get(address, headers=PART | {whole: "true"}).content.decode()
    assert "HX-Request" in part.headers["Vary"]


def test_rows_of_another_team_do_not_exist(world: World) -> None:
    stranger = signed_in(make_actor(make_project("other"), "sam", Role.ADMIN))
    for address in world.gets():
        for headers in ({}, PART):
            assert stranger.get(address, headers=headers).status_code == 404, address
    for address in world.posts():
        assert stranger.post(address, {"revision": 1, "value": "x"}).status_code == 404, address
    world.request.refresh_from_db()
    assert world.request.status == "pending"
    assert world.request.prompt not in stranger.get(reverse("inbox")).content.decode()
    assert world.task.session.title not in stranger.get(reverse("sessions")).content.decode()


def test_unknown_ids_are_not_found_and_never_an_error(world: World) -> None:
    client = signed_in(world.actor)
    for bad in ("nonsense", "sess_" + "0" * 26, "%00", "ir_" + "Z" * 26):
        for name in ("session", "session-head", "session-row", "timeline-tail"):
            assert client.get(f"/sessions/{bad}/{name}/").status_code == 404
        assert client.get(f"/sessions/{bad}/").status_code == 404
        assert client.get(f"/inbox/{bad}/").status_code == 404
    assert client.get(f"/sessions/{world.session_id}/?task=other").status_code == 404
    other = world.over.pk  # a task of another session of the same team
    assert client.get(f"/sessions/{world.session_id}/?task={other}").status_code == 404
    assert client.get(f"/sessions/{world.session_id}/steps/99/").status_code == 404
    assert client.get("/sessions/?cursor=nonsense").status_code == 400
    for odd in ("-1", "abc", "9" * 30, "²"):
        tail = reverse("timeline-tail", args=[world.session_id])
        assert client.get(tail, {"after": odd}, headers=PART).status_code == 200


def test_a_viewer_looks_and_changes_nothing(world: World) -> None:
    viewer = signed_in(make_actor(world.actor.project, "vera", Role.VIEWER))
    for address in world.gets():
        assert fetch(viewer, address).status_code in (200, 204), address
    for address in [*world.posts(), reverse("new-session")]:
        answer = viewer.post(address, {"revision": 1, "value": "x", "instructions": "Go"})
        assert answer.status_code == 403, address
    page = viewer.get(reverse("request", args=[world.request.pk])).content.decode()
    assert "Your role may look" in page and "/decide/" not in page
    session = viewer.get(reverse("session", args=[world.session_id])).content.decode()
    assert "Take control" not in session and 'name="content"' not in session
    assert viewer.get(reverse("new-session")).status_code == 403


def test_actions_answer_posts_only(world: World) -> None:
    client = signed_in(world.actor)
    for address in world.posts():
        assert client.get(address).status_code == 405, address


def test_every_action_wants_a_token(world: World) -> None:
    client = signed_in(world.actor, enforce_csrf_checks=True)
    for address in [*world.posts(), reverse("new-session"), reverse("account")]:
        answer = client.post(address, {"revision": 1, "value": "x"})
        assert answer.status_code == 403, address
        assert "This was not sent" in answer.content.decode()
    world.request.refresh_from_db()
    assert world.request.status == "pending"


def test_strangers_are_sent_to_sign_in_and_back(world: World) -> None:
    for address in [*(reverse(name) for name in LISTS), *world.gets()]:
        answer = Client().get(address)
        assert answer.status_code == 302 and answer.headers["Location"].startswith(
            "/sign-in/?next="
        )
    part = Client().get(reverse("waiting-count"), headers=PART)
    assert part.status_code == 401
    assert part.headers["HX-Redirect"] == "/sign-in/?next=%2Fsessions%2F%3Fq%3Da"


def test_a_user_of_no_team_is_told_so(db) -> None:
    client = Client()
    client.force_login(make_user("nina"))
    answer = client.get(reverse("sessions"))
    assert answer.status_code == 403 and "You are in no team yet" in answer.content.decode()


def test_another_team_is_chosen_only_by_its_members(world: World) -> None:
    client = signed_in(world.actor)
    other = make_project("other")
    assert client.post(reverse("choose-project"), {"project": other.pk}).status_code == 404
    make_actor(other, "tom")
    other.memberships.create(user=world.actor.user, role=Role.VIEWER)
    assert client.post(reverse("choose-project"), {"project": other.pk}).status_code == 302
    assert world.task.session.title not in client.get(reverse("sessions")).content.decode()


def test_an_unchanged_part_is_answered_by_its_etag(world: World) -> None:
    client = signed_in(world.actor)
    for name in ("session-head", "session-requests", "chat", "session-control", "composer"):
        address = reverse(name, args=[world.session_id])
        first = client.get(address, headers=PART)
        again = client.get(address, headers=PART | {"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304, name
        assert not again.content
    address = reverse("chat", args=[world.session_id])
    etag = client.get(address, headers=PART).headers["ETag"]
    messages.send(world.task, "And the third", by=world.actor)
    assert client.get(address, headers=PART | {"If-None-Match": etag}).status_code == 200


def test_times_are_in_the_readers_zone(world: World) -> None:
    client = signed_in(world.actor)
    tail = reverse("timeline-tail", args=[world.session_id])
    user = world.actor.user
    assert user is not None
    shown = {}
    for zone in ("UTC", "Asia/Kolkata"):
        user.time_zone = zone
        user.save()
        text = client.get(tail, headers=PART).content.decode()
        shown[zone] = re.findall(r"T(\d\d:\d\d):[\d.]+(\+\d\d:\d\d)\">(\d\d:\d\d)", text)
    assert {offset for _, offset, _ in shown["UTC"]} == {"+00:00"}
    assert {offset for _, offset, _ in shown["Asia/Kolkata"]} == {"+05:30"}
    assert all(stamp == words for stamp, _, words in shown["Asia/Kolkata"])


def test_an_unknown_zone_in_the_row_is_no_error(world: World) -> None:
    user = world.actor.user
    assert user is not None
    user.time_zone = "../../etc/passwd"
    user.save()
    assert signed_in(world.actor).get(reverse("sessions")).status_code == 200


def test_the_title_counts_what_waits(world: World) -> None:
    client = signed_in(world.actor)
    assert "<title>(1) Inbox" in client.get(reverse("inbox")).content.decode()


def test_pages_carry_no_inline_script_or_style(world: World) -> None:
    client = signed_in(world.actor)
    pages = [*(reverse(name) for name in LISTS), *world.gets(), "/nowhere/"]
    for address in pages:
        answer = fetch(client, address)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|hx-on|javascript:", text)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_what_came_from_the_web_is_text(operator: Actor) -> None:
    evil = "<img src=x onerror=alert(1)>"
    request = builders.ask(operator, "choice", f"Pick {evil}", choices=[{"value": evil}])
    builders.open_browser(request.task.session)
    from dashboard.services import sessions

    sessions.set_page(request.task.session_id, url=f"https://x.example/{evil}", title=evil)
    client = signed_in(operator)
    for name, pk in (("request", request.pk), ("session", request.task.session_id)):
        text = client.get(reverse(name, args=[pk])).content.decode()
        assert "<img src=x" not in text and "&lt;img src=x" in text
    assert "<img src=x" not in client.get(reverse("inbox")).content.decode()


def test_missing_addresses_have_a_page(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404 and "There is nothing here" in answer.content.decode()


def test_the_theme_is_chosen_from_any_page(world: World) -> None:
    client = signed_in(world.actor)
    here = reverse("session", args=[world.session_id])
    page = client.get(here).content.decode()
    assert 'data-theme="' not in page and reverse("choose-theme") in page
    sent = client.post(reverse("choose-theme"), {"theme": "dark", "next": here})
    assert sent.status_code == 302 and sent.headers["Location"] == here
    assert 'data-theme="dark"' in client.get(here).content.decode()
    assert client.post(reverse("choose-theme"), {"theme": "pink"}).status_code == 302
    assert 'data-theme="dark"' in client.get(here).content.decode()
    away = client.post(reverse("choose-theme"), {"theme": "light", "next": "https://evil.example/"})
    assert away.headers["Location"] == reverse("home")


@pytest.mark.parametrize(
    ("role", "page", "words"),
    [
        (Role.VIEWER, "new-session", "Your role may look, but not start or steer tasks."),
        (Role.OPERATOR, "settings-keys", "Only admins of this team may do this."),
    ],
)
def test_who_may_not_is_told_so_in_words(project, role: str, page: str, words: str) -> None:
    client = signed_in(make_actor(project, "vera", role))
    ask = client.get if page == "new-session" else client.post
    refused = ask(reverse(page))
    text = refused.content.decode()
    assert refused.status_code == 403
    assert words in text and "out of date" not in text and "scope" not in text


def test_status_tells_who_waits_for_what(operator: Actor) -> None:
    builders.running(operator)
    builders.ask(operator)
    make_task(operator)
    tasks.pause(make_task(operator), by=operator)  # somebody has to let it go on
    client = signed_in(operator)
    text = client.get(reverse("status")).content.decode()
    assert '<p class="figure">1</p>' in text
    assert "1 running · 2 waiting for people" in text
