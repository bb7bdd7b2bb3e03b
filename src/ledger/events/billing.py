"""Facts about usage charges, invoices and credit notes.

All date intervals are half-open. Amounts of charges are exact; amounts of documents are rounded to
the currency's minor units.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ledger.events.charges import Adjustment
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record
from ledger.money import ZERO


@dataclass(frozen=True)
class UsageSet:
    """Which usage facts a charge was made of: everything in its window up to ``to_position``.

    ``count`` counts the events that are priced or unpriced, ``facts`` every version in range, and
    ``digest`` (hex) is the SHA-256 over the block hashes of all their leaves, see docs/lineage.md.
    Of a level over time, ``carried`` is the level at the window's start, from all events before it,
    and ``over`` the seconds of the whole interval over which the level is weighed.
    """

    lane: int
    to_position: int
    count: int
    facts: int
    digest: str
    carried: Decimal | None = None
    over: Decimal | None = None


@dataclass(frozen=True)
class TierCharge:
    """One part of a charge: so much of the quantity, at this unit price and flat fee.

    ``kind`` is none for a tier, a package or a price of a matrix. Of a percentage it is free,
    percentage (a ``rate`` of the quantity), fixed (``unit`` by event), min_per_event or
    max_per_event; then dynamic; and after the model discount, minimum and maximum, which have no
    quantity. ``count`` counts events. The parts sum to the charge; those of charges before
    ``kind`` was known sum to the amount before the discount.
    """

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
class Unpriced:
    """Usage that no price fits, or that carries none: an open exception, never silently zero."""

    count: int
    quantity: Decimal


@record("usage.rated/1")
@dataclass(frozen=True, kw_only=True)
class UsageRated(Fact):
    """A charge: the usage of one item in one period, priced as known at a position of its lane.

    ``amount`` is cumulative and exact, ``delta`` is against the charge before (named by
    ``corrects``); ``accrued`` is the cumulative amount in whole minor units, net of included tax,
    and ``posted`` its change. ``period_to`` ends the period, ``rated_to`` what is rated of it;
    the window is [``window_from``, ``window_to``) in UTC. One stream per subscription, item and
    ``period_from``, and per ``group`` of an item that is priced by dimension values; its version
    counts the ratings. Only usage with the values of ``filter`` and ``group`` ("" = absent) counts.
    ``untaken`` is usage of the meter that no item of the plan takes. ``due`` is what is to be paid
    as prices state it, after ``adjustments``; where it is not said, it is the rounded ``amount``.
    ``netted`` says that a change of the subscription made it: its change is never a credit note.
    In a currency other than the entity's, ``booked`` is what ``posted`` came to there by the
    ``exchange``.
    """

    charge: str
    entity: str
    account: str
    subscription: str
    item: str
    meter: str
    plan: str
    plan_version: int
    currency: str
    period_from: date
    period_to: date
    rated_to: date
    window_from: datetime
    window_to: datetime
    quantity: Decimal
    amount: Decimal
    delta: Decimal
    accrued: Decimal
    posted: Decimal
    posted_on: date
    usage: UsageSet
    tiers: tuple[TierCharge, ...] = ()
    unpriced: Unpriced | None = None
    corrects: str | None = None
    tax_code: str | None = None
    tax_inclusive: bool = False
    revenue_account: str = "4010"
    due: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    netted: bool = False
    filter: dict[str, str] = field(default_factory=dict)
    group: dict[str, str] = field(default_factory=dict)
    untaken: Unpriced | None = None
    exchange: Exchange | None = None
    booked: Decimal | None = None


@record("numbers.drawn/1")
@dataclass(frozen=True, kw_only=True)
class NumbersDrawn(Fact):
    """The next ``count`` numbers of a series, from ``first``; one stream per entity, kind, year."""

    entity: str
    kind: str
    year: int
    first: int
    count: int


@dataclass(frozen=True)
class Allowance:
    """What a discount or a grant takes off one document line, net, in minor units."""

    kind: str
    id: str
    amount: Decimal


@dataclass(frozen=True)
class Deferred:
    """What a line adds to one schedule of revenue, in the entity's currency, signed as the line.

    ``part`` names the part of a bundle, each with a revenue account of its own.
    """

    amount: Decimal
    revenue_account: str
    part: str | None = None


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice or credit note; on a credit note the amounts are positive.

    ``charge`` is the rating it bills, ``corrects`` the charge billed before; ``against`` and
    ``against_line`` name the invoice line that a credit note takes back. ``accrued`` is how much
    of the stream's accrual the line bills; it differs from ``net`` only where prices include tax.
    ``kind`` is that of the plan's item (or grant), and ``clears`` the account that the line
    credits. ``allowances`` are in the ``net`` already.

    ``absorbed`` and ``absorbed_tax`` are what a correction does not move, because a concession gave
    it back before: it settles the charge, not the customer. ``deferred`` is what enters or leaves
    the schedules of revenue: of a line in advance all of it, of a concession what is not earned yet
    (the rest is taken from revenue). ``billed_to`` ends the period as billed by now, where the
    line's own days are only those that changed.

    In a currency other than the entity's, ``booked`` is the net there, and ``relieved`` what it
    takes of the account it clears, at what that carries; the difference is a gain or loss (7000).
    """

    line: int
    item: str
    description: str
    account: str
    subscription: str
    period_from: date
    period_to: date
    quantity: Decimal
    net: Decimal
    tax: Decimal
    category: str
    rate: Decimal
    tax_code: str | None
    charge: str
    revenue_account: str
    corrects: str | None = None
    against: str | None = None
    against_line: int | None = None
    accrued: Decimal | None = None
    kind: str = "usage"
    clears: str = "1150"
    allowances: tuple[Allowance, ...] = ()
    absorbed: Decimal = ZERO
    absorbed_tax: Decimal = ZERO
    deferred: tuple[Deferred, ...] = ()
    billed_to: date | None = None
    booked: Decimal | None = None
    relieved: Decimal | None = None

    @property
    def cleared(self) -> Decimal:
        """The accrual this line bills: ``accrued``, or the net where that is not said."""
        return self.net if self.accrued is None else self.accrued


