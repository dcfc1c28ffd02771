"""Run a task and answer the agent's questions at the terminal."""

import asyncio
import sys

from web_agent.v1 import Client, Event


async def answer(event: Event) -> object:
    """Ask the person at the terminal; an empty line leaves the question to the console."""
    print("\nThe agent asks:", event.data["prompt"])
    choices = event.data.get("choices") or []
    for choice in choices:
        print("  -", choice["value"], choice.get("label", ""))
    said = await asyncio.to_thread(input, "> ")
    return said.strip() or None


async def main(instructions: str) -> None:
    async with Client() as client:
        task = await client.sessions.run(
            instructions,
            on_event=lambda event: print(event.type),
            on_input_request=answer,
        )
        print(task.status, task.output)


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "Put the cheapest kettle into the cart."))
