"""GraphQL beside bare Starlette with the same SQL, and beside stock Strawberry on many rows.

Requests are answered in this process over ASGI, so the figures are of Python and PostgreSQL alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from time import perf_counter
from typing import Any

import orjson
import strawberry
from made import ledger, set_up
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from table import Figure, main, times

from ledger.api.executor import FastExecutor
from ledger.api.keys import Gate, create_key
from ledger.api.scalars import SCALARS, CurrencyCode, Long
from ledger.api.view import graphql_app
from ledger.commands.engine.ledger import Ledger
from ledger.projector.follower import catch_up
from ledger.reads import subscriptions
from ledger.store.database import Role

REQUESTS = 20
ROUNDS = 60
ROWS = 1_000
SMALL = orjson.dumps(
    {
        "query": "query A($a: ID) { account(account: $a) { id currency payer timeZone } }",
        "variables": {"a": "acme"},
    }
)
MANY = "{ rows { text account quantity amount currency day at position } }"


@strawberry.type
class Row:
    """Eight fields of the kinds that a ledger answers."""

    text: str
    account: str
    quantity: Decimal
    amount: Decimal | None
    currency: CurrencyCode
    day: date
    at: datetime
    position: Long


@dataclass(frozen=True)
class Plain:
    """A row as a read returns it."""

    text: str
    account: str
    quantity: Decimal
    amount: Decimal | None
    currency: str
    day: date
    at: datetime
    position: int


AT = datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
PLAIN = [
    Plain(f"row {n}", "acme", Decimal(n) / 8, Decimal("1.50"), "USD", AT.date(), AT, n)
    for n in range(ROWS)
]


@strawberry.type
class Query:
    """A list of a thousand rows."""

    @strawberry.field
    async def rows(self) -> list[Row]:
        """Return the rows."""
        rows: Any = PLAIN
        return rows  # type: ignore[no-any-return]


def schema(executor: Any) -> strawberry.Schema:
    """Return a schema that differs by its executor only."""
    return strawberry.Schema(
        Query,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=executor,
        extensions=[lambda: ParserCache(512), lambda: ValidationCache(512)],
    )


async def timed(work: Callable[[], Awaitable[Any]], times: int) -> float:
    """Return the seconds that one piece of work takes."""
    started = perf_counter()
    for _ in range(times):
        await work()
    return (perf_counter() - started) / times


async def many_rows() -> tuple[float, float]:
    """Return the best seconds for a thousand rows: stock, and ours; the answers are equal."""
    stock, fast = schema(None), schema(FastExecutor)
    assert (await stock.execute(MANY)).data == (await fast.execute(MANY)).data

    async def answered(by: strawberry.Schema) -> None:
        orjson.dumps((await by.execute(MANY)).data)

    rounds = [
        (await timed(lambda: answered(stock), 1), await timed(lambda: answered(fast), 2))
        for _ in range(ROUNDS)
    ]
    return min(each[0] for each in rounds), min(each[1] for each in rounds)


def bare(opened: Ledger) -> Starlette:
    """Return an application that answers the same rows by the same SQL without GraphQL."""

    async def account(request: Request) -> Response:
        sent = orjson.loads(await request.body())
        async with opened.db.async_transaction(Role.READER) as tx:
            row = await tx.one(subscriptions.accounts([sent["variables"]["a"]]))
        assert row is not None
        told = {
            "id": row.account,
            "currency": row.currency,
            "payer": row.payer,
            "timeZone": row.time_zone,
        }
        return Response(orjson.dumps({"data": {"account": told}}), media_type="application/json")

    return Starlette(routes=[Route("/graphql", account, methods=["POST"])])


async def posted(app: Any, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Post the small query over ASGI and return the body of the answer."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), *headers],
        "http_version": "1.1",
    }
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": SMALL, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(parts)


async def small_query(opened: Ledger, key: str) -> tuple[float, float]:
    """Return the best seconds for a small query: bare, and GraphQL."""
    apps = bare(opened), Starlette(routes=[Route("/graphql", graphql_app(opened, Gate(opened.db)))])
    headers = [(b"authorization", f"Bearer {key}".encode())]
    answers = [orjson.loads(await posted(app, headers)) for app in apps]
    assert answers[0]["data"] == answers[1]["data"], answers
    rounds = [
        [await timed(lambda app=app: posted(app, headers), REQUESTS) for app in apps]
        for _ in range(ROUNDS)
    ]
    await opened.db.aclose()
    return min(each[0] for each in rounds), min(each[1] for each in rounds)


def measure() -> Iterator[Figure]:
    """Yield both ratios."""
    with ledger() as opened:
        set_up(opened, ["acme"])
        catch_up(opened.db)
        key = create_key(opened.db, "auditor", None, "bench").key
        plain, graphql = asyncio.run(small_query(opened, key))
    yield Figure(
        "GraphQL, small query with its SQL",
        f"{graphql * 1000:.2f} ms",
        f"bare Starlette, same SQL: {plain * 1000:.2f} ms",
        times(plain, graphql),
        "≥ 0.4",
    )
    stock, fast = asyncio.run(many_rows())
    yield Figure(
        f"GraphQL, {ROWS:,} rows × 8 fields",
        f"{fast * 1000:.1f} ms",
        f"stock Strawberry: {stock * 1000:.1f} ms",
        f"{stock / fast:.1f}×",
        "≥ 8×",
    )


if __name__ == "__main__":
    main(measure)
