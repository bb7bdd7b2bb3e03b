"""A grant's own story: what was drawn of it, what expired, and the breakage that both post.

Everything is cumulative and a function of what is drawn as known now. Breakage is one running
figure over both facts: proportional breakage comes with the draws, the rest with the expiry, and
late usage lowers both again.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.credits.grants import breakage_of, size_of
from ledger.events.credit import CreditDrawn, CreditExpired, CreditGranted
from ledger.events.fact import Cause
from ledger.money import ZERO, round_money


@dataclass(frozen=True)
class Standing:
    """Where a grant stands: the version of its stream, and what its facts say so far.

    ``charged`` says that there is a charge for its price.
    """

    granted: CreditGranted
    version: int = 1
    used: Decimal = ZERO
    cost: Decimal = ZERO
    breakage: Decimal = ZERO
    expired: Decimal | None = None
    charged: bool = False


@dataclass(frozen=True)
class Told:
    """What a run knows beside the draws: its last day, the policy, and where postings go.

    ``drawn_on`` and ``expired_on`` are posting dates, already moved to open periods; ``at`` is when
    the run occurs.
    """

    through: date
    policy: str
    rounding: str
    at: datetime
    drawn_on: date
    expired_on: date


def next_facts(
    standing: Standing, used: Decimal, cost: Decimal, told: Told, causes: tuple[Cause, ...] = ()
) -> list[CreditDrawn | CreditExpired]:
    """Return what is to be said of a grant of which so much is used; nothing if it was said."""
    facts: list[CreditDrawn | CreditExpired] = []
    if (used, cost) != (standing.used, standing.cost):
        drawn = _drawn(standing, used, cost, told, causes)
        facts.append(drawn)
        standing = Standing(
            standing.granted,
            drawn.originator_version,
            used,
            cost,
            drawn.breakage,
            standing.expired,
            standing.charged,
        )
    if (expired := _expired(standing, told)) is not None:
        facts.append(expired)
    return facts


def _drawn(
    standing: Standing, used: Decimal, cost: Decimal, told: Told, causes: tuple[Cause, ...]
) -> CreditDrawn:
    """Tell what was drawn; once a grant expired, its breakage is the expiry's to tell."""
    grant = standing.granted
    breakage = standing.breakage
    if standing.expired is None:
        breakage = breakage_of(grant, used, told.policy, told.rounding, expired=False)
    return CreditDrawn(
        originator_id=grant.originator_id,
        originator_version=standing.version + 1,
        timestamp=told.at,
        causes=(grant.cause, *causes),
        grant=grant.grant,
        account=grant.account,
        entity=grant.entity,
        currency=grant.currency,
        amount=used if grant.amount is not None else None,
        units=used if grant.units is not None else None,
        cost=round_money(cost, grant.currency),
        breakage=breakage,
        posted=breakage - standing.breakage,
        posted_on=told.drawn_on,
    )


def _expired(standing: Standing, told: Told) -> CreditExpired | None:
    """Tell what was never used, once a run has reached the last usable day; then always."""
    grant = standing.granted
    if grant.expires_on is None:
        return None
    if told.through < grant.expires_on and standing.expired is None:
        return None
    unused = size_of(grant) - standing.used
    breakage = breakage_of(grant, standing.used, told.policy, told.rounding, expired=True)
    if (unused, breakage) == (standing.expired or ZERO, standing.breakage):
        return None
    return CreditExpired(
        originator_id=grant.originator_id,
        originator_version=standing.version + 1,
        timestamp=told.at,
        causes=(grant.cause,),
        grant=grant.grant,
        account=grant.account,
        entity=grant.entity,
        currency=grant.currency,
        expired_on=grant.expires_on,
        amount=unused if grant.amount is not None else None,
        units=unused if grant.units is not None else None,
        breakage=breakage,
        posted=breakage - standing.breakage,
        posted_on=told.expired_on,
    )
