"""Reports of the books: the trial balance, and the journal line by line."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.money import ZERO
from ledger.posting.accounts import Chart
from ledger.reads import journal as reads
from ledger.reads.chart import charted
from ledger.reads.closing import Standing, standings
from ledger.store.transaction import Transaction


def trial_balance(tx: Transaction, asked: Asked) -> Report:
    """Every account's balance, debit positive; zero accounts are left out."""
    rows = tx.all(reads.trial_balance(asked.entity, as_of=asked.last, at=asked.at))
    rows = [row for row in rows if row.balance]
    shape: dict[str, dict[str, Any]] = {}
    for row in rows:
        books = shape.setdefault(row.entity, {"currency": row.currency, "accounts": {}})
        books["accounts"][row.account] = money(row.balance, row.currency)
    columns = ("entity", "account", "name", "#debit", "#credit", "currency")
    names, day = charted(tx, asked.at), asked.last or asked.today
    table = [_balance(row, names, day) for row in rows]
    return Report(columns, table, shape, drawn=list(_with_totals(rows, table)))


def periods(tx: Transaction, asked: Asked) -> Report:
    """Every period that was ever closed, how it stands, and whether its digest still holds."""
    columns = (
        *("entity", "period", "state", "since", "digest", "at_position", "recomputed", "verdict"),
        "#entries_after_reopening",
    )
    rows = [
        (
            *(row.entity, row.period, row.state.replace("_", " "), row.since, row.digest),
            *(row.at_position, row.recomputed, _verdict(row), row.entries_after_reopening),
        )
        for row in standings(tx, asked.entity)
    ]
    return listed(columns, rows)


def _verdict(row: Standing) -> str | None:
    return None if row.stands is None else "match" if row.stands else "mismatch"


def journal(tx: Transaction, asked: Asked) -> Report:
    """Every journal line with its id, oldest first."""
    found = every(
        tx,
        lambda after: reads.journal_lines(
            entity=asked.entity, customer=asked.account, after=after, limit=1_000
        ),
        lambda row: (row.position, row.line),
        (0, 0),
    )
    rows = [row for row in found if asked.as_of is None or row.posted_on <= asked.as_of]
    names = charted(tx, asked.at)
    columns = ("line", "on", "entity", "account", "name", "#amount", "currency", "customer", "text")
    table = [
        (
            row.id,
            row.posted_on,
            row.entity,
            row.account,
            names.named(row.account, row.posted_on).name,
            money(row.amount, row.currency),
            row.currency,
            row.customer,
            row.text,
        )
        for row in rows
    ]
    return Report(columns, table, [_line(row) for row in rows])


def _with_totals(
    rows: list[reads.TrialBalanceRow], table: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Yield the accounts of each entity, and the sums of their balances, which are equal."""
    pairs = zip(rows, table, strict=True)
    for entity, each in groupby(pairs, key=lambda pair: pair[0].entity):
        balances = []
        for row, drawn in each:
            balances.append(row.balance)
            yield drawn
        debits, credits_ = (
            money(sum((max(sign * one, ZERO) for one in balances), ZERO), row.currency)
            for sign in (1, -1)
        )
        yield (entity, None, "Total", debits, credits_, row.currency)


def _balance(row: reads.TrialBalanceRow, names: Chart, day: date) -> tuple[Any, ...]:
    amount = money(abs(row.balance), row.currency)
    sides = (amount, None) if row.balance > 0 else (None, amount)
    return (row.entity, row.account, names.named(row.account, day).name, *sides, row.currency)


def _foreign(row: reads.JournalRow) -> dict[str, Any]:
    currency = row.foreign_currency or row.currency
    return {"currency": currency, "amount": money(row.foreign_amount or ZERO, currency)}


def _line(row: reads.JournalRow) -> dict[str, Any]:
    return {
        "line": row.id,
        "entry": row.entry,
        "on": row.posted_on,
        "period": row.period,
        "entity": row.entity,
        "account": row.account,
        "amount": money(row.amount, row.currency),
        "currency": row.currency,
        "customer": row.customer,
        "invoice": row.invoice,
        "invoice_line": row.invoice_line,
        "charge": row.charge,
        "payment": row.payment,
        "foreign": None if row.foreign_amount is None else _foreign(row),
        "rule": row.rule,
        "text": row.text,
        "service_from": row.service_from,
        "service_to": row.service_to,
    }
