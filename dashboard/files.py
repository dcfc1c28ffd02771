"""Files of tasks, served so that no browser runs them."""

from __future__ import annotations

from django.http import FileResponse

from dashboard.models import Artifact
from dashboard.services import artifacts


def artifact_response(row: Artifact) -> FileResponse:
    """A file from the web, served so that no browser runs it. Raises: FileNotFoundError."""
    response = FileResponse(
        artifacts.open_file(row),
        as_attachment=row.kind != "screenshot",
        filename=row.name,
        content_type=row.media_type,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["ETag"] = f'"{row.sha256}"'
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
