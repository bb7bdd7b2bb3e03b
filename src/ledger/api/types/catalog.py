"""Reference data as the admin and the auditor read it."""

from datetime import date
from decimal import Decimal

import strawberry

from ledger.api.scalars import CurrencyCode, Json, Long
from ledger.api.types.fields import about, derived


@strawberry.type(description="A legal entity with books of its own.")
class Entity:
    """A legal entity."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.entity), "The entity.")
    name: str = about("Its name.")
    currency: CurrencyCode = about("The currency of its books.")
    country: str = about("Its country (ISO 3166-1).")
    time_zone: str = about("The time zone of its days.")
    first_period: str = about("The first period of its books, such as 2026-01.")
    rounding: str = about("half_up or half_even.")
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="How usage events become a quantity; a definition never changes.")
class Meter:
    """A meter."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.meter), "The meter.")
    aggregation: str = about("count, sum, max, latest, unique_count or weighted_sum.")
    value: str = about("The property that it takes.")
    unit: str | None = about("What it counts.")
    dimensions: list[str] = about("The properties kept as dimensions.")


@strawberry.type(description="A version of a plan.")
class PlanVersion:
    """A plan's items and prices from a day on."""

    plan: strawberry.ID = about("The plan.")
    version: int = about("Its version, in the order of publishing.")
    currency: CurrencyCode = about("The currency of its prices.")
    starts_on: date = about("Its first day.")
    items: Json = about("The items and their prices, as published.")
    tax_inclusive: bool = about("Whether prices include tax.")
    applies_to: str = about("all, or new_subscriptions.")
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="The rate of a tax code from a day on.")
class TaxRate:
    """A version of a tax rate."""

    code: strawberry.ID = about("The tax code.")
    version: int = about("Its version.")
    rate: Decimal = about("The rate in per cent.")
    starts_on: date = about("Its first day.")
    category: str = about("The category of EN 16931.")
    exemption_reason: str | None = about("Why no tax is due, where none is.")
    position: Long = about("The position of its fact in the books.")
