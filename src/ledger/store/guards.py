"""Guards: what a decision relied on, and whether it moved since the decision read it.

A guard is a stream of the books, or something wider that many streams move. All are asked under
the lock on lane 0, about facts above the position at which the decision read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ledger.errors import GuardMoved, VersionConflict
from ledger.store.rows import Packed
from ledger.store.transaction import Transaction


@dataclass(frozen=True)
class PeriodGuard:
    """An (entity, period): it moves with every journal entry in it."""

    # The bounds of type let the planner use the partial index on journal entries.
    MOVED: ClassVar = """
select 1 from ledger.log
where lane = 0 and type >= 'journal.posted/' and type < 'journal.posted0'
  and data ->> 'entity' = %(entity)s and data ->> 'period' = %(period)s
  and position > %(read_at)s limit 1"""

    entity: str
    period: str


@dataclass(frozen=True)
class SubscribersGuard:
    """Who has a plan: it moves with every subscription that starts with it or changes to it."""

    MOVED: ClassVar = """
select 1 from ledger.log
where lane = 0 and position > %(read_at)s
  and (starts_with(type, 'subscription.started/') or starts_with(type, 'subscription.changed/'))
  and data ->> 'plan' = %(plan)s limit 1"""

    plan: str


@dataclass(frozen=True)
class SealingGuard:
    """The export documents of an entity: it moves with every one that is sealed."""

    MOVED: ClassVar = """
select 1 from ledger.log
where lane = 0 and position > %(read_at)s and starts_with(type, 'export.sealed/')
  and data ->> 'entity' = %(entity)s limit 1"""

    entity: str


@dataclass(frozen=True)
class DocumentGuard:
    """What a bank's entry may be found to be, by its id; or its journal entry, by its name."""

    MOVED: ClassVar = """
select 1 from ledger.log
where lane = 0 and position > %(read_at)s and starts_with(type, 'statement_entry.')
  and data ->> 'document' = %(document)s limit 1"""

    document: str


@dataclass(frozen=True)
class BankAccountGuard:
    """Whose a bank account is: it moves when another entity imports a statement of it."""

    MOVED: ClassVar = """
select 1 from ledger.log
where lane = 0 and position > %(read_at)s
  and (starts_with(type, 'statement.imported/') or starts_with(type, 'statement_entry.'))
  and data ->> 'bank_account' = %(bank_account)s and data ->> 'entity' <> %(entity)s limit 1"""

    bank_account: str
    entity: str


Guard = UUID | PeriodGuard | SubscribersGuard | SealingGuard | DocumentGuard | BankAccountGuard

STREAMS_MOVED = """
select stream, max(version) from ledger.log
where lane = 0 and position > %(read_at)s and stream = any(%(streams)s) group by stream"""


def check_guards(tx: Transaction, guards: Sequence[Guard], read_at: int) -> None:
    """Raise ``GuardMoved`` with all guards that have a fact above ``read_at``."""
    streams = [guard for guard in guards if isinstance(guard, UUID)]
    hit: list[Guard] = list(_moved(tx, streams, read_at))
    for guard in guards:
        if isinstance(guard, UUID):
            continue
        if tx.execute(guard.MOVED, {**vars(guard), "read_at": read_at}).fetchone():
            hit.append(guard)
    if hit:
        raise GuardMoved(what=", ".join(str(guard) for guard in hit[:3]), guards=hit)


def check_versions(tx: Transaction, rows: Sequence[Packed], read_at: int) -> None:
    """Raise ``VersionConflict`` with all streams of the books that got these versions above it."""
    first: dict[UUID, int] = {}
    for row in rows:
        first.setdefault(UUID(bytes=row.stream), row.version)
    moved = _moved(tx, list(first), read_at)
    taken = [stream for stream, version in moved.items() if version >= first[stream]]
    if taken:
        raise VersionConflict(count=len(taken), streams=taken)


def _moved(tx: Transaction, streams: Sequence[UUID], read_at: int) -> dict[UUID, int]:
    if not streams:
        return {}
    found = tx.execute(STREAMS_MOVED, {"read_at": read_at, "streams": list(streams)})
    return dict(found.fetchall())
