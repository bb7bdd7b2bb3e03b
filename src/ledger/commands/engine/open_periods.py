"""Where a posting may go: the first period that is not closed, and every one after it.

Periods are closed in their order, so what is closed is told by the first one that is not: an entity
is handed to commands with that as its ``first_period``. Each posting guards the stream of its
period, so that a period which closes meanwhile refuses it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.errors import PeriodNotOpen
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.periods import PeriodClosed, PeriodSoftClosed
from ledger.events.streams import stream
from ledger.periods import first_day, following, is_open, period_of

Histories = Callable[[Iterable[UUID]], dict[UUID, list[Fact]]]


@dataclass(frozen=True, kw_only=True)
class Keeper(EntityRegistered):
    """An entity as it keeps its books now: ``first_period`` is the first one that is not closed.

    In a period that is ``soft_closed`` nobody may date anything; the ledger's accruals still go.
    """

    soft_closed: frozenset[str] = frozenset()


def keeper(entity: EntityRegistered, today: date, histories: Histories) -> Keeper:
    """Return an entity with its periods as they stand; none after today's is closed."""
    periods = list(_periods(entity.first_period, period_of(today)))
    streams = {period: stream("period", entity.entity, period) for period in periods}
    found = histories(streams.values()) if streams else {}
    last = {period: found[where][-1] for period, where in streams.items() if found[where]}
    first = entity.first_period
    while isinstance(last.get(first), PeriodClosed):
        first = following(first)
    soft = (name for name, fact in last.items() if isinstance(fact, PeriodSoftClosed))
    return Keeper(**{**vars(entity), "first_period": first}, soft_closed=frozenset(soft))


def open_day(day: date, entity: EntityRegistered, field: str) -> date:
    """Return the posting date, or refuse one in a period that takes no postings of people."""
    if not takes_postings(day, entity):
        raise PeriodNotOpen(field=field, period=period_of(day), entity=entity.entity)
    return day


def takes_postings(day: date, entity: EntityRegistered) -> bool:
    """Say whether people may post on a day: in a period that is closed in no way."""
    soft = entity.soft_closed if isinstance(entity, Keeper) else ()
    return is_open(day, entity.first_period, soft)


def first_open_day(day: date, entity: EntityRegistered) -> date:
    """Return the day if people may post on it, else the first one after it on which they may."""
    while not takes_postings(day, entity):
        day = first_day(max(entity.first_period, following(period_of(day))))
    return day


def period_guard(entity: str, day: date) -> UUID:
    """Return the stream that closes the period of a posting date."""
    return stream("period", entity, period_of(day))


def _periods(first: str, last: str) -> Iterator[str]:
    while first <= last:
        yield first
        first = following(first)
