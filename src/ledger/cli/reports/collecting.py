"""Reports of what needs somebody: failed payments, disputes, what is set aside, reminders."""

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.reads import collecting as reads
from ledger.store.transaction import Transaction


def failures(tx: Transaction, asked: Asked) -> Report:
    """Every attempt to collect that failed, oldest first."""
    rows = every(
        tx,
        lambda after: reads.failures(asked.account, after=after),
        lambda row: row.position,
        0,
    )
    columns = ("payment", "account", "entity", "failed_on", "code", "#amount", "currency")
    table = [
        (
            row.payment,
            row.account,
            row.entity,
            row.failed_on,
            row.code,
            money(row.amount, row.currency),
            row.currency,
        )
        for row in rows
        if asked.entity in (None, row.entity)
    ]
    return listed(columns, table)


def disputes(tx: Transaction, asked: Asked) -> Report:
    """Every dispute, how it ended, and what of a lost one was undone, oldest first."""
    rows = every(
        tx,
        lambda after: reads.disputes(asked.account, entity=asked.entity, after=after),
        lambda row: row.position,
        0,
    )
    columns = (
        "dispute",
        "payment",
        "account",
        "opened_on",
        "outcome",
        "closed_on",
        "#amount",
        "#fee",
        "#reversed",
        "credit_notes",
        "currency",
    )
    table = [
        (
            row.dispute,
            row.payment,
            row.account,
            row.opened_on,
            row.outcome or "open",
            row.closed_on,
            money(row.amount, row.currency),
            money(row.fee, row.currency),
            money(row.reversed, row.currency),
            " ".join(row.credit_notes) or None,
            row.currency,
        )
        for row in rows
    ]
    return listed(columns, table)


def allowances(tx: Transaction, asked: Asked) -> Report:
    """What is set aside for credit losses: for anybody's (no account), and for single accounts."""
    rows = tx.all(reads.allowances(asked.entity))
    table = [
        (row.entity, row.account or None, money(row.amount, row.currency), row.currency)
        for row in rows
        if asked.account in (None, row.account)
    ]
    return listed(("entity", "account", "#amount", "currency"), table)


def dunning(tx: Transaction, asked: Asked) -> Report:
    """Every reminder that was due, oldest first."""
    rows = every(
        tx,
        lambda after: reads.dunning_steps(asked.account, entity=asked.entity, after=after),
        lambda row: row.position,
        0,
    )
    columns = (
        "invoice",
        "account",
        "on",
        "#step",
        "name",
        "due_on",
        "#days_overdue",
        "#open",
        "currency",
    )
    table = [
        (
            row.invoice,
            row.account,
            row.reminded_on,
            row.step,
            row.name,
            row.due_on,
            row.days_overdue,
            money(row.open, row.currency),
            row.currency,
        )
        for row in rows
    ]
    return listed(columns, table)
