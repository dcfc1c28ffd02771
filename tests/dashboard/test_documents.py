"""Generated documents are fresh."""

from __future__ import annotations

import json

from dashboard.management.commands import export_events, export_openapi


def test_events_page_is_fresh():
    """If this fails: python manage.py export_events."""
    assert export_events.PATH.read_text() == export_events.document()


def test_openapi_document_is_fresh():
    """If this fails: python manage.py export_openapi."""
    assert export_openapi.PATH.read_text() == export_openapi.document()


def test_every_operation_is_documented():
    document = json.loads(export_openapi.document())
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("security"), (method, path)
            assert "422" in operation["responses"], (method, path)
