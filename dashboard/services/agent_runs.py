"""Agent runs: start, confirm, cancel; browsers that several runs share.

A run is a task of an `agent` session, under a name of its own; all it does is the task's.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from agents.plain import plain_text
from dashboard.errors import Conflict, Invalid, NotFound
from dashboard.models import (
    AgentRun,
    AgentSession,
    BrowserProfile,
    InputRequest,
    RequestStatus,
    SessionStatus,
    Task,
)
from dashboard.services import model_keys, requests, secrets, sessions, tasks
from dashboard.services.actors import Actor
from dashboard.services.agent_options import NewAgentSession, NewRun
from dashboard.services.options import NewSession
from dashboard.services.policies import PolicyIn

PRODUCT = "agent"
# Our own part of a session's metadata: where its first run begins (`start_url`), and the policy of
# runs that bring none (`policy`).
DEFAULTS = "agent_session"
CONFIRMATION = "confirmation"
BY_HAND = ("captcha", "sign_in", "takeover")


def rows(by: Actor) -> Any:
    """The actor's runs, with what a result is read from."""
    return (
        AgentRun.objects.for_project(by.project)
        .select_related("task__session", "session")
        .prefetch_related("task__input_requests")
    )


def fetch(run_id: str, *, by: Actor) -> AgentRun:
    """One of the actor's runs. Raises: NotFound."""
    run: AgentRun = rows(by).fetch(run_id)
    return run


def fetch_session(session_id: str, *, by: Actor) -> AgentSession:
    """One of the actor's agent sessions; its id is its browser's id. Raises: NotFound."""
    session: AgentSession = AgentSession.objects.for_project(by.project).fetch(
        session_id, product=PRODUCT
    )
    return session


@transaction.atomic
def create(new: NewRun, *, by: Actor) -> AgentRun:
    """A run in a browser of its own, or in the one that `browser_id` names.

    Raises: NotFound for an unknown browser; Conflict while it is busy or when it is closed;
    QuotaExceeded.
    """
    if new.browser_id:
        return create_in(fetch_session(new.browser_id, by=by), new, by=by)
    session = sessions.create(_OfRun.of(new), by=by, product=PRODUCT)
    return _named(session.tasks.get(), new)


@transaction.atomic
def create_in(session: AgentSession, new: NewRun, *, by: Actor) -> AgentRun:
    """A run in a session's browser.

    Raises: Conflict while it is busy or when it is closed; Invalid for another browser's id.
    """
    if new.browser_id not in (None, "", session.pk):
        raise Invalid("The session has a browser of its own.", loc=["body", "browser_id"])
    changes: dict[str, Any] = {}
    defaults = session.metadata.get(DEFAULTS) or {}
    if new.start_url is None and not session.tasks.exists():
        changes["start_url"] = defaults.get("start_url")
    if new.policy is None and defaults.get("policy"):
        changes["policy"] = PolicyIn.model_validate(defaults["policy"])
    new = new.model_copy(update=changes)
    return _named(sessions.create_task(session, new, by=by), new)


def _named(task: Task, new: NewRun) -> AgentRun:
    if held := new.model_secrets:
        model_keys.keep(task, held)
    return AgentRun.objects.create(
        project_id=task.project_id, session_id=task.session_id, task=task
    )


class _OfRun(NewSession):
    """The session that a run makes; its first task is the run's."""

    @classmethod
    def of(cls, new: NewRun) -> _OfRun:
        """Its options; the task's are the run's own, its metadata too, and were checked before."""
        session = cls.model_construct(
            instructions=new.instructions,
            variables=new.variables,
            policy=new.policy,
            profile_id=new.create.profile_id,
            callback_url=new.callback_url,
        )
        session._run = new
        return session

    _run: NewRun

    def stored_options(self) -> dict[str, Any]:
        """What the run's task keeps."""
        return self._run.stored_options()


