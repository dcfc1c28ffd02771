"""Runs as a child of `up`, once per start: migrate if asked, make sure of the first project, and
print what the welcome needs as one line of JSON.

A process of its own, so that the supervisor never loads Django and stays small.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime


def main(arguments: list[str]) -> int:
    """`[--migrate] STARTED`: STARTED is when `up` began, in seconds since the epoch."""
    if "--migrate" not in arguments:
        os.nice(5)  # the servers start at the same time, and it is they who are waited for
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from django.core.management import call_command

    if "--migrate" in arguments:
        call_command("migrate", verbosity=0, interactive=False)

    from dashboard.conf import config
    from dashboard.models import WorkerProcess
    from dashboard.services import keys, sign_in

    # A worker that was killed could not say good-bye; without this its last sign of life would
    # pass for the new one's for half a minute.
    started = datetime.fromtimestamp(float(arguments[-1]), UTC)
    WorkerProcess.objects.filter(host=config().host_name, seen_at__lt=started).delete()
    project, user, made = sign_in.ensure_first_project()
    found = {"project_id": project.pk, "link": sign_in.create_link(user), "api_key": None}
    if made:
        found["api_key"] = keys.create(project, name="first key", by=user).plain
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
