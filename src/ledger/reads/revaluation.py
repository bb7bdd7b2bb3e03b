"""Reads of what monetary accounts hold in other currencies, and of what exchange rates made of it.

All are of the end of a day, as known at a position of lane 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.posting.chart import EXCHANGE_GAIN
from ledger.posting.revaluation import RULES
from ledger.reads.queries import query
from ledger.receivables.revaluation import Position
from ledger.store.database import Query

START = ("", "", "", "")


@dataclass(frozen=True)
class ForeignCurrency:
    """A currency, other than its own, in which an entity has something on one of the accounts."""

    entity: str
    currency: str
    foreign_currency: str


@dataclass(frozen=True)
class Realised:
    """What one journal entry gained (negative) or lost by exchange rates, on account 7000."""

    entity: str
    currency: str
    position: int
    line: int
    entry: str
    posted_on: date
    rule: str
    text: str
    document: str | None
    customer: str | None
    amount: Decimal

    @property
    def id(self) -> str:
        """The first such line's id, e.g. ``871.2``."""
        return f"{self.position}.{self.line}"

    @property
    def key(self) -> tuple[str, int]:
        """Where the page after it begins."""
        return self.entity, self.position


def foreign_currencies(
    accounts: Sequence[str], *, entity: str | None = None, as_of: date, at: int | None = None
) -> Query[ForeignCurrency]:
    """The entities and currencies in which something was ever posted to one of the accounts."""
    return query(
        "journal",
        "foreign_currencies",
        ForeignCurrency,
        accounts=list(accounts),
        entity=entity,
        as_of=as_of,
        at=at,
    )


def positions(
    entity: str,
    currency: str,
    accounts: Sequence[str],
    *,
    as_of: date,
    at: int | None = None,
    after: tuple[str, str, str, str] = START,
    limit: int = 1_000,
) -> Query[Position]:
    """A page of the positions of an entity in one currency; a receivable is one per invoice."""
    return query(
        "journal",
        "foreign_positions",
        Position,
        entity=entity,
        currency=currency,
        accounts=list(accounts),
        rules=list(RULES),
        as_of=as_of,
        at=at,
        after_account=after[0],
        after_customer=after[1],
        after_counterparty=after[2],
        after_invoice=after[3],
        limit=limit,
    )


def realised(
    entity: str | None = None,
    *,
    from_: date,
    as_of: date,
    at: int | None = None,
    after: tuple[str, int] = ("", 0),
    limit: int = 1_000,
) -> Query[Realised]:
    """A page of the entries with realised gains or losses from a day to a day, by entity."""
    return query(
        "journal",
        "realised_exchange",
        Realised,
        entity=entity,
        account=EXCHANGE_GAIN,
        from_=from_,
        as_of=as_of,
        at=at,
        after_entity=after[0],
        after=after[1],
        limit=limit,
    )
