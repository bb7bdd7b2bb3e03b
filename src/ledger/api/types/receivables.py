"""What customers owe, at the end of any day and as known at any position of the books."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import Money, about, derived, money


@strawberry.type(description="An invoice and what is open of it.")
class OpenItem:
    """An open item of the sub-ledger."""

    invoice: strawberry.ID = derived(lambda root: strawberry.ID(root.number), "The invoice.")
    account: str = about("The account that pays.")
    entity: str = about("The legal entity that issued it.")
    currency: CurrencyCode = about("The currency of every amount.")
    issued_on: date = about("The day of issue.")
    due_on: date = about("The day it is due.")
    total: Money = money("total", "The total with tax.")
    applied: Money = money("applied", "What payments and balances paid of it.")
    credited: Money = money("credited", "What credit notes took off it.")
    disputed: Money = money("disputed", "What was paid of it and is disputed.")
    written_off: Money = money("written_off", "What was given up of it.")
    open: Money = money("open", "What is left to pay.")


@strawberry.type(description="What is open of one account, by days overdue.")
class AgeingRow:
    """Ageing of an account."""

    account: str = about("The account that pays.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of every amount.")
    current: Decimal = derived(lambda root: root.not_due, "Not overdue.")
    days_30: Decimal = about("1 to 30 days overdue.")
    days_60: Decimal = about("31 to 60 days overdue.")
    days_90: Decimal = about("61 to 90 days overdue.")
    older: Decimal = about("More than 90 days overdue.")
    total: Decimal = about("All of it.")


@strawberry.type(description="What an account owes and has with us at the end of a day.")
class AccountBalance:
    """Balances of an account, each never negative in itself."""

    account: str = about("The account that pays.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of every amount.")
    open: Decimal = derived(lambda root: root.receivable, "Invoiced and neither paid nor credited.")
    disputed: Decimal = about("Paid, and claimed back by the customer's bank for now.")
    unapplied: Decimal = about("Money received that no invoice took.")
    credit: Decimal = about("Credit from credit notes, not applied.")


@strawberry.type(description="A payment of which some cash is on no invoice.")
class UnappliedCash:
    """A payment with unapplied cash."""

    payment: strawberry.ID = about("The payment.")
    account: str = about("The account that paid.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of both amounts.")
    paid_on: date = about("The accounting date.")
    amount: Decimal = about("What came in.")
    unapplied: Decimal = about("What of it no invoice took.")


@strawberry.type(description="What an account owed before a statement and at its end.")
class Statement:
    """The two ends of a statement; a balance is negative when we owe the customer."""

    account: str = about("The account that pays.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of every amount.")
    opening: Money = money("opening", "The balance before the first day.")
    closing: Money = money("closing", "The balance at the end of the last day.")
    disputed: Money = money("disputed", "What is disputed at the end; no part of the balance.")
    as_of: AsOf | None = about("What this answer knows of the books.")


@strawberry.type(description="How one fact moved what an account owes.")
class StatementLine:
    """A line of a statement."""

    day: date = about("The accounting date.")
    kind: str = about(
        "invoice, credit_note, payment, return, application, refund, dispute, dispute_won,"
        " dispute_lost, write_off, recovery or reversal."
    )
    document: strawberry.ID = about("The document, payment, refund or dispute.")
    invoice: strawberry.ID | None = about("The invoice, where it concerns one alone.")
    currency: CurrencyCode = about("The currency of every amount.")
    change: Decimal = derived(lambda root: root.change, "How much more is owed by it, in all.")
    balance: Decimal = about("What is owed in all after it.")
    receivable: Decimal = about("The change of what is open on invoices.")
    disputed: Decimal = about("The change of what is disputed.")
    unapplied: Decimal = about("The change of unapplied cash.")
    credit: Decimal = about("The change of the credit balance.")
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="An attempt to collect money that failed.")
class PaymentFailure:
    """A failed payment."""

    payment: strawberry.ID = about("The payment.")
    account: str = about("The account that was to pay.")
    entity: str = about("The legal entity.")
    amount: Money = money("amount", "What was to come in.")
    failed_on: date = about("The day.")
    code: str = about("Why.")
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="A payment that the customer's bank took back, and what came of it.")
class Dispute:
    """A dispute."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.dispute), "The dispute.")
    payment: strawberry.ID = about("The payment.")
    account: str = about("The account that paid.")
    entity: str = about("The legal entity.")
    amount: Money = money("amount", "What was taken back.")
    fee: Money = money("fee", "What the bank charged.")
    opened_on: date = about("The day it was opened.")
    closed_on: date | None = about("The day it was decided.")
    outcome: str | None = about("won or lost; null while it is open.")
    reversed: Money = money("reversed", "What of a lost one was undone: it was never owed.")
    credit_notes: list[strawberry.ID] = about("The credit notes that took what was undone.")
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="What an entity sets aside for credit losses.")
class Allowance:
    """A part of an allowance."""

    entity: str = about("The legal entity.")
    account: str | None = derived(
        lambda root: root.account or None, "Whose losses it is for; null means anybody's."
    )
    amount: Money = money("amount", "What is set aside.")


@strawberry.type(description="A reminder that an invoice reached; its message is due.")
class DunningStep:
    """A reminder."""

    invoice: strawberry.ID = about("The invoice.")
    account: str = about("The account to remind.")
    entity: str = about("The legal entity.")
    step: int = about("Its place in the policy, from 1.")
    name: str = about("What the policy calls it.")
    reminded_on: date = about("The day.")
    due_on: date = about("When the invoice was due.")
    days_overdue: int = about("How many days late it was.")
    open: Money = money("open", "What was open of it.")
    recorded_at: datetime = about("When it was recorded.")
    position: Long = about("The position of its fact in the books.")
