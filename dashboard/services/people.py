"""What a person has settled about the console itself."""

from __future__ import annotations

from dashboard.models import User


def hide_first_steps(user: User) -> None:
    """Show this person the checklist of first steps no more."""
    User.objects.filter(pk=user.pk).update(first_steps_hidden=True)
    user.first_steps_hidden = True
