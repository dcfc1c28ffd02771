"""First start and one-time sign-in links."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dashboard.models import Membership, Project, Role, SignInLink, User

LINK_LIFE = timedelta(hours=24)


@transaction.atomic
def ensure_first_project() -> tuple[Project, User, bool]:
    """The project `default` and its admin; made on first start. The flag says: made just now."""
    project, made = Project.objects.get_or_create(slug="default", defaults={"name": "Default"})
    user = User.objects.filter(is_superuser=True).order_by("pk").first()
    if user is None:
        user = User(username="admin", is_staff=True, is_superuser=True)
        user.set_unusable_password()
        user.save()
    if made:
        Membership.objects.get_or_create(user=user, project=project, defaults={"role": Role.ADMIN})
    return project, user, made


def create_link(user: User) -> str:
    """A path that signs this user in once, within a day."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user, digest=_digest(token), expires_at=timezone.now() + LINK_LIFE
    )
    return f"/sign-in/link/{token}/"


def is_usable(token: str) -> bool:
    """Whether a press on this link would sign somebody in."""
    links = SignInLink.objects.filter(digest=_digest(token), user__is_active=True)
    return links.filter(used_at__isnull=True, expires_at__gt=timezone.now()).exists()


def use_link(token: str) -> User | None:
    """The user of an unused, unexpired link; the link is used up. None otherwise."""
    now = timezone.now()
    link = SignInLink.objects.filter(digest=_digest(token)).select_related("user").first()
    if link is None or not link.user.is_active:
        return None
    used = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now).update(
        used_at=now
    )
    return link.user if used else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
