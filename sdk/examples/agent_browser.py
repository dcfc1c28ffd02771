"""The browser that an agent gets: where it may go, whether it is recorded, from which profile.

Needs ANTHROPIC_API_KEY on the server.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "anthropic", "model": "claude-sonnet-4-6"}


async def main(model: Any = MODEL) -> WebAgentResult:
    async with Web() as web:
        agent = web.agent(
            model=model,
            browser={
                "create": {"recording": True, "policy": {"allowed_domains": ["127.0.0.1"]}},
            },
        )
        # A goal in plain words is enough when there is nothing else to say.
        result = await agent.run(f"Open {SHOP}/news/ and tell the title of the first story.")
        print(result.status, result.text, "watch it at", result.debug_url)
        return result


if __name__ == "__main__":
    asyncio.run(main())
