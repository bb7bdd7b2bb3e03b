"""A document as words in their places: what HTML and PDF lay out, so that both say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ledger.credits.purchase import PREFIX
from ledger.documents import words
from ledger.documents.chart import Chart, chart
from ledger.documents.document import Document, Line, Party
from ledger.money import ZERO


@dataclass(frozen=True)
class Named:
    """A value with what it is; ``strong`` is to be seen first."""

    name: str
    value: str
    strong: bool = False


@dataclass(frozen=True)
class Part:
    """One tier of the charge behind a row."""

    text: str
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True)
class Row:
    """One line of the document, with its notes and the tiers of its charge."""

    number: str
    text: str
    period: str
    quantity: str
    taxed: str
    net: str
    tax: str
    notes: tuple[str, ...]
    parts_are: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Group:
    """The rows of one subscription."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class TaxLine:
    """The tax of one category and rate."""

    text: str
    base: str
    tax: str


@dataclass(frozen=True)
class Address:
    """A party, line by line; the first is its name."""

    role: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that stands on a document, in the order of reading."""

    title: str
    number: str
    currency: str
    seller: Address
    buyer: Address
    facts: tuple[Named, ...]
    groups: tuple[Group, ...]
    taxes: tuple[TaxLine, ...]
    totals: tuple[Named, ...]
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]


def sheet(document: Document) -> Sheet:
    """Return what stands where on a document."""
    money = document.currency
    return Sheet(
        title="Credit note" if document.is_credit_note else "Invoice",
        number=document.number,
        currency=money,
        seller=_address("From", document.seller),
        buyer=_address("To", document.buyer),
        facts=tuple(_facts(document)),
        groups=tuple(_groups(document)),
        taxes=tuple(
            TaxLine(
                words.taxed(row.category, row.rate),
                words.amount(row.base, money),
                words.amount(row.tax, money),
            )
            for row in document.taxes
        ),
        totals=tuple(_totals(document)),
        charts=tuple(drawn for usage in document.usage if (drawn := chart(usage))),
        notes=tuple(words.notes(document)),
    )


def _address(role: str, party: Party) -> Address:
    lines = [party.name, *(party.address or "").splitlines()]
    if party.country and party.country not in lines:
        lines.append(party.country)
    if party.vat_id:
        lines.append(f"VAT id {party.vat_id}")
    return Address(role, tuple(line for line in lines if line.strip()))


def _facts(document: Document) -> Iterator[Named]:
    yield Named("Number", document.number, strong=True)
    yield Named("Date", words.day(document.issued_on))
    if document.due_on:
        yield Named("Due", words.day(document.due_on), strong=True)
    if document.original:
        issued = document.original_issued_on
        dated = f" of {words.day(issued)}" if issued else ""
        yield Named("For invoice", f"{document.original}{dated}")
    if document.reason:
        yield Named("Reason", words.REASONS.get(document.reason, document.reason))
    if document.note:
        yield Named("Why", document.note)
    yield Named("Account", document.buyer.id)


def _groups(document: Document) -> Iterator[Group]:
    for (account, subscription), lines in groupby(
        document.lines, key=lambda line: (line.account, line.subscription)
    ):
        used = "" if account == document.buyer.id else f", used by {account}"
        rows = tuple(_row(document, line) for line in lines)
        what = "Credit" if subscription.startswith(PREFIX) else f"Subscription {subscription}"
        yield Group(f"{what}{used}", rows)


def _row(document: Document, line: Line) -> Row:
    money = document.currency
    unit = f" {line.unit}" if line.unit else ""
    return Row(
        number=str(line.number),
        text=line.description,
        period=words.period(line.period_from, line.period_to),
        quantity=f"{words.number(line.quantity)}{unit}",
        taxed=words.taxed(line.category, line.rate),
        net=words.amount(line.net, money),
        tax=words.amount(line.tax, money),
        notes=tuple(_line_notes(line, money)),
        parts_are=_parts_are(document, line),
        parts=tuple(_parts(line, money)),
    )


def _line_notes(line: Line, money: str) -> Iterator[str]:
    if line.against and line.against_line:
        yield f"Takes back from line {line.against_line} of {line.against}"
    elif line.corrects:
        yield "The difference to what was billed before for this period"
    for taken in line.reductions:
        kind = words.REDUCED.get(taken.kind, taken.kind)
        yield f"{kind} {taken.id}: −{words.amount(taken.amount, money)}, taken off already"


def _parts_are(document: Document, line: Line) -> str:
    if not line.tiers or line.charged is None:
        return ""
    now = " as it stands now" if line.corrects or document.is_credit_note else ""
    gross = ", tax included" if document.tax_inclusive else ""
    return f"The charge{now}: {words.amount(line.charged, document.currency)}{gross}"


def _parts(line: Line, money: str) -> Iterator[Part]:
    lower = None
    for part in line.tiers:
        yield Part(
            words.tier(part, lower),
            words.counted(part),
            words.price(part, money),
            words.amount(part.amount, money),
        )
        lower = part.up_to


def _totals(document: Document) -> Iterator[Named]:
    money = document.currency
    yield Named("Total without tax", words.amount(document.net, money))
    yield Named("Tax", words.amount(document.tax, money))
    yield Named("Total", f"{money} {words.amount(document.total, money)}", strong=True)
    if document.is_credit_note:
        if document.to_receivable:
            lowers = f"Taken off what is open of {document.original}"
            yield Named(lowers, words.amount(document.to_receivable, money))
        if document.to_credit_balance:
            yield Named("To your credit", words.amount(document.to_credit_balance, money))
        return
    settled = document.total - document.open
    if settled != ZERO:
        yield Named("Paid and credited", words.amount(settled, money))
    yield Named("To pay", f"{money} {words.amount(document.open, money)}", strong=True)
