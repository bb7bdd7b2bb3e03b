"""Facts about charges that need no usage, and what credits and discounts take off any charge.

Amounts of charges are exact and cumulative per stream; what enters the books or a document is in
minor units. All date intervals are half-open.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class Adjustment:
    """What one discount or grant takes off a charge; cumulative but for ``posted``.

    ``kind`` is discount, promotional, prepaid (money) or units; ``id`` names the discount or grant.
    ``amount`` lowers what is due, as prices state it (gross where they include tax; zero for units,
    which were drawn before pricing). ``net`` is its effect on the books: of discounts and
    promotional credit the debit of 4090, of prepaid grants and units the cost relieved from 2110.
    ``posted`` is the change of ``net`` that this charge posts, ``units`` the usage units drawn, and
    ``booked`` what ``posted`` came to in the entity's currency where the charge has another. There
    ``worth`` is what ``net`` comes to of a grant that was bought: at the grant's exchange, not that
    of the charge, and ``booked`` is its change.
    """

    kind: str
    id: str
    amount: Decimal
    net: Decimal
    posted: Decimal
    units: Decimal | None = None
    booked: Decimal | None = None
    worth: Decimal | None = None


@record("item.charged/1")
@dataclass(frozen=True, kw_only=True)
class ItemCharged(Fact):
    """A charge without usage: a recurring or one-time item, a true-up, a grant's price.

    ``kind`` is recurring, one_time, commitment or grant. ``clears`` is the account that a document
    line of it credits: 1150 in arrears, 2100 in advance, 2110 a grant, 1160 or 4020 a commitment,
    revenue a one-time item. ``amount`` is exact, ``due`` what is to be paid as prices state it
    (rounded, after adjustments), ``accrued`` the same net of included tax; all three are
    cumulative, and ``delta`` is against the charge before (named by ``corrects``). ``posted`` is
    the change that was accrued on ``clears``, zero where nothing is accrued before the document.
    One stream per subscription (or grant), item and ``period_from``. ``netted`` says that a change
    of the subscription made it: its change is netted in one document, never a credit note. In a
    currency other than the entity's, ``booked`` is what ``posted`` came to there by the
    ``exchange``; that of a grant's price is the one at which the grant is carried.
    """

    charge: str
    entity: str
    account: str
    subscription: str
    item: str
    kind: str
    currency: str
    period_from: date
    period_to: date
    rated_to: date
    quantity: Decimal
    amount: Decimal
    delta: Decimal
    due: Decimal
    accrued: Decimal
    posted: Decimal
    posted_on: date
    clears: str
    revenue_account: str
    plan: str | None = None
    plan_version: int | None = None
    unit: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    corrects: str | None = None
    tax_code: str | None = None
    tax_inclusive: bool = False
    netted: bool = False
    exchange: Exchange | None = None
    booked: Decimal | None = None
