"""settle_payout: the PSP pays out what it collected, less its fee; or debits the bank."""

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.form.command import Command
from ledger.commands.form.types import Currency, Id, Number
from ledger.commands.receivables.debtor import minor
from ledger.errors import AlreadyExists, BadValue, CurrencyMismatch
from ledger.events.cash import PayoutSettled
from ledger.events.streams import stream
from ledger.periods import instant
from ledger.posting.settlements import payout_settled


class SettlePayout(Command):
    """Book a payout: the amount that reached the bank (negative for a debit), and the fee."""

    NAME = "settle_payout"

    payout: Id
    entity: Id
    amount: Number
    fee: Number
    currency: Currency


def settle_payout(command: SettlePayout, context: Context) -> Decision:
    """Decide a payout; bank and clearing are kept in the entity's currency."""
    where = stream("payout", command.payout)
    if context.history(where):
        raise AlreadyExists(field="payout", kind="payout", id=command.payout)
    entity = context.entity(command.entity)
    if command.currency != entity.currency:
        raise CurrencyMismatch(
            field="currency",
            currency=command.currency,
            owner=f"the bank of {entity.entity}",
            expected=entity.currency,
        )
    if command.fee < 0 or not (command.amount or command.fee):
        raise BadValue(field="fee", why="A payout has an amount or a fee, and no negative fee.")
    on = open_day(context.day(command, entity.time_zone), entity, "on")
    fact = PayoutSettled(
        originator_id=where,
        originator_version=1,
        timestamp=instant(on, entity.time_zone),
        causes=(entity.cause,),
        payout=command.payout,
        entity=entity.entity,
        currency=entity.currency,
        amount=minor(command.amount, entity.currency, "amount"),
        fee=minor(command.fee, entity.currency, "fee"),
        on=on,
    )
    entry = payout_settled(fact, on, fact.timestamp)
    assert entry is not None, "a payout has an amount or a fee"
    return Decision([fact, entry], guards=[period_guard(entity.entity, on)])
