"""The whole OpenAPI document against the API: random bodies, ids, queries; right and wrong ones.

Nothing answers 5xx, with a status, a type or a body that the document does not name, or without a
key. The same examples each time: a finding is repeated by running the test again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks

from dashboard.api import limits
from dashboard.management.commands import export_openapi
from dashboard.models import Project
from dashboard.services import keys
from dashboard.services.actors import Actor
from tests.conftest import make_task

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EXAMPLES = 6
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# As it is kept, which test_documents.py holds against the code: it takes seconds to write.
SCHEMA = schemathesis.openapi.from_dict(json.loads(export_openapi.PATH.read_text()))
SCHEMA.app = get_wsgi_application()
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@dataclass
class World:
    """A project with something in it, and a key to it."""

    key: str
    ids: dict[str, str]
    turn: int = 0

    def place(self, case: Any) -> None:
        """Put ids that exist into the path: the project's always, others every other time."""
        self.turn += 1
        for name in case.path_parameters or {}:
            if name in self.ids and (name == "project_id" or self.turn % 2):
                case.path_parameters[name] = self.ids[name]


@pytest.fixture
def world(
    one_connection: None, operator: Actor, project: Project, monkeypatch: pytest.MonkeyPatch
) -> World:
    # How often one may ask is proved elsewhere; a refusal here would hide what is asked.
    for name in ("count", "count_stranger"):
        monkeypatch.setattr(limits, name, lambda *_: None)
    task = make_task(operator)
    plain = keys.create(project, name="all", scopes=["run", "read", "approve", "admin"]).plain
    return World(
        plain, {"project_id": project.pk, "session_id": task.session_id, "task_id": task.pk}
    )


def test_the_document_names_all_operations() -> None:
    assert len(OPERATIONS) >= 20


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["right", "wrong"])
@pytest.mark.parametrize("label", list(OPERATIONS))
def test_an_operation_does_what_the_document_says(
    label: str, mode: GenerationMode, world: World
) -> None:
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        world.place(case)
        case.call_and_validate(headers={"Authorization": f"Bearer {world.key}"}, checks=CHECKS)

    ask()


@pytest.mark.parametrize("label", list(OPERATIONS))
def test_an_operation_answers_no_stranger(label: str, world: World) -> None:
    @settings(max_examples=1, derandomize=True, deadline=None, database=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=OPERATIONS[label].as_strategy())
    def ask(case: Any) -> None:
        for turn in (0, 1):
            world.turn = turn
            world.place(case)
            case.headers.clear()
            for headers in ({}, {"Authorization": "Bearer wa_live_nobody"}):
                answer = case.call(headers=headers)
                assert answer.status_code == 401, (answer.status_code, answer.text)
                assert answer.json()["code"] == "unauthorized"

    ask()
