"""Reports of what the ERP was told, and of documents that it refused or changed."""

from collections.abc import Iterable
from typing import Any

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.reads import exceptions
from ledger.reads import exports as reads
from ledger.store.transaction import Transaction

COLUMNS = (
    "external_id",
    "target",
    "short_ref",
    "state",
    "#revision",
    "entity",
    "posting_date",
    "#total",
    "currency",
    "erp_number",
)


def exports(tx: Transaction, asked: Asked) -> Report:
    """Every sealed document of a target, or of all, oldest first."""
    targets = [asked.target] if asked.target else _targets(tx)
    return documents(row for target in targets for row in _documents(tx, target))


def documents(rows: Iterable[reads.Document]) -> Report:
    """Return documents as a list, with the ERP's number where it gave one."""
    table = [
        (
            row.external_id,
            row.target,
            row.short_ref,
            row.state,
            row.revision,
            row.entity,
            row.posting_date,
            money(row.total, row.currency),
            row.currency,
            row.erp_number,
        )
        for row in rows
    ]
    return listed(COLUMNS, table)


def troubles(tx: Transaction, asked: Asked) -> Report:
    """Documents that an ERP rejected, or acknowledged with something else than we sent."""
    columns = ("external_id", "target", "short_ref", "state", "code", "message", "differs")
    table = [_trouble(row) for row in tx.all(exceptions.export_troubles(asked.target))]
    return listed(columns, table)


def _trouble(row: exceptions.ExportTrouble) -> tuple[Any, ...]:
    said = (row.reject_code, row.reject_message) if row.state == "rejected" else (None, None)
    return (
        row.external_id,
        row.target,
        row.short_ref,
        row.state,
        *said,
        " ".join(row.differs),
    )


def _targets(tx: Transaction) -> list[str]:
    return sorted({profile.target for profile in tx.all(reads.profiles())})


def _documents(tx: Transaction, target: str) -> Iterable[reads.Document]:
    return every(
        tx,
        lambda after: reads.documents(target, after=after),
        lambda row: row.position,
        0,
    )
