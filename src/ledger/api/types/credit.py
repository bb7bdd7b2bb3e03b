"""Grants of credit and discounts, with the charges that they take something off."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.context import Info
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.fields import Money, about, derived, money, resolved


def _carried(root: Any) -> Money | None:
    if root.exchange is None:
        return None
    return Money(amount=root.carried, currency=root.exchange["currency"])


@strawberry.type(description="What a grant or discount takes off one item in one period.")
class Adjustment:
    """What a charge was lowered by, cumulative."""

    charge: strawberry.ID = about("The charge that says it.")
    subscription: str = about("The subscription.")
    item: str = about("The plan's item.")
    period_from: date = about("The first day of the period.")
    period_to: date = about("The day after the period.")
    amount: Money = money("amount", "What is not to be paid; of units, which come first, zero.")
    net: Money = money("net", "Its effect on the books: of prepaid credit its cost.")
    units: Decimal | None = about("Usage units drawn.")


@strawberry.type(description="Credit of an account: bought or given, money or usage units.")
class Grant:
    """A grant and what is left of it."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.grant_id), "The grant.")
    account: str = about("The account.")
    kind: str = about("prepaid or promotional.")
    currency: CurrencyCode = about("The currency of its amounts.")
    starts_on: date = about("The first usable day.")
    expires_on: date | None = about("The last usable day.")
    meter: str | None = about("The meter whose units these are; null for money.")
    size: Decimal = derived(lambda root: root.size, "What was granted: money or units.")
    used: Decimal = about("What charges drew of it.")
    expired: Decimal | None = about("What was left on its last day.")
    remaining: Decimal = derived(lambda root: root.remaining, "What can still be drawn.")
    price: Decimal | None = about("What the whole of it costs.")
    cost: Money = money("cost", "The part of the price that was drawn.")
    breakage: Money = money("breakage", "The part of the price that became breakage revenue.")
    carried: Money | None = derived(
        _carried, "What is left of the price in the books, where these are in another currency."
    )
    top_up_below: Decimal | None = about("The next one follows when less than this is left.")
    position: Long = about("The position of its fact in the books.")

    @resolved("The charges that drew it.")
    async def draws(self, info: Info) -> list[Adjustment]:
        """Load the draws of all the grants of this answer at once."""
        return await info.context.loaders.draws.load(str(self.grant_id))  # type: ignore[attr-defined, return-value]


@strawberry.type(description="Charges of an account, or of one subscription, cost less.")
class Discount:
    """A discount and what it took off."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.discount), "The discount.")
    account: str = about("The account.")
    subscription: str | None = about("The subscription, if only its charges.")
    percent: Decimal | None = about("Per cent of each charge.")
    amount: Decimal | None = about("So much once per billing day.")
    starts_on: date = about("The first day it holds.")
    until: date | None = about("The first day on which it does not hold any more.")
    items: list[str] = about("The items it lowers; none means all.")
    position: Long = about("The position of its fact in the books.")

    @resolved("The charges that it lowered.")
    async def taken(self, info: Info) -> list[Adjustment]:
        """Load what all the discounts of this answer took off at once."""
        return await info.context.loaders.discounted.load(str(self.discount))  # type: ignore[attr-defined, return-value]
