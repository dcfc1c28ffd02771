"""A message to the running task, a second task in the same browser, and the files of both."""

import asyncio
from pathlib import Path

from web_agent.v1 import Client, ConflictError, CreateTaskRequest


async def main() -> None:
    async with Client() as client:
        session = await client.sessions.create("List the top 5 stories on the front page.")
        first = session.tasks[0]
        try:
            await client.messages.send(session.id, first.id, content="Also count the comments.")
        except ConflictError:
            print("The task was faster than the message.")
        done = await client.sessions.wait(session.id, first.id)
        print(done.status, done.output)

        second = await client.sessions.create_task(
            session.id, CreateTaskRequest(instructions="Open the first story and summarise it.")
        )
        done = await client.sessions.wait(session.id, second.id)
        print(done.status, done.output, f"{done.usage.steps} steps, {done.usage.cost_usd} USD")

        folder = Path("downloads")
        folder.mkdir(exist_ok=True)
        page = await client.artifacts.list(session.id, second.id)
        for artifact in page.items:
            print("saved", await client.artifacts.save(session.id, second.id, artifact, folder))
        await client.sessions.stop(session.id)


if __name__ == "__main__":
    asyncio.run(main())
