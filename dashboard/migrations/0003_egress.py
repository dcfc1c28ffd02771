"""Egress policy."""

from django.db import migrations, models

import dashboard.models.projects


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0002_gate")]

    operations = [
        migrations.AddField(
            model_name="agentsession",
            name="egress",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="default_policy",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Policy of tasks that say nothing else (docs/policy.md)",
                validators=[dashboard.models.projects.readable_policy],
            ),
        ),
    ]
