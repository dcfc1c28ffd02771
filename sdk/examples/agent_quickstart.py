"""An agent with a model, a rule where it may go, and a person asked before what matters.

Reads WEBAGENT_API_KEY, WEBAGENT_PROJECT_ID and WEBAGENT_BASE_URL.
Needs OPENAI_API_KEY, here or on the server; `main(model="embedded")` runs without any.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "openai", "model": "gpt-5.4-mini", "api_key_env": "OPENAI_API_KEY"}


async def main(model: Any = MODEL) -> WebAgentResult:
    async with Web() as web:
        agent = web.agent(
            model=model,
            browser={"policy": {"allowed_domains": ["127.0.0.1"]}},
            approval="ask",
        )
        result = await agent.run(
            start_url=f"{SHOP}/news/",
            goal="Get the top 3 stories with title and points.",
        )
        print(result.status, result.output or result.text)
        return result


if __name__ == "__main__":
    asyncio.run(main())
