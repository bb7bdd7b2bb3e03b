"""A request that failed as a whole, as ``application/problem+json`` (RFC 9457) with our code."""

from typing import Any, Final

import orjson
from starlette.responses import Response

from ledger.errors import (
    Forbidden,
    LedgerError,
    Overloaded,
    StoreUnavailable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    UnsupportedMediaType,
)

RETRY_SECONDS: Final = 1
_STATUS: Final[dict[type[LedgerError], int]] = {
    Unauthenticated: 401,
    Forbidden: 403,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    TooManyRequests: 429,
    Overloaded: 503,
    StoreUnavailable: 503,
}


def problem(error: LedgerError) -> Response:
    """Return the answer for an error: its status, code and message, and when to come again."""
    status = next((_STATUS[cls] for cls in type(error).__mro__ if cls in _STATUS), 400)
    body: dict[str, Any] = {
        "status": status,
        "code": error.code,
        "message": error.message,
        "field": error.field,
    }
    headers = {}
    if status in (429, 503):
        headers["retry-after"] = str(RETRY_SECONDS)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if status == 413:
        headers["connection"] = "close"
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")
