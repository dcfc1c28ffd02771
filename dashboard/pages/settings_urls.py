"""Addresses of Usage and of the settings."""

from django.urls import path, re_path

from dashboard.pages import (
    settings_audit,
    settings_keys,
    settings_members,
    settings_models,
    settings_profiles,
    settings_retention,
    settings_rules,
    settings_secrets,
    usage,
)

urlpatterns = [
    path("usage/", usage.index, name="usage"),
    path("usage/export/", usage.export, name="usage-export"),
    path("usage/limits/", usage.set_limits, name="set-budget"),
    path("usage/raise/", usage.raise_limit, name="raise-budget"),
    path("settings/", settings_rules.index, name="settings"),
    path(
        "settings/rules/<str:rule_id>/revoke/",
        settings_rules.revoke_rule,
        name="settings-revoke-rule",
    ),
    path("settings/models/", settings_models.index, name="settings-models"),
    path("settings/models/test/", settings_models.test, name="test-route"),
    path("settings/secrets/", settings_secrets.index, name="settings-secrets"),
    re_path(
        r"^settings/secrets/(?P<secret_id>[^/]+)/(?P<verb>replace|delete)/$",
        settings_secrets.change,
        name="secret-change",
    ),
    path("settings/profiles/", settings_profiles.index, name="settings-profiles"),
    re_path(
        r"^settings/profiles/(?P<profile_id>[^/]+)/(?P<verb>rename|delete)/$",
        settings_profiles.change,
        name="profile-change",
    ),
    path("settings/keys/", settings_keys.index, name="settings-keys"),
    path("settings/keys/made/", settings_keys.shown_once, name="key-made"),
    re_path(
        r"^settings/keys/(?P<key_id>[^/]+)/(?P<verb>rotate|revoke)/$",
        settings_keys.change,
        name="key-change",
    ),
    path("settings/members/", settings_members.index, name="settings-members"),
    re_path(
        r"^settings/members/(?P<member_id>[0-9]{1,18})/(?P<verb>role|remove)/$",
        settings_members.change,
        name="member-change",
    ),
    path("settings/retention/", settings_retention.index, name="settings-retention"),
    path("settings/audit/", settings_audit.index, name="settings-audit"),
    path("settings/audit/export/", settings_audit.export, name="audit-export"),
]
