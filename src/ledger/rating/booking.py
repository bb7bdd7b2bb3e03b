"""Charges of accounts in another currency than their entity's: what they post, in the books.

What a charge posts is converted by the rate of its posting date, together with what discounts and
promotional credit take off it, so that its entry balances. What a grant pays that was bought is
relieved at what the grant carries, and says so already. What was before stays as it was booked.
"""

from dataclasses import replace

from ledger.catalog.exchange import convert_all
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.events.exchange import Exchange

Charge = UsageRated | ItemCharged


def posts(charge: Charge) -> bool:
    """Say whether a charge posts anything."""
    return bool(charge.posted) or any(each.posted or each.booked for each in charge.adjustments)


def in_books(charge: Charge, exchange: Exchange, mode: str) -> Charge:
    """Return a charge with what it posts in the entity's currency."""
    of_today = [each for each in charge.adjustments if each.worth is None]
    first, *others = convert_all(
        [charge.posted, *(each.posted for each in of_today)], exchange, mode
    )
    worths = iter(others)
    adjustments = tuple(
        each if each.worth is not None else replace(each, booked=next(worths))
        for each in charge.adjustments
    )
    return replace(charge, exchange=exchange, booked=first, adjustments=adjustments)
