"""The same client without `await`, for scripts, notebooks and threads.

    from web_agent.v1.sync import Client

    with Client() as client:
        task = client.sessions.run("Find the top five stories on the front page.")

Types and errors are those of `web_agent.v1`.
"""

from web_agent.v1._sync.agent import WebAgent, WebAgentSession
from web_agent.v1._sync.client import Client
from web_agent.v1._sync.transport import EventStream
from web_agent.v1._sync.web import Web

__all__ = ["Client", "EventStream", "Web", "WebAgent", "WebAgentSession"]
