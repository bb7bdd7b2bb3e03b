"""Where a posting may go: every period from an entity's first one on is open.

Each posting guards the stream of its period, so that a period which closes meanwhile refuses it.
"""

from datetime import date
from uuid import UUID

from ledger.errors import PeriodNotOpen
from ledger.events.catalog import EntityRegistered
from ledger.events.streams import stream
from ledger.periods import is_open, period_of


def open_day(day: date, entity: EntityRegistered, field: str) -> date:
    """Return the posting date, or refuse one in a period that takes no postings."""
    if not is_open(day, entity.first_period, ()):
        raise PeriodNotOpen(field=field, period=period_of(day), entity=entity.entity)
    return day


def period_guard(entity: str, day: date) -> UUID:
    """Return the stream that closes the period of a posting date."""
    return stream("period", entity, period_of(day))
