"""What a grant costs: one charge on its first day, a liability until the grant is drawn."""

from decimal import Decimal

from ledger.credits.grants import price_of
from ledger.events import streams
from ledger.events.charges import ItemCharged
from ledger.events.credit import CreditGranted
from ledger.events.exchange import Exchange
from ledger.money import ONE, round_money
from ledger.periods import DAY, posting_date
from ledger.rating.charge import Run

PREFIX = "grant:"
"""How the charges of grants name a subscription; no subscription is called that."""
ITEM = "grant"
CLEARS, CONCEDED = "2110", "4090"


def purchase(
    grant: CreditGranted, run: Run, exchange: Exchange | None = None
) -> ItemCharged | None:
    """Return the charge for a grant that is not charged yet; none before its first day, or free.

    ``exchange`` is the one at which the grant is carried, where its entity has another currency.
    """
    if not price_of(grant) or run.through < grant.starts_on:
        return None
    first = grant.starts_on.isoformat()
    name = f"{PREFIX}{grant.grant}"
    price = round_money(price_of(grant), grant.currency)
    return ItemCharged(
        originator_id=streams.stream("charge", name, ITEM, first),
        originator_version=1,
        timestamp=run.at,
        causes=(grant.cause,),
        charge=f"{name}/{ITEM}/{first}/1",
        entity=grant.entity,
        account=grant.account,
        subscription=name,
        item=ITEM,
        kind="grant",
        currency=grant.currency,
        period_from=grant.starts_on,
        period_to=grant.starts_on + DAY,
        rated_to=grant.starts_on + DAY,
        quantity=ONE,
        amount=price,
        delta=price,
        due=price,
        accrued=price,
        posted=round_money(Decimal(0), grant.currency),
        posted_on=posting_date(grant.starts_on, run.first_period, run.closed),
        clears=CLEARS,
        revenue_account=CONCEDED,
        unit=price,
        tax_code=grant.tax_code,
        exchange=exchange,
    )
