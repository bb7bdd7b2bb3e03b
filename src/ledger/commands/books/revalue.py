"""revalue: show what is owed in other currencies at the rate of a day, and take it back the next.

All positions are read at one position, as of the day. What is posted there later makes a further
run necessary, which posts the difference alone; a period does not close before it did. The facts go
into one stream per entity, which is guarded: two runs never post the same.
"""

from datetime import date

from ledger.commands.books.differences import Due, differences
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.open_periods import Keeper, period_guard
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import retrying
from ledger.commands.form.command import Command
from ledger.commands.form.types import YEAR_MAX, Day, Id
from ledger.errors import BadDate, PeriodNotOpen
from ledger.events.fact import Fact
from ledger.events.revaluation import ReceivableRevalued
from ledger.events.streams import stream
from ledger.periods import DAY, instant, is_open, period_of, posting_date
from ledger.posting.revaluation import revaluation, reversal

PROJECTIONS = ("journal",)


class Revalue(Command):
    """Bring balances in other currencies to the rate of a day; it is taken back the next day."""

    NAME = "revalue"

    entity: Id
    on: Day


def revalue(run: Run, command: Revalue) -> None:
    """Look and append until nothing is left; a run that got in between makes it look again."""
    retrying(lambda: _revalue(run, command.entity, command.on))


def _revalue(run: Run, of: str, on: date) -> None:
    """Append batch by batch; what one append made sure of is read as of its own position."""
    ground = Ground.take(run.ledger, PROJECTIONS)
    entity = ground.entity(of, on)
    if not is_open(on, entity.first_period, ()):
        raise PeriodNotOpen(field="on", period=period_of(on), entity=of)
    back = posting_date(on + DAY, entity.first_period)
    if back.year > YEAR_MAX:
        raise BadDate(field="on", value=str(on))
    name, read_at = stream("revaluation", of), ground.read_at
    posted = run.ledger.books.versions([name])[name]
    guards = [name, period_guard(of, on), period_guard(of, back)]
    for version, due in enumerate(differences(ground, entity, on), start=posted + 1):
        read_at = run.append(_facts(entity, due, (on, back), version), read_at, guards)


def _facts(entity: Keeper, due: Due, days: tuple[date, date], version: int) -> list[Fact]:
    """Return a batch of positions with its entry, and the entry that takes it back."""
    on, back = days
    at = instant(on, entity.time_zone)
    fact = ReceivableRevalued(
        originator_id=stream("revaluation", entity.entity),
        originator_version=version,
        timestamp=at,
        causes=(due.rate.cause,),
        entity=entity.entity,
        currency=due.currency,
        exchange=due.exchange,
        on=on,
        reversed_on=back,
        revalued=due.revalued,
    )
    entries = revaluation(fact, on, at), reversal(fact, back, instant(back, entity.time_zone))
    return [fact, *(entry for entry in entries if entry is not None)]
