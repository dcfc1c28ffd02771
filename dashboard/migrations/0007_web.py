"""The web application."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0006_credits")]

    operations = [
        migrations.AddField("user", "notify_kinds", models.JSONField(blank=True, default=list)),
        migrations.AddField("user", "quiet_from", models.TimeField(blank=True, null=True)),
        migrations.AddField("user", "quiet_until", models.TimeField(blank=True, null=True)),
    ]
