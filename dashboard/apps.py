"""Application settings."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Registers the checks and the Celery application."""

    name = "dashboard"
    verbose_name = "Web agents"

    def ready(self) -> None:
        from dashboard import celery  # noqa: F401 - makes it the current app
        from dashboard.services import access_news  # noqa: F401 - connects its receivers
