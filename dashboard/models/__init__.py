"""Rows and querysets, one file a subject."""

from dashboard.models.agent_runs import AgentRun
from dashboard.models.base import TenantQuerySet, new_id, public_id
from dashboard.models.events import Event, IdempotencyRecord, WorkerProcess
from dashboard.models.projects import (
    SCOPES,
    ApiKey,
    AuditEntry,
    Membership,
    Project,
    Role,
    SignInLink,
    User,
)
from dashboard.models.secrets import Secret, SecretKind
from dashboard.models.sessions import (
    TERMINAL,
    AgentSession,
    Artifact,
    BrowserProfile,
    Control,
    InputRequest,
    Message,
    MessageRole,
    RequestStatus,
    SessionStatus,
    Task,
    TaskStatus,
)
from dashboard.models.standing import StandingRule
from dashboard.models.usage import (
    CreditAccount,
    Retention,
    TaskBill,
    UsageEntry,
    UsageKind,
    Waits,
)
from dashboard.models.webhooks import (
    EVERYTHING,
    Delivery,
    DeliveryAttempt,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    Trigger,
)

__all__ = [
    "EVERYTHING",
    "SCOPES",
    "TERMINAL",
    "AgentRun",
    "AgentSession",
    "ApiKey",
    "Artifact",
    "AuditEntry",
    "BrowserProfile",
    "Control",
    "CreditAccount",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryStatus",
    "Endpoint",
    "EndpointStatus",
    "Event",
    "IdempotencyRecord",
    "InputRequest",
    "Membership",
    "Message",
    "MessageRole",
    "Project",
    "RequestStatus",
    "Retention",
    "Role",
    "Secret",
    "SecretKind",
    "SessionStatus",
    "SignInLink",
    "StandingRule",
    "Task",
    "TaskBill",
    "TaskStatus",
    "TenantQuerySet",
    "Trigger",
    "UsageEntry",
    "UsageKind",
    "User",
    "Waits",
    "WorkerProcess",
    "new_id",
    "public_id",
]
