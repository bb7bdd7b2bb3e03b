"""What a document shows: an invoice or credit note with everything that its reader has to know.

Put together once (``ledger.printing``) and rendered in several forms. Amounts of lines, tax groups
and totals are those of the fact; on a credit note they are positive.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

INVOICE: Final = "invoice"
CREDIT_NOTE: Final = "credit_note"


@dataclass(frozen=True, kw_only=True)
class Party:
    """Seller or buyer. ``erased`` says that the personal data of an account is gone."""

    id: str
    name: str
    country: str | None
    address: str | None = None
    vat_id: str | None = None
    erased: bool = False


@dataclass(frozen=True)
class Tier:
    """One part of a charge, as the fact has it: a tier, or what its ``kind`` says."""

    quantity: Decimal
    amount: Decimal
    unit: Decimal | None = None
    flat: Decimal | None = None
    up_to: Decimal | None = None
    when: dict[str, str] | None = None
    kind: str | None = None
    rate: Decimal | None = None
    count: int | None = None


@dataclass(frozen=True)
class Reduction:
    """What a discount or a grant took off a line, net; it is in the line's net already."""

    kind: str
    id: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line; ``tiers`` break down the whole charge behind it, ``charged`` is its amount.

    ``account`` used what the line bills, which need not be the buyer. ``unit`` is the meter's.
    """

    number: int
    account: str
    subscription: str
    item: str
    description: str
    period_from: date
    period_to: date
    quantity: Decimal
    net: Decimal
    tax: Decimal
    category: str
    rate: Decimal
    charge: str
    kind: str = "usage"
    unit: str | None = None
    plan: str | None = None
    plan_version: int | None = None
    corrects: str | None = None
    against: str | None = None
    against_line: int | None = None
    reductions: tuple[Reduction, ...] = ()
    tiers: tuple[Tier, ...] = ()
    charged: Decimal | None = None

    @property
    def gross_of_reductions(self) -> Decimal:
        """The net before discounts and credits."""
        return self.net + sum((each.amount for each in self.reductions), Decimal(0))


@dataclass(frozen=True)
class TaxRow:
    """The tax of one (category, rate); ``reason`` says why none is due, where none is."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal
    reason: str | None = None


@dataclass(frozen=True)
class Usage:
    """The daily usage of one meter of one account over the billed days, in order."""

    account: str
    meter: str
    unit: str | None
    days: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """An invoice or credit note as issued; only ``open`` changes afterwards."""

    number: str
    kind: str
    currency: str
    seller: Party
    buyer: Party
    issued_on: date
    due_on: date | None
    net: Decimal
    tax: Decimal
    total: Decimal
    open: Decimal
    lines: tuple[Line, ...]
    taxes: tuple[TaxRow, ...]
    tax_inclusive: bool = False
    original: str | None = None
    original_issued_on: date | None = None
    reason: str | None = None
    note: str | None = None
    to_receivable: Decimal = Decimal(0)
    to_credit_balance: Decimal = Decimal(0)
    usage: tuple[Usage, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Whether it takes back."""
        return self.kind == CREDIT_NOTE
