"""Whether a usage event is new, a duplicate or a conflict: the meaning of "sent again".

A duplicate has the type, the time and the data of its stream's first fact. Anything else under the
same source and id is a conflict, which is reported and never dropped. Bulk usage is told apart by
the flush; this is for the few events of a command or a replay, inside its own transaction.
"""

from collections.abc import Sequence
from enum import Enum

from ledger.events.usage import UsageRecorded
from ledger.store import known
from ledger.store.flush import Item
from ledger.store.known import Known
from ledger.store.transaction import Transaction


class Standing(Enum):
    """How an event stands to the log."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


def standings(tx: Transaction, items: Sequence[Item]) -> list[Standing]:
    """Return how each event stands to the log and to those before it in this list."""
    firsts = known.seen(tx, {item.stream for item in items}) if items else {}
    found = []
    for item in items:
        ours = Known(UsageRecorded.TYPE, item.stamp, item.data)
        theirs = firsts.setdefault(item.stream, ours)
        if theirs is ours:
            found.append(Standing.NEW)
        else:
            found.append(Standing.DUPLICATE if theirs == ours else Standing.CONFLICT)
    return found
