"""Reports of what was subscribed to, rated and invoiced."""

from collections import defaultdict
from typing import Any

from ledger.cli.columns import Kind
from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import PAGE, Asked, every
from ledger.money import plain
from ledger.reads import charges as charge_reads
from ledger.reads import invoices as invoice_reads
from ledger.reads import subscriptions as subscription_reads
from ledger.reads.charges import Charge
from ledger.reads.invoices import Invoice, InvoiceLine
from ledger.store.transaction import Transaction


def charges(tx: Transaction, asked: Asked) -> Report:
    """Every charge, oldest first; amounts are exact and cumulative."""
    found = every(
        tx,
        lambda after: charge_reads.charges(asked.account, entity=asked.entity, after=after),
        lambda row: row.position,
        0,
    )
    rows = [row for row in found if asked.as_of is None or row.posted_on <= asked.as_of]
    columns = ("charge", "account", "item", "from", "to", "#quantity", "#amount", "#delta")
    table = [
        (
            row.charge,
            row.account,
            row.item,
            row.period_from,
            row.period_to,
            row.quantity,
            row.amount,
            row.delta,
        )
        for row in rows
    ]
    types = {"#amount": Kind.EXACT, "#delta": Kind.EXACT}
    return Report(columns, table, [_charge(row) for row in rows], types=types)


def invoices(tx: Transaction, asked: Asked) -> Report:
    """Every invoice and credit note with its lines, oldest first."""
    found = every(
        tx,
        lambda after: invoice_reads.invoices(asked.account, entity=asked.entity, after=after),
        lambda row: row.position,
        0,
    )
    rows = [row for row in found if asked.as_of is None or row.issued_on <= asked.as_of]
    lines: dict[str, list[InvoiceLine]] = defaultdict(list)
    for start in range(0, len(rows), PAGE):
        numbers = [row.number for row in rows[start : start + PAGE]]
        for line in tx.all(invoice_reads.invoice_lines(numbers)):
            lines[line.number].append(line)
    columns = (
        "number",
        "kind",
        "account",
        "issued_on",
        "#net",
        "#tax",
        "#total",
        "#open",
        "currency",
    )
    table = [
        (row.number, row.kind, row.account, row.issued_on, *_amounts(row), row.currency)
        for row in rows
    ]
    return Report(columns, table, [_invoice(row, lines[row.number]) for row in rows])


def subscriptions(tx: Transaction, asked: Asked) -> Report:
    """Every subscription and its plan."""
    accounts = [asked.account] if asked.account else None
    rows = every(
        tx,
        lambda after: subscription_reads.subscriptions(accounts, entity=asked.entity, after=after),
        lambda row: (row.account, row.subscription),
        ("", ""),
    )
    columns = (
        "subscription",
        "account",
        "entity",
        "plan",
        "from",
        "anchor",
        "trial_until",
        "state",
        "ends_on",
    )
    table = [
        (
            row.subscription,
            row.account,
            row.entity,
            row.current_plan,
            row.starts_on,
            row.anchor,
            row.trial_until,
            row.state,
            row.ends_on,
        )
        for row in rows
    ]
    return listed(columns, table)


def _charge(row: Charge) -> dict[str, Any]:
    unpriced = {"count": row.unpriced_count, "quantity": plain(row.unpriced_quantity)}
    return {
        "charge": row.charge,
        "account": row.account,
        "subscription": row.subscription,
        "item": row.item,
        "kind": row.kind,
        "from": row.period_from,
        "to": row.period_to,
        "quantity": plain(row.quantity),
        "amount": plain(row.amount),
        "delta": plain(row.delta),
        "due": plain(row.due),
        "currency": row.currency,
        "corrects": row.corrects,
        "tiers": row.tiers,
        "group": row.group_values or None,
        "unpriced": unpriced if row.unpriced_count else None,
        "adjustments": row.adjustments,
        "usage": _usage(row) if row.kind == "usage" else None,
    }


def _usage(row: Charge) -> dict[str, Any]:
    return {
        "lane": row.usage_lane,
        "to_position": row.to_position,
        "count": row.usage_count,
        "facts": row.usage_facts,
        "digest": row.usage_digest,
    }


def _invoice(row: Invoice, lines: list[InvoiceLine]) -> dict[str, Any]:
    net, tax, total, left = _amounts(row)
    return {
        "number": row.number,
        "kind": row.kind,
        "account": row.account,
        "issued_on": row.issued_on,
        "due_on": row.due_on,
        "currency": row.currency,
        "net": net,
        "tax": tax,
        "total": total,
        "open": left,
        "original": row.original,
        "lines": [
            {
                "line": line.line,
                "item": line.item,
                "net": money(line.net, row.currency),
                "tax": money(line.tax, row.currency),
                "charge": line.charge,
                "corrects": line.corrects,
            }
            for line in lines
        ],
    }


def _amounts(row: Invoice) -> tuple[str, str, str, str]:
    net, tax, total, left = (
        money(amount, row.currency) for amount in (row.net, row.tax, row.total, row.open)
    )
    return net, tax, total, left
