"""`manage.py retention [--dry-run]`: delete what is past its age, as the hourly job does."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.services import retention


class Command(BaseCommand):
    """Prints what went, or with --dry-run what would go."""

    help = "Delete sessions, files, audit and usage entries that are past their project's age."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        removed = retention.run(dry_run=options["dry_run"])
        verb = "would go" if options["dry_run"] else "went"
        self.stdout.write(
            f"{removed.sessions} sessions, {removed.files} files, {removed.audit} audit entries "
            f"and {removed.usage} usage entries {verb}."
        )
