"""The door to agents."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from web_agent.v1._async.agent import WebAgent
from web_agent.v1._async.transport import Transport
from web_agent.v1._config import Config
from web_agent.v1.agent_types import WebAgentApprovalMode, WebAgentConfirmationHandler


class Web:
    """Agents behind one key. Use it with `async with`, or `aclose()` it.

    The arguments are those of `Client`.
    Raises: ValueError when there is no key.
    """

    def __init__(
        self,
        api_key: str | None = None,
        project_id: str | None = None,
        base_url: str | None = None,
        *,
        timeout_s: float = 60.0,
        max_retries: int = 3,
        backoff_s: float = 0.5,
        max_wait_s: float = 60.0,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        self._config = Config.resolve(
            api_key=api_key,
            project_id=project_id,
            base_url=base_url,
            timeout_s=timeout_s,
            max_retries=max_retries,
            backoff_s=backoff_s,
            max_wait_s=max_wait_s,
            headers=headers,
        )
        self._transport = Transport(self._config, http_client)

    def agent(
        self,
        *,
        model: Any = None,
        browser: Mapping[str, Any] | None = None,
        approval: WebAgentApprovalMode | None = None,
        system_prompt: str | None = None,
        on_confirm: WebAgentConfirmationHandler | None = None,
        captcha: Any = None,
        variables: Mapping[str, Any] | None = None,
        max_turns: int | None = None,
        max_tool_calls: int | None = None,
        timeout_ms: int | None = None,
        tool_timeout_ms: int | None = None,
        max_output_tokens: int | None = None,
        output_schema: Any = None,
        code_policy: Mapping[str, Any] | None = None,
        artifacts: Mapping[str, Any] | None = None,
        capture: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> WebAgent:
        """An agent; nothing is sent before it runs.

        model: `{"route": ..., "model": ..., "api_key_env": ...}`, a profile's name on the server,
        or None for the server's default. browser: `{"policy": {...}, "create": {...}}`.
        approval: ask, delegated (the default) or never. on_confirm: decides on confirmation
        requests; without it they wait for the people at the console.
        more: further fields of the API, for example `confirmation_timeout_ms`.
        """
        config = {
            "model": model,
            "browser": browser,
            "approval": approval,
            "system_prompt": system_prompt,
            "on_confirm": on_confirm,
            "captcha": captcha,
            "variables": variables,
            "max_turns": max_turns,
            "max_tool_calls": max_tool_calls,
            "timeout_ms": timeout_ms,
            "tool_timeout_ms": tool_timeout_ms,
            "max_output_tokens": max_output_tokens,
            "output_schema": output_schema,
            "code_policy": code_policy,
            "artifacts": artifacts,
            "capture": capture,
            **more,
        }
        return WebAgent(self._transport, {k: v for k, v in config.items() if v is not None})

    @property
    def base_url(self) -> str:
        """Where the server is, without `/v1`."""
        return self._config.base_url

    def __repr__(self) -> str:
        return f"<Web {self.base_url} project={self._config.project_id}>"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Web:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
