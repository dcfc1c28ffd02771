"""A program decides on what an agent may do: no payment, everything else.

Needs OPENAI_API_KEY, here or on the server.
"""

import asyncio
import os
from typing import Any

from web_agent.v1 import Web, WebAgentConfirmationRequest, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "openai", "model": "gpt-5.4-mini", "api_key_env": "OPENAI_API_KEY"}
PAYS = ("payment", "purchase")


async def decide(request: WebAgentConfirmationRequest) -> dict[str, Any]:
    print("step", request.step, "wants to:", request.title, f"({request.risk})")
    if request.risk in PAYS:
        return {"approved": False, "reason": "A person has to pay."}
    return {"approved": True}


async def main(model: Any = MODEL, start_url: str = f"{SHOP}/shop/") -> WebAgentResult:
    async with Web() as web:
        agent = web.agent(model=model, approval="ask", on_confirm=decide)
        result = await agent.run(goal="Buy the blue backpack.", start_url=start_url)
        print(result.status, result.text)
        return result


if __name__ == "__main__":
    asyncio.run(main())
