"""Facts of the journal: entries in double entry, debit positive, and what people enter by hand."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Foreign
from ledger.events.fact import Fact, record


class Unbalanced(ValueError):
    """A journal entry that does not balance cannot be constructed."""


@dataclass(frozen=True)
class JournalLine:
    """A debit (positive) or credit (negative) of one account of the chart, never zero.

    The other fields say what the line came from and who it concerns (the sub-ledger dimension);
    ``counterparty`` is the other entity of an intercompany balance, and ``foreign`` the same amount
    in the currency in which it was agreed, where that is another.
    """

    account: str
    amount: Decimal
    customer: str | None = None
    invoice: str | None = None
    invoice_line: int | None = None
    charge: str | None = None
    payment: str | None = None
    grant: str | None = None
    discount: str | None = None
    counterparty: str | None = None
    foreign: Foreign | None = None


@record("journal.posted/1")
@dataclass(frozen=True, kw_only=True)
class JournalPosted(Fact):
    """One journal entry of one entity in its currency. ``rule`` names the posting rule's version.

    ``on`` is the posting date, ``period`` its month; ``service_from`` and ``service_to``
    (half-open) say when the service was rendered and never move. ``reverses`` is the entry that
    this one takes back, ``reference`` what the entries of several entities share, ``approved_by``
    who agreed to an entry made by hand.
    """

    entry: str
    entity: str
    currency: str
    on: date
    period: str
    rule: str
    text: str
    lines: tuple[JournalLine, ...]
    service_from: date | None = None
    service_to: date | None = None
    document: str | None = None
    reverses: str | None = None
    reference: str | None = None
    approved_by: str | None = None

    def __post_init__(self) -> None:
        """Refuse an entry with fewer than two lines, a zero line, or a sum other than zero."""
        if len(self.lines) < 2 or any(not line.amount for line in self.lines):
            raise Unbalanced(f"{self.entry}: an entry has at least two lines, none of them zero")
        if total := sum(line.amount for line in self.lines):
            raise Unbalanced(f"{self.entry}: the lines sum to {total}, not to zero")


@dataclass(frozen=True)
class EnteredLine:
    """A debit (positive) or credit (negative) that somebody asked for, and whom it concerns."""

    account: str
    amount: Decimal
    customer: str | None = None


@record("journal.entered/1")
@dataclass(frozen=True, kw_only=True)
class JournalEntered(Fact):
    """A journal that one person asked for and another approved; ``number`` counts the entity's.

    ``entry`` is the journal entry that it makes, ``reverses`` the earlier one that it takes back.
    """

    entry: str
    number: int
    entity: str
    currency: str
    on: date
    reason: str
    approved_by: str
    lines: tuple[EnteredLine, ...]
    reverses: str | None = None
