"""What a report is asked for, and how a read is drained page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from ledger.store.transaction import Query, Transaction

Row = TypeVar("Row")
PAGE = 1_000


@dataclass(frozen=True)
class Asked:
    """What a report is narrowed to; a report ignores what it has no use for."""

    today: date
    entity: str | None = None
    account: str | None = None
    target: str | None = None
    source: str | None = None
    as_of: date | None = None
    from_: date | None = None
    at: int | None = None
    currency: str | None = None


def every(
    tx: Transaction,
    page: Callable[[Any], Query[Row]],
    place: Callable[[Row], Any],
    start: Any,
) -> Iterator[Row]:
    """Yield every row of a paged read; ``place`` tells where the page after a row begins."""
    after = start
    while True:
        rows = tx.all(page(after))
        yield from rows
        if len(rows) < PAGE:
            return
        after = place(rows[-1])
