"""`manage.py practice`: the practice site alone."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboard.conf import config
from practice.__main__ import main


class Command(BaseCommand):
    """Serves the practice site in the foreground."""

    help = "Serve the practice site alone, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=config().practice_port or config().port + 1)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(main(["--host", options["host"], "--port", str(options["port"])]))
