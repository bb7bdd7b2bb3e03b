"""Charges of accounts in another currency than their entity's: what they post, in the books.

What a charge posts is converted by the rate of its posting date, together with what discounts and
grants take off it, so that its entry balances. What it was worth before stays as it was booked.
"""

from dataclasses import replace

from ledger.catalog.exchange import convert_all
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.events.exchange import Exchange

Charge = UsageRated | ItemCharged


def posts(charge: Charge) -> bool:
    """Say whether a charge posts anything."""
    return bool(charge.posted) or any(each.posted for each in charge.adjustments)


def in_books(charge: Charge, exchange: Exchange, mode: str) -> Charge:
    """Return a charge with what it posts in the entity's currency."""
    amounts = [charge.posted, *(each.posted for each in charge.adjustments)]
    first, *others = convert_all(amounts, exchange, mode)
    adjustments = tuple(
        replace(each, booked=worth) for each, worth in zip(charge.adjustments, others, strict=True)
    )
    return replace(charge, exchange=exchange, booked=first, adjustments=adjustments)
