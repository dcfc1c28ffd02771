"""Django admin: teams, people, keys, profiles, credits; what services write, to look at."""

from django.contrib import admin

from dashboard.admin import credits, endpoints, keys, people, records

__all__ = ["credits", "endpoints", "keys", "people", "records"]

admin.site.site_header = "Web agents"
admin.site.site_title = "Web agents"
admin.site.index_title = "Teams, people and keys"
