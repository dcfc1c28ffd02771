"""Files of tasks, served so that no browser runs them."""

from __future__ import annotations

import re

from django.http import FileResponse

from dashboard.models import Artifact
from dashboard.services import artifacts

# What a browser may show in our origin: pictures that cannot hold a script (so no SVG).
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"})
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def artifact_response(row: Artifact) -> FileResponse:
    """A file from the web, served so that no browser runs it. Raises: FileNotFoundError.

    Pictures are shown, all else is offered for saving. Its type and name are a stranger's words.
    """
    media_type = row.media_type.partition(";")[0].strip().lower()
    response = FileResponse(
        artifacts.open_file(row),
        as_attachment=media_type not in PICTURES,
        filename=row.name,
        content_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else None,
    )
    if not _MEDIA_TYPE.fullmatch(media_type):
        response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["ETag"] = f'"{row.sha256}"'
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
