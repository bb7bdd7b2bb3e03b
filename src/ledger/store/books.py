"""The books: lane 0 as an application of the eventsourcing library.

Every command that writes lane 0 loads and saves through here. A decision notes ``head()`` first,
then reads, then saves with that position and the guards it relied on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import InfrastructureFactory, IntegrityError, Mapper
from eventsourcing.utils import Environment

from ledger.events.fact import Cause, Fact
from ledger.store.append import Appended, Guard, NewFact
from ledger.store.database import Database, Role, Transaction
from ledger.store.mapper import FactMapper, decode
from ledger.store.meta import Meta
from ledger.store.recorder import LedgerFactory, Saving

NOTHING = UUID(int=0)
State = TypeVar("State")
Fold = Callable[[State | None, Iterable[Any]], State | None]


class Place(NamedTuple):
    """Where a fact stands in the log, and its stored type."""

    lane: int
    position: int
    type: str


FACTS = """
select stream, version, type, occurred_at, data, meta -> 'causes' from ledger.log
where stream = any(%(streams)s) order by stream, version"""
FACTS_AFTER = """
select log.stream, log.version, log.type, log.occurred_at, log.data, log.meta -> 'causes'
from unnest(%(streams)s::uuid[], %(versions)s::int[]) as known (stream, version)
join ledger.log on log.stream = known.stream and log.version > known.version
order by log.stream, log.version"""
VERSIONS = """
select stream, max(version) from ledger.log where stream = any(%(streams)s) group by stream"""
PLACES = """
select log.lane::int, log.position, log.type
from unnest(%(streams)s::uuid[], %(versions)s::int[])
     with ordinality as wanted (stream, version, at)
join ledger.log on log.stream = wanted.stream and log.version = wanted.version
order by wanted.at"""
RUN = """
select lane::int, position, type from ledger.log
where lane = 0 and meta ? 'run' and meta ->> 'run' = %(key)s order by position"""


@dataclass(frozen=True)
class Collected:
    """The facts of one save, as the library collects them from what it takes for an aggregate.

    Given one by one it would ask of each by its protocol whether it is an event, which costs a
    tenth of an append.
    """

    facts: Sequence[Fact]
    id: UUID = NOTHING

    def collect_events(self) -> Sequence[Fact]:
        """Return the facts."""
        return self.facts


class Books(Application[UUID]):
    """Loads streams and saves facts, with guards, in one transaction each."""

    name = "books"

    def __init__(self, database: Database) -> None:
        """Open the books of a database; it is closed by whoever opened it."""
        self._database = database
        super().__init__({"PERSISTENCE_MODULE": "ledger.store.recorder:LedgerFactory"})

    def construct_factory(self, env: Environment) -> InfrastructureFactory:
        """Give the factory our database."""
        factory = super().construct_factory(env)
        assert isinstance(factory, LedgerFactory), factory
        factory.use(self._database)
        return factory

    def construct_mapper(self) -> Mapper[UUID]:
        """Use our mapper: types of ours, canonical JSON, upcasting."""
        return self.factory.mapper(mapper_class=FactMapper)

    def head(self) -> int:
        """Return the last position of lane 0: note it before a decision reads anything."""
        with self._database.transaction(Role.WRITER) as tx:
            return tx.head()

    def save(  # type: ignore[override]
        self,
        *facts: Fact,
        read_at: int,
        meta: Meta | Sequence[Meta],
        guards: Sequence[Guard] = (),
        extra: Sequence[NewFact] = (),
        inside: Callable[[Transaction], None] | None = None,
    ) -> Appended:
        """Append facts to lane 0, and ``extra`` to other lanes, in one transaction.

        ``meta`` is that of every fact, or one for each.
        ``inside`` runs in it before any lock, for rows that are not facts. The positions come back
        in the order given, those of ``extra`` last. Raises ``VersionConflict`` or ``GuardMoved``.
        """
        saving = Saving(meta, read_at, guards, extra, inside)
        try:
            super().save(cast("Any", Collected(facts)), saving=saving)
        except IntegrityError as error:
            raise error.__cause__ or error from None
        assert saving.appended is not None
        return saving.appended

    def get(self, stream: UUID, fold: Fold[State]) -> State | None:
        """Fold a stream through the library's repository; None when it has no facts."""
        try:
            return cast("State", self.repository.get(stream, projector_func=cast("Any", fold)))
        except AggregateNotFoundError:
            return None

    def read_stream(self, stream: UUID) -> list[Fact]:
        """Return the facts of a stream by version, of the books or of usage."""
        return self.facts_of([stream])[stream]

    def latest(self, stream: UUID) -> Fact | None:
        """Return the last fact of a stream."""
        found = list(self.events.get(stream, desc=True, limit=1))
        return cast("Fact", found[0]) if found else None

    def facts_of(self, streams: Iterable[UUID]) -> dict[UUID, list[Fact]]:
        """Return the facts of many streams by one query; a stream without facts has none."""
        facts: dict[UUID, list[Fact]] = {stream: [] for stream in streams}
        return _decoded(self._of_streams(FACTS, list(facts)), facts)

    def facts_after(self, known: Mapping[UUID, int]) -> dict[UUID, list[Fact]]:
        """Return the facts of many streams after the version that is known of each."""
        facts: dict[UUID, list[Fact]] = {stream: [] for stream in known}
        versions = list(known.values())
        return _decoded(self._of_streams(FACTS_AFTER, list(known), versions=versions), facts)

    def fact(self, cause: Cause) -> Fact:
        """Return one fact that is there."""
        found = self.events.get(cause.stream, gt=cause.version - 1, lte=cause.version)
        return cast("Fact", next(iter(found)))

    def versions(self, streams: Iterable[UUID]) -> dict[UUID, int]:
        """Return the last version of each stream, 0 for one without facts."""
        wanted = dict.fromkeys(streams, 0)
        return wanted | dict(self._of_streams(VERSIONS, list(wanted)))

    def places(self, facts: Sequence[Cause]) -> list[Place]:
        """Return where facts stand, in the order given; unknown ones are left out."""
        streams, versions = [one.stream for one in facts], [one.version for one in facts]
        rows = self._of_streams(PLACES, streams, versions=versions)
        return [Place(*row) for row in rows]

    def places_of_run(self, key: str) -> list[Place]:
        """Return where the facts of a run stand in the books, found by the key in their meta."""
        return [Place(*row) for row in self._rows(RUN, key=key)]

    def _of_streams(self, sql: str, streams: list[UUID], **params: Any) -> list[tuple[Any, ...]]:
        """Return the rows of some streams; of none there are none, and nothing is asked."""
        return self._rows(sql, streams=streams, **params) if streams else []

    def _rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        with self._database.transaction(Role.WRITER) as tx:
            return tx.conn.execute(sql, params).fetchall()


def _decoded(
    rows: Iterable[tuple[Any, ...]], into: dict[UUID, list[Fact]]
) -> dict[UUID, list[Fact]]:
    """Add the facts that rows hold to those of their streams."""
    for stream, version, type_, occurred_at, data, causes in rows:
        into[stream].append(decode(type_, data, stream, version, occurred_at, causes or ()))
    return into
