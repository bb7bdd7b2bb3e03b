"""The typed records of a plan: its items, of five kinds, and its versions."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.catalog.prices import Model
from ledger.events.fact import Cause
from ledger.money import ZERO


@dataclass(frozen=True)
class BundlePart:
    """A promise within a bundle, with the price at which it is sold alone."""

    item: str
    standalone: Decimal


@dataclass(frozen=True)
class RecurringItem:
    """A fee per interval and unit; ``timing`` is in_advance or in_arrears, ``proration`` day or
    none. ``allocate`` splits a bundle by standalone selling price."""

    item: str
    amount: Decimal
    interval: str
    timing: str
    proration: str = "day"
    allocate: tuple[BundlePart, ...] = ()
    tax: str | None = None
    revenue_account: str = "4000"


@dataclass(frozen=True)
class UsageItem:
    """What a plan charges for one meter, per interval.

    Only events with the dimension values of ``filter`` count ("" = absent). With ``group_by`` each
    combination of values is priced on its own. The percent discount comes before the minimum and
    the maximum.
    """

    item: str
    meter: str
    interval: str
    model: Model
    discount_percent: Decimal = ZERO
    tax: str | None = None
    revenue_account: str = "4010"
    filter: dict[str, str] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True)
class CommitmentItem:
    """The least that usage comes to per interval; ``policy`` is as_billed or straight_line."""

    item: str
    amount: Decimal
    interval: str
    policy: str = "as_billed"
    tax: str | None = None
    revenue_account: str = "4020"


@dataclass(frozen=True)
class OneTimeItem:
    """A fee at the start of a subscription."""

    item: str
    amount: Decimal
    tax: str | None = None
    revenue_account: str = "4000"


@dataclass(frozen=True)
class EntitlementItem:
    """How much of a meter a plan includes per interval; ``notify_at`` is in per cent of it.

    It costs nothing itself; tax and revenue account are those of every item.
    """

    item: str
    meter: str
    limit: Decimal
    interval: str
    notify_at: tuple[Decimal, ...] = ()
    block: bool = False
    tax: str | None = None
    revenue_account: str = "4010"


Item = RecurringItem | UsageItem | CommitmentItem | OneTimeItem | EntitlementItem
FeeItem = RecurringItem | CommitmentItem | OneTimeItem


@dataclass(frozen=True)
class PlanVersion:
    """A plan as published once: ``version`` counts its publications."""

    plan: str
    version: int
    currency: str
    starts_on: date
    applies_to: str
    tax_inclusive: bool
    items: tuple[Item, ...]
    cause: Cause = field(repr=False)

    @property
    def usage_items(self) -> tuple[UsageItem, ...]:
        """The items that price a meter, in the order of the plan."""
        return tuple(item for item in self.items if isinstance(item, UsageItem))

    @property
    def recurring_items(self) -> tuple[RecurringItem, ...]:
        """The recurring fees, in the order of the plan."""
        return tuple(item for item in self.items if isinstance(item, RecurringItem))

    @property
    def fee_items(self) -> tuple[RecurringItem | OneTimeItem, ...]:
        """The items that cost something without any usage, in the order of the plan."""
        return tuple(item for item in self.items if isinstance(item, RecurringItem | OneTimeItem))

    @property
    def commitment_items(self) -> tuple[CommitmentItem, ...]:
        """The commitments, in the order of the plan."""
        return tuple(item for item in self.items if isinstance(item, CommitmentItem))

    @property
    def one_time_items(self) -> tuple[OneTimeItem, ...]:
        """The fees at the start, in the order of the plan."""
        return tuple(item for item in self.items if isinstance(item, OneTimeItem))

    @property
    def entitlement_items(self) -> tuple[EntitlementItem, ...]:
        """What is included, in the order of the plan."""
        return tuple(item for item in self.items if isinstance(item, EntitlementItem))
