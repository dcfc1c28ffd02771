"""Credits, budgets and retention."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0005_agent_runs")]

    operations = []
