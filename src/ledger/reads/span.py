"""What a report over time is about: whose books, which days, as known when."""

from dataclasses import dataclass, replace
from datetime import date

from ledger.errors import BadSpan
from ledger.reads import log
from ledger.store.database import Transaction


@dataclass(frozen=True)
class Span:
    """An entity (or one customer of it), from the start of a day to the end of another.

    ``at`` is the position of lane 0 at which the books are seen; none means as they are now.
    """

    entity: str
    first: date
    last: date
    at: int | None = None
    customer: str | None = None

    def __post_init__(self) -> None:
        """Refuse a span that ends before it begins."""
        if self.last < self.first:
            raise BadSpan(field="from", first=self.first, last=self.last)


def whole(tx: Transaction, span: Span) -> Span:
    """Return the span as known at the last position at which nothing is half appended.

    A decision and its journal entries are appended at once, at several positions; a position
    between them is one that the books never stood at, and counts as before them.
    """
    return replace(span, at=whole_position(tx, span.at))


def whole_position(tx: Transaction, at: int | None) -> int | None:
    """Return the last position up to this one that is between two appends; None stays None."""
    if at is None:
        return None
    found = tx.one(log.whole(at))
    assert found is not None
    return found.position
