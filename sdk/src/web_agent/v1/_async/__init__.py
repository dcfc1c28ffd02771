"""The async client's parts. Import from `web_agent.v1`."""
