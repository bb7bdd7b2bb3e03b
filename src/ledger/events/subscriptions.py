"""Facts about subscriptions: taken, changed, ended. All in the stream of the subscription."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.events.fact import Fact, record


@record("subscription.started/1")
@dataclass(frozen=True, kw_only=True)
class SubscriptionStarted(Fact):
    """An account takes a plan from a day on. ``anchor`` is the day of month its periods turn.

    ``quantity`` says how many of an item (seats); an item that is not named counts once.
    """

    subscription: str
    account: str
    entity: str
    plan: str
    starts_on: date
    anchor: int
    quantity: dict[str, Decimal]
    overrides: tuple[dict[str, Any], ...] = ()
    trial_until: date | None = None


@record("subscription.changed/1")
@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(Fact):
    """From a day on a subscription has another plan, other quantities, or both.

    Only what changes is named; the rest stays as it is on that day. Changes hold in the order of
    ``starts_on``, of one day in the order in which they were recorded.
    """

    subscription: str
    account: str
    starts_on: date
    plan: str | None = None
    quantity: dict[str, Decimal] = field(default_factory=dict)


@record("subscription.ended/1")
@dataclass(frozen=True, kw_only=True)
class SubscriptionEnded(Fact):
    """A subscription ends: ``ends_on`` is the first day without service.

    With ``credit_unused`` what was billed in advance and is not earned by then goes back.
    """

    subscription: str
    account: str
    ends_on: date
    credit_unused: bool = False
