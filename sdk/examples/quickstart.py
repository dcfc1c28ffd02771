"""Start a task, watch it, print what came of it.

Reads WEBAGENT_API_KEY, WEBAGENT_PROJECT_ID and WEBAGENT_BASE_URL.
"""

import asyncio
import sys

from web_agent.v1 import Client
from web_agent.v1.types import CreateSessionRequest


async def main(instructions: str) -> None:
    async with Client() as client:
        session = await client.sessions.create(CreateSessionRequest(instructions=instructions))
        task = session.tasks[0]
        print("watch it at", session.live_url)
        async for event in client.events.stream(session.id, task.id):
            print(event.id, event.type, event.data)
            if event.type == "task.completed":
                break
        done = await client.sessions.get_task(session.id, task.id)
        print(done.status, done.output)


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "List the top 5 stories on the front page."))
