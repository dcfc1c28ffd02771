"""The statuses that every operation may answer with, for the OpenAPI document."""

from dashboard.api.schemas import ErrorOut

ERRORS = {
    frozenset({400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 500}): ErrorOut,
}
