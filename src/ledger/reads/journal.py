"""Reads of the journal: lines, entries, trial balances."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.consolidation.translation import Held
from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class JournalRow:
    """A journal line with its entry; its id in reports is ``<position>.<line>``."""

    position: int
    line: int
    entry: str
    entity: str
    currency: str
    posted_on: date
    period: str
    rule: str
    text: str
    account: str
    amount: Decimal
    customer: str | None
    invoice: str | None
    invoice_line: int | None
    charge: str | None
    payment: str | None
    grant_id: str | None
    discount: str | None
    service_from: date | None
    service_to: date | None
    document: str | None
    stream: UUID
    version: int
    recorded_at: datetime
    foreign_currency: str | None
    foreign_amount: Decimal | None
    counterparty: str | None
    reverses: str | None
    reference: str | None
    actor: str | None
    approved_by: str | None

    @property
    def id(self) -> str:
        """The line's id, e.g. ``871.2``."""
        return f"{self.position}.{self.line}"


@dataclass(frozen=True)
class TrialBalanceRow:
    """Debits, credits and balance (debit positive) of one account of an entity."""

    entity: str
    currency: str
    account: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True)
class MonthMoveRow:
    """What one account of an entity moved in a month, debit positive."""

    entity: str
    currency: str
    period: str
    account: str
    amount: Decimal


@dataclass(frozen=True)
class PeriodRow:
    """A period that was closed, soft or for good, and how it stands."""

    entity: str
    period: str
    state: str
    digest: str | None
    at_position: int | None
    version: int
    position: int
    recorded_at: datetime


def periods(entity: str | None = None) -> Query[PeriodRow]:
    """The periods that were ever closed; every other one is open."""
    return query("journal", "periods", PeriodRow, entity=entity)


def trial_balance(
    entity: str | None = None, *, as_of: date | None = None, at: int | None = None
) -> Query[TrialBalanceRow]:
    """The trial balance of everything posted, up to an accounting date, as at a position."""
    if at is not None:
        params = {"entity": entity, "as_of": as_of, "position": at}
        return query("journal", "trial_balance_at", TrialBalanceRow, **params)
    if as_of is not None:
        return query("journal", "trial_balance_as_of", TrialBalanceRow, entity=entity, as_of=as_of)
    return query("journal", "trial_balance", TrialBalanceRow, entity=entity)


def month_moves(
    entity: str | None, position: int, as_of: date | None = None
) -> Query[MonthMoveRow]:
    """What each account moved per month, as at a position, up to an accounting date."""
    params = {"entity": entity, "position": position, "as_of": as_of}
    return query("journal", "month_moves", MonthMoveRow, **params)


def translatable(as_of: date, results: Collection[str], *, at: int | None = None) -> Query[Held]:
    """What every account holds by a day, as at a position; results by their posting dates."""
    params = {"daily": list(results), "as_of": as_of, "position": at}
    return query("journal", "translatable", Held, **params)


def journal_lines(
    *,
    entity: str | None = None,
    account: str | None = None,
    customer: str | None = None,
    period: str | None = None,
    after: tuple[int, int] = (0, 0),
    limit: int = 1_000,
) -> Query[JournalRow]:
    """A page of journal lines after a (position, line), in the order of posting."""
    return query(
        "journal",
        "journal_lines",
        JournalRow,
        entity=entity,
        account=account,
        customer=customer,
        period=period,
        after=after[0],
        after_line=after[1],
        limit=limit,
    )


def entries(positions: Collection[int]) -> Query[JournalRow]:
    """The lines of the journal entries at these positions of lane 0."""
    return query("journal", "entries", JournalRow, positions=list(positions))


def lines_of_charges(charges: Collection[str]) -> Query[JournalRow]:
    """The journal lines that came from the charges named."""
    return query("journal", "lines_of_charges", JournalRow, charges=list(charges))


def lines_of_invoices(numbers: Collection[str]) -> Query[JournalRow]:
    """The journal lines that concern the documents named."""
    return query("journal", "lines_of_invoices", JournalRow, numbers=list(numbers))


def lines_of_payments(payments: Collection[str]) -> Query[JournalRow]:
    """The journal lines of the payments named."""
    return query("journal", "lines_of_payments", JournalRow, payments=list(payments))
