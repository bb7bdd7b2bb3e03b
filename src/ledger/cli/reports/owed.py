"""Reports of what customers owe, have paid in advance, and have to their credit."""

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.reads import receivables
from ledger.store.transaction import Transaction


def open_items(tx: Transaction, asked: Asked) -> Report:
    """Every invoice that is not settled, oldest due first."""
    accounts = [asked.account] if asked.account else None
    rows = tx.all(receivables.open_items(accounts, entity=asked.entity))
    columns = ("number", "account", "issued_on", "due_on", "#total", "#open", "currency")
    table = [
        (
            row.number,
            row.account,
            row.issued_on,
            row.due_on,
            money(row.total, row.currency),
            money(row.open, row.currency),
            row.currency,
        )
        for row in rows
    ]
    return listed(columns, table)


def balances(tx: Transaction, asked: Asked) -> Report:
    """What each account owes, paid that no invoice took, and has to its credit."""
    accounts = [asked.account] if asked.account else None
    rows = every(
        tx,
        lambda after: receivables.balances(accounts, entity=asked.entity, after=after),
        lambda row: row.account,
        "",
    )
    columns = ("account", "entity", "#receivable", "#unapplied", "#credit", "currency")
    table = [
        (
            row.account,
            row.entity,
            money(row.receivable, row.currency),
            money(row.unapplied, row.currency),
            money(row.credit, row.currency),
            row.currency,
        )
        for row in rows
    ]
    return listed(columns, table)


def ageing(tx: Transaction, asked: Asked) -> Report:
    """What is open per account, by days overdue."""
    rows = tx.all(receivables.ageing(asked.as_of or asked.today, entity=asked.entity))
    columns = ("account", "#not_due", "#days_30", "#days_60", "#days_90", "#older", "#total")
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
        if asked.account in (None, row.account)
    ]
    return listed((*columns, "currency"), table)
