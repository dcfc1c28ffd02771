"""Provider failures, told in the engine's words. No key and no provider body leaves from here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agents.errors import ModelError

_KEY_SHAPES = re.compile(
    r"\b(sk-[A-Za-z0-9_\-*]{6,}|AIza[0-9A-Za-z_\-*]{10,}|wa_live_[0-9A-Za-z]{8,})"
    r"|(?i:bearer\s+)[A-Za-z0-9._\-*]{8,}"
)
_MAX_DETAIL = 300


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Text with every known secret, and whatever looks like a key, replaced by `***`.

    Providers quote the key they refused, often half of it masked with stars.
    """
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    return _KEY_SHAPES.sub("***", text)


def describe(error: BaseException, secrets: Iterable[str]) -> str:
    """One bounded, scrubbed line on what the provider said."""
    status = getattr(error, "status_code", None)
    # Without a sentence of the provider's own, the adapter's text is its debugging output.
    bare = f"HTTP status {status}" if status is not None else str(error) or type(error).__name__
    detail = _message_in(getattr(error, "body", None)) or bare
    line = " ".join(scrub(detail, secrets).split())
    return line if len(line) <= _MAX_DETAIL else line[: _MAX_DETAIL - 1] + "…"


def _message_in(body: object) -> str | None:
    """The human sentence inside a provider's error body: OpenAI, Anthropic and Google shapes."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return None
    inner = body.get("error", body)
    if isinstance(inner, str):
        return inner
    if isinstance(inner, dict) and isinstance(inner.get("message"), str):
        return inner["message"]
    return None


def translate(error: BaseException, *, model: str, secrets: Iterable[str] = ()) -> ModelError:
    """The ModelError for anything a provider call can raise.

    model: "route:model", for the message. Codes: model_auth, model_not_found, model_rate_limited,
    model_quota_exceeded, model_unavailable, model_timeout, model_context_exceeded,
    model_refused, model_rejected, model_nonsense, model_error.
    """
    from pydantic_ai import exceptions as ai

    if isinstance(error, ModelError):
        return error
    secrets = list(secrets)
    said = describe(error, secrets)
    status = getattr(error, "status_code", None)
    retry_after = getattr(error, "retry_after", None)
    if isinstance(error, ai.ModelAuthenticationError) or status in (401, 403):
        return ModelError(
            f"{model}: the provider refused the API key or the access ({said}). "
            "Check the key and that it may use this model.",
            code="model_auth",
        )
    if isinstance(error, ai.ModelContextWindowExceededError) or _is_too_long(status, str(error)):
        return ModelError(
            f"{model}: the prompt is longer than the model accepts.", code="model_context_exceeded"
        )
    if isinstance(error, ai.ModelQuotaExceededError) or status == 402:
        return ModelError(
            f"{model}: the account's quota is used up ({said}).", code="model_quota_exceeded"
        )
    if isinstance(error, ai.ModelRateLimitError) or status == 429:
        return ModelError(
            f"{model}: the provider limits the rate of requests ({said}).",
            code="model_rate_limited",
            retryable=True,
            retry_after_s=retry_after,
        )
    if isinstance(error, (ai.ModelRequestTimeout, ai.ModelTimeoutError, TimeoutError)):
        return ModelError(f"{model}: no answer in time.", code="model_timeout", retryable=True)
    if isinstance(error, ai.ModelNotFoundError) or status == 404:
        return ModelError(
            f"{model}: the provider does not know this model or address ({said}).",
            code="model_not_found",
        )
    return _translate_rest(error, status, said, retry_after, model)


def _translate_rest(
    error: BaseException, status: int | None, said: str, retry_after: float | None, model: str
) -> ModelError:
    from pydantic_ai import exceptions as ai

    down = (ai.ModelConnectionError, ai.ModelUnavailableError, ai.ModelServerError, OSError)
    if isinstance(error, down) or (status is not None and (status >= 500 or status in (408, 409))):
        return ModelError(
            f"{model}: the provider cannot be reached or is failing ({said}).",
            code="model_unavailable",
            retryable=True,
            retry_after_s=retry_after,
        )
    if isinstance(error, ai.ContentFilterError):
        return ModelError(
            f"{model}: the provider's content filter stopped the answer.", code="model_refused"
        )
    if status is not None or isinstance(error, ai.ModelRequestRejectedError):
        return ModelError(f"{model}: the request was rejected ({said}).", code="model_rejected")
    if isinstance(error, ai.UnexpectedModelBehavior):
        return ModelError(
            f"{model}: the answer could not be read ({said}).",
            code="model_nonsense",
            retryable=True,
        )
    if isinstance(error, (ai.UserError, ImportError)):
        return ModelError(f"{model} cannot be used: {said}", code="model_not_configured")
    if type(error).__module__.split(".")[0] in {"httpx", "httpx2", "httpcore", "httpcore2"}:
        return ModelError(
            f"{model}: the connection broke ({said}).", code="model_unavailable", retryable=True
        )
    return ModelError(f"{model}: {said}", code="model_error")


_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|maximum.{0,30}tokens|prompt is too long"
    r"|input token count.{0,40}exceeds|too many tokens",
    re.IGNORECASE,
)


def _is_too_long(status: int | None, text: str) -> bool:
    return status in (400, 413, 422) and _TOO_LONG.search(text) is not None
