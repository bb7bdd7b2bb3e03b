"""The financial statements: balance sheet and income statement, with comparative columns.

A file holds the accounts and the result; the sums between them are drawn for people only.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.cli.drawing import Drawing, worth
from ledger.cli.output import Report, money
from ledger.cli.reports.asked import Asked
from ledger.money import ZERO
from ledger.periods import period_of
from ledger.posting.chart import ChartClass
from ledger.reads import financials as reads
from ledger.reads.financials import Column, Section, Statement
from ledger.store.transaction import Transaction

EQUITY = "Equity"
RESULT_TO_DATE, RESULT = "Result to date", "Result"
NAMES = ("entity", "class", "account", "name")
SHEET = (ChartClass.ASSETS.value, ChartClass.LIABILITIES.value, EQUITY)
INCOME = (ChartClass.INCOME.value, ChartClass.EXPENSES.value)


def balance_sheet(tx: Transaction, asked: Asked) -> Report:
    """Assets, liabilities and equity at the end of ``--as-of``, and of another day beside it."""
    days = [asked.last] if asked.compare is None else [asked.last, asked.compare]
    found = reads.balance_sheets(tx, days, asked.entity, at=asked.at)
    shape = {each.entity: _sheet_shape(each, asked) for each in found}
    rows = [row for each in found for row in _sheet(each, drawn=False)]
    drawn = [row for each in found for row in _sheet(each, drawn=True)]
    return Report((*NAMES, *_heads(asked), "currency"), rows, shape, drawn=drawn)


def income_statement(tx: Transaction, asked: Asked) -> Report:
    """Income, expenses and result from ``--from`` to the end of ``--as-of``."""
    column, months = _columns(asked)
    columns = [column] if asked.compare is None else [column, reads.compared(column, asked.compare)]
    found = reads.income_statements(tx, [*columns, *months], asked.entity, at=asked.at)
    heads = [f"#{period_of(each.from_)}" for each in months if each.from_] + _heads(asked)
    shape = {each.entity: _income_shape(each, len(columns)) for each in found}
    rows = [row for each in found for row in _income(each, len(columns), drawn=False)]
    drawn = [row for each in found for row in _income(each, len(columns), drawn=True)]
    drawings = worth([_by_month(each, len(columns)) for each in found])
    return Report((*NAMES, *heads, "currency"), rows, shape, drawn=drawn, drawings=drawings)


def _by_month(one: Statement, beside: int) -> Drawing:
    """Return the income of each month; without months there is nothing to draw."""
    income = one.section(ChartClass.INCOME).totals
    months = [
        (period_of(column.from_), income[place])
        for place, column in enumerate(one.columns)
        if place >= beside and column.from_
    ]
    return Drawing(f"Income of {one.entity} by month", one.currency, months)


def _columns(asked: Asked) -> tuple[Column, list[Column]]:
    """Return the whole column, and its months; by months it has to begin and end."""
    if not asked.by_month:
        return Column(asked.first, asked.last), []
    end = asked.last or asked.today
    whole = Column(asked.first or date(end.year, 1, 1), end)
    return whole, reads.months_of(whole)


def _heads(asked: Asked) -> list[str]:
    return ["#amount"] if asked.compare is None else ["#amount", "#compared", "#change"]


def _sheet(one: Statement, *, drawn: bool) -> Iterator[tuple[Any, ...]]:
    for name in SHEET:
        section = one.section(name)
        for line in section.lines:
            yield _row(one, name, line.account, line.name, line.amounts)
        totals = section.totals
        if name == EQUITY:
            yield _row(one, name, None, RESULT_TO_DATE, one.result)
            totals = _plus(totals, one.result)
        if drawn:
            yield _row(one, name, None, f"Total {name.lower()}", totals)
    if drawn:
        yield _row(one, None, None, "Difference", one.difference)


def _income(one: Statement, beside: int, *, drawn: bool) -> Iterator[tuple[Any, ...]]:
    """Yield the months first, then the whole, then what it is compared with."""

    def turned(amounts: Sequence[Decimal]) -> Sequence[Decimal]:
        return (*amounts[beside:], *amounts[:beside])

    months = len(one.columns) - beside
    for name in INCOME:
        section = one.section(name)
        for line in section.lines:
            yield _row(one, name, line.account, line.name, turned(line.amounts), months)
        if drawn:
            total = f"Total {name.lower()}"
            yield _row(one, name, None, total, turned(section.totals), months)
    yield _row(one, None, None, RESULT, turned(one.result), months)


def _row(
    one: Statement,
    section: str | None,
    account: str | None,
    name: str,
    amounts: Sequence[Decimal],
    months: int = 0,
) -> tuple[Any, ...]:
    """Return a row; where two columns are compared, their difference follows them."""
    last = amounts[months:]
    change = [last[0] - last[1]] if len(last) == 2 else []
    told = [money(amount, one.currency) for amount in (*amounts, *change)]
    return (one.entity, section, account, name, *told, one.currency)


def _sheet_shape(one: Statement, asked: Asked) -> dict[str, Any]:
    days = [asked.last, asked.compare]
    sides = [
        {"as_of": day, **_balance(one, place)} for place, day in enumerate(days[: len(one.columns)])
    ]
    return {
        "currency": one.currency,
        **sides[0],
        "compared": sides[1] if len(sides) > 1 else None,
    }


def _balance(one: Statement, place: int) -> dict[str, Any]:
    result = one.result[place]
    equity = _section(one, one.section(EQUITY), place, result)
    return {
        "assets": _section(one, one.section(ChartClass.ASSETS), place),
        "liabilities": _section(one, one.section(ChartClass.LIABILITIES), place),
        "equity": {**equity, "result_to_date": money(result, one.currency)},
        "difference": money(one.difference[place], one.currency),
    }


def _income_shape(one: Statement, beside: int) -> dict[str, Any]:
    whole = [_period(one, place) for place in range(len(one.columns))]
    months = {
        period_of(column.from_): whole[place]
        for place, column in enumerate(one.columns)
        if place >= beside and column.from_
    }
    return {
        "currency": one.currency,
        **whole[0],
        "compared": whole[1] if beside > 1 else None,
        "months": months or None,
    }


def _period(one: Statement, place: int) -> dict[str, Any]:
    column = one.columns[place]
    return {
        "from": column.from_,
        "as_of": column.to,
        "income": _section(one, one.section(ChartClass.INCOME), place),
        "expenses": _section(one, one.section(ChartClass.EXPENSES), place),
        "result": money(one.result[place], one.currency),
    }


def _section(one: Statement, section: Section, place: int, more: Decimal = ZERO) -> dict[str, Any]:
    accounts = {
        line.account: money(line.amounts[place], one.currency)
        for line in section.lines
        if line.amounts[place]
    }
    return {"accounts": accounts, "total": money(section.totals[place] + more, one.currency)}


def _plus(one: Iterable[Decimal], other: Iterable[Decimal]) -> tuple[Decimal, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))
