"""Who acts: a person at the console or a program with a key, always inside one project."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.errors import Forbidden
from dashboard.models import ApiKey, Membership, Project, Role, User

_ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({"read"}),
    Role.OPERATOR: frozenset({"read", "run", "approve"}),
    Role.ADMIN: frozenset({"read", "run", "approve", "admin"}),
}


# What a member is told, by the scope that their role lacks.
_NOT_FOR_YOU = {
    "run": "Your role may look, but not start or steer tasks.",
    "approve": "Your role may look, but not decide.",
    "admin": "Only admins of this team may do this.",
    "read": "Your role may not look at this.",
}


@dataclass(frozen=True)
class Actor:
    """Somebody acting in a project. `scopes` are the contract's: run, read, approve, admin."""

    project: Project
    name: str
    scopes: frozenset[str]
    user: User | None = None
    key: ApiKey | None = None

    def require(self, scope: str) -> None:
        """Raises: Forbidden when the actor lacks the scope. `admin` includes all others."""
        if scope in self.scopes or "admin" in self.scopes:
            return
        words = f"This API key lacks the scope '{scope}'."
        if self.user:
            words = _NOT_FOR_YOU.get(scope, words)
        raise Forbidden(words, extra={"required_scope": scope})

    @property
    def id(self) -> str:
        """Who this is whatever they call themselves: `user:<number>` or a key's id."""
        if self.user is not None:
            return user_id(self.user)
        return self.key.pk if self.key else ""

    @property
    def is_admin(self) -> bool:
        """May override other people in this project."""
        return "admin" in self.scopes


def user_id(user: User) -> str:
    """A person in the audit log."""
    return f"user:{user.pk}"


def member(user: User, project: Project | None = None) -> Actor | None:
    """The actor a signed-in user is, in the given project or in their first one."""
    memberships = Membership.objects.filter(user=user).select_related("project").order_by("pk")
    if project is not None:
        memberships = memberships.filter(project=project)
    found = memberships.first()
    if found is None:
        return None
    return Actor(
        project=found.project,
        name=user.display_name,
        scopes=_ROLE_SCOPES[found.role],
        user=user,
    )


def of_key(key: ApiKey) -> Actor:
    """The actor a program with this key is."""
    return Actor(project=key.project, name=f"key {key.name}", scopes=frozenset(key.scopes), key=key)
