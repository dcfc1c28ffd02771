"""Django admin: teams, people, keys, profiles, credits; what services write, to look at."""

from django.apps import apps
from django.contrib import admin

from dashboard.admin import credits, endpoints, keys, people, records

__all__ = ["credits", "endpoints", "keys", "people", "records"]

admin.site.site_header = "Web agents"
admin.site.site_title = "Web agents"
admin.site.index_title = "Teams, people, keys, credits and records"
# The guard against guessed passwords keeps its records under the name of its package.
apps.get_app_config("axes").verbose_name = "Sign-in attempts"
