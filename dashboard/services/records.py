"""Records around the doors that are kept for a while only."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dashboard.models import IdempotencyRecord, SignInLink


def forget_old() -> None:
    """Drop answers kept for idempotency after a day, and sign-in links long expired."""
    now = timezone.now()
    IdempotencyRecord.objects.filter(created_at__lt=now - timedelta(hours=24)).delete()
    SignInLink.objects.filter(expires_at__lt=now - timedelta(days=7)).delete()
