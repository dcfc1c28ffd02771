"""What an agent does, while it does it.

Needs OPENAI_API_KEY, here or on the server; `main(model="embedded")` runs without any.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "openai", "model": "gpt-5.4-mini", "api_key_env": "OPENAI_API_KEY"}


async def main(model: Any = MODEL) -> WebAgentResult | None:
    result = None
    async with Web() as web:
        agent = web.agent(model=model)
        async for event in agent.stream(
            goal="Search for backpack, open the first product and get the title and price.",
            start_url=f"{SHOP}/shop/",
        ):
            if event.type == "model.delta":
                print(event.text, end="", flush=True)
            if event.type == "tool.started":
                print(event.step, "runs", event.code)
            if event.type == "tool.completed":
                print(event.step, event.success, event.summary)
            if event.result is not None:  # run.completed, always the last one
                result = event.result
                print(result.status, result.text)
    return result


if __name__ == "__main__":
    asyncio.run(main())
