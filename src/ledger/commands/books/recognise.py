"""recognise_revenue: turn deferred revenue into revenue, month by month, up to the end of a day.

All schedules of the entity are read at one position, and what is earned is decided by their rule.
The facts go into one stream per entity, which is guarded: two runs never recognise the same.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.commands.engine.ground import Ground
from ledger.commands.engine.open_periods import period_guard
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import retrying
from ledger.commands.form.command import Command
from ledger.commands.form.types import Day, Id
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.revenue import Earned, RevenueRecognised
from ledger.events.streams import stream
from ledger.invoicing.recognition import Step, steps
from ledger.invoicing.schedules import terms_of
from ledger.periods import instant, posting_date
from ledger.posting.revenue import recognition
from ledger.reads import deferred_revenue as reads
from ledger.reads.deferred_revenue import Schedule

BATCH_SCHEDULES = 1_000
PROJECTIONS = ("deferred_revenue",)


class RecogniseRevenue(Command):
    """Recognise what is earned of deferred revenue up to the end of a day."""

    NAME = "recognise_revenue"

    entity: Id
    through: Day


def recognise_revenue(run: Run, command: RecogniseRevenue) -> None:
    """Look and append until nothing is left; a run that got in between makes it look again."""
    retrying(lambda: _recognise(run, command.entity, command.through))


def _recognise(run: Run, of: str, through: date) -> None:
    """Append batch by batch; what one append made sure of is read as of its own position."""
    ground = Ground.take(run.ledger, PROJECTIONS)
    entity = ground.entity(of)
    read_at, name = ground.read_at, stream("recognition", entity.entity)
    version = run.ledger.books.versions([name])[name]
    for page in _pages(ground, entity.entity, through):
        facts = _facts(entity, page, through, version)
        if not facts:
            continue
        version += len(facts) // 2
        days = {fact.posted_on for fact in facts if isinstance(fact, RevenueRecognised)}
        guards = [name, *(period_guard(entity.entity, day) for day in sorted(days))]
        read_at = run.append(facts, read_at, guards)


def _pages(ground: Ground, entity: str, through: date) -> Iterator[Sequence[Schedule]]:
    after = reads.START
    while True:
        query = reads.open_schedules(entity, through=through, after=after, limit=BATCH_SCHEDULES)
        rows = ground.read(query)
        if rows:
            yield rows
        if len(rows) < BATCH_SCHEDULES:
            return
        after = rows[-1].key


def _facts(
    entity: EntityRegistered, rows: Sequence[Schedule], through: date, version: int
) -> list[Fact]:
    """Return one fact per day with its entry, for a page of schedules."""
    terms = terms_of(entity.currency, entity.rounding, entity.policies)
    days: dict[date, list[Earned]] = {}
    for row in rows:
        for step in steps(row, through, terms):
            days.setdefault(step.day, []).append(_earned(row, step))
    facts: list[Fact] = []
    for number, day in enumerate(sorted(days), start=version + 1):
        on = posting_date(day, entity.first_period)
        at = instant(on, entity.time_zone)
        fact = RevenueRecognised(
            originator_id=stream("recognition", entity.entity),
            originator_version=number,
            timestamp=at,
            entity=entity.entity,
            currency=entity.currency,
            through=day,
            posted_on=on,
            earned=tuple(days[day]),
        )
        entry = recognition(fact, on, at)
        assert entry is not None, "a step is not zero"
        facts += [fact, entry]
    return facts


def _earned(row: Schedule, step: Step) -> Earned:
    return Earned(
        schedule=row.schedule,
        account=row.account,
        revenue_account=row.revenue_account,
        cumulative=step.cumulative,
        posted=step.posted,
        part=row.part or None,
        charge=row.charge,
    )
