"""A bank statement as we read it, and the check that its entries lead from opening to closing.

Amounts are signed as the account holder sees them: a credit, money in, is positive.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.errors import StatementUnbalanced
from ledger.events.streams import stream
from ledger.money import ZERO, plain


@dataclass(frozen=True)
class Entry:
    """One booked movement of money, or one transaction of an entry that bundles several.

    ``key`` is what makes it the same entry in every statement that carries it. ``structured`` are
    references that stand in a field of their own, ``text`` what the payer wrote.
    """

    key: tuple[str, ...]
    amount: Decimal
    booked_on: date
    valued_on: date
    bank_reference: str | None = None
    structured: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    reversal: bool = False
    returned: str | None = None


@dataclass(frozen=True)
class Statement:
    """The booked entries of one bank account between two balances."""

    account: str
    id: str
    sequence: str
    page: str
    currency: str
    opening: Decimal
    closing: Decimal
    opened_on: date
    closed_on: date
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """Account, id, sequence, page and last day: what no other statement has."""
        parts = (self.account, self.id, self.sequence, self.page, self.closed_on.isoformat())
        return "/".join(part for part in parts if part)

    @property
    def stream(self) -> UUID:
        """Where the fact that it was imported stands."""
        return stream("statement", self.name)

    @property
    def credits(self) -> Decimal:
        """What came in."""
        return sum((one.amount for one in self.entries if one.amount > 0), ZERO)

    @property
    def debits(self) -> Decimal:
        """What went out, negative."""
        return sum((one.amount for one in self.entries if one.amount < 0), ZERO)

    def entry_streams(self) -> Iterator[tuple[UUID, Entry]]:
        """Yield the stream of each entry; entries that nothing tells apart are numbered."""
        seen: dict[tuple[str, ...], int] = {}
        for one in self.entries:
            seen[one.key] = number = seen.get(one.key, 0) + 1
            yield stream("statement_entry", self.account, *one.key, str(number)), one


def check(statement: Statement) -> None:
    """Refuse a statement whose entries do not lead from its opening to its closing balance."""
    reached = statement.opening + statement.credits + statement.debits
    if reached != statement.closing:
        raise StatementUnbalanced(
            field="statement",
            statement=statement.id,
            reached=plain(reached),
            closing=plain(statement.closing),
        )
