"""The Celery application: doorbells and beat. The rows are the truth."""

import os
import warnings

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# Celery warns root of pickled messages. Ours are JSON, and containers have no other user.
warnings.filterwarnings("ignore", r"\s*You're running the worker with superuser")

app = Celery("webagent")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Celery would put its own formatter in place of ours, which keeps secrets out."""
