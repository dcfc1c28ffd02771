"""Stored secrets."""

import functools

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dashboard.models.base

KINDS = [
    ("text", "Text"),
    ("password", "Password"),
    ("one_time_code", "One-time code"),
    ("card", "Card number"),
    ("username", "User name"),
]


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0003_egress")]

    operations = [
        migrations.CreateModel(
            name="Secret",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=functools.partial(dashboard.models.base.new_id, "sec"),
                        editable=False,
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("kind", models.CharField(choices=KINDS, default="password", max_length=16)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("allowed_domains", models.JSONField(default=list)),
                ("sealed", models.BinaryField()),
                ("key_id", models.CharField(editable=False, max_length=16)),
                ("created_by", models.CharField(blank=True, max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="dashboard.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "name"), name="secret_name_in_project"
                    )
                ],
            },
        ),
    ]
