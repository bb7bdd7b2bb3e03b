"""An invoice given up, and owed again: how much, and the tax in it.

What is recovered is owed again; what is reversed never was. Tax is the invoice's own share, tax ÷
gross as credit notes left them, rounded cumulatively: parts recovered one after the other bring
back what the write-off gave, to the cent.
"""

from dataclasses import dataclass
from decimal import Decimal

from ledger.errors import AmountTooLarge, InvoiceSettled, NotWrittenOff
from ledger.events.receivables import RECEIVABLE, RELIEVED, WRITTEN_OFF, Movement
from ledger.money import ZERO, plain, round_ratio
from ledger.receivables.items import Item


@dataclass(frozen=True)
class Rounding:
    """To how many places, and by which mode, an entity rounds a currency."""

    places: int
    mode: str


@dataclass(frozen=True)
class Share:
    """A gross amount and the tax in it; without relief the tax is zero."""

    amount: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        """The amount without the tax."""
        return self.amount - self.tax


def written_off(item: Item, rounding: Rounding, *, relief: bool) -> Share:
    """Return what giving up all that is open of an invoice loses; one that is paid is refused."""
    if not item.open:
        raise InvoiceSettled(field="invoice", invoice=item.invoice)
    if not relief:
        return Share(item.open, ZERO)
    before = item.lost + item.written_off
    tax = tax_in(item, before + item.open, rounding) - tax_in(item, before, rounding)
    return Share(item.open, min(max(tax, ZERO), item.open, item.tax_owed))


def recovered(item: Item, amount: Decimal, rounding: Rounding) -> Share:
    """Return what is owed again; never more than was given up, nor more tax than came back."""
    if not item.given_up:
        raise NotWrittenOff(field="invoice", invoice=item.invoice)
    if amount > item.given_up:
        what = f"the write-off of {item.invoice}"
        raise AmountTooLarge(
            field="amount", amount=plain(amount), limit=plain(item.given_up), what=what
        )
    if amount == item.given_up or not item.relieved:
        return Share(amount, item.relieved)
    after = tax_in(item, item.recovered + amount, rounding)
    tax = after - tax_in(item, item.recovered, rounding)
    return Share(amount, min(max(tax, ZERO), item.relieved, amount))


def reversed_by(item: Item, amount: Decimal, total: Decimal, tax: Decimal, places: int) -> Share:
    """Return what a credit note of ``total``, with ``tax`` in it, undoes of a write-off.

    ``amount`` of it was given up. The tax that came back for it is owed again as far as the note
    lowers it, and what is left of it never exceeds what is still given up.
    """
    assert amount <= item.given_up, item
    share = round_ratio(tax, amount, total, places)
    least = item.relieved - (item.given_up - amount)
    return Share(amount, min(max(share, least), item.relieved))


def movements(invoice: str, share: Share, sign: int) -> tuple[Movement, ...]:
    """Return what a write-off (sign 1), a recovery or a reversal (sign -1) does to the invoice."""
    moves = (
        Movement(RECEIVABLE, -sign * share.amount, invoice),
        Movement(WRITTEN_OFF, sign * share.amount, invoice),
        Movement(RELIEVED, sign * share.tax, invoice),
    )
    return tuple(move for move in moves if move.amount)


def tax_in(item: Item, amount: Decimal, rounding: Rounding) -> Decimal:
    """Return the tax in so much of an invoice, by its tax and gross as credit notes left them."""
    if not item.gross:
        return ZERO
    return round_ratio(amount, item.tax, item.gross, rounding.places, rounding.mode)
