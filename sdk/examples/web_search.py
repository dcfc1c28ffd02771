"""Search, and refine the search."""

import asyncio

from web_agent.v1 import Client


async def main() -> None:
    async with Client() as client:
        found = await client.web_search.run(queries=["best Python ORM"], summarize=True)
        if found["status"] != "done":
            found = await client.web_search.wait(found["task_id"])
        for hit in found["results"]["results"]:
            print(hit["title"], hit["url"])
        await client.web_search.refine(found["task_id"], text="only pages of this year")


if __name__ == "__main__":
    asyncio.run(main())
