"""Websocket doors of the console."""
