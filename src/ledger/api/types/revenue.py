"""Deferred revenue: schedules, and the waterfall of what will be earned."""

from datetime import date

import strawberry

from ledger.api.scalars import CurrencyCode
from ledger.api.types.fields import Money, about, money


@strawberry.type(description="What was billed in advance and is earned over its days.")
class RevenueSchedule:
    """One schedule: of a charge, of a part of a bundle, or (negative) of a concession."""

    schedule: strawberry.ID = about("The charge without its version, or the concession's line.")
    part: str = about("The part of a bundle, or empty.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of its books.")
    account: str = about("The account that uses the service.")
    subscription: str = about("The subscription.")
    item: str = about("The plan's item.")
    charge: strawberry.ID = about("The charge that was billed last.")
    revenue_account: str = about("The revenue account of the chart.")
    starts_on: date = about("The first day of the service.")
    ends_on: date = about("The day after the service.")
    deferred: Money = money("deferred", "What it defers.")
    recognised: Money = money("recognised", "What of it was recognised.")
    left: Money = money("left", "What is still deferred.")
    recognised_to: date | None = about("The last day that was recognised.")


@strawberry.type(description="A month of the waterfall.")
class WaterfallMonth:
    """What is earned in a month."""

    month: str = about("The month, such as 2026-12.")
    amount: Money = about("What is earned in it; in the first month also what is overdue.")
    left: Money = about("What is deferred after it.")


@strawberry.type(description="How what is deferred will be earned; the months sum to it.")
class Waterfall:
    """The waterfall of one entity."""

    entity: str = about("The legal entity.")
    deferred: Money = about("What account 2100 holds.")
    months: list[WaterfallMonth] = about("The months, in order.")
