"""From which day on something may hold that the books of several entities are kept by."""

from collections.abc import Sequence
from datetime import date

from ledger.commands.engine.context import Context
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.projector.follower import catch_up
from ledger.reads.subscriptions import entities
from ledger.store.append import Guard
from ledger.store.database import Role


def open_in(entity: str | None, day: date, context: Context, field: str = "from") -> list[Guard]:
    """Refuse a day in a period that is closed in one entity's books, or in any; return guards."""
    names = [entity] if entity is not None else _entities(context)
    for name in names:
        open_day(day, context.entity(name), field)
    return [period_guard(name, day) for name in names]


def _entities(context: Context) -> Sequence[str]:
    catch_up(context.ledger.db, ["subscriptions"])
    with context.ledger.db.transaction(Role.READER) as tx:
        return [row.entity for row in tx.all(entities())]