@transaction.atomic
def open_session(new: NewAgentSession, *, by: Actor) -> AgentSession:
    """A session whose browser starts with its first run; or the one that `browser_id` names.

    Raises: NotFound for an unknown browser; Conflict for one that is closed; Invalid for an
    address with a sensitive value.
    """
    by.require("run")
    if new.browser_id:
        session = fetch_session(new.browser_id, by=by)
        if session.status in (SessionStatus.STOPPED, SessionStatus.FAILED):
            raise Conflict(tasks.why_over(session), extra={"status": session.status})
        return session
    defaults = {
        "start_url": new.start_url,
        "policy": new.policy.stored() if new.policy is not None else None,
    }
    redactor = secrets.redactor_of(by.project.pk)
    if redactor.has(new.start_url or ""):
        raise Invalid("An address must not hold a sensitive value.", loc=["body", "start_url"])
    metadata = {**redactor.json(new.metadata or {}), DEFAULTS: defaults}
    create = new.browser.create if new.browser else None
    session = AgentSession(
        project=by.project,
        product=PRODUCT,
        title=redactor.text(new.title or "Agent session")[:200],
        metadata=metadata,
        status=SessionStatus.IDLE,
        created_by=by.name,
    )
    if create is not None and create.profile_id:
        session.profile = sessions._free_profile(create.profile_id, by)
    session.save(force_insert=True)
    if session.profile is not None:
        BrowserProfile.objects.filter(pk=session.profile_id).update(used_by=session)
    return session


def cancel(run: AgentRun, *, by: Actor, reason: str = "") -> AgentRun:
    """End a run now. Raises: Conflict when it is over."""
    task = tasks.cancel(run.task, by=by, reason=reason)
    if task.is_terminal:
        model_keys.forget(task)
    return fetch(run.pk, by=by)


def confirm(
    run: AgentRun,
    confirmation_id: str,
    *,
    by: Actor,
    approved: bool,
    reason: str = "",
    response: Any = None,
    more: dict[str, Any] | None = None,
) -> InputRequest:
    """Decide on what the run waits for. more: `edits`, `outcome`, `remember` of a decision.

    Other requests than confirmations can be answered too: approved, `response` or else the reason
    is the answer, and a captcha or a sign-in counts as done; not approved, they are skipped.
    Raises: NotFound; Forbidden without the scope; Conflict (with the present state) when it is
    settled or expired; Invalid.
    """
    try:
        row = InputRequest.objects.for_project(by.project).fetch(confirmation_id, task=run.task)
    except NotFound:
        raise NotFound("There is no such confirmation.", code="confirmation_not_found") from None
    by.require("approve")
    if row.kind == CONFIRMATION:
        decision = {"approved": approved, "reason": reason, **(more or {})}
        return requests.decide(row, by=by, response=decision)
    if not approved:
        return requests.decide(row, by=by, skip=True)
    if response is None:
        response = {"done": True} if row.kind in BY_HAND and not reason else reason
    return requests.decide(row, by=by, response=response)


# What else is told of a call that waits for a decision.
_DETAIL = ("effect", "tool", "target", "host", "level", "risks", "box", "arguments", "dialog")


def confirmation(request: dict[str, Any]) -> dict[str, Any]:
    """A request (as the wire or its event shows it) as the agent API tells of it."""
    context = request.get("context") or {}
    is_confirmation = request.get("kind") == CONFIRMATION
    return {
        "id": request["id"],
        "risk": request.get("risk") or _risk_of(request.get("kind")),
        "title": request.get("prompt") or "",
        "reason": context.get("why") or "",
        "step": context.get("step"),
        "page": {"url": context.get("page_url") or "", "title": context.get("page_title") or ""},
        "code": context.get("code") or "",
        "screenshot_artifact_id": context.get("screenshot_artifact_id"),
        "expires_at": request.get("expires_at"),
        "kind": request.get("kind") or CONFIRMATION,
        "status": request.get("status") or RequestStatus.PENDING,
        "choices": request.get("choices"),
        "input_schema": None if is_confirmation else request.get("input_schema"),
        "detail": {name: context[name] for name in _DETAIL if name in context},
    }


def _risk_of(kind: str | None) -> str:
    known = {"captcha": "captcha", "sign_in": "auth", CONFIRMATION: "unknown"}
    return known.get(kind or "", "ambiguous")


def close(session: AgentSession, *, by: Actor) -> AgentSession:
    """End a session with what runs in it, and close its browser. Twice changes nothing."""
    return sessions.stop(session, by=by, force=True)


def clean_reason(reason: str | None) -> str:
    """What somebody wrote, fit to store."""
    return plain_text(reason or "")[:2_000]
