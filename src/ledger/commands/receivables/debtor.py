"""The account that pays, as a decision about its cash finds it: on which day, owing what.

Whatever changes what a customer owes appends to one stream, ``receivables/<account>``: there two
decisions about one invoice, payment or balance meet, and the second one decides anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.commands.engine.context import Context
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.form.command import Command
from ledger.errors import BadValue, TooEarly, UnknownInvoice, UnknownPayment
from ledger.events.catalog import AccountOpened, EntityRegistered
from ledger.events.exchange import Exchange
from ledger.events.fact import Cause, Fact
from ledger.events.receivables import Movement, ReceivablesPosted
from ledger.events.streams import stream
from ledger.money import digits, plain, round_money
from ledger.periods import instant, local_day
from ledger.projector.follower import catch_up
from ledger.reads.invoices import invoices_by_number
from ledger.receivables.booking import booked
from ledger.receivables.items import Item, Paid
from ledger.receivables.reversal import Places
from ledger.receivables.state import Receivables
from ledger.receivables.write_off import Rounding
from ledger.store.append import Guard
from ledger.store.database import Role


@dataclass(frozen=True)
class Debtor:
    """Who owes, in whose books, and since when; ``at`` is the start of the day ``on`` there.

    ``exchange`` is the rate of the day, where the account has another currency than the books.
    """

    account: AccountOpened
    entity: EntityRegistered
    on: date
    at: datetime
    where: UUID
    state: Receivables
    exchange: Exchange | None = None

    @property
    def name(self) -> str:
        """The account that pays."""
        return self.account.account

    @property
    def guards(self) -> list[Guard]:
        """What must not have moved: the period that the entry goes to."""
        return [period_guard(self.entity.entity, self.on)]

    @property
    def rounding(self) -> Rounding:
        """How the entity rounds the account's currency."""
        return Rounding(digits(self.account.currency), self.entity.rounding)

    @property
    def places(self) -> Places:
        """The minor digits of the account's currency, and of the books where that is another."""
        books = None if self.exchange is None else digits(self.exchange.currency)
        return Places(digits(self.account.currency), books)

    def item(self, invoice: str) -> Item:
        """Return an invoice of the account that was issued by the day, or refuse."""
        if invoice not in self.state.items:
            raise UnknownInvoice(field="invoice", id=invoice)
        item = self.state.items[invoice]
        self.not_before(item.issued_on, f"the invoice {invoice}")
        return item

    def issued(self, invoice: str) -> Cause:
        """Return the fact that issued an invoice of the account."""
        return Cause(self.where, self.state.items[invoice].version)

    def paid(self, payment: str) -> Paid:
        """Return a payment that came in by the day, or refuse."""
        if payment not in self.state.payments:
            raise UnknownPayment(field="payment", id=payment)
        paid = self.state.payments[payment]
        self.not_before(local_day(paid.at, self.entity.time_zone), f"the payment {payment}")
        return paid

    def not_before(self, earliest: date, what: str) -> None:
        """Refuse a day on which what is spoken of was not there yet."""
        if self.on < earliest:
            raise TooEarly(field="on", on=self.on, what=what, earliest=earliest)

    def minor(self, amount: Decimal, field: str = "amount") -> Decimal:
        """Return an amount in the minor units of the account's currency, or refuse a finer one."""
        return minor(amount, self.account.currency, field)

    def posted(
        self, kind: str, document: str, movements: Sequence[Movement], by: Fact
    ) -> ReceivablesPosted:
        """Return the entry of the sub-ledger that a fact makes."""
        return ReceivablesPosted(
            originator_id=self.where,
            originator_version=self.state.version + 1,
            timestamp=self.at,
            causes=(by.cause,),
            account=self.name,
            entity=self.entity.entity,
            currency=self.account.currency,
            on=self.on,
            kind=kind,
            document=document,
            movements=self.booked(movements),
            exchange=self.exchange,
        )

    def booked(self, movements: Sequence[Movement]) -> tuple[Movement, ...]:
        """Return movements with what they are worth in the books, where that differs."""
        if self.exchange is None:
            return tuple(movements)
        return booked(self.state, movements, self.exchange, self.entity.rounding)


def debtor(context: Context, command: Command, name: str) -> Debtor:
    """Return who pays for an account, on the command's day; refuse one that takes no postings."""
    payer = context.payer(context.account(name)).opened
    entity = context.entity(payer.entity)
    on = open_day(context.day(command, entity.time_zone), entity, "on")
    where = stream("receivables", payer.account)
    exchange = None
    if payer.currency != entity.currency:
        exchange = context.exchange_on(payer.currency, entity.currency, on)
    at = instant(on, entity.time_zone)
    return Debtor(payer, entity, on, at, where, context.receivables(payer.account), exchange)


def debtor_of(context: Context, command: Command, invoice: str) -> Debtor:
    """Return who pays an invoice; which account that is never changes."""
    if context.drafts is not None and invoice in context.drafts.payers:
        return debtor(context, command, context.drafts.payers[invoice])
    for fresh in (False, True):
        if fresh:
            catch_up(context.ledger.db, ["invoices"])
        with context.ledger.db.transaction(Role.READER) as tx:
            row = tx.one(invoices_by_number([invoice]))
        if row is not None:
            return debtor(context, command, row.account)
    raise UnknownInvoice(field="invoice", id=invoice)


def minor(amount: Decimal, currency: str, field: str) -> Decimal:
    """Return an amount in a currency's minor units, or refuse a finer one."""
    rounded = round_money(amount, currency)
    if rounded != amount:
        places = digits(currency)
        raise BadValue(
            field=field,
            why=f"{plain(amount)} is finer than the {places} decimals of {currency}.",
        )
    return rounded
