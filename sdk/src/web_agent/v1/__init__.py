"""Version 1 of the API.

    from web_agent.v1 import Client
    from web_agent.v1.types import CreateSessionRequest

    async with Client() as client:
        task = await client.sessions.run("Find the top five stories on the front page.")

    async with Web() as web:
        result = await web.agent(approval="ask").run("Open the shop and price the blue kettle.")

`web_agent.v1.sync` has the same without `await`.
"""

from web_agent.v1._async.agent import WebAgent, WebAgentSession
from web_agent.v1._async.client import Client
from web_agent.v1._async.transport import EventStream
from web_agent.v1._async.web import Web
from web_agent.v1.agent_models import (
    WebAgentModelAccess,
    WebAgentModelProfile,
    WebAgentRoute,
    infer_web_agent_model_route,
    normalize_web_agent_model_profile,
    parse_web_agent_model_route,
    resolve_web_agent_model_access,
    web_agent_model_config_for_access,
)
from web_agent.v1.agent_schema import (
    OutputValidationError,
    WebAgentOutputSchema,
    normalize_output_schema,
)
from web_agent.v1.agent_types import (
    WEB_AGENT_APPROVAL_RISK_VALUES,
    WebAgentApprovalMode,
    WebAgentArtifact,
    WebAgentConfirmationDecision,
    WebAgentConfirmationRequest,
    WebAgentError,
    WebAgentPage,
    WebAgentResult,
    WebAgentRunInput,
    WebAgentStatus,
    WebAgentStep,
    WebAgentStreamEvent,
    WebAgentTimings,
    WebAgentUsage,
    WebAgentVariable,
)
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
    "WEB_AGENT_APPROVAL_RISK_VALUES",
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
    "OutputValidationError",
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
    "Web",
    "WebAgent",
    "WebAgentApprovalMode",
    "WebAgentArtifact",
    "WebAgentConfirmationDecision",
    "WebAgentConfirmationRequest",
    "WebAgentError",
    "WebAgentModelAccess",
    "WebAgentModelProfile",
    "WebAgentOutputSchema",
    "WebAgentPage",
    "WebAgentResult",
    "WebAgentRoute",
    "WebAgentRunInput",
    "WebAgentSession",
    "WebAgentStatus",
    "WebAgentStep",
    "WebAgentStreamEvent",
    "WebAgentTimings",
    "WebAgentUsage",
    "WebAgentVariable",
    "infer_web_agent_model_route",
    "normalize_output_schema",
    "normalize_web_agent_model_profile",
    "parse_web_agent_model_route",
    "resolve_web_agent_model_access",
    "web_agent_model_config_for_access",
]
