"""The same without async, and with a model profile of one's own.

Needs OPENAI_API_KEY, here or on the server; `main(model="embedded")` runs without any.
"""

import os
import sys
from typing import Any

from web_agent.v1 import (
    WebAgentResult,
    normalize_web_agent_model_profile,
    resolve_web_agent_model_access,
    web_agent_model_config_for_access,
)
from web_agent.v1.sync import Web

SHOP = os.environ.get("PRACTICE_URL", "http://127.0.0.1:8001")
PROFILE = {"model": "gpt-5.4-mini", "api_key_env": "OPENAI_API_KEY"}


def main(model: Any = None) -> WebAgentResult:
    if model is None:
        profile = normalize_web_agent_model_profile(PROFILE)
        model = web_agent_model_config_for_access(resolve_web_agent_model_access(profile))
    with Web() as web:
        result = web.agent(model=model).run(
            "Get the top 2 stories with title.", start_url=f"{SHOP}/news/"
        )
        print(result.status, result.output)
        return result


if __name__ == "__main__":
    sys.exit(main().status != "completed")
