"""An answer as your own type.

Needs OPENAI_API_KEY, here or on the server; `main(model="embedded")` runs without any.
"""

import asyncio
import os
from dataclasses import dataclass
from typing import Any

from web_agent.v1 import Web, WebAgentResult

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
MODEL: Any = {"route": "openai", "model": "gpt-5.4-mini", "api_key_env": "OPENAI_API_KEY"}


@dataclass
class Product:
    title: str
    price: str


async def main(model: Any = MODEL) -> WebAgentResult:
    async with Web() as web:
        agent = web.agent(
            model=model,
            output_schema=Product,
            code_policy={"allow_direct_network": False, "extra_denied_patterns": [r"\bsleep\b"]},
            artifacts={"retain_transcript": True},
            capture={"observation_chars": 8_000},
        )
        result = await agent.run(
            goal="Search for backpack, open the first product and get the title and price.",
            start_url=f"{SHOP}/shop/",
        )
        print(result.status, result.output, f"in {len(result.steps)} steps")
        return result


if __name__ == "__main__":
    asyncio.run(main())