@dataclass(frozen=True)
class TaxGroup:
    """The tax of one document for one (category, rate), computed once; ``booked`` is the tax in the
    entity's currency where the document has another."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal
    code: str | None = None
    exemption_reason: str | None = None
    booked: Decimal | None = None


@record("invoice.issued/1")
@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(Fact):
    """An invoice, in the receivables stream of the account that pays; lines sum to the totals.

    In a currency other than the entity's, its total was converted once, by ``exchange``, to
    ``booked``, of which every line and tax group has its part.
    """

    number: str
    entity: str
    account: str
    currency: str
    issued_on: date
    due_on: date
    net: Decimal
    tax: Decimal
    total: Decimal
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxGroup, ...]
    tax_inclusive: bool = False
    exchange: Exchange | None = None
    booked: Decimal | None = None


@record("credit_note.issued/1")
@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(Fact):
    """A credit note; totals are positive. ``to_receivable`` lowers the invoice, the rest is credit.

    ``invoice`` is the original, or none where a net credit has no invoice before it. ``reason`` is
    rerating, net_credit or concession; ``note`` is what a concession says why. In a currency other
    than the entity's it is booked as its original was: ``booked`` in all, of which
    ``booked_receivable`` lowers what the invoice carries.
    """

    number: str
    entity: str
    account: str
    currency: str
    issued_on: date
    invoice: str | None
    net: Decimal
    tax: Decimal
    total: Decimal
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxGroup, ...]
    to_receivable: Decimal
    to_credit_balance: Decimal
    reason: str
    tax_inclusive: bool = False
    note: str | None = None
    exchange: Exchange | None = None
    booked: Decimal | None = None
    booked_receivable: Decimal | None = None
