"""An account's documents of some days as FOCUS 1.0 CSV, one document after the other."""

from collections.abc import Iterator
from datetime import date

from ledger.documents.focus import Billed, header, rows, written
from ledger.errors import UnknownAccount
from ledger.printing.document import document
from ledger.reads import invoices as reads
from ledger.reads import subscriptions as reference
from ledger.store import personal
from ledger.store.transaction import Transaction

PAGE = 500


def focus(tx: Transaction, account: str, start: date, end: date) -> Iterator[str]:
    """Yield the lines of what was billed to an account on the days [start, end)."""
    if not tx.all(reference.accounts([account])):
        raise UnknownAccount(field="account", id=account)
    yield header()
    for number in _numbers(tx, account, start, end):
        found = document(tx, number, usage=False)
        accounts = sorted({line.account for line in found.lines})
        zones = {row.account: row.time_zone for row in tx.all(reference.accounts(accounts))}
        names = {row.account: row.name for row in tx.all(personal.latest(accounts))}
        for row in rows(Billed(found, zones, names)):
            yield written(row)


def _numbers(tx: Transaction, account: str, start: date, end: date) -> Iterator[str]:
    after = 0
    while page := tx.all(reads.invoices(account, after=after, limit=PAGE)):
        yield from (row.number for row in page if start <= row.issued_on < end)
        after = page[-1].position
