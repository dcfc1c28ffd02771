"""Asks the web server whether it is ready, with nothing but a socket."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from dashboard.supervisor.plan import Plan


async def is_ready(plan: Plan) -> bool:
    """Whether /readyz answers 200."""
    host, port = plan.config.host, plan.config.port
    target = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    public = urlsplit(plan.config.address)
    request = (
        f"GET /readyz HTTP/1.1\r\nHost: {public.netloc}\r\n"
        f"X-Forwarded-Proto: {public.scheme}\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(target, port)
            try:
                writer.write(request.encode())
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in line
