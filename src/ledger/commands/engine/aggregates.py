"""Accounts, subscriptions and payments as the events of their streams leave them.

The functional style of the eventsourcing library: frozen events, a frozen state, and for each a
function from (state, events) to state that ``Repository.get`` is given.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from ledger.catalog.parties import account_on
from ledger.events.cash import PaymentCaptured, PaymentFailed, PaymentReturned
from ledger.events.catalog import (
    AccountChanged,
    AccountCredited,
    AccountDiscounted,
    AccountErased,
    AccountOpened,
    AccountSubscribed,
)
from ledger.events.fact import Cause, Fact
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.rating.timeline import Agreement


@dataclass(frozen=True)
class Account:
    """A customer account and the subscriptions it has taken, oldest first."""

    id: UUID
    version: int
    opened: AccountOpened
    subscriptions: tuple[str, ...] = ()
    changes: tuple[AccountChanged, ...] = ()
    erased: bool = False

    def on(self, day: date) -> AccountOpened:
        """Return the account as it is on a day."""
        return account_on(self.opened, self.changes, day)

    @property
    def cause(self) -> Cause:
        """The opening, as a cause."""
        return self.opened.cause


@dataclass(frozen=True)
class Subscription:
    """A subscription as it was agreed; ``version`` is that of its stream."""

    id: UUID
    version: int
    agreement: Agreement

    @property
    def started(self) -> SubscriptionStarted:
        """How it began."""
        return self.agreement.started


@dataclass(frozen=True)
class Payment:
    """A payment as it came in; one that only failed so far has not."""

    id: UUID
    version: int
    captured: PaymentCaptured | None = None


@dataclass(frozen=True)
class Captured:
    """A payment that came in."""

    id: UUID
    version: int
    captured: PaymentCaptured


State = TypeVar("State")
Mutator = Callable[[Fact, State | None], State | None]
Projector = Callable[[State | None, Iterable[Fact]], State | None]


def projector(mutate: Mutator[State]) -> Projector[State]:
    """Return the function that folds events with this mutator."""

    def project(state: State | None, events: Iterable[Fact]) -> State | None:
        for event in events:
            state = mutate(event, state)
        return state

    return project


def _account(event: Fact, state: Account | None) -> Account | None:
    match event:
        case AccountOpened():
            return Account(event.originator_id, event.originator_version, event)
        case AccountSubscribed() if state is not None:
            return replace(
                state,
                version=event.originator_version,
                subscriptions=(*state.subscriptions, event.subscription),
            )
        case AccountChanged() if state is not None:
            changes = (*state.changes, event)
            return replace(state, version=event.originator_version, changes=changes)
        case AccountErased() if state is not None:
            return replace(state, version=event.originator_version, erased=True)
        case AccountCredited() | AccountDiscounted() if state is not None:
            return replace(state, version=event.originator_version)
    return state


def _subscription(event: Fact, state: Subscription | None) -> Subscription | None:
    version = event.originator_version
    match event:
        case SubscriptionStarted():
            return Subscription(event.originator_id, version, Agreement(event))
        case SubscriptionChanged() if state is not None:
            changes = (*state.agreement.changes, event)
            return Subscription(state.id, version, replace(state.agreement, changes=changes))
        case SubscriptionEnded() if state is not None:
            return Subscription(state.id, version, replace(state.agreement, ended=event))
    return state


def _payment(event: Fact, state: Payment | None) -> Payment | None:
    match event:
        case PaymentCaptured():
            return Payment(event.originator_id, event.originator_version, event)
        case PaymentFailed():
            return Payment(event.originator_id, event.originator_version)
        case PaymentReturned() if state is not None:
            return replace(state, version=event.originator_version)
    return state


project_account = projector(_account)
project_subscription = projector(_subscription)
project_payment = projector(_payment)
