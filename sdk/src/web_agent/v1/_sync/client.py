# Made by scripts/sync_twin.py from _async/client.py.
"""The client."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

import httpx

from web_agent.v1._calls import DoAnythingCalls
from web_agent.v1._config import Config
from web_agent.v1._sync.doanything import Artifacts, Events, Messages, Sessions
from web_agent.v1._sync.products import DeepResearch, Track, WebSearch
from web_agent.v1._sync.transport import Transport


class Client:
    """All products behind one key. Use it with `with`, or `close()` it.

    api_key, project_id, base_url: default to WEBAGENT_API_KEY, WEBAGENT_PROJECT_ID and
    WEBAGENT_BASE_URL (else http://127.0.0.1:8000).
    timeout_s: for one attempt. max_retries: further attempts of a call that may be repeated.
    max_wait_s: the longest `Retry-After` that is waited out.
    http_client: an httpx.Client of yours, for proxies, certificates or tests; it stays
    yours to close.

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
        http_client: httpx.Client | None = None,
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
        calls = DoAnythingCalls(self._config)
        self.events = Events(self._transport, calls)
        self.messages = Messages(self._transport, calls)
        self.artifacts = Artifacts(self._transport, calls)
        self.sessions = Sessions(self._transport, calls, self.events, self.messages)
        self.deep_research = DeepResearch(self._transport)
        self.web_search = WebSearch(self._transport)
        self.track = Track(self._transport)

    @property
    def base_url(self) -> str:
        """Where the server is, without `/v1`."""
        return self._config.base_url

    @property
    def project_id(self) -> str | None:
        """The project of project-scoped calls."""
        return self._config.project_id

    def __repr__(self) -> str:
        return f"<Client {self.base_url} project={self.project_id}>"

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
