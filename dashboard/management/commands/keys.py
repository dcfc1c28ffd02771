"""`manage.py keys`: make, list and revoke API keys."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from dashboard.errors import ServiceError
from dashboard.management import database
from dashboard.models import SCOPES, ApiKey, Project
from dashboard.services import keys, sign_in


class Command(BaseCommand):
    """A thin door over `dashboard.services.keys`."""

    help = "Make, list and revoke API keys."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make a key; it is shown once")
        create.add_argument("--project", default="default", help="slug or id of the project")
        create.add_argument("--name", required=True, help="what will use the key")
        create.add_argument(
            "--scope", action="append", choices=SCOPES, help="may be repeated; default: all "
            "but admin",
        )  # fmt: skip
        create.add_argument("--expires-days", type=float, help="default: it does not expire")
        create.add_argument("--json", action="store_true", help="print one JSON object")
        listing = verbs.add_parser("list", help="list the keys of a project, newest first")
        listing.add_argument("--project", default="default", help="slug or id of the project")
        listing.add_argument("--json", action="store_true", help="print a JSON list")
        revoke = verbs.add_parser("revoke", help="end a key at once")
        revoke.add_argument("key_id", help="its id, as `keys list` shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with database.needed():
                getattr(self, "_" + options["verb"])(options)
        except ServiceError as error:
            raise CommandError(error.detail) from None

    def _create(self, options: dict[str, Any]) -> None:
        project = self._project(options["project"])
        days = options["expires_days"]
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        made = keys.create(
            project, name=options["name"], scopes=options["scope"], expires_at=expires_at
        )
        found = {"project_id": project.pk, "key_id": made.key.pk, "api_key": made.plain}
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(f"Project  {project.pk}\nKey      {made.key.pk}\nAPI key  {made.plain}")
        self.stdout.write("The API key is shown only now.")

    def _list(self, options: dict[str, Any]) -> None:
        rows = ApiKey.objects.for_project(self._project(options["project"])).order_by("-created_at")
        if options["json"]:
            found = [
                {"key_id": k.pk, "name": k.name, "prefix": k.prefix, "state": k.state,
                 "scopes": k.scopes}
                for k in rows
            ]  # fmt: skip
            self.stdout.write(json.dumps(found))
            return
        for key in rows:
            self.stdout.write(f"{key.pk}  {key.prefix}…  {key.state:<8} {key.name}")

    def _revoke(self, options: dict[str, Any]) -> None:
        key = ApiKey.objects.fetch(options["key_id"])
        keys.revoke(key)
        self.stdout.write(f"{key.pk} ({key.name}) is revoked.")

    def _project(self, name: str) -> Project:
        if name == "default":
            return sign_in.ensure_first_project()[0]
        found = Project.objects.filter(Q(slug=name) | Q(pk=name)).first()
        if found is None:
            raise CommandError(f"There is no project {name!r}; name its slug or its id.")
        return found
