"""Facts about usage events: recorded, corrected, voided, received, replayed."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.events.fact import Fact, record


@record("usage.recorded/1")
@dataclass(frozen=True, kw_only=True)
class UsageRecorded(Fact):
    """A usage event was accepted. It carries what its meter took from it, for ever.

    ``quantity`` is what the meter adds up, compares or keeps (1 for count and unique_count),
    ``key`` the distinct value of a unique_count meter, ``dimensions`` the declared properties that
    are not empty. ``properties`` stand as they were sent. ``timestamp`` is the event's time.
    """

    source: str
    id: str
    account: str
    meter: str
    properties: dict[str, Any] = field(default_factory=dict)
    quantity: Decimal
    key: str | None = None
    dimensions: dict[str, str] = field(default_factory=dict)
    subscription: str | None = None


@record("usage.corrected/1")
@dataclass(frozen=True, kw_only=True)
class UsageCorrected(Fact):
    """The whole content of a usage event was replaced; ``timestamp`` stays the event's time."""

    source: str
    id: str
    account: str
    meter: str
    properties: dict[str, Any] = field(default_factory=dict)
    quantity: Decimal
    reason: str
    key: str | None = None
    dimensions: dict[str, str] = field(default_factory=dict)
    subscription: str | None = None


@record("usage.voided/1")
@dataclass(frozen=True, kw_only=True)
class UsageVoided(Fact):
    """A usage event was declared void: it counts no more; ``timestamp`` stays the event's time."""

    source: str
    id: str
    account: str
    meter: str
    reason: str


@record("usage.received/1")
@dataclass(frozen=True, kw_only=True)
class UsageReceived(Fact):
    """How many events of a flush were not accepted, per source and day of receipt (UTC).

    Accepted events count themselves. ``dead_lettered`` maps a refusal code to its count.
    """

    source: str
    day: str
    duplicate: int
    dead_lettered: dict[str, int] = field(default_factory=dict)


@record("usage.replayed/1")
@dataclass(frozen=True, kw_only=True)
class UsageReplayed(Fact):
    """A dead letter was sent through again and left the list: its event now counts as ``outcome``.

    ``source`` and ``day`` are those under which it was received. ``outcome`` is accepted or
    duplicate; an event that is refused again stays a dead letter and makes no fact.
    """

    dead_letter: str
    source: str
    day: str
    code: str
    outcome: str
