"""The journal for beancount: ``bean-check`` must pass on it, to the last minor unit."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from ledger.cli.journal.names import Names
from ledger.cli.journal.source import Books, Entry
from ledger.cli.output import money
from ledger.reads.journal import JournalRow

METADATA = ("customer", "invoice", "invoice_line", "charge", "payment")


def write(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the journal line by line: declarations, entries, and what every account must hold."""
    names = Names(books.entities)
    yield f"; usage-ledger, the books up to position {books.position}"
    yield 'option "title" "usage-ledger"'
    for currency in books.currencies:
        yield f'option "operating_currency" "{currency}"'
        yield f"{books.first_day} commodity {currency}"
    for one in books.balances:
        yield f"{books.first_day} open {names.account(one.entity, one.account)} {one.currency}"
    last_day = books.first_day
    for entry in entries:
        last_day = max(last_day, entry[0].posted_on)
        yield from _entry(entry, names)
    yield ""
    yield from _assertions(books, last_day + timedelta(days=1), names)


def _entry(entry: Entry, names: Names) -> Iterator[str]:
    head = entry[0]
    yield ""
    yield f"{head.posted_on} * {_quoted(head.text)}"
    yield f"  position: {_quoted(str(head.position))}"
    yield f"  entry: {_quoted(head.entry)}"
    yield f"  rule: {_quoted(head.rule)}"
    for line in entry:
        amount = f"{money(line.amount, line.currency)} {line.currency}"
        yield f"  {names.account(line.entity, line.account)}  {amount}"
        yield from _metadata(line)


def _metadata(line: JournalRow) -> Iterator[str]:
    yield f"    line: {_quoted(line.id)}"
    for name in METADATA:
        if value := getattr(line, name):
            yield f"    {name}: {_quoted(str(value))}"
    if line.foreign_amount is not None and line.foreign_currency is not None:
        currency = line.foreign_currency
        yield f"    foreign: {money(line.foreign_amount, currency)} {currency}"


def _assertions(books: Books, day: date, names: Names) -> Iterator[str]:
    """Yield the balances in the morning of a day; ``~ 0`` allows no tolerance."""
    for one in books.balances:
        held = f"{money(one.balance, one.currency)} ~ 0 {one.currency}"
        yield f"{day} balance {names.account(one.entity, one.account)}  {held}"


def _quoted(text: str) -> str:
    plain = " ".join(text.splitlines())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
