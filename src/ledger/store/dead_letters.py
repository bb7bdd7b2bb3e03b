"""Dead letters: the raw bytes that could not become facts, and why.

The rows never change. Whether one was replayed is a fact in the stream ``replay/<id>``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from ledger.store.transaction import Query, Transaction

TEXT_MAX = 2_000


@dataclass(frozen=True)
class DeadLetter:
    """One event that was refused. ``flush`` is the stream of the fact that counts it.

    ``format`` says how to read ``raw`` again: cloudevents, focus or command.
    """

    id: UUID
    lane: int
    flush: UUID
    source: str
    day: date
    event_id: str | None
    account: str | None
    code: str
    detail: str
    format: str
    raw: bytes
    received_at: datetime


COPY = """
copy ledger.dead_letters (id, lane, flush, source, day, event_id, account, code, detail, format,
    raw, received_at) from stdin (format binary)"""
TYPES = ["uuid", "int2", "uuid", "text", "date", *["text"] * 5, "bytea", "timestamptz"]
PAGE = """
select id, lane::int, flush, source, day, event_id, account, code, detail, format, raw, received_at
from ledger.dead_letters
where (received_at, id) > (%(after_at)s, %(after_id)s)
  and (%(code)s::text is null or code = %(code)s)
  and (%(account)s::text is null or account = %(account)s)
  and (%(source)s::text is null or source = %(source)s)
order by received_at, id limit %(limit)s"""
BY_ID = """
select id, lane::int, flush, source, day, event_id, account, code, detail, format, raw, received_at
from ledger.dead_letters
where id = any(%(ids)s) order by received_at, id"""
BEGINNING = (datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))


def insert(tx: Transaction, letters: Iterable[DeadLetter]) -> None:
    """Write dead letters, as the writer."""
    with tx.conn.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        for letter in letters:
            copy.write_row(tuple(vars(letter).values()))


def by_id(ids: Sequence[UUID]) -> Query[DeadLetter]:
    """Return the dead letters with these ids, oldest first, replayed or not."""
    return Query(BY_ID, {"ids": list(ids)}, DeadLetter)


def page(
    *,
    after: tuple[datetime, UUID] = BEGINNING,
    limit: int = 1_000,
    code: str | None = None,
    account: str | None = None,
    source: str | None = None,
) -> Query[DeadLetter]:
    """Return dead letters after (received_at, id), oldest first, replayed or not."""
    return Query(
        PAGE,
        {
            "after_at": after[0],
            "after_id": after[1],
            "limit": limit,
            "code": code,
            "account": account,
            "source": source,
        },
        DeadLetter,
    )


def clean(text: str) -> str:
    """Return text that PostgreSQL can hold: no U+0000, nothing that is not Unicode, not too long.

    The exact bytes are in ``raw``; this is for people and for counting.
    """
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:TEXT_MAX]
