"""Whether a usage event is new, a duplicate or a conflict: the meaning of "sent again".

A duplicate has the type, the time and the data of its stream's first fact. Anything else under the
same source and id is a conflict, which is reported and never dropped.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import orjson

from ledger.events.usage import UsageRecorded
from ledger.store.batch import Prepared
from ledger.store.canonical import canonical, microseconds
from ledger.store.transaction import Transaction

FIRSTS = """
select stream, type, occurred_at, data::text
from ledger.log where stream = any(%(streams)s::uuid[]) and version = 1"""


class Standing(Enum):
    """How an event stands to the log."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


Content = tuple[str, int, bytes]


def standings(tx: Transaction, events: Sequence[Prepared]) -> list[Standing]:
    """Return how each event stands to the log and to those before it in this list."""
    known = firsts(tx, [event.stream for event in events])
    found = []
    for event in events:
        ours = content(event)
        theirs = known.setdefault(event.stream, ours)
        if theirs is ours:
            found.append(Standing.NEW)
        else:
            found.append(Standing.DUPLICATE if theirs == ours else Standing.CONFLICT)
    return found


def content(event: Prepared) -> Content:
    """Return what makes an event the same when it is sent again."""
    return UsageRecorded.TYPE, event.stamp, event.data


def firsts(tx: Transaction, streams: Sequence[bytes]) -> dict[bytes, Content]:
    """Return the content of the first facts of those streams that have one."""
    rows = tx.conn.execute(FIRSTS, {"streams": [_uuid(stream) for stream in streams]})
    return {row[0].bytes: _content(*row[1:]) for row in rows}


def _content(type_: str, occurred_at: Any, data: str) -> Content:
    return type_, microseconds(occurred_at), canonical(orjson.loads(data))


def _uuid(stream: bytes) -> str:
    return stream.hex()
