"""The web application."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0006_credits")]

    operations = []
