"""What plans include and accounts may spend, what is left, and thresholds that were crossed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.fields import about, derived


@strawberry.type(description="What a plan includes of a meter in a period, and how much is left.")
class Entitlement:
    """How an entitlement stands."""

    subscription: strawberry.ID = derived(
        lambda root: strawberry.ID(root.entitled.subscription), "The subscription."
    )
    item: str = derived(lambda root: _of(root).item, "The plan's item.")
    meter: str = derived(lambda root: _of(root).meter, "The meter.")
    period_from: date = derived(
        lambda root: root.entitled.period.start, "The first day of the period."
    )
    period_to: date = derived(lambda root: root.entitled.period.end, "The day after the period.")
    limit: Decimal = about("What is included.")
    used: Decimal = about("What is used of it, and beyond it.")
    remaining: Decimal = about("What is left; below zero when more was used.")
    percent: Decimal = about("How much of it is used, in per cent to two places.")
    blocked: bool = about("Whether a gate stops further usage.")
    resets_at: datetime = derived(
        lambda root: root.entitled.window_to, "When it counts from nothing again, or ends."
    )


@strawberry.type(description="What an account has spent in a calendar month, net of tax.")
class Spending:
    """How an account's spending stands under its limit."""

    month_from: date = derived(lambda root: root.month.start, "The first day of the month.")
    month_to: date = derived(lambda root: root.month.end, "The day after the month.")
    currency: CurrencyCode = derived(
        lambda root: CurrencyCode(root.limit.currency), "The currency."
    )
    limit: Decimal | None = derived(
        lambda root: root.limit.amount, "The most that may be spent; null is no limit."
    )
    spent: Decimal = about("What was accrued of charges in the month, billed or not.")
    remaining: Decimal | None = about("What is left; below zero when more was spent.")
    percent: Decimal | None = about("How much of it is spent, in per cent to two places.")
    blocked: bool = about("Whether a gate stops further usage.")
    invoice_at: Decimal | None = derived(
        lambda root: root.limit.invoice_at, "What is not billed is billed when it comes to this."
    )


@strawberry.type(description="How an account stands under all of its limits.")
class Limits:
    """Entitlements and spending, and what the answer knows."""

    account: strawberry.ID = derived(lambda root: strawberry.ID(root.known.account), "The account.")
    blocked: bool = about("Whether a gate stops further usage, for any reason.")
    entitlements: list[Entitlement] = derived(
        lambda root: list(root.standings), "What the live subscriptions include."
    )
    spending: Spending | None = about("The spending under the limit; null without one.")
    lane: int = derived(lambda root: root.known.lane, "The lane of the account's usage.")
    position: Long = derived(
        lambda root: Long(root.known.position), "The last usage fact of the lane that is known."
    )
    recorded_at: datetime | None = derived(
        lambda root: root.known.recorded_at, "When that was recorded."
    )


@strawberry.type(description="A per cent of a limit that was reached; said once for each period.")
class Threshold:
    """A threshold that was crossed."""

    position: Long = about("The position of its fact in the books.")
    kind: str = about("entitlement or spending.")
    entity: str = about("The legal entity.")
    account: str = about("The account.")
    subscription: str | None = about("The subscription of an entitlement.")
    item: str | None = about("The plan's item.")
    meter: str | None = about("The meter.")
    currency: CurrencyCode | None = about("The currency of spending.")
    period_from: date = about("The first day of the period.")
    period_to: date = about("The day after the period.")
    percent: Decimal = about("The per cent that was reached.")
    limit: Decimal = about("The limit then.")
    quantity: Decimal = about("What was used or spent when it was seen.")
    known_lane: int = about("The lane that was looked at.")
    known_at: Long = about("How far in that lane it was known.")
    crossed_at: datetime = about("When it was seen.")


def _of(root: Any) -> Any:
    return root.entitled.item
