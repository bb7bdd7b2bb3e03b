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
    unapplied: Money = money("unapplied", "Money received that no invoice took.")
    credit: Money = money("credit", "Credit from credit notes, not applied.")
    next_due_on: date | None = about("When the oldest open invoice is due.")
    as_of: AsOf | None = about("What this answer knows of the books.")


@strawberry.type(description="An account's subscription to a plan.")
class Subscription:
    """A subscription; negotiated prices stand as they were given."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.subscription), "The subscription.")
    account: str = about("The account.")
    entity: str = about("The legal entity that bills it.")
    plan: str = about("The plan.")
    starts_on: date = about("The first day of service.")
    anchor: int = about("The day of the month on which periods turn; 31 means the last.")
    trial_until: date | None = about("Usage before this day is free.")
    quantity: Json = about("Quantities by item, as decimal strings.")
    overrides: Json = about("Negotiated prices by item.")
    position: Long = about("The position of its last fact in the books.")


@strawberry.type(description="Money received.")
class Payment:
    """A payment and what it was applied to."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.payment), "The payment.")
    account: str = about("The account that paid.")
    amount: Money = money("amount", "What came in.")
    unapplied: Money = money("unapplied", "What no invoice took.")
    paid_on: date = about("The accounting date.")
    via: str = about("bank or psp.")
    applications: list["PaymentApplication"] = derived(
        lambda root: _applications(root), "The invoices that it paid, wholly or in part."
    )
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="So much of a payment against one invoice.")
class PaymentApplication:
    """A part of a payment."""

    invoice: strawberry.ID = about("The invoice.")
    amount: Decimal = about("The amount, in the payment's currency.")


def _applications(root: Any) -> list[PaymentApplication]:
    return [
        PaymentApplication(invoice=strawberry.ID(part["invoice"]), amount=Decimal(part["amount"]))
        for part in root.applications
    ]
