"""What accounts have of credit and discounts, read in sets for a run, as the facts behind it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from ledger.commands.engine.ground import Ground
from ledger.commands.rating.restored import exchange_stated
from ledger.credits.account import Standing
from ledger.events.credit import CreditGranted, DiscountAdded
from ledger.reads import credit as reads


@dataclass
class Credited:
    """The grants of an account, each with what was said of it so far, and its discounts."""

    grants: list[Standing] = field(default_factory=list)
    discounts: list[DiscountAdded] = field(default_factory=list)

    @property
    def granted(self) -> list[CreditGranted]:
        """The grants as they were granted."""
        return [standing.granted for standing in self.grants]


def credited(accounts: Collection[str], ground: Ground) -> dict[str, Credited]:
    """Return those of these accounts that have credit or discounts, with what they have."""
    found: dict[str, Credited] = {}
    for grant in ground.read(reads.grants_of(accounts)):
        found.setdefault(grant.account, Credited()).grants.append(standing_of(grant))
    for discount in ground.read(reads.discounts_of(accounts)):
        found.setdefault(discount.account, Credited()).discounts.append(_added(discount))
    return found


def standing_of(row: reads.Grant) -> Standing:
    """Return a grant as its facts leave it."""
    return Standing(
        granted=CreditGranted(
            originator_id=row.stream,
            originator_version=1,
            timestamp=row.occurred_at,
            grant=row.grant_id,
            account=row.account,
            entity=row.entity,
            currency=row.currency,
            kind=row.kind,
            starts_on=row.starts_on,
            expires_on=row.expires_on,
            amount=row.amount,
            units=row.units,
            meter=row.meter,
            price=row.price,
            expected_breakage=row.expected_breakage,
            tax_code=row.tax_code,
            top_up_below=row.top_up_below,
            series=row.series,
            number=row.number,
        ),
        version=row.version,
        used=row.used,
        cost=row.cost,
        breakage=row.breakage,
        expired=row.expired,
        charged=row.charged,
        exchange=exchange_stated(row.exchange),
        breakage_worth=row.breakage_worth,
    )


def _added(row: reads.Discount) -> DiscountAdded:
    return DiscountAdded(
        originator_id=row.stream,
        originator_version=1,
        timestamp=row.occurred_at,
        discount=row.discount,
        account=row.account,
        starts_on=row.starts_on,
        subscription=row.subscription,
        percent=row.percent,
        amount=row.amount,
        until=row.until,
        items=tuple(row.items),
    )
