"""The tax report, and the documents behind its rows."""

from collections.abc import Iterator
from typing import Any

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.cli.reports.rollforward import span_of
from ledger.money import plain, trimmed
from ledger.reads import subledgers as reads
from ledger.reads.span import whole
from ledger.reads.subscriptions import Entity, entities
from ledger.reads.tax import KINDS, Sums, TaxReport, TaxRow, tax_report
from ledger.store.transaction import Transaction

COLUMNS = (
    *("entity", "country", "code", "category", "#rate", "currency"),
    *("#invoiced_base", "#invoiced_tax", "#credited_base", "#credited_tax"),
    *("#written_off", "#recovered", "#reversed", "#dispute_lost", "#tax"),
    *("#booked_base", "#booked_tax"),
)


def tax(tx: Transaction, asked: Asked) -> Report:
    """Base and tax per country, code, category and rate; below them what 2200 moved by."""
    table: list[tuple[Any, ...]] = []
    shapes, differs = [], False
    for one in tx.all(entities(asked.entity)):
        found = tax_report(tx, span_of(asked, one.entity))
        if not found.rows and not found.posted:
            continue
        table += [_row(one, row) for row in found.rows]
        table.append(_total(one, found))
        shapes.append(_shape(one, found))
        differs = differs or bool(found.difference)
    columns = (*COLUMNS, "#posted", "#difference", "books")
    return Report(columns, table, shapes, differs=differs)


def documents(tx: Transaction, asked: Asked) -> Report:
    """The documents behind the rows of the tax report, with what each did to the tax owed."""
    columns = (
        *("entity", "number", "kind", "account", "day", "country", "code", "category", "#rate"),
        *("#base", "#tax", "currency", "#booked_base", "#booked_tax", "books"),
    )
    table = [row for one in tx.all(entities(asked.entity)) for row in _documents(tx, asked, one)]
    return listed(columns, table)


def _documents(tx: Transaction, asked: Asked, one: Entity) -> Iterator[tuple[Any, ...]]:
    span = whole(tx, span_of(asked, one.entity))
    found = every(
        tx,
        lambda after: reads.taxed_documents(span, after=after),
        lambda row: (row.position, row.place),
        (0, 0),
    )
    for row in found:
        yield (
            *(one.entity, row.number, row.kind, row.account, row.day, row.country, row.code),
            *(row.category, row.rate, money(row.base, row.currency)),
            *(money(row.tax, row.currency), row.currency),
            *(money(row.booked_base, row.books), money(row.booked_tax, row.books), row.books),
        )


def _row(one: Entity, row: TaxRow) -> tuple[Any, ...]:
    key, currency = row.key, row.key.currency
    invoiced, credited, *reliefs = (row.of(kind) for kind in KINDS)
    return (
        *(one.entity, key.country, key.code, key.category, plain(trimmed(key.rate)), currency),
        *(money(invoiced.base, currency), money(invoiced.tax, currency)),
        *(money(credited.base, currency), money(credited.tax, currency)),
        *(money(relief.tax, currency) for relief in reliefs),
        money(row.total.tax, currency),
        *(money(row.total.booked_base, one.currency), money(row.total.booked_tax, one.currency)),
        *(None, None, one.currency),
    )


def _total(one: Entity, found: TaxReport) -> tuple[Any, ...]:
    base = sum((row.total for row in found.rows), Sums()).booked_base
    return (
        *(one.entity, *[None] * 14, money(base, one.currency)),
        *(money(found.reported, one.currency), money(found.posted, one.currency)),
        *(money(found.difference, one.currency), one.currency),
    )


def _shape(one: Entity, found: TaxReport) -> dict[str, Any]:
    return {
        "entity": one.entity,
        "currency": one.currency,
        "rows": [_shown(one, row) for row in found.rows],
        "reported": money(found.reported, one.currency),
        "posted": money(found.posted, one.currency),
        "difference": money(found.difference, one.currency),
    }


def _shown(one: Entity, row: TaxRow) -> dict[str, Any]:
    key = row.key
    return {
        "country": key.country,
        "code": key.code,
        "category": key.category,
        "rate": plain(trimmed(key.rate)),
        "currency": key.currency,
        **{kind: _sums(one, key.currency, row.of(kind)) for kind in KINDS if kind in row.kinds},
        "total": _sums(one, key.currency, row.total),
    }


def _sums(one: Entity, currency: str, sums: Sums) -> dict[str, Any]:
    return {
        "documents": sums.documents,
        "base": money(sums.base, currency),
        "tax": money(sums.tax, currency),
        "booked_base": money(sums.booked_base, one.currency),
        "booked_tax": money(sums.booked_tax, one.currency),
    }
