"""What holds of a legal entity or an account on a day, of all that was said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from ledger.events.catalog import AccountChanged, AccountOpened, EntityChanged, EntityRegistered
from ledger.events.fact import Fact

Change = TypeVar("Change", AccountChanged, EntityChanged)
ACCOUNT = ("person", "has_vat_id", "country", "tax", "time_zone", "payment_terms_days")
ENTITY = ("name", "vat_id", "address")


def account_on(
    opened: AccountOpened, changes: Iterable[AccountChanged], day: date
) -> AccountOpened:
    """Return an account as if it had been opened as it is on a day."""
    for change in _until(changes, day):
        opened = replace(opened, **_named(change, ACCOUNT))
    return opened


def entity_on(
    registered: EntityRegistered, changes: Iterable[EntityChanged], day: date
) -> EntityRegistered:
    """Return an entity as if it had been registered as it is on a day."""
    for change in _until(changes, day):
        policies = {**registered.policies, **change.policies}
        registered = replace(registered, policies=policies, **_named(change, ENTITY))
    return registered


def entity_of(facts: Sequence[Fact], day: date) -> EntityRegistered:
    """Return an entity as it is on a day, from the facts of its stream."""
    registered, *changes = facts
    assert isinstance(registered, EntityRegistered), registered
    return entity_on(registered, [one for one in changes if isinstance(one, EntityChanged)], day)


def _until(changes: Iterable[Change], day: date) -> list[Change]:
    """Return what changed by a day, in order; of one day in the order of recording."""
    found = [change for change in changes if change.starts_on <= day]
    return sorted(found, key=lambda change: (change.starts_on, change.originator_version))


def _named(change: AccountChanged | EntityChanged, fields: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(change, name) for name in fields}
    return {name: value for name, value in values.items() if value is not None}
