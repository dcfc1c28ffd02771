"""Version 1 of the API.

    from web_agent.v1 import Client
    from web_agent.v1.types import CreateSessionRequest

    async with Client() as client:
        task = await client.sessions.run("Find the top five stories on the front page.")

`web_agent.v1.sync` has the same client without `await`.
"""

from web_agent.v1._async.client import Client
from web_agent.v1._async.transport import EventStream
from web_agent.v1.errors import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    BadRequestError,
    BudgetExceededError,
    ConflictError,
    ForbiddenError,
    InsufficientCreditsError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    TaskFailedError,
    UnauthorizedError,
    ValidationError,
)
from web_agent.v1.types import (
    Artifact,
    BrowserInfo,
    CreateSessionRequest,
    CreateTaskRequest,
    Event,
    EventType,
    InputRequest,
    Intervention,
    Message,
    Page,
    Session,
    SessionStatus,
    Task,
    TaskError,
    TaskStatus,
    Usage,
)

__all__ = [
    "ApiConnectionError",
    "ApiError",
    "ApiTimeoutError",
    "Artifact",
    "BadRequestError",
    "BrowserInfo",
    "BudgetExceededError",
    "Client",
    "ConflictError",
    "CreateSessionRequest",
    "CreateTaskRequest",
    "Event",
    "EventStream",
    "EventType",
    "ForbiddenError",
    "InputRequest",
    "InsufficientCreditsError",
    "Intervention",
    "Message",
    "NotFoundError",
    "Page",
    "RateLimitedError",
    "ServerError",
    "Session",
    "SessionStatus",
    "Task",
    "TaskError",
    "TaskFailedError",
    "TaskStatus",
    "UnauthorizedError",
    "Usage",
    "ValidationError",
]
