"""Documents in a currency other than the entity's: what each part of them is worth in the books.

An invoice is converted once, in total, by the rate of its day, and its lines and taxes take their
parts, so that nothing is left over. What was accrued is relieved at what it carries, and a grant
comes in at its own exchange; the difference is a gain or loss. A credit note goes at the rate of
its original: the last one takes what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.catalog.exchange import convert, convert_all
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine, TaxGroup
from ledger.events.cash import Application
from ledger.events.exchange import Exchange
from ledger.invoicing.billable import DEFERRED_REVENUE, Billable, StreamKey, stream_key
from ledger.invoicing.originals import Left, Originals
from ledger.invoicing.tax import TaxTerms
from ledger.money import ZERO, allocate, digits, round_ratio
from ledger.rating.fee_charges import ACCRUING

Document = InvoiceIssued | CreditNoteIssued


@dataclass(frozen=True)
class Carried:
    """What open amounts carry in the books: ``open`` of ``booked``."""

    open: Decimal
    booked: Decimal

    def part(self, amount: Decimal, places: int) -> Decimal:
        """Return what so much of it carries; all of it carries all."""
        if amount == self.open:
            return self.booked
        return round_ratio(self.booked, amount, self.open, places) if amount else ZERO


@dataclass(frozen=True)
class Owed:
    """What of an invoice is not paid, in the order in which a credit note takes it.

    What is open comes first, then what is given up, then what each dispute took, the latest first.
    """

    parts: Sequence[Carried] = ()

    def part(self, amount: Decimal, places: int) -> Decimal:
        """Return what so much of it carries."""
        worth = ZERO
        for each in self.parts:
            taken = min(amount, each.open)
            worth += each.part(taken, places)
            amount -= taken
        return worth


@dataclass(frozen=True)
class Granted:
    """The exchange at which a grant is carried, and what was ``billed`` of its price so far."""

    exchange: Exchange
    billed: Decimal = ZERO


@dataclass(frozen=True)
class Books:
    """How a payer's documents are booked: by which rate, and what is carried so far.

    ``receivable`` is what each invoice that is not paid carries, ``accrued`` what each charge
    stream does, and ``granted`` how each grant is carried.
    """

    exchange: Exchange
    mode: str = "half_up"
    receivable: Mapping[str, Owed] = field(default_factory=dict)
    accrued: Mapping[StreamKey, Decimal] = field(default_factory=dict)
    granted: Mapping[StreamKey, Granted] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """The minor digits of the entity's currency."""
        return digits(self.exchange.currency)


def carried(applications: Sequence[Application], books: Books) -> tuple[Application, ...]:
    """Return applications of a payment with what they take of what each invoice carries."""
    return tuple(
        replace(each, booked=books.receivable[each.invoice].part(each.amount, books.places))
        for each in applications
    )


def carried_of(billables: Iterable[Billable]) -> dict[StreamKey, Decimal]:
    """Return what is accrued and not billed of each stream, in the entity's currency."""
    return {each.key: each.carried for each in billables if each.carried is not None}


def granted_of(billables: Iterable[Billable]) -> dict[StreamKey, Granted]:
    """Return how the grants among these are carried, in the entity's currency."""
    return {
        each.key: Granted(each.exchange, each.billed.accrued)
        for each in billables
        if each.exchange is not None
    }


def booked(documents: Sequence[Document], books: Books, earlier: Originals) -> list[Document]:
    """Return the documents of one draft with what they are worth in the books."""
    shares = {**_relieved(documents, books), **_brought_in(documents, books)}
    done: list[Document] = []
    for number, document in enumerate(documents):
        if isinstance(document, CreditNoteIssued) and document.invoice:
            one: Document = credited(document, books, earlier)
        else:
            one = _converted(document, books)
        lines = tuple(replace(line, relieved=shares.get((number, line.line))) for line in one.lines)
        done.append(replace(one, lines=lines))
    return done


