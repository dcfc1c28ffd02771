"""A project's stored secrets: written, replaced, deleted, typed by tasks, and never read back."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.guard.exits import clean, clean_schema
from agents.guard.receivers import domain_problem, within
from agents.guard.redactor import Redactor
from agents.ports import Variable
from dashboard.errors import Conflict, Invalid
from dashboard.models import Secret, SecretKind, new_id
from dashboard.services import audit, sealing
from dashboard.services.actors import Actor
from dashboard.services.options import NewTask

_Options = TypeVar("_Options", bound=NewTask)

MAX_SECRETS = 200
MAX_VALUE_CHARS = 20_000
MAX_DOMAINS = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# Options that were checked word by word, or stand in a column of their own: no free text.
_SETTINGS = frozenset(("start_url", "policy", "approval", "recording", "profile_id"))
_MODEL_NAMES = frozenset(("route", "model", "profile", "api_key_env", "base_url"))
_MODEL_SETTINGS = frozenset(("model_api", "tool_mode", "held_in_memory"))


@transaction.atomic
def create(
    name: str,
    value: str,
    *,
    by: Actor,
    kind: str = SecretKind.PASSWORD,
    description: str = "",
    allowed_domains: Sequence[str] | None = None,
) -> Secret:
    """Keep a value that tasks of the project may type on these domains.

    allowed_domains: hosts with their subdomains; None or empty: no task is offered it yet.
    Raises: Forbidden without `admin`; Invalid; Conflict when the name is taken.
    """
    by.require("admin")
    _check(name=name, value=value, kind=kind, domains=allowed_domains)
    if Secret.objects.for_project(by.project).count() >= MAX_SECRETS:
        raise Conflict(f"The project has {MAX_SECRETS} secrets; delete some.")
    pk = new_id("sec")
    sealed = sealing.seal(value, row_id=pk, project_id=by.project.pk)
    try:
        with transaction.atomic():
            secret = Secret.objects.create(
                pk=pk,
                project=by.project,
                name=name,
                kind=kind,
                description=description.strip()[:500],
                allowed_domains=_domains(allowed_domains),
                sealed=sealed,
                key_id=sealing.key_id(sealed),
                created_by=by.name,
            )
    except IntegrityError:
        raise Conflict(
            f"The project has a secret named {name}; replace or delete that one."
        ) from None
    _audit(secret, by, "secret.created")
    return secret


@transaction.atomic
def replace(
    secret: Secret,
    *,
    by: Actor,
    value: str | None = None,
    kind: str | None = None,
    description: str | None = None,
    allowed_domains: Sequence[str] | None = None,
) -> Secret:
    """Change a secret; None leaves a part as it is.

    New domains need the value again: else whoever may change a secret could have it typed into a
    site of their own, which is reading it.
    Raises: Forbidden without `admin`; Invalid; NotFound when it is gone.
    """
    by.require("admin")
    rows = Secret.objects.for_project(by.project).select_for_update(of=("self",))
    secret = rows.fetch(secret.pk)
    _check(value=value, kind=kind, domains=allowed_domains)
    if allowed_domains is not None:
        wanted = _domains(allowed_domains)
        new = [name for name in wanted if not within(name, secret.allowed_domains)]
        if new and value is None:
            raise Invalid(
                f"To allow {', '.join(new)[:200]} give the value again.",
                loc=["body", "allowed_domains"],
            )
        secret.allowed_domains = wanted
    if value is not None:
        secret.sealed = sealing.seal(value, row_id=secret.pk, project_id=secret.project_id)
        secret.key_id = sealing.key_id(secret.sealed)
    if kind is not None:
        secret.kind = kind
    if description is not None:
        secret.description = description.strip()[:500]
    secret.updated_at = timezone.now()
    secret.save()
    _audit(secret, by, "secret.replaced" if value is not None else "secret.changed")
    return secret


@transaction.atomic
def delete(secret: Secret, *, by: Actor) -> None:
    """Forget a secret. Tasks that run already keep their copy until they end.

    Raises: Forbidden without `admin`; NotFound when it is gone.
    """
    by.require("admin")
    secret = Secret.objects.for_project(by.project).fetch(secret.pk)
    _audit(secret, by, "secret.deleted")
    secret.delete()


def variables_of(project_id: str) -> dict[str, Variable]:
    """The secrets that a task of the project may type, in the clear; for its run only."""
    rows = Secret.objects.for_project(project_id).order_by("name")
    return {
        row.name: Variable(
            value=sealing.unseal(row.sealed, row_id=row.pk, project_id=row.project_id),
            description=row.description,
            sensitive=True,
            allowed_domains=tuple(row.allowed_domains),
            kind=row.kind,
        )
        for row in rows
        if row.allowed_domains
    }


def cleaned(new: _Options, project_id: str) -> _Options:
    """The options of a task without its sensitive values: rows are read, values are not.

    In words they become `{{name}}`, which the agent understands; an address with one cannot work.
    Raises: Invalid for an address that holds one.
    """
    redactor = redactor_of(project_id, new)
    if not redactor.active:
        return new
    for field in ("start_url", "callback_url"):
        if redactor.has(getattr(new, field, None) or ""):
            raise Invalid("An address must not hold a sensitive value.", loc=["body", field])
    words = {
        "instructions": redactor.text(new.instructions),
        "metadata": redactor.json(new.metadata),
    }
    if getattr(new, "title", None):
        words["title"] = redactor.text(new.title)
    return new.model_copy(update=words)


def redactor_of(project_id: str, new: NewTask | None = None) -> Redactor:
    """For the project's stored secrets, and for the sensitive variables of a new task."""
    given = (new.variables or {}) if new is not None else {}
    kept = {name: item.value for name, item in variables_of(project_id).items()}
    return Redactor(kept | {name: item.value for name, item in given.items() if item.sensitive})


