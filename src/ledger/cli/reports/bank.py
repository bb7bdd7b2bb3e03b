"""Reports of bank statements: what was imported, and what somebody has still to look at."""

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.reads import statements as reads
from ledger.store.transaction import Transaction

STATEMENTS = (
    "statement",
    "entity",
    "opened_on",
    "closed_on",
    "#opening",
    "#credits",
    "#debits",
    "#closing",
    "currency",
    "#matched",
    "#matched_total",
    "#excepted",
    "#excepted_total",
    "#duplicate",
    "#duplicate_total",
    "#open",
    "follows",
)
EXCEPTIONS = (
    "entry",
    "statement",
    "entity",
    "booked_on",
    "#amount",
    "currency",
    "bank_reference",
    "why",
    "detail",
    "#age_days",
)


def statements(tx: Transaction, asked: Asked) -> Report:
    """Every imported statement; the totals of its three kinds of entries sum to its movement."""
    rows = every(
        tx,
        lambda after: reads.statements(asked.entity, after=after),
        lambda row: row.position,
        0,
    )
    return listed(STATEMENTS, [_statement(row) for row in rows])


def exceptions(tx: Transaction, asked: Asked) -> Report:
    """Every entry that nobody has settled, oldest import first, with its age in days."""
    rows = every(
        tx,
        lambda after: reads.exceptions(asked.entity, after=after),
        lambda row: row.position,
        0,
    )
    table = [
        (
            row.entry,
            row.statement,
            row.entity,
            row.booked_on,
            money(row.amount, row.currency),
            row.currency,
            row.bank_reference,
            row.why,
            row.detail,
            (asked.today - row.booked_on).days,
        )
        for row in rows
    ]
    return listed(EXCEPTIONS, table)


def _statement(row: reads.Statement) -> tuple[object, ...]:
    moved = (row.opening, row.credits, row.debits, row.closing)
    return (
        row.statement,
        row.entity,
        row.opened_on,
        row.closed_on,
        *(money(amount, row.currency) for amount in moved),
        row.currency,
        row.matched_count,
        money(row.matched_total, row.currency),
        row.excepted_count,
        money(row.excepted_total, row.currency),
        row.duplicate_count,
        money(row.duplicate_total, row.currency),
        row.open_count,
        "yes" if row.follows else "no",
    )
