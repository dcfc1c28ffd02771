"""The Usage page: budget, spending, who spent it, what waits for money, CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from agents.events import TaskStepStarted
from agents.ports import Usage
from dashboard.models import CreditAccount, Project, Role, Task, TaskStatus, UsageEntry, User
from dashboard.services import budgets, leases, usage
from dashboard.services.actors import Actor
from dashboard.services.usage import Month
from tests.conftest import make_actor, make_project, signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db


def spend(actor: Actor, dollars: str | None, model: str = "openai:gpt", **used) -> Task:
    """A running task that took one step with this model."""
    task = builders.running(actor, instructions=f"Spend with {model}")
    cost = None if dollars is None else Decimal(dollars)
    step = TaskStepStarted(step=1, code="pass", model=model)
    leases.record(task.pk, task.fence, (step,), usage=Usage(steps=1, cost_usd=cost, **used))
    return task


def text_of(client: Client, name: str = "usage", query: str = "") -> str:
    answer = client.get(reverse(name) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_month_says_so(admin):
    page = text_of(signed_in(admin))
    assert "Nothing was used in" in page and "Hard limit" in page
    assert "Nothing was used in March 2024" in text_of(signed_in(admin), query="?month=2024-03")
    for odd in ("?month=x", "?month=9999-12", "?month=0001-01", "?month=2024-13"):
        assert signed_in(admin).get(reverse("usage") + odd).status_code == 200


def test_a_month_that_cost_nothing_has_no_empty_table(admin):
    spend(admin, "0", model="embedded")
    page = text_of(signed_in(admin))
    assert "has cost anything" in page and "Figures of each day" not in page


def test_spending_is_shown_by_model_key_and_session(admin, project):
    spend(admin, "1.50")
    spend(admin, "0.75", model="anthropic:claude")
    spend(admin, None, model="local:small", input_tokens=10_000)
    page = text_of(signed_in(admin))
    for words in ("$2.30 in all", "anthropic:claude", "local:small", "people, at the console"):
        assert words in page, words
    assert "Spend with openai:gpt" in page and "≈" in page
    assert page.count('<rect class="series-') == 3 * 2  # a bar and a key of the legend each
    assert "style=" not in page


def test_days_are_those_of_the_reader(admin, project):
    task = spend(admin, "1")
    UsageEntry.objects.filter(task=task).update(at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    client = signed_in(admin)
    assert "Nothing was used" in text_of(client, query="?month=2026-04")
    User.objects.update(time_zone="Europe/Berlin")
    page = text_of(client, query="?month=2026-04")
    assert "1 April, openai:gpt: $1.00" in page
    assert "Nothing was used" in text_of(client, query="?month=2026-03")


def test_the_budget_is_set_raised_and_lets_tasks_go_on(admin, project):
    client = signed_in(admin)
    assert client.post(reverse("set-budget"), {"soft": "1", "hard": "$2"}).status_code == 302
    task = spend(admin, "2.40")
    page = text_of(client)
    assert "Paused for money" in page and "new tasks are refused" in page
    assert 'value="4"' in page  # a quarter more, in whole dollars
    refused = client.post(reverse("new-session"), {"instructions": "Buy"})
    assert refused.status_code == 402 and "budget" in refused.content.decode()
    assert client.post(reverse("raise-budget"), {"hard": "4"}).status_code == 302
    task.refresh_from_db()
    assert task.status == TaskStatus.RUNNING
    assert CreditAccount.objects.get().soft_limit_micros == 1_000_000
    assert "Paused for money" not in text_of(client)


@pytest.mark.parametrize(
    "soft,hard,wrong",
    [("x", "1", "soft"), ("5", "1", "soft"), ("-1", "", "soft"), ("", "1e99", "hard"),
     ("nan", "", "soft"), ("1", "-5", "hard")],
)  # fmt: skip
def test_limits_that_make_no_sense_are_refused_and_kept_in_the_form(
    admin, project, soft, hard, wrong
):
    answer = signed_in(admin).post(reverse("set-budget"), {"soft": soft, "hard": hard})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert f'name="soft" inputmode="decimal" value="{soft}"' in text
    # The field that is wrong is marked, with what is wrong under it; the other is not.
    assert text.count('aria-invalid="true"') == 1
    field = re.search(r'<input[^>]*aria-invalid="true"[^>]*>', text)
    assert field is not None and f'id="{wrong}"' in field[0]
    assert f'class="error" id="{wrong}-problem"' in text


def test_only_an_admin_changes_limits(project):
    for role in (Role.VIEWER, Role.OPERATOR):
        client = signed_in(make_actor(project, f"u-{role}", role))
        page = text_of(client)
        assert "Change limits" not in page
        for name in ("set-budget", "raise-budget"):
            assert client.post(reverse(name), {"hard": "5"}).status_code == 403


def test_credits_show_once_metered(admin, project):
    assert "Held for running tasks" not in text_of(signed_in(admin))
    budgets.grant(project, Decimal(25), by="root", note="pilot")
    page = text_of(signed_in(admin))
    assert "Held for running tasks" in page and "Grant of $25.00 by root" in page


def test_csv_has_every_movement_and_no_formula(admin, project):
    budgets.grant(project, Decimal(25), by="root", note="=HYPERLINK(1)")
    spend(admin, "0.5", model="@evil")
    answer = signed_in(admin).get(reverse("usage-export"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [row["kind"] for row in rows if row["kind"] != "hold"].count("charge") == 1
    assert {row["note"] for row in rows} == {"", "'=HYPERLINK(1)"}
    assert "'@evil" in {row["model"] for row in rows}
    assert answer["Content-Disposition"].startswith('attachment; filename="usage-acme-')


def test_another_teams_usage_is_not_shown(admin):
    other = make_actor(make_project("other"), "otto", Role.ADMIN)
    spend(other, "3", model="their:model")
    assert "their:model" not in text_of(signed_in(admin))
    assert usage.report(admin.project, Month.parse("")).total.spent == 0


def test_a_session_that_money_refuses_keeps_what_was_typed(admin, project):
    client = signed_in(admin)
    client.post(reverse("set-budget"), {"soft": "1", "hard": "2"})
    spend(admin, "2.40")
    typed = {"instructions": "Find the blue kettle", "start_url": "https://shop.example/"}
    refused = client.post(reverse("new-session"), typed | {"max_steps": "7"})
    shown = refused.content.decode()
    assert refused.status_code == 402 and "budget" in shown
    assert f'href="{reverse("usage")}">See Usage' in shown
    for text in ("Find the blue kettle", "https://shop.example/", 'value="7"'):
        assert text in shown
    client.post(reverse("raise-budget"), {"hard": "9"})
    Project.objects.filter(pk=project.pk).update(max_concurrent_sessions=0)
    busy = client.post(reverse("new-session"), typed)
    assert busy.status_code == 429 and "Find the blue kettle" in busy.content.decode()
    assert "See what runs" in busy.content.decode()
