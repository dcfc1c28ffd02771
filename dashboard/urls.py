"""Addresses of the web process."""

from django.contrib import admin
from django.urls import include, path

from dashboard import health
from dashboard.api.v1 import api
from dashboard.pages import sign_in

handler500 = "dashboard.pages.failures.failed"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/login/", sign_in.admin_sign_in, name="admin-sign-in"),
    path("admin/", admin.site.urls),
    path("v1/", api.urls),
    path("", include("dashboard.pages.urls")),
]
