"""The journal for hledger: ``hledger check --strict`` must pass on it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from ledger.cli.journal.names import Names
from ledger.cli.journal.source import Books, Entry, Held
from ledger.cli.output import money
from ledger.money import digits
from ledger.reads.journal import JournalRow

_MEANS_SOMETHING = re.compile(r"[\x00-\x1f\x7f;,\[\]|]+")
TAGS = ("customer", "invoice", "invoice_line", "charge", "payment")


def write(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the journal line by line: declarations, entries, and what every account must hold."""
    names = Names(books.currency, books.chart)
    yield f"; usage-ledger, the books up to position {books.position}"
    yield "decimal-mark ."
    for currency in sorted(set(books.currency.values())):
        fraction = "0" * digits(currency)
        yield f"commodity 1000.{fraction} {currency}"
    for entity, account, _ in books.accounts:
        yield f"account {names.account(entity, account)}"
    for entry in entries:
        yield from _entry(entry, names)
    for day, holdings in books.month_ends:
        yield from _assertions(day, holdings, names)


def _entry(entry: Entry, names: Names) -> Iterator[str]:
    head = entry[0]
    yield ""
    about = f"entry:{_safe(head.entry)}, rule:{_safe(head.rule)}"
    yield f"{head.posted_on} ({head.position}) {_safe(head.text)}  ; {about}"
    for line in entry:
        amount = f"{money(line.amount, line.currency)} {line.currency}"
        yield f"    {names.account(line.entity, line.account)}  {amount}  ; {_tags(line)}"


def _assertions(day: date, holdings: Iterable[Held], names: Names) -> Iterator[str]:
    """Yield one entry of zeros, after all of its day, that asserts balances and posts nothing."""
    yield ""
    yield f"{day} (balances) Trial balance"
    for one in holdings:
        held = f"{money(one.balance, one.currency)} {one.currency}"
        yield f"    {names.account(one.entity, one.account)}  0 {one.currency} == {held}"


def _tags(line: JournalRow) -> str:
    tags = {"line": line.id, **{tag: getattr(line, tag) for tag in TAGS}}
    if line.foreign_amount is not None and line.foreign_currency is not None:
        currency = line.foreign_currency
        tags["foreign"] = f"{money(line.foreign_amount, currency)} {currency}"
    return ", ".join(f"{tag}:{_safe(str(value))}" for tag, value in tags.items() if value)


def _safe(text: str) -> str:
    """Take out what hledger would read as a comment, the end of a tag, or a date."""
    return _MEANS_SOMETHING.sub(" ", text)
