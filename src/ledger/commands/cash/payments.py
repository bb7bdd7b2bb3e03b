"""capture_payment: money came in; it pays open invoices, and the rest is unapplied cash.

The payment stands in its own stream and, as applied, in the receivables stream of the account that
pays: there two payments for one invoice meet, and the second one decides anew.
"""

from decimal import Decimal
from typing import Literal

from ledger.catalog.exchange import convert
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.form.command import Command, Record
from ledger.commands.form.types import Amount, Currency, Id
from ledger.commands.invoicing.billing import books_of
from ledger.commands.receivables.debtor import minor
from ledger.errors import AlreadyExists, CurrencyMismatch
from ledger.events.cash import Application, PaymentApplied, PaymentCaptured
from ledger.events.streams import stream
from ledger.invoicing.booking import carried
from ledger.periods import instant
from ledger.posting.cash import payment
from ledger.posting.entry import entered
from ledger.receivables.apply import apply_payment


class Apply(Record):
    """So much of the payment for one invoice."""

    invoice: Id
    amount: Amount


class CapturePayment(Command):
    """Take a payment in, and apply it: as told, or oldest due first."""

    NAME = "capture_payment"

    payment: Id
    account: Id
    amount: Amount
    currency: Currency
    via: Literal["bank", "psp"]
    apply: list[Apply] | None = None


def capture_payment(command: CapturePayment, context: Context) -> Decision:
    """Decide a payment: what it settles, and its journal entry."""
    known = context.find_payment(command.payment)
    if known is not None and known.captured is not None:
        raise AlreadyExists(field="payment", kind="payment", id=command.payment)
    account = context.account(command.account)
    payer = context.payer(account).opened
    entity = context.entity(payer.entity)
    if command.currency != payer.currency:
        raise CurrencyMismatch(
            field="currency",
            currency=command.currency,
            owner=f"the account {payer.account}",
            expected=payer.currency,
        )
    on = open_day(context.day(command, entity.time_zone), entity, "on")
    at = instant(on, entity.time_zone)
    state = context.receivables(payer.account)
    applied = apply_payment(state, _minor(command.amount, command, "amount"), _asked(command))
    books = books_of(state, payer.currency, entity, on, context)
    applications = applied.applications if books is None else carried(applied.applications, books)
    worth = None if books is None else convert(command.amount, books.exchange, books.mode)
    rest = None if books is None else convert(applied.unapplied, books.exchange, books.mode)
    captured = PaymentCaptured(
        originator_id=stream("payment", command.payment),
        originator_version=known.version + 1 if known else 1,
        timestamp=at,
        causes=(account.cause,),
        payment=command.payment,
        entity=entity.entity,
        account=payer.account,
        currency=payer.currency,
        amount=_minor(command.amount, command, "amount"),
        on=on,
        via=command.via,
        applications=applications,
        unapplied=applied.unapplied,
        exchange=books.exchange if books else None,
        booked=worth,
        booked_unapplied=rest,
    )
    received = PaymentApplied(
        originator_id=stream("receivables", payer.account),
        originator_version=state.version + 1,
        timestamp=at,
        causes=(captured.cause,),
        payment=command.payment,
        account=payer.account,
        currency=payer.currency,
        applications=applications,
        unapplied=applied.unapplied,
        booked_unapplied=rest,
    )
    entry = payment(captured, on, at)
    return Decision(entered([captured, received], entry), guards=[period_guard(entity.entity, on)])


def _asked(command: CapturePayment) -> list[Application] | None:
    """Return what the payment is to be applied to; none means by default."""
    if command.apply is None:
        return None
    return [
        Application(each.invoice, _minor(each.amount, command, f"apply.{index}.amount"))
        for index, each in enumerate(command.apply)
    ]


def _minor(amount: Decimal, command: CapturePayment, field: str) -> Decimal:
    return minor(amount, command.currency, field)
