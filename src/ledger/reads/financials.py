"""Financial statements from the journal: balance sheet and income statement, in any columns.

A column is an interval of posting dates; one read sums what lies between all their ends, so every
column is of one moment. Amounts have the sign their class is read with: assets and expenses debit
positive, liabilities, equity and income credit positive. Income accounts are never closed: the
result to date stands in equity.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from ledger.money import ZERO
from ledger.periods import DAY, first_day, following, last_day, period_of
from ledger.posting.accounts import Chart
from ledger.posting.chart import ChartClass
from ledger.reads import general_ledger
from ledger.reads.chart import charted
from ledger.reads.general_ledger import Moves
from ledger.store.transaction import Transaction

DEBIT_POSITIVE = (ChartClass.ASSETS, ChartClass.EXPENSES)
RESULT_CLASSES = (ChartClass.INCOME, ChartClass.EXPENSES)

Amounts = tuple[Decimal, ...]
"""One amount per column of a statement."""


@dataclass(frozen=True)
class Column:
    """The posting dates that a column sums, inclusive; None is without an end."""

    from_: date | None
    to: date | None


@dataclass(frozen=True)
class StatementLine:
    """An account and its amounts."""

    account: str
    name: str
    amounts: Amounts


@dataclass(frozen=True)
class Section:
    """The accounts of one class that hold something, and their sums."""

    name: str
    lines: tuple[StatementLine, ...]
    totals: Amounts


@dataclass(frozen=True)
class Statement:
    """The sections of one entity, and its result: income less expenses."""

    entity: str
    currency: str
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    result: Amounts

    def section(self, name: str) -> Section:
        """Return a section by the name of its class; an empty one if it holds nothing."""
        none = Section(name, (), (ZERO,) * len(self.columns))
        return next((each for each in self.sections if each.name == name), none)

    @property
    def difference(self) -> Amounts:
        """Assets less liabilities, equity and the result to date: zero, or the books are wrong."""
        others = [each.totals for each in self.sections if each.name not in _DEBITS]
        assets = self.section(ChartClass.ASSETS).totals
        return tuple(
            asset - sum((totals[n] for totals in others), ZERO) - self.result[n]
            for n, asset in enumerate(assets)
        )


_DEBITS = tuple(each.value for each in DEBIT_POSITIVE)


def balance_sheets(
    tx: Transaction,
    days: Sequence[date | None],
    entity: str | None = None,
    *,
    at: int | None = None,
) -> list[Statement]:
    """Return the balance sheet of every entity, a column for each day (None: all posted)."""
    columns, chart = tuple(Column(None, day) for day in days), charted(tx, at)
    return [
        _statement(moved, columns, chart, balance=True)
        for moved in _by_entity(tx, columns, entity, at)
    ]


def income_statements(
    tx: Transaction,
    columns: Sequence[Column],
    entity: str | None = None,
    *,
    at: int | None = None,
) -> list[Statement]:
    """Return the income statement of every entity with postings."""
    found, chart = _by_entity(tx, columns, entity, at), charted(tx, at)
    return [_statement(moved, tuple(columns), chart, balance=False) for moved in found]


def compared(column: Column, day: date) -> Column:
    """Return the column of equal length that ends on another day: as many months, else days, off.

    October to December 2026 against 2025-12-31 begins on 2025-10-01.
    """
    if column.from_ is None or column.to is None:
        return Column(column.from_, day)
    months = (day.year - column.to.year) * 12 + day.month - column.to.month
    if not months:
        return Column(column.from_ + (day - column.to), day)
    index = column.from_.year * 12 + column.from_.month - 1 + months
    period = f"{index // 12:04d}-{index % 12 + 1:02d}"
    start = min(first_day(period) + (column.from_.day - 1) * DAY, last_day(period))
    return Column(start, day)


def months_of(column: Column) -> list[Column]:
    """Cut a column that has both ends into months."""
    assert column.from_ is not None
    assert column.to is not None
    found, start = [], column.from_
    while start <= column.to:
        period = period_of(start)
        found.append(Column(start, min(last_day(period), column.to)))
        start = first_day(following(period))
    return found


def _by_entity(
    tx: Transaction, columns: Sequence[Column], entity: str | None, at: int | None
) -> list[list[tuple[Moves, Amounts]]]:
    """Return the moves of each entity with what they add to each column."""
    marks = sorted({mark for column in columns for mark in _marks(column)})
    rows = tx.all(general_ledger.moves(marks, entity, at=at))
    spans = [_slots(column, marks) for column in columns]
    found = []
    for _, moved in groupby(rows, key=lambda row: row.entity):
        each = [
            (row, tuple(row.debit - row.credit if row.slot in span else ZERO for span in spans))
            for row in moved
        ]
        found.append(each)
    return found


def _marks(column: Column) -> list[date]:
    starts = [] if column.from_ is None else [column.from_]
    return starts if column.to is None else [*starts, column.to + DAY]


def _slots(column: Column, marks: list[date]) -> range:
    start = 0 if column.from_ is None else marks.index(column.from_) + 1
    stop = len(marks) + 1 if column.to is None else marks.index(column.to + DAY) + 1
    return range(start, stop)


def _statement(
    moved: list[tuple[Moves, Amounts]], columns: tuple[Column, ...], chart: Chart, *, balance: bool
) -> Statement:
    head = moved[0][0]
    lines: dict[str, list[StatementLine]] = {}
    result = [ZERO] * len(columns)
    for account, rows in groupby(moved, key=lambda pair: pair[0].account):
        known = chart.named(account, columns[0].to or date.max)
        sums = _added(amounts for _, amounts in rows)
        if known.chart_class in RESULT_CLASSES:
            result = [before - amount for before, amount in zip(result, sums, strict=True)]
        if balance == (known.chart_class in RESULT_CLASSES) or not any(sums):
            continue
        sign = 1 if known.chart_class in DEBIT_POSITIVE else -1
        shown = tuple(sign * amount for amount in sums)
        lines.setdefault(known.chart_class, []).append(StatementLine(account, known.name, shown))
    sections = tuple(
        Section(name, tuple(lines[name]), _added(each.amounts for each in lines[name]))
        for name in [each.value for each in ChartClass]
        if name in lines
    )
    return Statement(head.entity, head.currency, columns, sections, tuple(result))


def _added(rows: Iterable[Amounts]) -> Amounts:
    return tuple(sum(column, ZERO) for column in zip(*rows, strict=True))
