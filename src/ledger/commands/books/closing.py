"""soft_close_period, close_period and reopen_period: which months of the books take postings.

Closing asks for everything posted in the period to stand still while it is decided: any journal
entry in it, and any fact about it, makes it look again.
"""

from uuid import UUID

from ledger.commands.books.differences import differences
from ledger.commands.engine.approval import approver, reason_of
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.open_periods import Keeper
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id, Period
from ledger.errors import CloseBlocked, NoExchangeRate, PeriodNotClosed, PeriodNotOpen
from ledger.events.fact import Fact
from ledger.events.periods import PeriodClosed, PeriodReopened, PeriodSoftClosed
from ledger.events.streams import stream
from ledger.invoicing.recognition import steps
from ledger.invoicing.schedules import terms_of
from ledger.periods import first_day, following, instant, last_day, local_day
from ledger.projector.follower import catch_up
from ledger.reads.closing import digest_of
from ledger.reads.deferred_revenue import START, open_schedules
from ledger.reads.exceptions import unrated
from ledger.reads.journal import trial_balance
from ledger.store.append import PeriodGuard
from ledger.store.database import Role

PROJECTIONS = ("charges", "deferred_revenue", "exceptions", "journal", "subscriptions", "usage")


class SoftClosePeriod(Command):
    """Let nobody date anything into a period; the ledger's own accruals still go there."""

    NAME = "soft_close_period"

    entity: Id
    period: Period


class ClosePeriod(Command):
    """Close a period for good; what concerns it later is posted in the first open one."""

    NAME = "close_period"

    entity: Id
    period: Period


class ReopenPeriod(Command):
    """Open the period again that was closed last; two persons have to want it."""

    NAME = "reopen_period"

    entity: Id
    period: Period
    approved_by: Id | None = None


def soft_close_period(command: SoftClosePeriod, context: Context) -> Decision:
    """Decide that people are done with a period."""
    entity = context.entity(command.entity)
    if command.period < entity.first_period or command.period in entity.soft_closed:
        raise PeriodNotOpen(field="period", period=command.period, entity=command.entity)
    _ended(command.period, entity, context)
    where, version = _stream(command.entity, command.period, context)
    fact = PeriodSoftClosed(
        originator_id=where,
        originator_version=version,
        timestamp=context.now,
        entity=command.entity,
        period=command.period,
    )
    return Decision([fact])


def close_period(command: ClosePeriod, context: Context) -> Decision:
    """Decide that a period is closed: the ones before it are, and nothing of it is left to do."""
    entity = context.entity(command.entity)
    if command.period < entity.first_period:
        raise PeriodNotOpen(field="period", period=command.period, entity=command.entity)
    if command.period > entity.first_period:
        why = f"{entity.first_period} is open; close the earlier periods first."
        raise CloseBlocked(field="period", period=command.period, why=why)
    _ended(command.period, entity, context)
    where, version = _stream(command.entity, command.period, context)
    catch_up(context.ledger.db, PROJECTIONS)
    _all_rated(command, entity, context)
    _all_recognised(command, entity, context)
    _all_revalued(command, entity, context)
    fact = PeriodClosed(
        originator_id=where,
        originator_version=version,
        timestamp=context.now,
        causes=tuple(one.cause for one in context.history(where)[-1:]),
        entity=command.entity,
        period=command.period,
        position=context.read_at,
        digest=balance_digest(command.entity, command.period, context.read_at, context),
    )
    return Decision([fact], guards=[PeriodGuard(command.entity, command.period)])


def reopen_period(command: ReopenPeriod, context: Context) -> Decision:
    """Decide that the last closed period takes postings again."""
    reason, approved_by = reason_of(command), approver(command.approved_by, context)
    entity = context.entity(command.entity)
    where, version = _stream(command.entity, command.period, context)
    last = context.history(where)[-1:]
    if following(command.period) != entity.first_period or not _closed(last):
        raise PeriodNotClosed(field="period", period=command.period, entity=command.entity)
    fact = PeriodReopened(
        originator_id=where,
        originator_version=version,
        timestamp=context.now,
        causes=(last[0].cause,),
        entity=command.entity,
        period=command.period,
        reason=reason,
        approved_by=approved_by,
    )
    # Whoever posts, or closes the period after it, meanwhile read that this one is closed.
    return Decision([fact], guards=[stream("period", command.entity, entity.first_period)])


def balance_digest(entity: str, period: str, position: int, context: Context) -> str:
    """Return the digest of the trial balance as of a period's end, as at a position."""
    with context.ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(trial_balance(entity, as_of=last_day(period), at=position))
    return digest_of(rows)


def _all_rated(command: ClosePeriod, entity: Keeper, context: Context) -> None:
    until = instant(first_day(following(command.period)), entity.time_zone)
    with context.ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(unrated(entity=command.entity, before=until))
    if rows:
        named = ", ".join(f"{row.facts} of {row.account}, {row.meter}" for row in rows[:5])
        why = f"usage is not rated ({named}); rate it through {last_day(command.period)}."
        raise CloseBlocked(field="period", period=command.period, why=why)


def _all_revalued(command: ClosePeriod, entity: Keeper, context: Context) -> None:
    """Refuse while a balance in another currency is not at the rate of the period's last day."""
    day = last_day(command.period)
    ground = Ground(context.ledger, {0: context.read_at})
    try:
        due = next(differences(ground, context.entity(command.entity, on=day), day), None)
    except NoExchangeRate as error:
        why = f"{error} Then revalue on {day}."
        raise CloseBlocked(field="period", period=command.period, why=why) from error
    if due is not None:
        one = due.revalued[0]
        whose = one.invoice or one.customer or one.counterparty
        what = f"{due.currency} on {one.account} of {whose}"
        why = f"balances in other currencies are not revalued ({what}); revalue on {day} first."
        raise CloseBlocked(field="period", period=command.period, why=why)


def _ended(period: str, entity: Keeper, context: Context) -> None:
    if local_day(context.now, entity.time_zone) <= last_day(period):
        why = "it has not ended; wait for its last day to be over."
        raise CloseBlocked(field="period", period=period, why=why)


def _stream(entity: str, period: str, context: Context) -> tuple[UUID, int]:
    where = stream("period", entity, period)
    return where, len(context.history(where)) + 1


def _closed(last: list[Fact]) -> bool:
    return bool(last) and isinstance(last[0], PeriodClosed)


def _all_recognised(command: ClosePeriod, entity: Keeper, context: Context) -> None:
    """Refuse while revenue of the period is still deferred."""
    day, after = last_day(command.period), START
    terms = terms_of(entity.currency, entity.rounding, entity.policies)
    with context.ledger.db.transaction(Role.READER) as tx:
        while rows := tx.all(open_schedules(entity.entity, through=day, after=after)):
            if any(steps(row, day, terms) for row in rows):
                why = f"revenue is not recognised; recognise_revenue through {day} first."
                raise CloseBlocked(field="period", period=command.period, why=why)
            after = rows[-1].key
