"""`manage.py rotate_keys`: a new key for what is stored sealed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dashboard.errors import ServiceError
from dashboard.services import keyring, rotation


class Command(BaseCommand):
    """A thin door over `dashboard.services.rotation`."""

    help = "Make a new key, and seal all stored secrets with it. Safe beside a running server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--forget-old", action="store_true",
            help="drop the keys that nothing is sealed with any more, and make none",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["forget_old"]:
                self.stdout.write(f"{rotation.forget_older()} older keys dropped.")
                return
            key, report = rotation.rotate()
        except ServiceError as error:
            raise CommandError(error.detail) from None
        except DatabaseError as error:
            raise CommandError(f"The database is not ready: {error}") from None
        self.stdout.write(
            f"Key {key} seals now. {report.changed} values were sealed anew, {report.current} "
            f"were already."
        )
        for place in report.unreadable:
            self.stderr.write(f"cannot be opened by any key: {place}")
        if report.unreadable:
            raise CommandError(f"{len(report.unreadable)} values could not be opened.")
        if not keyring.are_listed():
            self.stdout.write(
                "Older keys are kept. Drop them with `manage.py rotate_keys --forget-old` in ten "
                "minutes or later."
            )
