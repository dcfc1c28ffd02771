"""Egress policy."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0002_gate")]

    operations = []
