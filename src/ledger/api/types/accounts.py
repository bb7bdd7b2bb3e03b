"""Accounts, what they owe, and what they are subscribed to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import CurrencyCode, Json, Long
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import Money, about, derived, money


@strawberry.type(description="A customer account; personal data is not shown here.")
class Account:
    """A customer account."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.account), "The account.")
    entity: str = about("The legal entity that bills it.")
    currency: CurrencyCode = about("The currency it is billed in.")
    parent: str | None = about("The account above it.")
    payer: str = about("The account that pays: the topmost above it, or itself.")
    tax: str | None = about("The tax code; none means outside the scope of tax.")
    country: str | None = about("The country (ISO 3166-1).")
    time_zone: str = about("The time zone of its days.")
    payment_terms_days: int = about("Days until an invoice is due.")
    opened_at: datetime = about("When it was opened.")


@strawberry.type(description="What an account owes and has to its credit.")
class Balance:
    """Balances of an account, each never negative in itself."""

    account: str = about("The account that pays.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of every amount.")
    open: Money = money("open", "Invoiced and not yet paid or credited.")
    overdue: Money = money("overdue", "The part of it that is past its due date.")
    disputed: Money = money("disputed", "Paid, and claimed back by the customer's bank for now.")
    unapplied: Money = money("unapplied", "Money received that no invoice took.")
    credit: Money = money("credit", "Credit from credit notes, not applied.")
    next_due_on: date | None = about("When the oldest open invoice is due.")
    as_of: AsOf | None = about("What this answer knows of the books.")


@strawberry.type(description="A change of a subscription: another plan, other quantities, or both.")
class SubscriptionChange:
    """What a change names; the rest stays as it is on that day."""

    starts_on: date = about("The first day it holds.")
    plan: str | None = about("The new plan.")
    quantity: Json = about("The new quantities by item, as decimal strings.")


@strawberry.type(description="An account's subscription to a plan.")
class Subscription:
    """A subscription; negotiated prices stand as they were given."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.subscription), "The subscription.")
    account: str = about("The account.")
    entity: str = about("The legal entity that bills it.")
    plan: str = derived(lambda root: str(root.current_plan), "The plan it has today.")
    state: str = about("pending, trialing, active or ended, today.")
    starts_on: date = about("The first day of service.")
    ends_on: date | None = about("The first day without service.")
    started_with: str = derived(lambda root: str(root.plan), "The plan it started with.")
    anchor: int = about("The day of the month on which periods turn; 31 means the last.")
    trial_until: date | None = about("Usage before this day is free.")
    quantity: Json = derived(
        lambda root: root.current_quantity, "Today's quantities by item, as decimal strings."
    )
    changes: list[SubscriptionChange] = derived(
        lambda root: _changes(root), "Its changes, in the order in which they were recorded."
    )
    overrides: Json = about("Negotiated prices by item.")
    position: Long = about("The position of its last fact in the books.")


@strawberry.type(description="Money received.")
class Payment:
    """A payment and what it was applied to."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.payment), "The payment.")
    account: str = about("The account that paid.")
    amount: Money = money("amount", "What came in.")
    unapplied: Money = money("unapplied", "What of it no invoice took so far.")
    disputed: Money = money("disputed", "What of it an open dispute claims.")
    returned: Money = money("returned", "What of it went back.")
    paid_on: date = about("The accounting date.")
    via: str = about("bank or psp.")
    applications: list["PaymentApplication"] = derived(
        lambda root: _applications(root), "The invoices that it pays now, wholly or in part."
    )
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="So much of a payment against one invoice.")
class PaymentApplication:
    """A part of a payment."""

    invoice: strawberry.ID = about("The invoice.")
    amount: Decimal = about("The amount, in the payment's currency.")


def _changes(root: Any) -> list[SubscriptionChange]:
    return [
        SubscriptionChange(
            starts_on=date.fromisoformat(part["starts_on"]),
            plan=part["plan"],
            quantity=part["quantity"],
        )
        for part in root.changes
    ]


def _applications(root: Any) -> list[PaymentApplication]:
    return [
        PaymentApplication(invoice=strawberry.ID(part["invoice"]), amount=Decimal(part["amount"]))
        for part in root.applications
    ]
