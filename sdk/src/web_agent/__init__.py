"""Client for the web-agent platform. Import from `web_agent.v1` (or `web_agent.v1.sync`)."""

__version__ = "0.1.0"
