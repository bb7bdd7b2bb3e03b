"""The general ledger: every account with what it opened with, its lines, and what it closed with.

It is of one position of the books throughout, the one asked for or the last, so that facts which
come in while a long one is written change nothing in it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ledger.cli.output import Report, money
from ledger.cli.reports.asked import PAGE, Asked, every
from ledger.posting.accounts import Chart
from ledger.reads import general_ledger as reads
from ledger.reads import log
from ledger.reads.chart import charted
from ledger.reads.general_ledger import AccountTotals, Extract, LedgerLine, Mark
from ledger.store.transaction import Transaction

COLUMNS = (
    *("entity", "account", "name", "what", "line", "on", "entry", "rule", "text", "customer"),
    *("document", "#debit", "#credit", "#balance", "currency"),
)


def general_ledger(tx: Transaction, asked: Asked) -> Report:
    """The general ledger from ``--from`` to the end of ``--as-of``, or of a ``--period``."""
    chart = charted(tx, asked.at)
    if asked.ledger_account is not None:
        chart.account(asked.ledger_account, field="ledger_account")
    wanted = Extract(
        asked.entity,
        asked.ledger_account,
        asked.first,
        asked.last,
        asked.at if asked.at is not None else seen(tx),
        asked.account,
    )
    accounts = reads.totals(tx, wanted)
    rows = (row for one in accounts for row in _rows(tx, one, wanted, chart))
    return Report(COLUMNS, rows, (_shape(tx, one, wanted, chart) for one in accounts))


def seen(tx: Transaction) -> int:
    """Return the position up to which the books are folded."""
    found = tx.one(log.seen())
    assert found is not None
    return found.position


def _lines(tx: Transaction, one: AccountTotals, wanted: Extract) -> Iterator[LedgerLine]:
    extract = replace(wanted, entity=one.entity, account=one.account)
    return every(
        tx,
        lambda mark: reads.lines(extract, after=mark, limit=PAGE),
        lambda row: row.mark,
        Mark(balance=one.opening),
    )


def _rows(
    tx: Transaction, one: AccountTotals, wanted: Extract, chart: Chart
) -> Iterator[tuple[Any, ...]]:
    name = chart.named(one.account).name
    about, nothing = (one.entity, one.account, name), (None,) * 5
    opening, debit, credit, closing = _sums(one)
    yield (*about, "opening", None, wanted.from_, *nothing, None, None, opening, one.currency)
    for row in _lines(tx, one, wanted):
        told = (row.id, row.posted_on, row.entry, row.rule, row.text, row.customer, row.document)
        yield (*about, "line", *told, *sides(row), money(row.balance, row.currency), row.currency)
    yield (*about, "closing", None, wanted.to, *nothing, debit, credit, closing, one.currency)


def _shape(tx: Transaction, one: AccountTotals, wanted: Extract, chart: Chart) -> dict[str, Any]:
    opening, debit, credit, closing = _sums(one)
    return {
        "entity": one.entity,
        "account": one.account,
        "name": chart.named(one.account).name,
        "currency": one.currency,
        "from": wanted.from_,
        "as_of": wanted.to,
        "position": wanted.at,
        "opening": opening,
        "debit": debit,
        "credit": credit,
        "closing": closing,
        "lines": (_line(row) for row in _lines(tx, one, wanted)),
    }


def _line(row: LedgerLine) -> dict[str, Any]:
    debit, credit = sides(row)
    return {
        "line": row.id,
        "on": row.posted_on,
        "entry": row.entry,
        "rule": row.rule,
        "text": row.text,
        "customer": row.customer,
        "document": row.document,
        "debit": debit,
        "credit": credit,
        "balance": money(row.balance, row.currency),
    }


def sides(row: Any) -> tuple[str | None, str | None]:
    """Return the debit and the credit of a line; one of them is None."""
    amount = money(abs(row.amount), row.currency)
    return (amount, None) if row.amount > 0 else (None, amount)


def _sums(one: AccountTotals) -> tuple[str, ...]:
    amounts = (one.opening, one.debit, one.credit, one.closing)
    return tuple(money(amount, one.currency) for amount in amounts)
