#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the sentence below is for those who run an older one
    sys.exit(
        "This project needs Python 3.11 or newer; this is "
        f"{sys.version_info.major}.{sys.version_info.minor}. Install one and run `make run` again."
    )

if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:  # the supervisor starts faster and stays smaller without Django
        from dashboard.supervisor.cli import main

        sys.exit(main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
