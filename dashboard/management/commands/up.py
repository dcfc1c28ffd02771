"""`manage.py up`: the whole product as one command. See `dashboard/supervisor/`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboard.supervisor import cli


class Command(BaseCommand):
    """Listed by `manage.py help`; `manage.py` itself takes a shorter way that skips Django."""

    help = cli.HELP
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        cli.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("no_practice", "host", "port")
        sys.exit(cli.run(**{name: options[name] for name in names}))
