"""Reports of the group: what entities owe each other, and all books in one currency."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.consolidation.statement import Books, Consolidation
from ledger.events.exchange import Exchange
from ledger.money import ZERO
from ledger.posting.accounts import Chart
from ledger.reads import consolidation as statements
from ledger.reads import intercompany as reads
from ledger.reads.chart import charted
from ledger.reads.intercompany import Reference
from ledger.store.transaction import Transaction

COLUMNS = (
    *("reference", "payer", "payee", "charged_on", "#charged", "#credited", "#settled"),
    *("#payer_open", "#payee_open", "#difference", "currency", "state"),
    *("#payer_carried", "payer_currency", "#payee_carried", "payee_currency"),
)


def intercompany(tx: Transaction, asked: Asked) -> Report:
    """Every charge within the group: what the books of both sides say of it."""
    rows = every(
        tx,
        lambda after: reads.references(
            entity=asked.entity, as_of=asked.as_of, at=asked.at, after=after
        ),
        lambda row: row.reference,
        "",
    )
    return listed(COLUMNS, [_reference(row) for row in rows])


def consolidation(tx: Transaction, asked: Asked) -> Report:
    """All entities side by side in one currency, and the group without what it owes itself."""
    day = asked.as_of or asked.today
    found = statements.group(tx, day, currency=asked.currency, at=asked.at)
    if found is None:
        return Report(("account", "name", "#eliminations", "#total"), [], {})
    statement = found.statement
    shape = {
        "currency": statement.currency,
        "as_of": found.as_of,
        "entities": {books.entity: _books(books, statement.currency) for books in statement.books},
        "eliminations": _accounts(statement.eliminations, statement.currency),
        "elimination_difference": money(statement.elimination_difference, statement.currency),
        "totals": _accounts(statement.totals, statement.currency),
        "translation_difference": money(statement.translation_difference, statement.currency),
        "total": money(statement.total, statement.currency),
        "unmatched": [
            dict(zip((name.lstrip("#") for name in COLUMNS), _reference(row), strict=True))
            for row in found.unmatched
        ],
    }
    entities = [f"#{books.entity}" for books in statement.books]
    columns = ("account", "name", *entities, "#eliminations", "#total")
    return Report(columns, _table(statement, charted(tx, asked.at), day), shape)


def _table(statement: Consolidation, chart: Chart, day: date) -> list[tuple[Any, ...]]:
    held = [{each.account: each.translated for each in books.accounts} for books in statement.books]
    accounts = sorted({account for one in held for account in one} | set(statement.eliminations))
    rows: list[tuple[Any, ...]] = [
        (
            account,
            chart.named(account, day).name,
            *(one.get(account, ZERO) for one in held),
            statement.eliminations.get(account, ZERO),
            statement.totals.get(account, ZERO),
        )
        for account in accounts
    ]
    differences = [books.difference for books in statement.books]
    rows.append((None, "Translation difference", *differences, ZERO,
                 statement.translation_difference))  # fmt: skip
    gone = statement.elimination_difference
    rows.append((None, "Elimination difference", *(ZERO for _ in held), gone, gone))
    rows.append((None, "Total", *(ZERO for _ in held), ZERO, statement.total))
    return [tuple(_shown(value, statement.currency) for value in row) for row in rows]


def _shown(value: Any, currency: str) -> Any:
    """Return a cell; a figure has the places of the currency."""
    return money(value, currency) if isinstance(value, Decimal) else value


def _books(books: Books, currency: str) -> dict[str, Any]:
    return {
        "currency": books.currency,
        "rate": None if books.rate is None else _rate(books.rate),
        "accounts": {
            each.account: {
                "balance": money(each.balance, books.currency),
                "translated": money(each.translated, currency),
            }
            for each in books.accounts
        },
        "translation_difference": money(books.difference, currency),
    }


def _rate(rate: Exchange) -> dict[str, Any]:
    return {"rate": rate.rate, "inverted": rate.inverted, "on": rate.on, "source": rate.source}


def _accounts(amounts: Mapping[str, Decimal], currency: str) -> dict[str, str]:
    return {account: money(amount, currency) for account, amount in amounts.items()}


def _reference(row: Reference) -> tuple[Any, ...]:
    agreed = [money(amount, row.currency) for amount in (row.charged, row.credited, row.settled)]
    sides = [money(each, row.currency) for each in (row.payer_open, row.payee_open, row.difference)]
    carried = (
        *(money(row.payer_carried, row.payer_currency), row.payer_currency),
        *(money(row.payee_carried, row.payee_currency), row.payee_currency),
    )
    named = (row.reference, row.payer, row.payee, row.charged_on)
    return (*named, *agreed, *sides, row.currency, row.state, *carried)
