"""Several goals, one after another, in the same browser.

Needs GOOGLE_API_KEY on the server; `main(model="embedded")` runs without any.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "google", "model": "gemini-3.8-flash"}


async def main(model: Any = MODEL) -> list[WebAgentResult]:
    async with Web() as web:
        agent = web.agent(model=model, max_turns=20)
        session = await agent.session(start_url=f"{SHOP}/news/")
        try:
            first = await session.run("Get the top 2 stories with title.")
            second = await session.run("Open the first story and summarise it.")
        finally:
            await session.close()
        for result in (first, second):
            print(result.browser_id, result.status, result.text)
        return [first, second]


if __name__ == "__main__":
    asyncio.run(main())
