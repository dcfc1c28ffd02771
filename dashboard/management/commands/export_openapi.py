"""`manage.py export_openapi`: write the API's description to docs/openapi.json."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.api.v1 import api
from dashboard.conf import BASE_DIR

PATH = BASE_DIR / "docs" / "openapi.json"


def document() -> str:
    """The OpenAPI document as it is committed."""
    return json.dumps(api.get_openapi_schema(path_prefix="/v1/"), indent=1) + "\n"


class Command(BaseCommand):
    """Writes docs/openapi.json; a test keeps it fresh."""

    help = "Write the API's OpenAPI document to docs/openapi.json."

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.write_text(document())
        self.stdout.write(f"Wrote {PATH}")
