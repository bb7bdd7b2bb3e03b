"""The eventsourcing library over our log: its recorder interface on the one append function.

Lane 0 is the library's application sequence: a notification id is a position there. Subscriptions,
snapshots, tracking and process recorders are refused, because projections fold the log by position
range instead.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any, Never
from uuid import UUID

import orjson
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    Notification,
    NotSupportedError,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)

from ledger.errors import VersionConflict
from ledger.events.fact import Cause
from ledger.store.append import Appended, Guard, append
from ledger.store.canonical import canonical, microseconds, moment_text
from ledger.store.database import Database, Role, Transaction
from ledger.store.mapper import StoredFact, join_state, split_state
from ledger.store.meta import Meta
from ledger.store.rows import NewFact

BOOKS = 0


@dataclass
class Saving:
    """What travels with a save through the library to the recorder, and what comes back.

    ``meta`` is that of every event, or one for each.
    """

    meta: Meta | Sequence[Meta] = field(default_factory=lambda: Meta("system"))
    read_at: int = sys.maxsize  # nothing was read: stream versions alone protect
    guards: Sequence[Guard] = ()
    extra: Sequence[NewFact] = ()
    inside: Callable[[Transaction], None] | None = None
    appended: Appended | None = None


SELECT_EVENTS = """
select stream, version, type, occurred_at, data, meta -> 'causes' from ledger.log
where stream = %(stream)s and version > %(gt)s and version <= %(lte)s
order by case when %(desc)s then -version else version end limit %(limit)s"""

SELECT_NOTIFICATIONS = """
select stream, version, type, occurred_at, data, meta -> 'causes', position from ledger.log
where lane = 0 and position >= %(start)s and position <= %(stop)s
  and (%(topics)s::text[] = '{}' or type = any(%(topics)s))
order by position limit %(limit)s"""


class LedgerRecorder(ApplicationRecorder):
    """Records the events of the library in lane 0, as the writer role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, saving: Saving | None = None, **_: Any
    ) -> Sequence[int]:
        """Append events, and whatever else the save carries, in one transaction.

        Raises ``IntegrityError`` from a ``VersionConflict``; other refusals pass unchanged.
        """
        saving = saving or Saving()
        metas = repeat(saving.meta) if isinstance(saving.meta, Meta) else saving.meta
        facts = list(map(self._new_fact, stored_events, metas))
        try:
            with self._database.transaction(Role.WRITER) as tx:
                if saving.inside is not None:
                    saving.inside(tx)
                saving.appended = append(
                    tx, [*facts, *saving.extra], read_at=saving.read_at, guards=saving.guards
                )
        except VersionConflict as error:
            raise IntegrityError(str(error)) from error
        return [position for _, position in saving.appended.positions[: len(facts)]]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of one stream by version."""
        found = self._select(
            SELECT_EVENTS,
            {
                "stream": originator_id,
                "gt": -1 if gt is None else gt,
                "lte": 2**31 - 1 if lte is None else lte,
                "desc": desc,
                "limit": limit,
            },
        )
        return [self._stored_event(*row) for row in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return facts of the books by position."""
        found = self._select(
            SELECT_NOTIFICATIONS,
            {
                "start": (start or 0) + (not inclusive_of_start),
                "stop": sys.maxsize if stop is None else stop,
                "topics": list(topics),
                "limit": limit,
            },
        )
        return [
            Notification(**vars(self._stored_event(*row)), id=position) for *row, position in found
        ]

    def max_notification_id(self) -> int | None:
        """Return the last position of the books, or None while they are empty."""
        with self._database.transaction(Role.WRITER) as tx:
            return tx.head(BOOKS) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Never:
        """Refuse: projections fold the log by position range."""
        raise NotSupportedError("The ledger has no subscriptions; use a projection.")

    def _new_fact(self, event: StoredEvent, meta: Meta) -> NewFact:
        """Return a row for an event whose state our mapper made."""
        assert isinstance(event.originator_id, UUID), event
        if isinstance(event, StoredFact):
            data, led_here = event.encoded.data, event.encoded.causes
            occurred_at = event.occurred_at
        else:
            causes, data, occurred_at = split_state(event.state)
            led_here = tuple(
                Cause(UUID(one["stream"]), one["version"]) for one in orjson.loads(causes)
            )
        return NewFact(
            lane=BOOKS,
            stream=event.originator_id.bytes,
            version=event.originator_version,
            type=event.topic,
            occurred_at=occurred_at,
            data=data,
            meta=meta.encode(led_here),
        )

    def _stored_event(
        self, stream: UUID, version: int, type_: str, occurred_at: datetime, data: Any, causes: Any
    ) -> StoredEvent:
        """Return a row as the event our mapper reads; its state is canonical again."""
        occurred = moment_text(microseconds(occurred_at))
        state = join_state(canonical(causes or []), canonical(data), occurred)
        return StoredEvent(stream, version, type_, state)

    def _select(self, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self._database.transaction(Role.WRITER) as tx:
            return tx.conn.execute(sql, params).fetchall()


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """What ``PERSISTENCE_MODULE`` names: makes the library's parts over one database."""

    recorder_class = LedgerRecorder
    _database: Database | None = None

    def use(self, database: Database) -> None:
        """Give the factory its database; the library would make one from the environment."""
        self._database = database

    def application_recorder(self) -> ApplicationRecorder:
        """Return the recorder of the books."""
        assert self._database is not None, "LedgerFactory.use comes first"
        return self.recorder_class(self._database)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Refuse: there are no snapshots."""
        raise NotSupportedError("The ledger keeps no snapshots; its streams are short.")

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        """Refuse: cursors belong to projections."""
        raise NotSupportedError("The ledger has no tracking recorder; projections have cursors.")

    def process_recorder(self) -> ProcessRecorder:
        """Refuse: policies that react to events are commands here."""
        raise NotSupportedError("The ledger has no process recorder; use a command.")
