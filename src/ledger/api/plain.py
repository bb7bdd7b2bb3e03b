"""What the plain routes share: who may use one, and answers that a caller can keep."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from psycopg import DataError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.api.access import Principal, Scope
from ledger.api.errors import UnusableText
from ledger.api.keys import Gate
from ledger.api.problem import problem
from ledger.errors import Refusal, StoreUnavailable, Unauthenticated

Endpoint = Callable[[Request, Principal], Awaitable[Response]]


def guarded(gate: Gate, path: str, method: str, scope: Scope, endpoint: Endpoint) -> Route:
    """Return a route for principals who have this scope; refusals become problems."""

    async def answer(request: Request) -> Response:
        try:
            principal = await gate.principal(request.headers.get("authorization"))
            if principal is None:
                raise Unauthenticated
            principal.require(scope)
            return await endpoint(request, principal)
        except (Refusal, StoreUnavailable) as error:
            return problem(error)
        except DataError:
            return problem(UnusableText())
        except ClientDisconnect:
            return Response(status_code=400)

    return Route(path, answer, methods=[method])


def cached(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Return the body with its digest as ETag, or 304 to a caller who has it."""
    tag = f'"{sha256(body).hexdigest()}"'
    told = {"etag": tag, "cache-control": "private, no-cache", **headers}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=told)
    return Response(body, headers=told, media_type=media_type)
