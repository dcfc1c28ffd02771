"""The Celery application: doorbells and beat. The rows are the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

app = Celery("webagent")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
