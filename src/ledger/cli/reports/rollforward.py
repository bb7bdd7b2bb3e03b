"""Roll-forwards and the reconciliation: control accounts from one day to another, and their ties.

Each answers for the end of ``--as-of`` (today), from ``--from`` (the first of that month), as the
books stood at ``--at-position``. With ``--account`` the rows are that customer's items: invoices,
charge streams, grants.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ledger.cli.output import Report, money
from ledger.cli.reports.asked import Asked
from ledger.posting.chart import (
    ALLOWANCE,
    CHART,
    DEFERRED_REVENUE,
    DISPUTED,
    PREPAID,
    RECEIVABLE,
)
from ledger.posting.movements import Movement
from ledger.reads import rollforward as reads
from ledger.reads.rollforward import RollForward
from ledger.reads.span import Span
from ledger.reads.subscriptions import Entity, entities
from ledger.store.transaction import Transaction

DEFERRED = (DEFERRED_REVENUE, PREPAID)
RECEIVABLES = (RECEIVABLE, DISPUTED)
ALLOWANCES = (ALLOWANCE,)


def deferred(tx: Transaction, asked: Asked) -> Report:
    """Deferred revenue and prepaid credits: billed, recognised or consumed, credited, left."""
    return _report(tx, asked, DEFERRED)


def receivables(tx: Transaction, asked: Asked) -> Report:
    """Receivables and disputed ones: invoiced, credited, paid, returned, written off, open."""
    return _report(tx, asked, RECEIVABLES)


def allowance(tx: Transaction, asked: Asked) -> Report:
    """The allowance for credit losses: charged to expense, written off, recovered."""
    return _report(tx, asked, ALLOWANCES)


def reconciliation(tx: Transaction, asked: Asked) -> Report:
    """Every control account: what moved it, and its sub-ledger, from which it may not differ."""
    control = [code for code, account in CHART.items() if account.control]
    found = [
        (one, row)
        for one in tx.all(entities(asked.entity))
        for row in reads.roll_forward(tx, span_of(asked, one.entity), control)
    ]
    columns = (
        *("entity", "account", "name", "#opening", "#moved", "#closing", "#subledger"),
        *("#revalued", "#difference", "currency"),
    )
    table = [
        (
            one.entity,
            row.account,
            CHART[row.account].name,
            money(row.opening, one.currency),
            money(row.moved, one.currency),
            money(row.closing, one.currency),
            money(row.subledger, one.currency),
            money(row.revalued, one.currency),
            money(row.difference, one.currency),
            one.currency,
        )
        for one, row in found
    ]
    return Report(columns, table, _shape(found), differs=not _tie(found))


def span_of(asked: Asked, entity: str) -> Span:
    """Return the span that a report is asked for: by default this month, to the end of today."""
    last = asked.as_of or asked.today
    return Span(entity, asked.from_ or last.replace(day=1), last, asked.at, asked.account)


def _report(tx: Transaction, asked: Asked, accounts: Sequence[str]) -> Report:
    found: list[tuple[Entity, RollForward]] = []
    for one in tx.all(entities(asked.entity)):
        span = span_of(asked, one.entity)
        rows = reads.items(tx, span, accounts) if span.customer else []
        totals = reads.roll_forward(tx, span, accounts)
        found += [(one, row) for row in (*rows, *totals)]
    used = {movement for _, row in found for movement in row.movements}
    classes = [movement for movement in Movement if movement in used]
    columns = (
        *("entity", "account", "item", "#opening"),
        *(f"#{movement}" for movement in classes),
        *("#closing", "#subledger", "#difference", "currency"),
    )
    table = [_row(one, row, classes) for one, row in found]
    return Report(columns, table, _shape(found), differs=not _tie(found))


def _row(one: Entity, row: RollForward, classes: Iterable[Movement]) -> tuple[Any, ...]:
    def shown(amount: Decimal | None) -> str | None:
        return None if amount is None else money(amount, one.currency)

    return (
        *(one.entity, row.account, row.item, shown(row.opening)),
        *(shown(row.movements.get(each)) for each in classes),
        *(shown(row.closing), shown(row.subledger), shown(row.difference), one.currency),
    )


def _shape(found: Iterable[tuple[Entity, RollForward]]) -> list[dict[str, Any]]:
    return [
        {
            "entity": one.entity,
            "account": row.account,
            "name": CHART[row.account].name,
            "item": row.item,
            "currency": one.currency,
            "opening": money(row.opening, one.currency),
            "movements": {
                movement: money(amount, one.currency) for movement, amount in row.movements.items()
            },
            "closing": money(row.closing, one.currency),
            "subledger": money(row.subledger, one.currency),
            "revalued": money(row.revalued, one.currency),
            "difference": money(row.difference, one.currency),
        }
        for one, row in found
    ]


def _tie(found: Iterable[tuple[Entity, RollForward]]) -> bool:
    return all(row.ties for _, row in found)
