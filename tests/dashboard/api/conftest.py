"""A client that speaks the API as a program does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from dashboard.models import Project


@dataclass
class Api:
    """Requests with a key, below the project's path."""

    client: Client
    project: Project
    key: str

    def path(self, rest: str = "") -> str:
        if rest.startswith("/v1"):
            return rest
        return f"/v1/projects/{self.project.pk}/do_anything/sessions{rest}"

    def get(self, rest: str = "", **headers: str) -> Any:
        return self.client.get(self.path(rest), headers=self._headers(headers))

    def head(self, rest: str = "", **headers: str) -> Any:
        return self.client.head(self.path(rest), headers=self._headers(headers))

    def post(self, rest: str = "", body: Any = None, **headers: str) -> Any:
        data = (
            body if isinstance(body, str | bytes) else json.dumps(body if body is not None else {})
        )
        return self.client.post(
            self.path(rest), data=data, content_type="application/json",
            headers=self._headers(headers),
        )  # fmt: skip

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        found = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.key}", **found}

    def session(self, **options: Any) -> dict[str, Any]:
        """A new session as the wire shows it."""
        answer = self.post(body={"instructions": "Open the shop", **options})
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def api(project, api_key) -> Api:
    return Api(Client(raise_request_exception=False), project, api_key)
