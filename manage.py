#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the sentence below is for those who run an older one
    sys.exit(
        "This project needs Python 3.11 or newer; this is "
        f"{sys.version_info.major}.{sys.version_info.minor}. Install one and run `make run` again."
    )

# Commands about what an earlier start made: without one they only say so, and make nothing.
AFTER_A_START = ("keys", "sign_in_link", "retention", "rotate_keys")


def refuse_without_data(arguments: list[str]) -> None:
    """End with one sentence when there is no database yet for such a command."""
    if not arguments or arguments[0] not in AFTER_A_START or {"-h", "--help"} & set(arguments):
        return
    from dashboard.conf import config

    found = config()
    if not found.database_url and not (found.data_dir / "webagent.sqlite3").exists():
        sys.exit(
            f"There is no database in {found.data_dir}: start once with `manage.py up`, or name "
            "the directory of your installation with WEBAGENT_DATA_DIR."
        )


def refuse_misfits() -> None:
    """End with one sentence when a setting is no use."""
    from pydantic import ValidationError

    from dashboard.conf import config, misfit

    try:
        config()
    except ValidationError as error:
        sys.exit(misfit(error))


if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:  # the supervisor starts faster and stays smaller without Django
        from dashboard.supervisor.cli import main

        sys.exit(main(sys.argv[2:]))
    refuse_misfits()
    refuse_without_data(sys.argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
