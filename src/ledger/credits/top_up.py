"""The next grant of a series: on the same terms, when too little of the last one is left."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ledger.credits.grants import size_of
from ledger.events.credit import CreditGranted
from ledger.events.streams import stream


def wants_next(grant: CreditGranted, used: Decimal, through: date) -> bool:
    """Say whether a grant is to be followed: it is still usable, and too little is left."""
    if grant.top_up_below is None or through < grant.starts_on:
        return False
    expired = grant.expires_on is not None and grant.expires_on <= through
    return not expired and size_of(grant) - used < grant.top_up_below


def next_of(grant: CreditGranted, number: int, on: date, at: datetime) -> CreditGranted:
    """Return the grant that follows: usable from a day on, for as long as the one before."""
    assert grant.series is not None, "a grant that is topped up is of a series"
    name = f"{grant.series}/{number}"
    expires = grant.expires_on and on + (grant.expires_on - grant.starts_on)
    return replace(
        grant,
        originator_id=stream("grant", name),
        originator_version=1,
        timestamp=at,
        causes=(grant.cause,),
        grant=name,
        starts_on=on,
        expires_on=expires,
        number=number,
    )
