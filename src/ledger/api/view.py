"""GraphQL over HTTP, hardened: POST only, one operation a request, known callers only.

Answers 401 before anything is parsed. Status codes and media types follow GraphQL-over-HTTP: with
``application/graphql-response+json`` a refused request is 400, with ``application/json`` 200.
"""

from typing import Any, Final

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from ledger.api.context import Context
from ledger.api.errors import shown
from ledger.api.keys import Gate
from ledger.api.schema import schema
from ledger.commands.engine.ledger import Ledger
from ledger.errors import StoreUnavailable

BODY_BYTES_MAX: Final = 256 * 1024
MODERN: Final = "application/graphql-response+json"
LEGACY: Final = "application/json"
PRINCIPAL: Final = "ledger.principal"


def graphql_app(ledger: Ledger, gate: Gate) -> ASGIApp:
    """Return the GraphQL endpoint; mount it where it is to be found."""
    return KnownCallers(RequestBodyLimitMiddleware(View(ledger), BODY_BYTES_MAX), gate)


class KnownCallers:
    """Lets nobody through without a key; nothing of the request is read before that."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who is there, then let the view answer."""
        assert scope["type"] == "http", "GraphQL is served over HTTP only"
        try:
            principal = await self.gate.principal(Request(scope).headers.get("authorization"))
        except StoreUnavailable as error:
            await _refusal(503, error.message)(scope, receive, send)
            return
        if principal is None:
            await _refusal(401, "Send an API key: Authorization: Bearer …")(scope, receive, send)
            return
        scope[PRINCIPAL] = principal
        await self.app(scope, receive, send)


class View(GraphQL[Context, None]):
    """Strawberry's view with the switches off and the statuses of the specification."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(),
        )
        self.ledger = ledger
        self.secret = ledger.settings.cursor_key()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            if request.method != "POST":
                raise HTTPException(405, "GraphQL is asked by POST.")
            response = await self.run(request)
        except HTTPException as refused:
            response = _refusal(refused.status_code, refused.reason)
        await response(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Return what the resolvers of this request share."""
        return Context(self.ledger, request.scope[PRINCIPAL], self.secret)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Settle the media type of the answer before anything is done."""
        return Response(media_type=_acceptable(request.headers.get("accept")))

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Read the one operation of a request; refuse batches and forms."""
        _check_content_type(request.content_type or "")
        body = self.parse_json(await request.get_body())
        if not isinstance(body, dict):
            raise HTTPException(400, "Send one operation: a JSON object with a query.")
        for name, expected in _MEMBERS.items():
            if not isinstance(body.get(name), expected | None):
                raise HTTPException(400, f"The member {name} has the wrong type.")
        if not body.get("query"):
            raise HTTPException(400, "The member query is missing.")
        return GraphQLRequestData(
            query=body["query"],
            variables=body.get("variables"),
            operation_name=body.get("operationName"),
            extensions=None,
        )

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """Return the answer with its errors masked; without data if nothing was run."""
        answer: dict[str, Any] = {}
        if result.errors:
            answer["errors"] = shown(result.errors)
        if not _refused(result):
            answer["data"] = result.data
        if result.extensions:
            answer["extensions"] = result.extensions
        return answer  # type: ignore[return-value]

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """Write the answer with the status that its media type asks for."""
        modern = sub_response.media_type == MODERN
        status = 400 if modern and "data" not in response_data else 200
        return Response(self.encode_json(response_data), status, media_type=sub_response.media_type)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON strictly: no NaN, valid UTF-8."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        """Write JSON."""
        return orjson.dumps(data)


_MEMBERS: Final[dict[str, Any]] = {
    "query": str,
    "variables": dict,
    "operationName": str,
    "extensions": dict,
}


def _refused(result: ExecutionResult) -> bool:
    """Tell whether the request failed before its first field, by its document or variables."""
    if isinstance(result, PreExecutionError):
        return True
    return result.data is None and all(error.path is None for error in result.errors or ())


def _acceptable(accept: str | None) -> str:
    """Return the media type to answer with; absent or ``*/*`` is the legacy one."""
    if not accept:
        return LEGACY
    ranges = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    if MODERN in ranges:
        return MODERN
    if {LEGACY, "application/*", "*/*"} & set(ranges):
        return LEGACY
    raise HTTPException(406, f"Accept {MODERN} or {LEGACY}.")


def _check_content_type(content_type: str) -> None:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [p for p in parameters if p.startswith("charset=")]
    if kind != LEGACY or any(p.strip('"') not in _UTF8 for p in charsets):
        raise HTTPException(415, "Send application/json in UTF-8.")


_UTF8: Final = {"charset=utf-8", 'charset="utf-8', "charset=utf8"}


def _refusal(status: int, message: str) -> Response:
    """Return an answer to a request that is not GraphQL over HTTP as we take it."""
    headers = _HEADERS.get(status)
    return Response(
        orjson.dumps({"errors": [{"message": message}]}), status, headers, media_type=LEGACY
    )


_HEADERS: Final = {
    401: {"www-authenticate": "Bearer"},
    405: {"allow": "POST"},
    503: {"retry-after": "1"},
}
