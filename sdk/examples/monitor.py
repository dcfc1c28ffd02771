"""Watch a price, tick once by hand, look at the snapshots."""

import asyncio

from web_agent.v1 import Client


async def main() -> None:
    async with Client() as client:
        monitor = await client.track.create(
            intent="Tell me when the kettle costs less than 20",
            schedule={"kind": "interval", "every_seconds": 3600},
            notify_channel={"kind": "console_inbox"},
        )
        outcome = await client.track.run_now(monitor["id"])
        print("tick:", outcome["status"], "triggered:", outcome["triggered"])
        for snapshot in (await client.track.list_snapshots(monitor["id"]))["items"]:
            print(snapshot["id"], snapshot["created_at"])
        await client.track.pause(monitor["id"], reason="just an example")


if __name__ == "__main__":
    asyncio.run(main())
