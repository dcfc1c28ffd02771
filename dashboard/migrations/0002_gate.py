"""Approvals."""

import functools

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dashboard.models.base


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="inputrequest",
            name="sealed_response",
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="default_approval",
            field=models.CharField(
                blank=True,
                choices=[("ask", "Ask"), ("delegated", "Delegated"), ("never", "Never")],
                help_text="Approval mode of tasks that name none; empty: delegated",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="StandingRule",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=functools.partial(dashboard.models.base.new_id, *("rule",), **{}),
                        editable=False,
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tool", models.CharField(max_length=60)),
                ("host", models.CharField(max_length=260)),
                ("risk", models.CharField(max_length=30)),
                ("created_by", models.CharField(max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=200)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="dashboard.project"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standing_rules",
                        to="dashboard.task",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["task", "tool", "host"], name="rule_in_force")],
            },
        ),
    ]
