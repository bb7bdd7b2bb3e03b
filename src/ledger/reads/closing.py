"""How closed periods stand: whether their balances, computed anew, still have their digest."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Protocol

from ledger.money import plain
from ledger.reads import audit, journal
from ledger.store.canonical import canonical
from ledger.store.transaction import Transaction


class Balance(Protocol):
    """Debits and credits of an account."""

    @property
    def account(self) -> str:
        """The account."""

    @property
    def debit(self) -> Decimal:
        """The sum of its debits."""

    @property
    def credit(self) -> Decimal:
        """The sum of its credits."""


@dataclass(frozen=True)
class Standing:
    """A period that was ever closed: its state, its digest, and the one that it has now.

    ``recomputed`` is of the position of the closing and None unless the period is closed.
    """

    entity: str
    period: str
    state: str
    since: datetime
    digest: str | None
    at_position: int | None
    recomputed: str | None
    entries_after_reopening: int

    @property
    def stands(self) -> bool | None:
        """Say whether the closed balances are still those; None while it is not closed."""
        return None if self.recomputed is None else self.recomputed == self.digest


def digest_of(balances: Iterable[Balance]) -> str:
    """Return the digest of a trial balance, its accounts in order."""
    told = [[row.account, plain(row.debit), plain(row.credit)] for row in balances]
    return sha256(canonical(told)).hexdigest()


def standings(tx: Transaction, entity: str | None = None) -> list[Standing]:
    """Return how every period stands that was ever closed."""
    balances: dict[tuple[str, str], list[audit.ClosedBalance]] = defaultdict(list)
    for row in tx.all(audit.closed_balances(entity)):
        balances[row.entity, row.period].append(row)
    counts = {
        (row.entity, row.period): row.entries for row in tx.all(audit.reopened_counts(entity))
    }
    return [
        Standing(
            row.entity,
            row.period,
            row.state,
            row.recorded_at,
            row.digest,
            row.at_position,
            digest_of(balances[row.entity, row.period]) if row.state == "closed" else None,
            counts.get((row.entity, row.period), 0),
        )
        for row in tx.all(journal.periods(entity))
    ]
