"""One grant: its order among others, what drawing it costs, and what of it becomes breakage.

1,000 credits for 899.99: the first 333 cost 299.70, the next 333 299.69, and what is left 300.60.
"""

from datetime import date
from decimal import Decimal

from ledger.catalog.exchange import convert
from ledger.events.credit import CreditGranted
from ledger.events.exchange import Exchange
from ledger.money import EXACT, ONE, ZERO, digits, exactly, round_money, round_ratio
from ledger.periods import DAY

PROPORTIONAL = "proportional"


def size_of(grant: CreditGranted) -> Decimal:
    """Return how much can be drawn: money or units."""
    size = grant.amount if grant.amount is not None else grant.units
    assert size is not None, "a grant is of an amount or of units"
    return size


def price_of(grant: CreditGranted) -> Decimal:
    """Return what the whole grant costs; promotional credit costs nothing."""
    return grant.price if grant.price is not None else ZERO


def fifo(grant: CreditGranted) -> tuple[date, date, str]:
    """Return the place of a grant in the queue: what expires first is drawn first."""
    return grant.expires_on or date.max, grant.starts_on, grant.grant


def days_of(grant: CreditGranted) -> tuple[date, date | None]:
    """Return the first day of a grant and the day after its last one, if it has one."""
    return grant.starts_on, grant.expires_on + DAY if grant.expires_on is not None else None


def reaches(grant: CreditGranted, start: date, end: date, meter: str | None) -> bool:
    """Say whether the days [``start``, ``end``) may draw it: money, or units of this meter."""
    first, over = days_of(grant)
    return grant.meter == meter and first <= start and (over is None or end <= over)


def cost_of(grant: CreditGranted, used: Decimal, mode: str = "half_up") -> Decimal:
    """Return what the first ``used`` of a grant cost: its weighted price, rounded once."""
    return round_ratio(price_of(grant), used, size_of(grant), digits(grant.currency), mode)


def worth_of(
    before: Decimal, after: Decimal, exchange: Exchange | None, mode: str = "half_up"
) -> Decimal | None:
    """Return what a part of a price is worth in the books, from so much of it to so much.

    Parts that follow each other sum to what the whole comes to: at 1.10, 899.99 EUR are 989.99 USD,
    of which the first 299.70 are 329.67, the next 299.69 329.66, and the last 300.60 330.66.
    """
    if exchange is None:
        return None
    return convert(after, exchange, mode) - convert(before, exchange, mode)


@exactly
def breakage_of(
    grant: CreditGranted, used: Decimal, policy: str, mode: str = "half_up", *, expired: bool
) -> Decimal:
    """Return what of a grant is breakage revenue so far.

    At expiry that is whatever was not drawn. Before, only where the policy is proportional: of the
    share that is expected never to be used, as much as was used of the rest, and never more than
    what is left of the price when more is used than expected.
    """
    rest = price_of(grant) - cost_of(grant, used, mode)
    if expired:
        return rest
    expected = grant.expected_breakage or ZERO
    if policy != PROPORTIONAL or not expected:
        return round_money(ZERO, grant.currency)
    share = price_of(grant) * expected
    usable = EXACT.multiply(size_of(grant), ONE - expected)
    so_far = round_ratio(share, min(used, usable), usable, digits(grant.currency), mode)
    return min(so_far, rest)
