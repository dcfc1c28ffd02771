"""Keys on their way to the page that shows them once: sealed, in the browser's session here.

A page after a redirect can be loaded again without making a second key. Nothing of a key is in a
cookie, and nothing of it stays once it is taken.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from django.http import HttpRequest

from dashboard.models import ApiKey
from dashboard.services import sealing
from dashboard.services.keys import NewKey

_MADE = "made_keys"


def keep(request: HttpRequest, made: NewKey) -> None:
    """Keep a key for the next page."""
    row = {"row_id": made.key.pk, "project_id": made.key.project_id}
    kept = request.session.get(_MADE, [])
    request.session[_MADE] = [*kept, [made.key.pk, sealing.seal(made.plain, **row).hex()]]


def take(request: HttpRequest) -> list[NewKey]:
    """Those kept, which are then gone; without any that cannot be read any more."""
    found = []
    for key_id, sealed in request.session.pop(_MADE, []):
        key = ApiKey.objects.filter(pk=key_id).select_related("project").first()
        if key is None:
            continue
        row = {"row_id": key.pk, "project_id": key.project_id}
        try:
            found.append(NewKey(key, sealing.unseal(bytes.fromhex(sealed), **row)))
        except InvalidTag:  # the installation's keys were changed in between
            continue
    return found
