"""Facts by their place or by their stream and version, each with where it stands in the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from ledger.events.fact import Cause, Fact
from ledger.store.mapper import decode
from ledger.store.transaction import Query, Transaction

AT = """
select lane::int, position, stream, version, type, occurred_at, data, meta
from ledger.log where lane = %(lane)s and position = %(position)s"""
NAMED = """
select lane::int, position, stream, version, type, occurred_at, data, meta
from unnest(%(streams)s::uuid[], %(versions)s::int[]) as wanted (stream, version)
join ledger.log using (stream, version)"""
STREAM = """
select lane::int, position, stream, version, type, occurred_at, data, meta
from ledger.log where stream = %(stream)s order by version"""

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Placed:
    """A fact and its place."""

    fact: Fact
    lane: int
    position: int


@dataclass(frozen=True)
class _Row:
    lane: int
    position: int
    stream: UUID
    version: int
    type: str
    occurred_at: datetime
    data: dict[str, Any]
    meta: dict[str, Any]


def at(tx: Transaction, lane: int, position: int) -> Placed | None:
    """Return the fact at a place of the log."""
    row = tx.one(Query(AT, {"lane": lane, "position": position}, _Row))
    return _placed(row) if row else None


def named(tx: Transaction, causes: Iterable[Cause]) -> dict[Cause, Placed]:
    """Return these facts, each by its name, in one read; what does not exist is left out."""
    wanted = list(dict.fromkeys(causes))
    if not wanted:
        return {}
    params = {
        "streams": [cause.stream for cause in wanted],
        "versions": [cause.version for cause in wanted],
    }
    rows = tx.all(Query(NAMED, params, _Row))
    found = {placed.fact.cause: placed for placed in map(_placed, rows)}
    return {cause: found[cause] for cause in wanted if cause in found}


def stream_of(tx: Transaction, stream: UUID) -> list[Placed]:
    """Return all facts of a stream, oldest first."""
    return [_placed(row) for row in tx.all(Query(STREAM, {"stream": stream}, _Row))]


def of_kind(placed: Iterable[Placed], kind: type[F]) -> list[tuple[F, Placed]]:
    """Return those of one kind of fact."""
    return [(one.fact, one) for one in placed if isinstance(one.fact, kind)]


def _placed(row: _Row) -> Placed:
    causes = row.meta.get("causes", ())
    fact = decode(row.type, row.data, row.stream, row.version, row.occurred_at, causes)
    return Placed(fact, row.lane, row.position)
