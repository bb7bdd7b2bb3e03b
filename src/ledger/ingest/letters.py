"""The dead letters that are still open: those that no ``usage.replayed`` took off the list."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ledger.errors import UnknownDeadLetter
from ledger.events.streams import stream
from ledger.store.database import Database, Query, Role, Transaction

_SELECTED = """
select id from ledger.dead_letters
where id = any(%(ids)s::uuid[]) or code = %(code)s
order by received_at, id"""
_REPLAYED = "select stream from ledger.log where stream = any(%(streams)s::uuid[])"


def open_ids(db: Database, ids: Sequence[UUID] = (), code: str | None = None) -> list[UUID]:
    """Return the open letters with these ids or this code, oldest first.

    Raises UNKNOWN_DEAD_LETTER for an id that is not among them.
    """
    with db.transaction(Role.READER) as tx:
        rows = tx.all(Query[Any](_SELECTED, {"ids": list(ids), "code": code}))
        found = _open(tx, [row[0] for row in rows])
    known = set(found)
    for id_ in ids:
        if id_ not in known:
            raise UnknownDeadLetter(field="ids", id=id_)
    return found


def still_open(db: Database, ids: Sequence[UUID]) -> list[UUID]:
    """Return those of these letters that nobody took off the list meanwhile."""
    with db.transaction(Role.READER) as tx:
        return _open(tx, ids)


def _open(tx: Transaction, ids: Sequence[UUID]) -> list[UUID]:
    streams = {stream("replay", str(id_)): id_ for id_ in ids}
    replayed = {row[0] for row in tx.all(Query[Any](_REPLAYED, {"streams": list(streams)}))}
    return [id_ for where, id_ in streams.items() if where not in replayed]