def cleaned_options(new: NewTask, project_id: str) -> dict[str, Any]:
    """What the task's row keeps of its options, without sensitive values.

    Raises: Invalid for a value in the model's names and address, which must stay as they are.
    """
    options = new.stored_options()
    redactor = redactor_of(project_id, new)
    if not redactor.active:
        return options
    found = {
        name: item if name in (*_SETTINGS, "model", "agent") else clean(item, redactor)
        for name, item in options.items()
    }
    if schema := options.get("output_schema"):
        found["output_schema"] = clean_schema(schema, redactor)
    if (agent := options.get("agent")) and "guidance" in agent:
        found["agent"] = {**agent, "guidance": redactor.text(agent["guidance"])}
    if model := options.get("model"):
        found["model"] = _cleaned_model(model, redactor)
    return found


def _cleaned_model(model: dict[str, Any], redactor: Redactor) -> dict[str, Any]:
    for name in sorted(_MODEL_NAMES & model.keys()):
        if redactor.has(str(model[name])):
            raise Invalid(f"`{name}` must not hold a sensitive value.", loc=["body", "model", name])
    ours = _MODEL_NAMES | _MODEL_SETTINGS
    plain = {name: item for name, item in model.items() if name in ours}
    rest = {name: item for name, item in model.items() if name not in ours}
    return plain | clean(rest, redactor)


def typed(project_id: str, names: Collection[str]) -> None:
    """Note that these were used. Names that are no stored secrets are passed over."""
    rows = Secret.objects.for_project(project_id).filter(name__in=names)
    rows.update(last_used_at=timezone.now())


def _check(
    *,
    name: str | None = None,
    value: str | None = None,
    kind: str | None = None,
    domains: Sequence[str] | None = None,
) -> None:
    """Raises: Invalid. The message never repeats the value."""
    if name is not None and not _NAME.fullmatch(name):
        raise Invalid(
            "A name has 1 to 64 letters, digits and underscores and begins with no digit.",
            loc=["body", "name"],
        )
    if value is not None and not value:
        raise Invalid("A secret needs a value.", loc=["body", "value"])
    if value is not None and (len(value) > MAX_VALUE_CHARS or "\x00" in value):
        raise Invalid(
            f"A value has at most {MAX_VALUE_CHARS:,} characters and no NUL.", loc=["body", "value"]
        )
    if kind is not None and kind not in SecretKind.values:
        raise Invalid(f"kind is one of {', '.join(SecretKind.values)}.", loc=["body", "kind"])
    if domains is not None and len(domains) > MAX_DOMAINS:
        raise Invalid(f"At most {MAX_DOMAINS} domains.", loc=["body", "allowed_domains"])
    for domain in domains or ():
        problem = domain_problem(domain)
        if problem:
            raise Invalid(f"{domain[:100]!r} {problem}.", loc=["body", "allowed_domains"])


def _domains(given: Sequence[str] | None) -> list[str]:
    return list(dict.fromkeys(domain.strip().lower() for domain in given or ()))


def _audit(secret: Secret, by: Actor, action: str) -> None:
    audit.note(
        secret, action, by, name=secret.name, kind=secret.kind,
        allowed_domains=secret.allowed_domains,
    )  # fmt: skip
