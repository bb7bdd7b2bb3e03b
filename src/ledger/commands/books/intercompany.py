"""charge_intercompany and settle_intercompany: what one entity charges another, and its payment.

Both books are posted in one decision. What meets in a reference's stream is decided one after the
other, so nothing is settled twice.
"""

from collections.abc import Iterable
from decimal import Decimal

from ledger.commands.books.deal import Deal, deal_of
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Amount, Currency, Id
from ledger.errors import (
    AlreadyExists,
    AmountTooLarge,
    BadValue,
    ReferenceMismatch,
    TooEarly,
    UnknownReference,
)
from ledger.events.intercompany import (
    IntercompanyCharged,
    IntercompanyCredited,
    IntercompanySettled,
)
from ledger.intercompany.balance import Balance
from ledger.money import plain


class ChargeIntercompany(Command):
    """Charge another entity; with ``credit``, take back what of a charge is not settled."""

    NAME = "charge_intercompany"

    reference: Id
    payer: Id
    payee: Id
    amount: Amount
    currency: Currency
    credit: bool | None = None


class SettleIntercompany(Command):
    """Pay a charge of another entity from bank to bank, all of it or a part."""

    NAME = "settle_intercompany"

    reference: Id
    payer: Id
    payee: Id
    amount: Amount
    currency: Currency


def charge_intercompany(command: ChargeIntercompany, context: Context) -> Decision:
    """Decide a charge, each side at the rate of the day; or what is taken back of one."""
    deal = deal_of(command, context)
    if command.credit:
        balance = _owing(deal, command)
        return deal.decided(IntercompanyCredited, deal.carried(_part(deal, balance)), balance)
    if deal.balance is not None:
        raise AlreadyExists(field="reference", kind="intercompany charge", id=command.reference)
    legs = deal.at_the_days_rate(context)
    for leg in legs:
        _worth_something([leg.booked], f"{plain(deal.amount)} {deal.currency} in {leg.currency}")
    return deal.decided(IntercompanyCharged, legs)


def settle_intercompany(command: SettleIntercompany, context: Context) -> Decision:
    """Decide a payment: cash at the rate of the day, against what the charge carries."""
    deal = deal_of(command, context)
    balance = _owing(deal, command)
    legs = deal.paid(_part(deal, balance), context)
    return deal.decided(IntercompanySettled, legs, balance)


def _owing(deal: Deal, command: ChargeIntercompany | SettleIntercompany) -> Balance:
    """Return what is left of the charge, if it is of these two, then, and as much as asked for."""
    balance = deal.balance
    if balance is None:
        raise UnknownReference(field="reference", id=command.reference)
    charged = balance.charged
    for field, told, known in (
        ("payer", command.payer, charged.payer.entity),
        ("payee", command.payee, charged.payee.entity),
        ("currency", command.currency, charged.currency),
    ):
        if told != known:
            raise ReferenceMismatch(
                field=field, reference=command.reference, what=field, told=told, known=known
            )
    if deal.on < charged.on:
        what = f"the charge {command.reference}"
        raise TooEarly(field="on", on=deal.on, what=what, earliest=charged.on)
    if deal.amount > balance.open:
        what, limit = f"the charge {command.reference}", plain(balance.open)
        raise AmountTooLarge(field="amount", amount=plain(deal.amount), limit=limit, what=what)
    return balance


def _part(deal: Deal, balance: Balance) -> tuple[Decimal, Decimal]:
    """Return what the amount carries on each side; neither it nor what it leaves is nothing."""
    payer, payee = balance.part(deal.amount)
    if deal.amount < balance.open:
        shares = [payer, payee, balance.payer - payer, balance.payee - payee]
        _worth_something(shares, f"a part of {plain(balance.open)} {deal.currency}")
    return payer, payee


def _worth_something(shares: Iterable[Decimal], what: str) -> None:
    """Refuse what the books could not show: a journal line is never zero."""
    if not all(shares):
        why = f"The amount is too small: {what} comes to nothing in the books; take another one."
        raise BadValue(field="amount", why=why)
