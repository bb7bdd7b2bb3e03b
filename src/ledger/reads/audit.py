"""Reads of auditors: journal-entry tests, cut-off, prior periods, reopened and closed periods.

``position`` is a position of the books and always stated: what was read can be read again. Pages
follow ``(position, line)``. ``result`` is income less expense, the sign of an income statement.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.reads.queries import query
from ledger.store.database import Query

START = (0, 0)


@dataclass(frozen=True)
class Population:
    """Which lines are looked at, by posting date, as the books stood at a position.

    ``accounts`` are those of income and expense, which cut-off and its neighbours look at.
    """

    position: int
    entity: str | None = None
    from_: date | None = None
    to: date | None = None
    accounts: tuple[str, ...] = ()

    def params(self) -> dict[str, Any]:
        """Return the parameters of a query."""
        params = {name.rstrip("_"): value for name, value in asdict(self).items()}
        return {**params, "accounts": list(self.accounts)}


@dataclass(frozen=True)
class _Placed:
    position: int
    line: int

    @property
    def id(self) -> str:
        """The line's id, e.g. ``871.2``."""
        return f"{self.position}.{self.line}"

    @property
    def key(self) -> tuple[int, int]:
        """Where the page after this line begins."""
        return self.position, self.line


@dataclass(frozen=True)
class TestedLine(_Placed):
    """A line with what tests of journal entries look for.

    ``entered_at`` is local to the entity, ``days`` those from the posting date to the entry.
    """

    entry: str
    entity: str
    currency: str
    account: str
    amount: Decimal
    posted_on: date
    period: str
    recorded_at: datetime
    entered_at: datetime
    actor: str | None
    approved_by: str | None
    rule: str
    text: str
    customer: str | None
    document: str | None
    reverses: str | None
    reversed_by: str | None
    days: int
    manual: bool
    weekend: bool
    night: bool
    posted_on_weekend: bool
    round: bool
    post_close: bool
    rare_pair: bool


@dataclass(frozen=True)
class PopulationTotals:
    """How much a population is."""

    entity: str
    currency: str
    entries: int
    lines: int
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class _ServiceLine(_Placed):
    entry: str
    entity: str
    currency: str
    posted_on: date
    period: str
    account: str
    amount: Decimal
    service_from: date
    service_to: date
    rule: str
    text: str
    customer: str | None
    charge: str | None
    document: str | None
    actor: str | None

    @property
    def result(self) -> Decimal:
        """What the line adds to the result."""
        return -self.amount


@dataclass(frozen=True)
class CutOffLine(_ServiceLine):
    """A line whose service is not within its month: late, early, or spanning it.

    ``deferred`` says that it was deferred before, or is now.
    """

    service_first: str
    service_last: str
    timing: str
    deferred: bool


@dataclass(frozen=True)
class YearEndLine(_ServiceLine):
    """A line posted near the turn of a year; not every one says when the service was."""

    service_from: date | None  # type: ignore[assignment]
    service_to: date | None  # type: ignore[assignment]
    other_year: bool | None


@dataclass(frozen=True)
class PriorPeriodLine(_ServiceLine):
    """A line that concerns a month which was closed when it was posted."""

    service_period: str
    cause: str


@dataclass(frozen=True)
class CutOff:
    """The lines of an account for one span of service months in one posting month."""

    entity: str
    currency: str
    account: str
    service_first: str
    service_last: str
    period: str
    timing: str
    deferred: bool
    lines: int
    result: Decimal


@dataclass(frozen=True)
class ReopenedEntry:
    """An entry posted into a period while it was reopened, and who had reopened it."""

    position: int
    entry: str
    entity: str
    currency: str
    period: str
    posted_on: date
    recorded_at: datetime
    rule: str
    text: str
    actor: str | None
    approved_by: str | None
    amount: Decimal
    reopened_position: int
    reopened_at: datetime
    reopened_by: str | None
    reopening_approved_by: str | None
    reason: str | None
    closed_position: int | None


@dataclass(frozen=True)
class ReopenedCount:
    """How many entries a period took while it was reopened."""

    entity: str
    period: str
    entries: int


@dataclass(frozen=True)
class ClosedBalance:
    """Debits and credits of an account through a closed period, as at its closing."""

    entity: str
    period: str
    account: str
    debit: Decimal
    credit: Decimal


def journal_entry_tests(
    population: Population,
    *,
    round_to: Decimal = Decimal(1_000),
    rare_below: int = 5,
    after: tuple[int, int] = START,
    limit: int = 1_000,
) -> Query[TestedLine]:
    """A page of the population for journal-entry tests; a pair is rare below so many (1-100)."""
    params = {"round_to": round_to, "rare_below": rare_below}
    return _page("journal_entry_tests", TestedLine, population, after, limit, **params)


def journal_entry_totals(population: Population) -> Query[PopulationTotals]:
    """How much the population is, per entity."""
    return query("journal", "journal_entry_totals", PopulationTotals, **population.params())


def cut_off(population: Population) -> Query[CutOff]:
    """What was posted outside of the month of its service, in sums."""
    return query("journal", "cut_off", CutOff, **population.params())


def cut_off_lines(
    population: Population, *, after: tuple[int, int] = START, limit: int = 1_000
) -> Query[CutOffLine]:
    """A page of the lines behind those sums."""
    return _page("cut_off_lines", CutOffLine, population, after, limit)


def year_end_lines(
    population: Population,
    *,
    near: int = 7,
    after: tuple[int, int] = START,
    limit: int = 1_000,
) -> Query[YearEndLine]:
    """A page of the lines of income and expense within so many days of the turn of a year."""
    return _page("year_end_lines", YearEndLine, population, after, limit, near=near)


def prior_period(
    population: Population, *, after: tuple[int, int] = START, limit: int = 1_000
) -> Query[PriorPeriodLine]:
    """A page of the lines that concern months which were closed when they were posted."""
    return _page("prior_period", PriorPeriodLine, population, after, limit)


def reopened(population: Population, *, after: int = 0, limit: int = 1_000) -> Query[ReopenedEntry]:
    """A page of the entries posted between a reopening and the next closing."""
    params = {**population.params(), "after": after, "limit": limit}
    return query("journal", "reopened", ReopenedEntry, **params)


def reopened_counts(entity: str | None = None) -> Query[ReopenedCount]:
    """How many entries each period took while it was reopened."""
    return query("journal", "reopened_counts", ReopenedCount, entity=entity)


def closed_balances(entity: str | None = None) -> Query[ClosedBalance]:
    """What the digest of every closed period was taken over, computed anew."""
    return query("journal", "closed_balances", ClosedBalance, entity=entity)


def _page(
    name: str,
    row: type[Any],
    population: Population,
    after: tuple[int, int],
    limit: int,
    **params: Any,
) -> Query[Any]:
    return query(
        "journal",
        name,
        row,
        **population.params(),
        after=after[0],
        after_line=after[1],
        limit=limit,
        **params,
    )
