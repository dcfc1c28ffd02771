"""A sender in a process of its own, for tests that kill it: DATABASE_NAME ALLOWED_ORIGIN."""

from __future__ import annotations

import os
import sys
import threading

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    import django

    django.setup()
    from agents.jobs.deliveries import Sender

    Sender(allow=[sys.argv[2]]).start()
    threading.Event().wait()
