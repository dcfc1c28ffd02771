"""The same without async: for scripts and notebooks."""

import sys

from web_agent.v1 import InsufficientCreditsError, RateLimitedError
from web_agent.v1.sync import Client


def main(instructions: str) -> None:
    with Client() as client:
        try:
            task = client.sessions.run(instructions, max_cost_usd="0.50", timeout_s=600)
        except InsufficientCreditsError as error:
            sys.exit(f"top up: {error.detail} {error.extra}")
        except RateLimitedError as error:
            sys.exit(f"try again in {error.retry_after_s} s")
        print(task.status, task.output)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or "What does the blue kettle cost?")
