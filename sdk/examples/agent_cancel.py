"""Two ways to stop an agent: a signal, which gives a result, and plain cancellation.

Needs OPENAI_API_KEY, here or on the server.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "openai", "model": "gpt-5.4-mini", "api_key_env": "OPENAI_API_KEY"}


async def main(model: Any = MODEL) -> WebAgentResult:
    enough = asyncio.Event()
    async with Web() as web:
        agent = web.agent(model=model)
        goal = {"goal": "Read every story there is.", "start_url": f"{SHOP}/news/"}
        asyncio.get_running_loop().call_later(1, enough.set)
        result = await agent.run(goal, signal=enough)
        print(result.status)
        try:
            await asyncio.wait_for(agent.run(goal), timeout=1)
        except asyncio.TimeoutError:
            print("the second one was cancelled on the server, too")
        return result


if __name__ == "__main__":
    asyncio.run(main())
