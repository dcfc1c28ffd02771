"""Tells a person's open sockets to look again whether they may still listen.

Sign-out, a changed or ended membership, a deactivated account: each is a nudge on `user:<id>`.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from dashboard import nudges
from dashboard.models import Membership, User


def topic(user_id: int) -> str:
    """The nudge topic of a person's own access."""
    return f"user:{user_id}"


@receiver(post_delete, sender=Session)
def _signed_out(instance: Session, **_: Any) -> None:
    # The row, not the signal of a sign-out: that one is sent while the session still exists.
    user_id = instance.get_decoded().get("_auth_user_id")
    if user_id and str(user_id).isdigit():
        nudges.after_commit(topic(int(user_id)))


@receiver([post_save, post_delete], sender=Membership)
def _membership_changed(instance: Membership, **_: Any) -> None:
    nudges.after_commit(topic(instance.user_id))


@receiver(post_save, sender=User)
def _account_changed(instance: User, **_: Any) -> None:
    nudges.after_commit(topic(instance.pk))
