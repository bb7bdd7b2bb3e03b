"""Facts about grants of credit and discounts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record


@record("credit.granted/1")
@dataclass(frozen=True, kw_only=True)
class CreditGranted(Fact):
    """An account has credit from a day on, until ``expires_on``, its last usable day.

    ``kind`` is prepaid or promotional. Either ``amount`` (money, drawn by rated charges) or
    ``units`` of a ``meter`` (drawn before pricing). ``price`` is what is paid for the whole grant.
    When less than ``top_up_below`` is left of it, the next of its ``series`` (named by the first)
    follows on the same terms; ``number`` counts them.
    """

    grant: str
    account: str
    entity: str
    currency: str
    kind: str
    starts_on: date
    expires_on: date | None = None
    amount: Decimal | None = None
    units: Decimal | None = None
    meter: str | None = None
    price: Decimal | None = None
    expected_breakage: Decimal | None = None
    tax_code: str | None = None
    top_up_below: Decimal | None = None
    series: str | None = None
    number: int = 1


@record("credit.drawn/1")
@dataclass(frozen=True, kw_only=True)
class CreditDrawn(Fact):
    """What charges have drawn of a grant so far: in the stream of the grant, where runs meet.

    ``amount`` or ``units`` are cumulative, as are ``cost``, the part of the price that was relieved
    from 2110 for them, and ``breakage``, what became breakage revenue of the grant while it was
    drawn (debit 2110, credit 4030); ``posted`` is its change. The charges say who drew what. In a
    currency other than the entity's, ``exchange`` is the one at which the grant is carried in 2110,
    ``cost_worth`` and ``breakage_worth`` are what both come to there (cumulative too), and
    ``booked`` is the change of the latter.
    """

    grant: str
    account: str
    entity: str
    currency: str
    amount: Decimal | None = None
    units: Decimal | None = None
    cost: Decimal
    breakage: Decimal
    posted: Decimal
    posted_on: date
    exchange: Exchange | None = None
    booked: Decimal | None = None
    cost_worth: Decimal | None = None
    breakage_worth: Decimal | None = None


@record("credit.expired/1")
@dataclass(frozen=True, kw_only=True)
class CreditExpired(Fact):
    """What of a grant was never used by its last day; cumulative, in the stream of the grant.

    ``breakage`` is what became breakage revenue of it so far (debit 2110, credit 4030), ``posted``
    the change against what was said before. Late usage lowers both again. In a currency other than
    the entity's, ``breakage_worth`` is what ``breakage`` comes to at the grant's ``exchange``, and
    ``booked`` its change.
    """

    grant: str
    account: str
    entity: str
    currency: str
    expired_on: date
    amount: Decimal | None = None
    units: Decimal | None = None
    breakage: Decimal
    posted: Decimal
    posted_on: date
    exchange: Exchange | None = None
    booked: Decimal | None = None
    breakage_worth: Decimal | None = None


@record("discount.added/1")
@dataclass(frozen=True, kw_only=True)
class DiscountAdded(Fact):
    """Charges of an account or one subscription cost less, from a day to before ``until``.

    Either ``percent`` of each charge or ``amount`` once per billing day, allocated over its
    charges. ``items`` narrows it to some items of the plan.
    """

    discount: str
    account: str
    starts_on: date
    subscription: str | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    until: date | None = None
    items: tuple[str, ...] = ()
