"""Members of a team: invited, given a role, removed. A team keeps an admin.

User names are the whole server's, and whoever made an account may hold it: a team's admin adds
people who are new to the server, and only a server admin brings a known account into a team.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction

from dashboard.errors import Conflict, Invalid
from dashboard.models import Membership, Project, Role, User
from dashboard.services import audit, sign_in
from dashboard.services.actors import Actor

_NAME = re.compile(r"[\w.@+-]{1,150}")


@dataclass(frozen=True)
class Invited:
    """A new member. link: a path that signs in once; only for somebody who was not known yet."""

    membership: Membership
    link: str | None


@transaction.atomic
def invite(name: str, role: str, *, by: Actor) -> Invited:
    """Make somebody a member. Somebody new gets a link; a known one signs in as ever.

    Raises: Forbidden; Invalid; Conflict for a member, and for a known user unless a server admin
    adds them.
    """
    by.require("admin")
    _check_role(role)
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise Invalid("A user name has letters, digits and . @ + - _ only.", loc=["name"])
    user, made = User.objects.get_or_create(username=name)
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    elif not (by.user and by.user.is_superuser) and not _is_member(user, by):
        raise Conflict("This user name is taken. A server admin can add its owner to the team.")
    membership, joined = Membership.objects.get_or_create(
        user=user, project=by.project, defaults={"role": role}
    )
    if not joined:
        raise Conflict(f"{name} is a member already.")
    audit.of_project(by, "member.added", str(user.pk), user=name, role=role)
    # A link for a known person would let an admin of one team sign in as a member of another.
    return Invited(membership, sign_in.create_link(user) if made else None)


def _is_member(user: User, by: Actor) -> bool:
    return Membership.objects.filter(user=user, project=by.project).exists()


@transaction.atomic
def set_role(membership: Membership, role: str, *, by: Actor) -> None:
    """Change what a member may do. Raises: Forbidden; Invalid; Conflict for the last admin."""
    by.require("admin")
    _check_role(role)
    membership = _locked(membership, by)
    if membership.role == role:
        return
    if role != Role.ADMIN:
        _keep_an_admin(membership)
    previous, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    who = membership.user
    audit.of_project(
        by, "member.role_set", str(who.pk), user=who.username, role=role, previous=previous
    )


@transaction.atomic
def remove(membership: Membership, *, by: Actor) -> None:
    """Take somebody out of the team. Raises: Forbidden; Conflict for the last admin."""
    by.require("admin")
    membership = _locked(membership, by)
    _keep_an_admin(membership)
    who = membership.user
    membership.delete()
    audit.of_project(by, "member.removed", str(who.pk), user=who.username, role=membership.role)


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise Invalid(f"A role is one of {', '.join(Role.values)}.", loc=["role"])


def _locked(membership: Membership, by: Actor) -> Membership:
    """Under the project's lock: two admins at once cannot each remove the other."""
    Project.objects.select_for_update(no_key=True).get(pk=by.project.pk)
    rows = Membership.objects.filter(project=by.project).select_related("user")
    found = rows.filter(pk=membership.pk).first()
    if found is None:
        raise Conflict("That person is no member any more.")
    return found


def _keep_an_admin(membership: Membership) -> None:
    admins = Membership.objects.filter(project_id=membership.project_id, role=Role.ADMIN)
    if membership.role == Role.ADMIN and not admins.exclude(pk=membership.pk).exists():
        raise Conflict("A team needs an admin: make somebody else one first.")
