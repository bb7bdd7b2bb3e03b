"""The journal for a spreadsheet: one row per journal line, debit and credit in two columns."""

from collections.abc import Iterable, Iterator

from ledger.cli.journal.rows import row
from ledger.cli.journal.source import Books, Entry
from ledger.cli.output import money
from ledger.posting.accounts import Chart
from ledger.reads.journal import JournalRow

COLUMNS = (
    "line",
    "entry",
    "on",
    "period",
    "entity",
    "account",
    "name",
    "debit",
    "credit",
    "currency",
    "foreign_amount",
    "foreign_currency",
    "customer",
    "invoice",
    "invoice_line",
    "charge",
    "payment",
    "counterparty",
    "rule",
    "text",
    "reverses",
    "reference",
    "actor",
    "approved_by",
)


def write(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the rows, with the names of the columns first."""
    yield row(COLUMNS)
    for entry in entries:
        for line in entry:
            yield row(_values(line, books.chart))


def _values(line: JournalRow, chart: Chart) -> list[object]:
    amount = money(abs(line.amount), line.currency)
    foreign = line.foreign_amount
    debit, credit = (amount, "") if line.amount > 0 else ("", amount)
    return [
        line.id,
        line.entry,
        line.posted_on,
        line.period,
        line.entity,
        line.account,
        chart.account(line.account).name,
        debit,
        credit,
        line.currency,
        None if foreign is None else money(foreign, line.foreign_currency or line.currency),
        line.foreign_currency,
        line.customer,
        line.invoice,
        line.invoice_line,
        line.charge,
        line.payment,
        line.counterparty,
        line.rule,
        line.text,
        line.reverses,
        line.reference,
        line.actor,
        line.approved_by,
    ]
