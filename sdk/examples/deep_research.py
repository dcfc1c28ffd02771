"""Research a topic, approve the outline, save the report."""

import asyncio
from pathlib import Path

from web_agent.v1 import Client


async def main() -> None:
    async with Client() as client:
        task = await client.deep_research.run(
            topic="Open-source vector databases", depth="light", require_outline_approval=True
        )
        async for event in client.events.stream(task["session_id"], task["task_id"]):
            print(event.type)
            if event.type == "task.input_request":
                await client.deep_research.intervene(
                    task["task_id"], request_id=event.data["request_id"], response="approve"
                )
        for artifact in await client.deep_research.list_artifacts(task["task_id"]):
            data = await client.deep_research.get_artifact(task["task_id"], artifact["id"])
            Path(Path(artifact["name"]).name).write_bytes(data)
            print("saved", artifact["name"], len(data), "bytes")


if __name__ == "__main__":
    asyncio.run(main())
