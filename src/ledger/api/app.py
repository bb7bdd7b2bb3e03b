"""The application of one process: usage in, GraphQL, the ERP feed, health and metrics.

Usage in is answered before routing, because one event per request is its hot path; everything else
goes by Starlette's routes. Nobody is served without a key except the two health checks, which tell
nothing but whether.
"""

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ledger.api.access import Scope as Right
from ledger.api.feed import feed_routes
from ledger.api.gate import gate_routes
from ledger.api.gauges import exposition
from ledger.api.http import PATH, Events
from ledger.api.keys import Gate
from ledger.api.logs import configure_logs
from ledger.api.papers import paper_routes
from ledger.api.problem import problem
from ledger.api.view import graphql_app
from ledger.commands.engine.ledger import Ledger
from ledger.errors import Forbidden, StartFailed, StoreUnavailable, Unauthenticated
from ledger.garbage import collect_rarely
from ledger.ingest.intake import Intake
from ledger.settings import Settings
from ledger.store import migrate
from ledger.store.database import Role

# Flushes are short turns between long ones of decoding; the default of 5 ms would idle them.
SWITCH_SECONDS: Final = 0.0005


def create_app(settings: Settings | None = None) -> Starlette:
    """Open the ledger and return the application; it is closed when the server stops."""
    sys.setswitchinterval(SWITCH_SECONDS)
    configure_logs()
    gc.freeze()
    collect_rarely()
    ledger = Ledger.open(settings)
    gate = Gate(ledger.db)
    intake = Intake(ledger.db, ledger.settings, ledger.clock)
    events = Events(intake, gate, ledger.settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(intake.close)
        await ledger.db.aclose()
        await asyncio.to_thread(ledger.close)

    return Starlette(
        routes=[
            Route("/livez", alive, methods=["GET"]),
            Route("/readyz", Ready(ledger), methods=["GET"]),
            Route("/metrics", Metrics(ledger, gate), methods=["GET"]),
            Route("/graphql", Exactly(graphql_app(ledger, gate))),
            *feed_routes(ledger, gate),
            *gate_routes(ledger, gate),
            *paper_routes(ledger, gate),
        ],
        middleware=[Middleware(UsageFirst, events=events)],
        lifespan=lifespan,
    )


class UsageFirst:
    """Hands usage to its endpoint and everything else on."""

    def __init__(self, app: ASGIApp, events: Events) -> None:
        self._app = app
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
        elif scope["method"] != "POST":
            await Response(status_code=405, headers={"allow": "POST"})(scope, receive, send)
        else:
            await self._events(scope, receive, send)


class Exactly:
    """An application at one path; Starlette would take a plain function for an endpoint."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)


async def alive(_: Request) -> Response:
    """Answer that this process runs."""
    return PlainTextResponse("ok")


class Ready:
    """Answers whether this process can serve: its database answers and is migrated."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ready = await asyncio.to_thread(self._migrated)
        answer = PlainTextResponse("ok" if ready else "not ready", 200 if ready else 503)
        await answer(scope, receive, send)

    def _migrated(self) -> bool:
        try:
            with self._ledger.db.transaction(Role.READER) as tx:
                return not migrate.pending(tx.conn)
        except (StoreUnavailable, StartFailed):
            return False


class Metrics:
    """Answers Prometheus, for keys of administrators."""

    def __init__(self, ledger: Ledger, gate: Gate) -> None:
        self._ledger = ledger
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        principal = await self._gate.principal(Request(scope).headers.get("authorization"))
        if principal is None:
            response = problem(Unauthenticated())
        elif Right.ADMIN_READ not in principal.scopes:
            response = problem(Forbidden(scope=Right.ADMIN_READ.value))
        else:
            body = await asyncio.to_thread(exposition, self._ledger.db)
            response = Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")
        await response(scope, receive, send)
