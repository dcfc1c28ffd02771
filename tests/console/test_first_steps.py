"""The checklist of a new installation: shown to admins until each step has proved itself."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.models import ApiKey, Role
from dashboard.services import keys, model_check, workers
from dashboard.services.actors import Actor
from tests.conftest import make_actor, signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db
MODEL_NAMES = ("WEBAGENT_MODEL", "WEBAGENT_MODEL_BASE_URL", "WEBAGENT_MODEL_API_KEY",
               "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY",
               "OPENROUTER_API_KEY")  # fmt: skip


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MODEL_NAMES:
        monkeypatch.delenv(name, raising=False)


def page_of(actor: Actor) -> tuple[Client, str]:
    client = signed_in(actor)
    return client, client.get(reverse("sessions")).content.decode()


def test_an_admin_sees_what_is_left_and_others_do_not(admin: Actor, operator: Actor) -> None:
    _, page = page_of(admin)
    assert "First steps" in page and "No worker answers." in page
    assert "keyless planner" in page and "Make one for your programs" in page
    assert "First steps" not in page_of(operator)[1]


def test_each_step_is_ticked_off_by_what_happened(admin: Actor) -> None:
    workers.beat("desk:1", host="desk", pid=1, running=0, browsers=0, capacity=4)
    client, page = page_of(admin)
    assert "a worker answer" in page and page.count("data-done") == 2
    made = keys.create(admin.project, name="script", by=admin.user)
    assert "“script”" in client.get(reverse("sessions")).content.decode()
    used = Client().get(
        f"/v1/projects/{admin.project.pk}/do_anything/sessions",
        headers={"Authorization": f"Bearer {made.plain}"},
    )
    assert used.status_code == 200 and ApiKey.objects.get().last_used_at is not None
    assert client.get(reverse("sessions")).content.decode().count("data-done") == 3
    builders.finished(admin)
    assert "First steps" not in client.get(reverse("sessions")).content.decode()


def test_the_list_can_be_hidden(admin: Actor) -> None:
    client, _ = page_of(admin)
    assert client.post(reverse("dismiss-first-steps")).status_code == 302
    assert "First steps" not in client.get(reverse("sessions")).content.decode()
    assert "First steps" not in page_of(admin)[1]  # also after the next sign-in
    colleague = make_actor(admin.project, "ben", Role.ADMIN)
    assert "First steps" in page_of(colleague)[1]


def test_a_model_is_tested_by_asking_it(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBAGENT_MODEL", "openai-compatible:small")
    monkeypatch.setenv("WEBAGENT_MODEL_BASE_URL", "http://127.0.0.1:9/v1")
    client, page = page_of(admin)
    assert "is set and not tested yet" in page
    client.post(reverse("test-model"))
    page = client.get(reverse("sessions")).content.decode()
    assert "is set and not tested yet" not in page and "cannot be reached" in page
    assert page.count("data-done") == 0
    monkeypatch.setenv("WEBAGENT_MODEL", "nonsense:model")
    assert "nonsense" in client.get(reverse("sessions")).content.decode()


def test_the_keyless_planner_needs_no_test() -> None:
    assert model_check.describe()["keyless"] is True


def test_only_an_admin_may_test_or_hide(operator: Actor) -> None:
    client, _ = page_of(operator)
    for name in ("test-model", "dismiss-first-steps"):
        assert client.post(reverse(name)).status_code == 403
        assert client.get(reverse(name)).status_code in (403, 405)
