"""Reports of what customers owe, have paid in advance, and have to their credit.

Each may be asked for the end of any day (``--as-of``), as the books stood at any position
(``--at-position``); without them everything posted counts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ledger.cli.drawing import Drawing, worth
from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked
from ledger.money import ZERO
from ledger.reads import receivables
from ledger.store.transaction import Transaction

AGES = ("not due", "1-30", "31-60", "61-90", "over 90")


def scope_of(asked: Asked) -> receivables.Scope:
    """Return what a report of the sub-ledger is about."""
    return receivables.Scope(asked.account, asked.entity, asked.as_of, asked.at)


def open_items(tx: Transaction, asked: Asked) -> Report:
    """Every invoice that is not settled, oldest due first."""
    rows = tx.all(receivables.open_items_as_of(scope_of(asked), limit=None))
    columns = (
        "number",
        "account",
        "issued_on",
        "due_on",
        "#total",
        "#open",
        "#disputed",
        "currency",
    )
    table = [
        (
            row.number,
            row.account,
            row.issued_on,
            row.due_on,
            money(row.total, row.currency),
            money(row.open, row.currency),
            money(row.disputed, row.currency),
            row.currency,
        )
        for row in rows
    ]
    return listed(columns, table)


def balances(tx: Transaction, asked: Asked) -> Report:
    """What each account owes, disputes, paid that no invoice took, and has to its credit."""
    columns = (
        "account",
        "entity",
        "#receivable",
        "#disputed",
        "#unapplied",
        "#credit",
        "currency",
    )
    table = [
        (
            row.account,
            row.entity,
            money(row.receivable, row.currency),
            money(row.disputed, row.currency),
            money(row.unapplied, row.currency),
            money(row.credit, row.currency),
            row.currency,
        )
        for row in _balances(tx, asked)
    ]
    return listed(columns, table)


def customer_credit(tx: Transaction, asked: Asked) -> Report:
    """What each account has to its credit from credit notes."""
    table = [
        (row.account, row.entity, money(row.credit, row.currency), row.currency)
        for row in _balances(tx, asked)
        if row.credit
    ]
    return listed(("account", "entity", "#credit", "currency"), table)


def unapplied_cash(tx: Transaction, asked: Asked) -> Report:
    """The payments of which some cash is on no invoice, oldest first."""
    rows = tx.all(receivables.unapplied_cash(scope_of(asked), limit=None))
    columns = ("payment", "account", "entity", "paid_on", "#amount", "#unapplied", "currency")
    table = [
        (
            row.payment,
            row.account,
            row.entity,
            row.paid_on,
            money(row.amount, row.currency),
            money(row.unapplied, row.currency),
            row.currency,
        )
        for row in rows
    ]
    return listed(columns, table)


def ageing(tx: Transaction, asked: Asked) -> Report:
    """What is open per account, by days overdue."""
    on = asked.as_of or asked.today
    rows = tx.all(receivables.ageing(on, scope_of(asked), limit=None))
    columns = (
        "account",
        "#current",
        "#days_1_30",
        "#days_31_60",
        "#days_61_90",
        "#over_90",
        "#total",
    )
    table = [
        (
            row.account,
            *(
                money(amount, row.currency)
                for amount in (
                    row.not_due,
                    row.days_30,
                    row.days_60,
                    row.days_90,
                    row.older,
                    row.total,
                )
            ),
            row.currency,
        )
        for row in rows
    ]
    found = listed((*columns, "currency"), table)
    return replace(found, drawings=_aged(rows, on))


def _aged(rows: Sequence[receivables.Aged], on: date) -> list[Drawing]:
    """Return what is open by days overdue, per currency."""
    drawings = []
    for currency in sorted({row.currency for row in rows}):
        sums = [
            sum((getattr(row, place) for row in rows if row.currency == currency), ZERO)
            for place in ("not_due", "days_30", "days_60", "days_90", "older")
        ]
        drawings.append(
            Drawing(
                f"Open receivables on {on} by days overdue",
                currency,
                list(zip(AGES, sums, strict=True)),
            )
        )
    return worth(drawings)


def _balances(tx: Transaction, asked: Asked) -> list[receivables.Balance]:
    return tx.all(receivables.balances_as_of(scope_of(asked), limit=None))
