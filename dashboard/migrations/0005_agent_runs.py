"""Agent runs."""

import functools

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dashboard.models.base


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0004_secrets")]

    operations = [
        migrations.CreateModel(
            name="AgentRun",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=functools.partial(dashboard.models.base.new_id, *("run",), **{}),
                        editable=False,
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="dashboard.project"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_runs",
                        to="dashboard.agentsession",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_run",
                        to="dashboard.task",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["project", "-id"], name="run_newest")]},
        ),
    ]
