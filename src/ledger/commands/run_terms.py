"""What all charges of an account in a run share, and the tax within a price on a day."""

from datetime import date
from decimal import Decimal

from ledger.catalog.versions import tax_rate_on
from ledger.commands.ground import Ground
from ledger.money import ZERO
from ledger.periods import instant
from ledger.rating.charge import Run
from ledger.reads.subscriptions import Account, LiveSubscription


def run_of(row: LiveSubscription | Account, through: date, ground: Ground) -> Run:
    """Return what all charges of an account share."""
    entity = ground.entity(row.entity)
    return Run(
        entity=row.entity,
        account=row.account,
        currency=row.currency,
        rounding=entity.rounding,
        through=through,
        at=instant(through, entity.time_zone),
        first_period=entity.first_period,
        schedule=entity.policies.get("revenue_schedule", "daily"),
    )


def rate_within(code: str | None, day: date, ground: Ground) -> Decimal:
    """Return the tax rate within a price; nothing where there is no tax that day."""
    rate = tax_rate_on(ground.tax_rates(code), day) if code is not None else None
    return rate.rate if rate is not None else ZERO
