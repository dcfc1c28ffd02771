"""`manage.py sign_in_link [user]`: print a link that signs in once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.conf import config
from dashboard.management import database
from dashboard.models import User
from dashboard.services import sign_in


class Command(BaseCommand):
    """Prints a one-time sign-in link."""

    help = "Print a link that signs a user in once, within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", nargs="?", help="user name; default: the first superuser")

    def handle(self, *args: Any, **options: Any) -> None:
        with database.needed():
            self.stdout.write(config().address + sign_in.create_link(_user(options["user"])))


def _user(name: str | None) -> User:
    users = User.objects.filter(is_active=True)
    chosen = users.filter(username=name) if name else users.filter(is_superuser=True)
    user = chosen.order_by("pk").first()
    if user is None:
        raise CommandError(f"There is no active user {name or 'with admin rights'}.")
    return user
