"""Who bears a lost dispute: revenue and tax that are taken back of an invoice, and a loss.

Under the policy ``revenue`` both are taken back at what the invoice was booked at, as a credit note
would; a loss is worth what the bank took. An invoice without any revenue (its lines net to nothing)
has none to take back; then it is a loss.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.events.billing import InvoiceIssued
from ledger.events.disputes import Loss, Reversal
from ledger.events.receivables import LOST, Movement
from ledger.invoicing.booking import Carried
from ledger.money import ZERO, allocate
from ledger.receivables.items import Item
from ledger.receivables.movements import worth_of
from ledger.receivables.write_off import Rounding, tax_in


@dataclass(frozen=True)
class Places:
    """The minor digits of a customer's currency, and of the books where they have another."""

    agreed: int
    books: int | None = None

    @property
    def of_books(self) -> int:
        """The minor digits of the books."""
        return self.agreed if self.books is None else self.books

    def part(self, of: Carried, amount: Decimal) -> Carried:
        """Return so much of an amount, with its share of what that is worth."""
        return Carried(amount, of.part(amount, self.of_books))

    def stated(self, worth: Decimal) -> Decimal | None:
        """Return a worth as facts state it: only where the books have another currency."""
        return None if self.books is None else worth


def lost_of(invoice: str, moves: Iterable[Movement], places: Places) -> Movement | None:
    """Return what a dispute takes of an invoice for good, less what the credit balance gave."""
    parts = [each for each in moves if each.balance == LOST and each.invoice == invoice]
    amount = sum((each.amount for each in parts), ZERO)
    worth = sum(map(worth_of, parts), ZERO)
    return Movement(LOST, amount, invoice, booked=places.stated(worth)) if amount else None


def invoiced(item: Item, amount: Decimal) -> Decimal:
    """Return what of a loss has revenue and tax in it: credit that was spent has none."""
    return min(amount, max(item.gross - item.unpaid, ZERO))


def tax_lost(item: Item, amount: Decimal, rounding: Rounding) -> Decimal:
    """Return the tax in what is lost of an invoice, never more than is still owed of it.

    Rounded cumulatively over all that was lost before, so that no part of the tax is left.
    """
    amount, before = invoiced(item, amount), item.lost + item.given_up
    tax = tax_in(item, before + amount, rounding) - tax_in(item, before, rounding)
    return min(max(tax, ZERO), amount, item.tax_owed)


def reversals(
    invoice: InvoiceIssued,
    of: Item,
    lost: Movement,
    tax: Decimal,
    relieved: Movement | None,
    places: Places,
) -> Iterator[Reversal]:
    """Split what was lost of an invoice: net by its revenue accounts, and tax if that comes back.

    ``of`` is the invoice in the sub-ledger, ``tax`` what is in the loss; where that is not
    ``relieved`` it stays a loss. Revenue is worth what the payment had relieved, less the others.
    """
    stands = places.part(Carried(lost.amount, worth_of(lost)), invoiced(of, lost.amount))
    weights: dict[str, Decimal] = {}
    for line in invoice.lines:
        weights[line.revenue_account] = weights.get(line.revenue_account, ZERO) + line.net
    weights = {account: net for account, net in weights.items() if net > 0}
    if weights and (net := stands.open - tax):
        parts = allocate(net, list(weights.values()), places.agreed)
        of_tax = worth_of(relieved) if relieved else places.part(stands, tax).booked
        booked = allocate(max(stands.booked - of_tax, ZERO), parts, places.of_books)
        for account, part, worth in zip(weights, parts, booked, strict=True):
            if part:
                yield Reversal(invoice.number, part, account, places.stated(worth))
    if relieved:
        yield Reversal(invoice.number, relieved.amount, None, relieved.booked)


def loss(
    lost: Movement, claim: Movement, taken_back: Sequence[Reversal], places: Places
) -> Iterator[Loss]:
    """Yield what is left of what was lost of an invoice, at its share of what the bank took."""
    kept = lost.amount - sum((each.amount for each in taken_back), ZERO)
    if kept and lost.invoice:
        part = places.part(Carried(abs(claim.amount), abs(worth_of(claim))), kept)
        yield Loss(lost.invoice, kept, places.stated(part.booked))
