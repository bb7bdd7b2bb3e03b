"""The journal for beancount: ``bean-check`` must pass on it, to the last minor unit."""

from collections.abc import Iterable, Iterator
from datetime import date

from ledger.cli.journal.names import Names
from ledger.cli.journal.source import Books, Entry, Held
from ledger.cli.output import money
from ledger.periods import DAY
from ledger.reads.journal import JournalRow

METADATA = ("customer", "invoice", "invoice_line", "charge", "payment")


def write(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the journal line by line: declarations, entries, and what every account must hold."""
    names = Names(books.currency, books.chart)
    yield f"; usage-ledger, the books up to position {books.position}"
    yield 'option "title" "usage-ledger"'
    for currency in sorted(set(books.currency.values())):
        yield f'option "operating_currency" "{currency}"'
        yield f"{books.first_day} commodity {currency}"
    for entity, account, currency in books.accounts:
        yield f"{books.first_day} open {names.account(entity, account)} {currency}"
    for entry in entries:
        yield from _entry(entry, names)
    for day, holdings in books.month_ends:
        yield ""
        yield from _assertions(day + DAY, holdings, names)


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


def _assertions(day: date, holdings: Iterable[Held], names: Names) -> Iterator[str]:
    """Yield the balances in the morning of a day; ``~ 0`` allows no tolerance."""
    for one in holdings:
        held = f"{money(one.balance, one.currency)} ~ 0 {one.currency}"
        yield f"{day} balance {names.account(one.entity, one.account)}  {held}"


def _quoted(text: str) -> str:
    plain = " ".join(text.splitlines())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
