"""What all charges of an account in a run share, and the tax within a price on a day."""

from datetime import date
from decimal import Decimal

from ledger.catalog.versions import tax_rate_on
from ledger.commands.engine.ground import Ground
from ledger.errors import UnknownTaxCode
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
    """Return the tax rate within a price, or refuse; without a code there is no tax in it."""
    if code is None:
        return ZERO
    rate = tax_rate_on(ground.tax_rates(code), day)
    if rate is None:
        raise UnknownTaxCode(field="tax", id=code)
    return rate.rate
