"""Pages for requests that broke: what happened, in words, whatever else does not work."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dashboard.busy import Busy, is_busy


def failed(request: HttpRequest) -> HttpResponse:
    """The answer to an exception that nobody caught; called while it is being handled."""
    if not is_busy(sys.exc_info()[1]):
        return HttpResponse(render_to_string("500.html"), status=500)
    answer = HttpResponse(render_to_string("503.html"), status=503)
    answer.headers["Retry-After"] = str(Busy().retry_after_s)
    return answer
