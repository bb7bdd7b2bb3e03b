"""The journal for ledger: ``ledger --strict --pedantic balance`` must pass on it.

ledger checks an assertion where it stands in the file, whatever its date; so the entries have to
come month by month, and the balances of a month's end stand after its entries.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from ledger.cli.journal.names import Names
from ledger.cli.journal.source import Books, Entry, Held
from ledger.cli.output import money
from ledger.periods import period_of
from ledger.reads.journal import JournalRow

_MEANS_SOMETHING = re.compile(r"[\x00-\x1f\x7f;\[\]|]+")
LINE_TAGS = ("customer", "invoice", "invoice_line", "charge", "payment")
TAGS = ("entry", "rule", "line", *LINE_TAGS, "foreign")
_SHOWN = Decimal(1000)


def write(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the journal line by line: declarations, and each month with what it ends with."""
    names = Names(books.currency, books.chart)
    yield f"; usage-ledger, the books up to position {books.position}"
    for currency in sorted(set(books.currency.values())):
        yield f"commodity {currency}"
        yield f"    format {money(_SHOWN, currency)} {currency}"
    yield from (f"tag {tag}" for tag in TAGS)
    for entity, account, _ in books.accounts:
        yield f"account {names.account(entity, account)}"
    ends = {period_of(day): (day, holdings) for day, holdings in books.month_ends}
    for month, of_month in groupby(entries, key=lambda entry: entry[0].period):
        for entry in of_month:
            yield from _entry(entry, names)
        yield from _assertions(*ends.pop(month), names)
    for day, holdings in ends.values():
        yield from _assertions(day, holdings, names)


def _entry(entry: Entry, names: Names) -> Iterator[str]:
    head = entry[0]
    yield ""
    yield f"{head.posted_on} ({head.position}) {_safe(head.text)}"
    yield f"    ; entry: {_safe(head.entry)}"
    yield f"    ; rule: {_safe(head.rule)}"
    for line in entry:
        amount = f"{money(line.amount, line.currency)} {line.currency}"
        yield f"    {names.account(line.entity, line.account)}  {amount}"
        yield from (f"    ; {tag}: {_safe(value)}" for tag, value in _tags(line))


def _tags(line: JournalRow) -> Iterator[tuple[str, str]]:
    yield "line", line.id
    for tag in LINE_TAGS:
        if value := getattr(line, tag):
            yield tag, str(value)
    if line.foreign_amount is not None and line.foreign_currency is not None:
        currency = line.foreign_currency
        yield "foreign", f"{money(line.foreign_amount, currency)} {currency}"


def _assertions(day: date, holdings: Iterable[Held], names: Names) -> Iterator[str]:
    """Yield one entry of zeros that asserts every balance and posts nothing."""
    yield ""
    yield f"{day} (balances) Trial balance"
    for one in holdings:
        held = f"{money(one.balance, one.currency)} {one.currency}"
        yield f"    {names.account(one.entity, one.account)}  0 {one.currency} = {held}"


def _safe(text: str) -> str:
    """Take out what ledger would read as a comment or a date."""
    return _MEANS_SOMETHING.sub(" ", text)
