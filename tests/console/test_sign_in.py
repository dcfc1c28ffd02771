"""Signing in: passwords, the lock after wrong ones, links that work once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.models import SignInLink
from dashboard.services import sign_in
from dashboard.services.actors import Actor

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def enter(client: Client, password: str, **more: str):
    return client.post(reverse("sign-in"), {"username": "olivia", "password": password, **more})


def test_a_password_signs_in_and_leads_back(operator: Actor, client: Client) -> None:
    answer = enter(client, PASSWORD, next="/inbox/")
    assert answer.status_code == 302 and answer.headers["Location"] == "/inbox/"
    assert client.get("/inbox/").status_code == 200


def test_the_door_names_the_command_that_prints_a_link(client: Client) -> None:
    # `up` would be refused: the product that shows this page holds its data directory.
    assert "manage.py sign_in_link" in client.get(reverse("sign-in")).content.decode()


def test_after_a_wrong_password_one_goes_on_in_its_field(operator: Actor, client: Client) -> None:
    text = enter(client, "wrong").content.decode()
    assert "That user name and password do not fit together." in text
    assert 'value="olivia"' in text
    assert text.count("autofocus") == 1 and re.search(r'id="id_password"[^>]*autofocus', text)


def test_it_leads_to_no_other_site(operator: Actor, client: Client) -> None:
    assert enter(client, PASSWORD, next="https://evil.example/").headers["Location"] == "/"


def test_wrong_passwords_lock_the_name_for_this_address(operator: Actor, client: Client) -> None:
    for _ in range(7):
        assert enter(client, "wrong").status_code == 200
    locked = enter(client, "wrong")
    assert locked.status_code in (403, 429)
    assert "Too many wrong passwords" in locked.content.decode()
    # The right one does not help now, so that guessing does not pay.
    assert enter(client, PASSWORD).status_code in (403, 429)
    assert client.get("/inbox/").status_code == 302
    # Somebody at another address is not locked out with the guesser.
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert enter(elsewhere, PASSWORD).status_code == 302


def test_a_link_is_used_up_by_the_press_and_not_by_a_look(operator: Actor) -> None:
    link = sign_in.create_link(operator.user)  # type: ignore[arg-type]
    for _ in range(3):  # a mail scanner, a preview, the person
        look = Client().get(link)
        assert look.status_code == 200 and "works" not in look.headers.get("Location", "")
    assert Client().head(link).status_code == 200
    person = Client()
    assert person.post(link).status_code == 302
    assert person.get("/sessions/").status_code == 200
    thief = Client()
    look = thief.get(link).content.decode()
    assert "used up" in look and "<button" not in look and "manage.py sign_in_link" in look
    spent = thief.post(link)
    assert spent.status_code == 410 and "used up" in spent.content.decode()
    assert thief.get("/sessions/").status_code == 302


def test_who_is_signed_in_is_led_on_from_a_used_link(operator: Actor) -> None:
    link = sign_in.create_link(operator.user)  # type: ignore[arg-type]
    person = Client()
    person.post(link)
    assert "go to the console" in person.get(link).content.decode()


def test_a_command_names_the_data_of_ones_own(client: Client, settings, tmp_path) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"data_dir": tmp_path / "my data"})
    door = reverse("sign-in")
    here = client.get(door).content.decode()
    assert f"WEBAGENT_DATA_DIR=&#x27;{tmp_path}/my data&#x27; .venv/bin/python manage.py" in here
    elsewhere = client.get(door, REMOTE_ADDR="192.0.2.7").content.decode()
    assert "WEBAGENT_DATA_DIR=… .venv/bin/python" in elsewhere and str(tmp_path) not in elsewhere


def test_a_link_lives_for_a_day(operator: Actor, client: Client) -> None:
    link = sign_in.create_link(operator.user)  # type: ignore[arg-type]
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(link).status_code == 410


def test_a_link_wants_a_token_and_is_not_kept(operator: Actor) -> None:
    link = sign_in.create_link(operator.user)  # type: ignore[arg-type]
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert "no-store" in Client().get(link).headers["Cache-Control"]
    assert Client().post("/sign-in/link/guess/").status_code == 410


def test_a_link_of_somebody_who_was_switched_off_is_refused(
    operator: Actor, client: Client
) -> None:
    user = operator.user
    assert user is not None
    link = sign_in.create_link(user)
    user.is_active = False
    user.save()
    assert client.post(link).status_code == 410


def test_signing_out_ends_the_session(operator: Actor, client: Client) -> None:
    enter(client, PASSWORD)
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).status_code == 302
    assert client.get("/sessions/").status_code == 302


def test_own_settings_are_kept_and_checked(operator: Actor, client: Client) -> None:
    enter(client, PASSWORD)
    fields = {"first_name": "Olivia", "theme": "dark", "time_zone": "Europe/Berlin"}
    assert client.post(reverse("account"), fields).status_code == 302
    page = client.get(reverse("account")).content.decode()
    assert 'data-theme="dark"' in page and 'data-letters="off"' in page and "Saved." in page
    refused = client.post(reverse("account"), fields | {"time_zone": "Mars/Olympus"})
    assert refused.status_code == 422 and "Europe/Berlin" in refused.content.decode()


NEW = {"new_password1": "a-longer-phrase-9", "new_password2": "a-longer-phrase-9"}


def test_a_new_password_keeps_one_signed_in(operator: Actor, client: Client) -> None:
    enter(client, PASSWORD)
    new = NEW | {"old_password": PASSWORD}
    assert client.post(reverse("account"), new).status_code == 302
    assert client.get("/sessions/").status_code == 200
    short = {"old_password": NEW["new_password1"], "new_password1": "abc", "new_password2": "abc"}
    assert client.post(reverse("account"), short).status_code == 422


def test_who_finds_a_console_open_cannot_set_its_password(operator: Actor, client: Client) -> None:
    enter(client, PASSWORD)
    assert 'name="old_password"' in client.get(reverse("account")).content.decode()
    assert client.post(reverse("account"), NEW).status_code == 422
    assert client.post(reverse("account"), NEW | {"old_password": "guess"}).status_code == 422
    client.post(reverse("sign-out"))
    enter(client, PASSWORD)
    assert client.get("/sessions/").status_code == 200


def test_a_link_lets_one_set_a_forgotten_password(operator: Actor, client: Client) -> None:
    link = sign_in.create_link(operator.user)  # type: ignore[arg-type]
    client.post(link)
    assert 'name="old_password"' not in client.get(reverse("account")).content.decode()
    assert client.post(reverse("account"), NEW).status_code == 302
    client.post(reverse("sign-out"))
    enter(client, NEW["new_password1"])
    assert client.get("/sessions/").status_code == 200
