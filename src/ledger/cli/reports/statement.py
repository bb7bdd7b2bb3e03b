"""The account statement: what an account owed, everything that moved it, and what it owes."""

from collections.abc import Iterator
from typing import Any

from ledger.cli.output import Report, money
from ledger.cli.reports.asked import Asked, every
from ledger.cli.reports.owed import scope_of
from ledger.reads import receivables
from ledger.reads.queries import FIRST_DAY
from ledger.store.transaction import Transaction

COLUMNS = ("account", "day", "what", "document", "invoice", "#change", "#balance", "currency")


def statement(tx: Transaction, asked: Asked) -> Report:
    """The statement of an account, or of all, from ``--from`` to the end of ``--as-of``."""
    found = every(
        tx,
        lambda after: receivables.statement_totals(scope_of(asked), from_=asked.from_, after=after),
        lambda row: row.account,
        "",
    )
    table: list[tuple[Any, ...]] = []
    shapes = []
    for totals in found:
        lines = list(_lines(tx, asked, totals.account))
        table += [
            _total(totals, asked.from_, "opening", totals.opening),
            *map(_row, lines),
            _total(totals, asked.as_of, "closing", totals.closing),
        ]
        shapes.append(_shape(totals, lines))
    return Report(COLUMNS, table, shapes)


def _lines(tx: Transaction, asked: Asked, account: str) -> Iterator[receivables.StatementLine]:
    return every(
        tx,
        lambda after: receivables.statement(
            account, from_=asked.from_, to=asked.as_of, at=asked.at, after=after
        ),
        lambda row: (row.day, row.position),
        (FIRST_DAY, 0),
    )


def _total(
    totals: receivables.StatementTotals, day: Any, what: str, amount: Any
) -> tuple[Any, ...]:
    balance = money(amount, totals.currency)
    return (totals.account, day, what, None, None, None, balance, totals.currency)


def _row(line: receivables.StatementLine) -> tuple[Any, ...]:
    return (
        line.account,
        line.day,
        line.kind,
        line.document,
        line.invoice,
        money(line.change, line.currency),
        money(line.balance, line.currency),
        line.currency,
    )


def _shape(
    totals: receivables.StatementTotals, lines: list[receivables.StatementLine]
) -> dict[str, Any]:
    return {
        "account": totals.account,
        "entity": totals.entity,
        "currency": totals.currency,
        "opening": money(totals.opening, totals.currency),
        "lines": [
            {
                "day": line.day,
                "kind": line.kind,
                "document": line.document,
                "invoice": line.invoice,
                "position": line.position,
                "change": money(line.change, line.currency),
                "balance": money(line.balance, line.currency),
                "receivable": money(line.receivable, line.currency),
                "disputed": money(line.disputed, line.currency),
                "unapplied": money(line.unapplied, line.currency),
                "credit": money(line.credit, line.currency),
            }
            for line in lines
        ],
        "closing": money(totals.closing, totals.currency),
        "disputed": money(totals.disputed, totals.currency),
    }
