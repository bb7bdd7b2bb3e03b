"""Charges: one item in one period, priced: usage, a fee, a shortfall, a grant."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import Json, Long
from ledger.api.types.fields import Money, about, derived, money


@strawberry.type(description="A part of a charge: so much of the quantity at this price.")
class ChargeTier:
    """A tier, a package or a price of a matrix, as it was used."""

    quantity: Decimal = about("The quantity priced here.")
    amount: Decimal = about("What it costs, unrounded.")
    unit: Decimal | None = about("The unit price.")
    flat: Decimal | None = about("The flat fee.")
    up_to: Decimal | None = about("The upper bound of the tier; null for the last.")
    when: Json | None = about("The dimension values that this price is for.")
    kind: str | None = about(
        "What the part is, unless a tier, package or matrix price: free, percentage, fixed,"
        " min_per_event, max_per_event, dynamic, discount, minimum or maximum."
    )
    rate: Decimal | None = about("The rate in per cent.")
    count: Long | None = about("The events in it.")


@strawberry.type(description="Exactly which usage facts a charge was made of.")
class UsageSet:
    """A usage set by count and digest; lineage lists its events."""

    lane: int = about("The usage lane.")
    to_position: Long = about("The last position of the lane that was looked at.")
    count: Long = about("The events that count.")
    facts: Long = about("The facts in range, of every version.")
    digest: str = about("SHA-256 (hex) over the leaves of those facts.")


def _tiers(root: Any) -> list[ChargeTier]:
    return [
        ChargeTier(
            quantity=Decimal(tier["quantity"]),
            amount=Decimal(tier["amount"]),
            unit=_decimal(tier.get("unit")),
            flat=_decimal(tier.get("flat")),
            up_to=_decimal(tier.get("up_to")),
            when=tier.get("when"),
            kind=tier.get("kind"),
            rate=_decimal(tier.get("rate")),
            count=None if tier.get("count") is None else Long(tier["count"]),
        )
        for tier in root.tiers
    ]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@strawberry.type(description="What one discount or grant takes off a charge, cumulative.")
class ChargeAdjustment:
    """A discount, promotional credit, prepaid credit, or units drawn before pricing."""

    kind: str = about("discount, promotional, prepaid or units.")
    id: strawberry.ID = about("The discount or grant.")
    amount: Decimal = about("What it lowers the charge by, as prices state it.")
    net: Decimal = about("The same in the books: without tax, of prepaid credit its cost.")
    units: Decimal | None = about("The units drawn.")


def _adjustments(root: Any) -> list[ChargeAdjustment]:
    return [
        ChargeAdjustment(
            kind=each["kind"],
            id=strawberry.ID(each["id"]),
            amount=Decimal(each["amount"]),
            net=Decimal(each["net"]),
            units=_decimal(each.get("units")),
        )
        for each in root.adjustments
    ]


def _usage(root: Any) -> UsageSet | None:
    if root.kind != "usage":
        return None
    return UsageSet(
        lane=root.usage_lane,
        to_position=Long(root.to_position),
        count=Long(root.usage_count),
        facts=Long(root.usage_facts),
        digest=root.usage_digest,
    )


def _id(root: Any) -> strawberry.ID:
    return strawberry.ID(root.charge)


@strawberry.type(description="One item in one period, priced; amounts of usage are unrounded.")
class Charge:
    """A result of rating; a later one corrects it, none is ever changed."""

    id: strawberry.ID = derived(
        _id,
        "The charge: subscription/item/first day/version; before the version the group of usage, or"
        " the timing of a fee.",
    )
    kind: str = about("usage, recurring, one_time, commitment or grant.")
    account: str = about("The account that is charged.")
    entity: str = about("The legal entity that bills.")
    subscription: str = about("The subscription.")
    item: str = about("The plan's item.")
    meter: str | None = derived(lambda root: root.meter or None, "The meter of usage.")
    plan: str | None = derived(lambda root: root.plan or None, "The plan.")
    plan_version: int | None = derived(
        lambda root: root.plan_version or None, "The version of the plan that priced it."
    )
    period_from: date = about("The first day of the period.")
    period_to: date = about("The day after the period.")
    rated_to: date = about("The day after the last one rated.")
    window_from: datetime | None = about("Usage counts from here.")
    window_to: datetime | None = about("Usage counts up to here, exclusive.")
    quantity: Decimal = about("The quantity priced.")
    unit: Decimal | None = about("The price of one, of a fee.")
    amount: Money = money("amount", "The charge so far in this period, cumulative.")
    delta: Money = money("delta", "Its change against the charge before.")
    due: Money = money("due", "What is to be paid so far: rounded, less what is taken off.")
    accrued: Money = money("accrued", "The same without tax that prices include.")
    adjustments: list[ChargeAdjustment] = derived(
        _adjustments, "What discounts and credit take off."
    )
    netted: bool = about("Whether a change of the subscription made it.")
    posted: Money = money("posted", "The change of the accrual that this charge posted.")
    posted_on: date = about("The accounting date of that change.")
    tiers: list[ChargeTier] = derived(_tiers, "How the amount came about.")
    usage: UsageSet | None = derived(_usage, "The usage behind it.")
    filter: Json = about("The dimension values that its usage has to have.")
    group: Json = derived(
        lambda root: root.group_values,
        "The dimension values that it is for, if its item has groups.",
    )
    unpriced_count: Long | None = about("Events that no price fits.")
    unpriced_quantity: Decimal | None = about("Their quantity.")
    untaken_count: Long | None = about("Events of the meter that no item of the plan takes.")
    untaken_quantity: Decimal | None = about("Their quantity.")
    corrects: strawberry.ID | None = about("The charge before, of the same item and period.")
    occurred_at: datetime = about("The accounting moment of the rating.")
    recorded_at: datetime = about("When it was recorded.")
    position: Long = about("The position of its fact in the books.")
