"""Values that an agent types into pages without ever seeing them.

Needs OPENROUTER_API_KEY on the server.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentResult, WebAgentVariable

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "openrouter", "model": "openai/gpt-5.4-mini"}


async def main(model: Any = MODEL, start_url: str = f"{SHOP}/signin/") -> WebAgentResult:
    async with Web() as web:
        agent = web.agent(
            model=model,
            variables={
                "email": WebAgentVariable(
                    os.environ.get("SHOP_EMAIL", "ada@practice.test"),
                    description="Name to sign in with",
                    sensitive=True,
                    allowed_domains=["127.0.0.1"],
                ),
                "language": "English",
            },
        )
        result = await agent.run(goal="Fill my name into the sign-in form.", start_url=start_url)
        print(result.status, result.text)
        return result


if __name__ == "__main__":
    asyncio.run(main())
