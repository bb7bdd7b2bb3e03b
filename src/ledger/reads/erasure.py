"""Reads of what stands in the way of erasing an account."""

from dataclasses import dataclass
from datetime import date

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class LiveBelow:
    """A subscription that lives."""

    subscription: str


@dataclass(frozen=True)
class Unbilled:
    """A charge that is not billed in full."""

    charge: str


def live_below(account: str, on: date) -> Query[LiveBelow]:
    """The subscriptions that live after a day, of an account and of those it pays for."""
    return query("subscriptions", "live_below", LiveBelow, account=account, on=on)


def unbilled_below(account: str) -> Query[Unbilled]:
    """The charges not billed in full, of an account and of those it pays for."""
    return query("charges", "unbilled_below", Unbilled, account=account)
