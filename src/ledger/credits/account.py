"""A grant's own story: what was drawn of it, what expired, and the breakage that both post.

Everything is cumulative and a function of what is drawn as known now. Breakage is one running
figure over both facts: proportional breakage comes with the draws, the rest with the expiry, and
late usage lowers both again.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from ledger.credits.grants import breakage_of, size_of, worth_of
from ledger.events.credit import CreditDrawn, CreditExpired, CreditGranted
from ledger.events.exchange import Exchange
from ledger.events.fact import Cause
from ledger.money import ZERO, round_money


@dataclass(frozen=True)
class Standing:
    """Where a grant stands: the version of its stream, and what its facts say so far.

    ``charged`` says that there is a charge for its price. ``exchange`` is the one at which it is
    carried, fixed by the first fact that books something of it, and ``breakage_worth`` what its
    breakage came to there; none in its own currency.
    """

    granted: CreditGranted
    version: int = 1
    used: Decimal = ZERO
    cost: Decimal = ZERO
    breakage: Decimal = ZERO
    expired: Decimal | None = None
    charged: bool = False
    exchange: Exchange | None = None
    breakage_worth: Decimal | None = None

    @property
    def is_booked(self) -> bool:
        """Whether something of it is in the books, or on its way there."""
        return self.charged or bool(self.cost or self.breakage)


@dataclass(frozen=True)
class Told:
    """What a run knows beside the draws: its last day, the policy, and where postings go.

    ``drawn_on`` and ``expired_on`` are posting dates, already moved to open periods; ``at`` is when
    the run occurs. ``exchange`` is the grant's, where its entity has another currency.
    """

    through: date
    policy: str
    rounding: str
    at: datetime
    drawn_on: date
    expired_on: date
    exchange: Exchange | None = None


def next_facts(
    standing: Standing, used: Decimal, cost: Decimal, told: Told, causes: tuple[Cause, ...] = ()
) -> list[CreditDrawn | CreditExpired]:
    """Return what is to be said of a grant of which so much is used; nothing if it was said."""
    facts: list[CreditDrawn | CreditExpired] = []
    if (used, cost) != (standing.used, standing.cost):
        drawn = _drawn(standing, used, cost, told, causes)
        facts.append(drawn)
        standing = replace(
            standing,
            version=drawn.originator_version,
            used=used,
            cost=cost,
            breakage=drawn.breakage,
            breakage_worth=drawn.breakage_worth,
        )
    if (expired := _expired(standing, told)) is not None:
        facts.append(expired)
    return facts


def _drawn(
    standing: Standing, used: Decimal, cost: Decimal, told: Told, causes: tuple[Cause, ...]
) -> CreditDrawn:
    """Tell what was drawn; once a grant expired, its breakage is the expiry's to tell."""
    grant = standing.granted
    breakage, worth = standing.breakage, _worth_before(standing, told)
    if standing.expired is None:
        breakage = breakage_of(grant, used, told.policy, told.rounding, expired=False)
        worth = worth_of(cost, cost + breakage, told.exchange, told.rounding)
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
        exchange=told.exchange,
        booked=_change(worth, _worth_before(standing, told)),
        cost_worth=worth_of(ZERO, cost, told.exchange, told.rounding),
        breakage_worth=worth,
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
    worth = worth_of(standing.cost, standing.cost + breakage, told.exchange, told.rounding)
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
        exchange=told.exchange,
        booked=_change(worth, _worth_before(standing, told)),
        breakage_worth=worth,
    )


def _worth_before(standing: Standing, told: Told) -> Decimal | None:
    """Return what the breakage so far came to; of a grant that has an exchange always an amount."""
    if told.exchange is None:
        return None
    return worth_of(ZERO, ZERO, told.exchange) if (w := standing.breakage_worth) is None else w


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before
