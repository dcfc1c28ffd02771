"""Addresses of the sockets."""

from django.urls import path

from dashboard.consumers.console import ConsoleConsumer
from dashboard.consumers.live_view import LiveViewConsumer

routes = [
    path("ws/console/", ConsoleConsumer.as_asgi()),
    path("ws/sessions/<str:session_id>/view", LiveViewConsumer.as_asgi()),
]