def credited(note: CreditNoteIssued, books: Books, earlier: Originals) -> CreditNoteIssued:
    """Return a credit note booked as its original was."""
    places = books.places
    lines = []
    for line in note.lines:
        left = earlier.by_line[line.against or "", line.against_line or 0]
        worth = Carried(left.net, left.booked).part(line.net, places)
        lines.append(deferring(replace(line, booked=worth), books))
    taxes = [_tax(note, group, earlier, places) for group in note.taxes]
    assert note.invoice is not None, note
    carried = books.receivable.get(note.invoice, Owed())
    total = sum((line.booked or ZERO for line in lines), ZERO)
    total += sum((group.booked or ZERO for group in taxes), ZERO)
    return replace(
        note,
        lines=tuple(lines),
        taxes=tuple(taxes),
        exchange=books.exchange,
        booked=total,
        booked_receivable=carried.part(note.to_receivable, places),
    )


def deferring(line: InvoiceLine, books: Books) -> InvoiceLine:
    """Return a line in advance with what it defers in the entity's currency."""
    if line.clears != DEFERRED_REVENUE or not line.deferred or line.booked is None:
        return line
    worth = line.booked + convert(line.absorbed, books.exchange)
    amounts = allocate(worth, [each.amount for each in line.deferred], books.places)
    deferred = zip(line.deferred, amounts, strict=True)
    return replace(line, deferred=tuple(replace(each, amount=share) for each, share in deferred))


def _converted(document: Document, books: Books) -> Document:
    """Return a document of its own day: converted once, and every part its share."""
    amounts = [line.net for line in document.lines] + [group.tax for group in document.taxes]
    worth = convert_all(amounts, books.exchange, books.mode)
    count = len(document.lines)
    lines = [
        deferring(replace(line, booked=each), books)
        for line, each in zip(document.lines, worth[:count], strict=True)
    ]
    taxes = [
        replace(group, booked=each)
        for group, each in zip(document.taxes, worth[count:], strict=True)
    ]
    fields = {
        "lines": tuple(lines),
        "taxes": tuple(taxes),
        "exchange": books.exchange,
        "booked": sum(worth, ZERO),
    }
    if isinstance(document, CreditNoteIssued):
        return replace(document, **fields, booked_receivable=ZERO)  # type: ignore[arg-type]
    return replace(document, **fields)  # type: ignore[arg-type]


def _tax(note: CreditNoteIssued, group: TaxGroup, earlier: Originals, places: int) -> TaxGroup:
    key = (note.invoice or "", TaxTerms(group.category, group.rate).group)
    left: Left = earlier.by_group[key]
    worth = Carried(left.tax, left.booked_tax).part(group.tax, places)
    return replace(group, booked=worth)


def _relieved(documents: Sequence[Document], books: Books) -> dict[tuple[int, int], Decimal]:
    """Share what each stream carries among the lines that clear it, by what they clear."""
    found: dict[StreamKey, list[tuple[tuple[int, int], int, InvoiceLine]]] = {}
    for number, document in enumerate(documents):
        sign = 1 if isinstance(document, InvoiceIssued) else -1
        for line in document.lines:
            if line.clears in ACCRUING:
                at = (number, line.line)
                found.setdefault(stream_key(line.charge), []).append((at, sign, line))
    shares: dict[tuple[int, int], Decimal] = {}
    for key, lines in found.items():
        carried = books.accrued.get(key, ZERO)
        weights = [sign * line.cleared for _, sign, line in lines]
        parts = allocate(carried, weights, books.places) if sum(weights, ZERO) else weights
        shares |= {at: sign * part for (at, sign, _), part in zip(lines, parts, strict=True)}
    return shares


def _brought_in(documents: Sequence[Document], books: Books) -> dict[tuple[int, int], Decimal]:
    """Return what the lines of grants bring into the liability: parts that sum to the whole."""
    billed = {key: granted.billed for key, granted in books.granted.items()}
    shares: dict[tuple[int, int], Decimal] = {}
    for number, document in enumerate(documents):
        sign = 1 if isinstance(document, InvoiceIssued) else -1
        for line in document.lines:
            if (key := stream_key(line.charge)) in billed:
                before, billed[key] = billed[key], billed[key] + sign * line.cleared
                exchange = books.granted[key].exchange
                worth = convert(billed[key], exchange, books.mode)
                shares[number, line.line] = sign * (worth - convert(before, exchange, books.mode))
    return shares
