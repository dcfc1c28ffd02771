"""A project with one of each thing that an address can name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from dashboard.models import BrowserProfile, Membership, Project, Role, StandingRule
from dashboard.services import agent_runs, deliveries, endpoints, keys, leases, secrets, sign_in
from dashboard.services.actors import Actor
from dashboard.services.agent_options import NewRun
from tests.conftest import make_actor, make_project, make_user
from tests.console import builders


@dataclass
class Everything:
    """The project, its admin, and rows of it."""

    project: Project
    admin: Actor
    ids: dict[str, str]  # name of a path parameter -> an id that exists here
    agent: dict[str, str]  # the same, where the path is one of agent runs

    @classmethod
    def of(cls, slug: str) -> Everything:
        project = make_project(slug)
        admin = make_actor(project, f"{slug}-admin", Role.ADMIN)
        request = builders.ask(admin)
        task = request.task
        file = builders.picture(builders.running(admin), 1)
        endpoint = endpoints.create(f"https://hooks.example/{slug}", by=admin).endpoint
        rule = StandingRule.objects.create(
            project=project, task=task, tool="locator.click", host="shop.example",
            risk="external_submit", created_by="x",
        )  # fmt: skip
        run = agent_runs.create(NewRun.model_validate({"goal": "Look"}), by=admin)
        claimed = leases.claim(run.task_id, "w:1:0")
        assert claimed is not None
        own_file = builders.picture(claimed, 1)
        newcomer = make_user(f"{slug}-newcomer", project, Role.VIEWER)
        ids = {
            "project_id": project.pk,
            "session_id": task.session_id,
            "task_id": task.pk,
            "request_id": request.pk,
            "confirmation_id": request.pk,
            "artifact_id": file.pk,
            "number": "1",
            "endpoint_id": endpoint.pk,
            "delivery_id": deliveries.ping(endpoint, by=admin).pk,
            "rule_id": rule.pk,
            "run_id": run.pk,
            "secret_id": secrets.create("word", "open sesame", by=admin).pk,
            "profile_id": BrowserProfile.objects.create(project=project, name="p").pk,
            "key_id": keys.create(project, name="k", scopes=["read"]).key.pk,
            "member_id": str(Membership.objects.get(user=newcomer).pk),
            "token": sign_in.create_link(newcomer).rstrip("/").rpartition("/")[2],
        }
        agent = {"session_id": run.session_id, "task_id": run.task_id, "artifact_id": own_file.pk}
        # Files are asked for with the session and the task that they are of.
        moved = {"session_id": file.session_id, "task_id": file.task_id}
        found = cls(project, admin, ids, agent)
        found._of_files = moved
        return found

    _of_files: dict[str, str] | None = None

    def fill(self, path: str, names: list[str]) -> dict[str, str]:
        """Ids of this project for the parameters of a path. Raises: KeyError for a new one."""
        own = dict(self.ids)
        if "/agent/" in path:
            own |= self.agent
        elif "artifact_id" in names:
            own |= self._of_files or {}
        return {name: own[name] for name in names}


def rows_of(project: Project) -> dict[str, list[Any]]:
    """Every row that belongs to a project, except what merely looking changes."""
    passing = {"ApiKey", "IdempotencyRecord"}
    found = {}
    for model in apps.get_app_config("dashboard").get_models():
        names = {field.name for field in model._meta.fields}
        if "project" in names and model.__name__ not in passing:
            rows = model._default_manager.filter(project=project)
            found[model.__name__] = list(rows.order_by("pk").values_list())
    return found


Fill = Callable[[str, list[str]], dict[str, str]]
