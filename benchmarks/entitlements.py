"""The gate at ten million usage events: may this account use more, asked while usage comes in.

One account holds a tenth of the usage, two hundred others the rest; one meter of each aggregation.
Asked is what a gating service asks: the whole endpoint over ASGI, with its key, without a network.
"""

import asyncio
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter
from typing import Any

import made
from made import ledger, send
from starlette.applications import Starlette
from table import Figure, main

from ledger.api.gate import gate_routes
from ledger.api.keys import Gate, create_key
from ledger.commands.engine.ledger import Ledger
from ledger.events.streams import usage_stream_bytes
from ledger.projector.follower import catch_up, follow
from ledger.store import append
from ledger.store.canonical import canonical
from ledger.store.database import Role
from ledger.store.meta import meta
from ledger.store.rows import pack

EVENTS = int(next((word for word in sys.argv[1:] if word.isdigit()), "10000000"))
CHUNK = 20_000
OTHERS = 200
ACCOUNTS = ["large", *(f"acct-{number:04d}" for number in range(OTHERS))]
AGGREGATIONS = ("sum", "count", "max", "latest", "unique_count")
ZONE = "America/New_York"
QUESTIONS = 4_000
USERS = 50_000
INGESTED_AT_ONCE = 500
NOW = datetime(2026, 10, 31, 12, tzinfo=UTC)


def set_up(opened: Ledger) -> None:
    """Make a plan that includes something of every meter, and the accounts that take it."""
    send(opened, command="register_entity", key="e", entity="US", name="US", currency="USD",
         country="US", time_zone=ZONE, first_period="2026-10")  # fmt: skip
    items = []
    for each in AGGREGATIONS:
        value = {} if each == "count" else {"value": "v"}
        send(opened, command="define_meter", key=each, meter=each, aggregation=each,
             dimensions=["region"], **value)  # fmt: skip
        items.append({"item": each, "kind": "entitlement", "meter": each, "limit": "1000000",
                      "interval": "month", "notify_at": ["80"], "block": True})  # fmt: skip
    send(opened, command="publish_plan", key="p", plan="p", currency="USD", items=items,
         **{"from": "2026-10-01"})  # fmt: skip
    for account in ACCOUNTS:
        send(opened, command="open_account", key=f"a{account}", account=account, entity="US",
             name=account, currency="USD")  # fmt: skip
        send(opened, command="start_subscription", key=f"s{account}", subscription=account,
             account=account, plan="p", **{"from": "2026-10-01"})  # fmt: skip


def record(opened: Ledger, first: int, last: int) -> None:
    """Append these usage events, spread evenly over October 2026."""
    who = meta("bench")
    packed = [
        pack(1, usage_stream_bytes(made.SOURCE, f"e{number}"), 1, "usage.recorded/1",
             made.START + number % EVENTS * made.MONTH // EVENTS, _data(number), who)
        for number in range(first, last)
    ]  # fmt: skip
    with opened.db.transaction(Role.WRITER) as tx:
        append.append_packed(tx, packed, read_at=0)


def _data(number: int) -> bytes:
    meter = AGGREGATIONS[number % len(AGGREGATIONS)]
    spread = number // len(AGGREGATIONS)
    account = ACCOUNTS[0] if spread % 10 == 0 else ACCOUNTS[1 + spread % OTHERS]
    key = {"key": f"user-{spread * 7919 % USERS}"} if meter == "unique_count" else {}
    region = ("eu", "us", "ap")[spread % 3]
    return canonical(
        {
            "account": account,
            "dimensions": {"region": region},
            "id": f"e{number}",
            "meter": meter,
            "properties": {"v": number % 1000},
            "quantity": "1" if key or meter == "count" else str(number % 1000),
            "source": made.SOURCE,
            **key,
        }
    )


class Asker:
    """Asks the endpoint over ASGI, one question at a time."""

    def __init__(self, opened: Ledger) -> None:
        self._app = Starlette(routes=list(gate_routes(opened, Gate(opened.db))))
        key = create_key(opened.db, "ingest", None, "bench").key
        self._headers = [(b"authorization", f"Bearer {key}".encode())]

    async def seconds(self, account: str, meter: str) -> float:
        """Return how long one answer takes."""
        path = f"/v1/entitlements/{account}/{meter}"
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
                 "query_string": b"", "headers": self._headers, "http_version": "1.1"}  # fmt: skip
        told: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send_(message: dict[str, Any]) -> None:
            told.append(message)

        started = perf_counter()
        await self._app(scope, receive, send_)
        took = perf_counter() - started
        assert told[0]["status"] == 200, told
        return took

    async def many(self, account: str | None, meter: str | None) -> list[float]:
        """Return the milliseconds of many answers, of one account and meter or of any."""
        chance = random.Random(1)
        found = []
        for _ in range(QUESTIONS // 10 if account else QUESTIONS):
            which = account or chance.choice(ACCOUNTS), meter or chance.choice(AGGREGATIONS)
            found.append(await self.seconds(*which) * 1000)
        return found


def figure(work: str, taken: list[float], goal: str = "") -> Figure:
    """Return the median and the 99th percentile."""
    cuts = quantiles(taken, n=100)
    return Figure(work, f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms", goal=goal)


def measure() -> Iterator[Figure]:
    """Yield how long the gate takes: quiet, per aggregation, and while usage comes in."""
    with ledger() as opened:
        opened = Ledger(opened.db, opened.books, opened.settings, lambda: NOW)
        set_up(opened)
        for first in range(0, EVENTS, CHUNK):
            record(opened, first, min(first + CHUNK, EVENTS))
        catch_up(opened.db)
        asker = Asker(opened)

        async def ask(account: str | None, meter: str | None) -> list[float]:
            taken = await asker.many(account, meter)
            return taken[len(taken) // 10 :]  # the first ones plan and connect

        async def quiet() -> list[Figure]:
            figures = [
                figure(f"Gate, {EVENTS // 10:,} events of the account, {each}",
                       await ask(ACCOUNTS[0], each))
                for each in AGGREGATIONS
            ]  # fmt: skip
            name = f"Gate at {EVENTS:,} events, any account"
            return [*figures, figure(name, await ask(None, None), "p99 < 10 ms")]

        async def busy() -> Figure:
            return figure(f"Gate at {EVENTS:,} events, while usage comes in",
                          await ask(None, None), "p99 < 10 ms")  # fmt: skip

        async def close(work: Any) -> Any:
            try:
                return await work
            finally:
                await opened.db.aclose()

        yield from asyncio.run(close(quiet()))
        stop = Event()
        threads = [
            Thread(target=follow, args=(opened.db, stop)),
            Thread(target=_ingest, args=(opened, stop)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield asyncio.run(close(busy()))
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def _ingest(opened: Ledger, stop: Event) -> None:
    """Append usage at a steady 2,500 events a second until told to stop."""
    number = EVENTS
    while not stop.wait(INGESTED_AT_ONCE / 2_500):
        record(opened, number, number + INGESTED_AT_ONCE)
        number += INGESTED_AT_ONCE


if __name__ == "__main__":
    main(measure)
