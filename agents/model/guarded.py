"""The way to a model server whose address came with a task.

Anybody with a key may name such a server, so it is dialled like a page is: the name is resolved
once, all its addresses are judged, and the connection goes to the address that was judged.
"""

from __future__ import annotations

import httpx2

from agents.browser.addresses import AddressChecker
from agents.errors import AgentError, ModelError


class GuardedTransport(httpx2.AsyncBaseTransport):
    """An HTTP transport that reaches what the one checker of addresses opens.

    Raises: ModelError `model_not_allowed` from a request to any other address.
    """

    def __init__(self, checker: AddressChecker) -> None:
        self._checker = checker
        self._inner = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; redirects come back here as requests of their own."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            pinned = await self._checker.check(host, port)
        except AgentError as error:
            raise ModelError(
                f"The model server's address cannot be used: {error}", code="model_not_allowed"
            ) from None
        # The Host header and the certificate check keep the name; only the dialling is pinned.
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=pinned.address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
