"""Records around the doors that are kept for a while only."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from dashboard.models import IdempotencyRecord, SignInLink


def forget_sign_ins() -> None:
    """Drop ended sign-ins, and who signed in from where once the audit log would forget it."""
    now, days = timezone.now(), settings.CONFIG.keep_audit_days
    Session.objects.filter(expire_date__lt=now).delete()
    if days:
        AccessLog.objects.filter(attempt_time__lt=now - timedelta(days=days)).delete()


def forget_old() -> None:
    """Drop answers kept for idempotency after a day, and sign-in links long expired."""
    now = timezone.now()
    IdempotencyRecord.objects.filter(created_at__lt=now - timedelta(hours=24)).delete()
    SignInLink.objects.filter(expires_at__lt=now - timedelta(days=7)).delete()
