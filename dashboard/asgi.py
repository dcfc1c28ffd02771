"""The ASGI application: HTTP to Django, websockets to the consumers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - needs the applications loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from dashboard.api.streams import EventStreams  # noqa: E402
from dashboard.bodies import BodyLimit  # noqa: E402
from dashboard.consumers.origin import SameOrigin  # noqa: E402
from dashboard.consumers.routes import routes  # noqa: E402
from dashboard.proxies import ClientAddress  # noqa: E402

application = ClientAddress(
    BodyLimit(
        ProtocolTypeRouter(
            {
                "http": EventStreams(http),
                "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(routes))),
            }
        )
    ),
    settings.CONFIG.proxy_count,
)
