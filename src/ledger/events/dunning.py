"""Facts about reminding customers of what is overdue."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class DunningStep:
    """A reminder, sent when an invoice is so many days overdue."""

    days: int
    name: str


@record("dunning_policy.set/1")
@dataclass(frozen=True, kw_only=True)
class DunningPolicySet(Fact):
    """The reminders of an entity from a day on, earliest first; none ends them."""

    entity: str
    starts_on: date
    steps: tuple[DunningStep, ...]


@record("dunning.stepped/1")
@dataclass(frozen=True, kw_only=True)
class DunningStepped(Fact):
    """An invoice reached a reminder: the message is due. ``policy_version`` is that of its stream.

    ``days`` is the step's, ``days_overdue`` how late the invoice was, ``open`` what it still owes.
    """

    invoice: str
    entity: str
    account: str
    currency: str
    on: date
    step: int
    name: str
    days: int
    days_overdue: int
    due_on: date
    open: Decimal
    policy_version: int
