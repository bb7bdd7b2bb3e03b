"""adjust_allowance: what an entity sets aside for receivables that it expects to lose."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id, Number
from ledger.commands.receivables.debtor import minor
from ledger.errors import AmountTooLarge, BadValue
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.losses import AllowanceAdjusted
from ledger.events.streams import stream
from ledger.money import plain
from ledger.periods import instant
from ledger.posting.losses import allowance_adjusted
from ledger.receivables.allowance import Allowance


class AdjustAllowance(Command):
    """Set more aside for credit losses, or (negative) less: in general, or for one account."""

    NAME = "adjust_allowance"

    entity: Id
    account: Id | None = None
    amount: Number


def adjust_allowance(command: AdjustAllowance, context: Context) -> Decision:
    """Decide an adjustment; an allowance never falls below zero."""
    entity = context.entity(command.entity)
    account = None if command.account is None else _payer(context, command.account, entity)
    amount = minor(command.amount, entity.currency, "amount")
    if not amount:
        raise BadValue(field="amount", why="An adjustment is not zero; give it an amount.")
    state = context.allowance(entity.entity)
    if state.of(account) + amount < 0:
        raise AmountTooLarge(
            field="amount",
            amount=plain(-amount),
            limit=plain(state.of(account)),
            what=f"the allowance of {account or entity.entity}",
        )
    on = open_day(context.day(command, entity.time_zone), entity, "on")
    at = instant(on, entity.time_zone)
    (fact,) = changes(entity, state, [(account, amount)], on, at, "adjustment")
    entry = allowance_adjusted(fact, on, at)
    assert entry is not None, "an adjustment is not zero"
    return Decision([fact, entry], guards=[period_guard(entity.entity, on)])


def where(entity: EntityRegistered) -> UUID:
    """Return the stream of an entity's allowance."""
    return stream("allowance", entity.entity)


def changes(
    entity: EntityRegistered,
    state: Allowance,
    amounts: Sequence[tuple[str | None, Decimal]],
    on: date,
    at: datetime,
    kind: str,
    by: Fact | None = None,
    document: str | None = None,
) -> list[AllowanceAdjusted]:
    """Return the facts by which parts of an allowance change, those that do not left out."""
    changed = [(account, amount) for account, amount in amounts if amount]
    return [
        AllowanceAdjusted(
            originator_id=where(entity),
            originator_version=state.version + number,
            timestamp=at,
            causes=((by or entity).cause,),
            entity=entity.entity,
            currency=entity.currency,
            account=account,
            amount=amount,
            on=on,
            kind=kind,
            document=document,
        )
        for number, (account, amount) in enumerate(changed, start=1)
    ]


def _payer(context: Context, name: str, entity: EntityRegistered) -> str:
    """Return who pays for an account; it must be one of the entity's."""
    payer = context.payer(context.account(name)).opened
    if payer.entity != entity.entity:
        raise BadValue(
            field="account", why=f"The account {name} belongs to {payer.entity}; name one of it."
        )
    return payer.account
