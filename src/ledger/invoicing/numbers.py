"""Document numbers: gapless per entity, kind and year, given last, inside the transaction.

A batch is drafted without numbers; when an account drops out, the rest is simply numbered again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from ledger.events.billing import InvoiceIssued, NumbersDrawn
from ledger.events.streams import stream
from ledger.invoicing.booking import Document

INVOICE = "invoice"
CREDIT_NOTE = "credit_note"
D = TypeVar("D", bound=Document)

_INFIX = {INVOICE: "", CREDIT_NOTE: "CN-"}


@dataclass(frozen=True)
class Series:
    """What is numbered through: the documents of one kind of an entity in a year."""

    entity: str
    kind: str
    year: int

    def number(self, count: int) -> str:
        """Return the document number, like US-2026-000001 or US-CN-2026-000001."""
        return f"{self.entity}-{_INFIX[self.kind]}{self.year:04d}-{count:06d}"

    def drawn(self, first: int, count: int, version: int, at: datetime) -> NumbersDrawn:
        """Return the fact that so many numbers were drawn; ``version`` is its own in the series."""
        return NumbersDrawn(
            originator_id=stream("series", self.entity, self.kind, f"{self.year:04d}"),
            originator_version=version,
            timestamp=at,
            entity=self.entity,
            kind=self.kind,
            year=self.year,
            first=first,
            count=count,
        )


def series_of(document: Document) -> Series:
    """Return the series that a document draws its number from."""
    kind = INVOICE if isinstance(document, InvoiceIssued) else CREDIT_NOTE
    return Series(document.entity, kind, document.issued_on.year)


def needed(drafts: Iterable[Document]) -> Counter[Series]:
    """Count the numbers that these drafts need of each series."""
    return Counter(series_of(draft) for draft in drafts)


def numbered(
    drafts: Iterable[Document], first: Mapping[Series, int], versions: Mapping[str, int]
) -> list[Document]:
    """Give drafts their numbers, in order, and the next versions of their payers' streams.

    ``first`` is the next free number of each series (1 where absent), ``versions`` the version that
    the receivables stream of each payer is at (0 where absent).
    """
    numbers, at = dict(first), dict(versions)
    result: list[Document] = []
    for draft in drafts:
        series = series_of(draft)
        count = numbers.get(series, 1)
        numbers[series] = count + 1
        at[draft.account] = at.get(draft.account, 0) + 1
        result.append(_given(draft, series.number(count), at[draft.account]))
    return result


def _given(draft: D, number: str, version: int) -> D:
    return replace(draft, number=number, originator_version=version)
