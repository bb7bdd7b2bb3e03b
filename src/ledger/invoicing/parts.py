"""Where the change of a charge stream goes: on a new line, or back against lines that billed it.

A stream was billed 100.00 on invoice 1 and 20.00 more on invoice 2. Re-rated to 90.00, its change
of −30.00 takes 20.00 from invoice 2 and 10.00 from invoice 1: newest first, no line beyond itself.
Re-rated to −5.00, both lines go to nothing and −5.00 stays, a negative line of the next document.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.invoicing.billable import Billable, Payer
from ledger.invoicing.originals import BilledLine, InvoiceGroup, LineKey, Originals
from ledger.money import ZERO, allocate, digits


@dataclass(frozen=True)
class Part:
    """Part of a stream's change, for one document; against an invoice line all is positive.

    ``amount`` is net, or gross where prices include tax; ``accrued`` is the accrual it clears.
    """

    billable: Billable
    quantity: Decimal
    amount: Decimal
    accrued: Decimal
    against: BilledLine | None = None

    def turned(self) -> "Part":
        """Return the same with the opposite sign."""
        return replace(self, quantity=-self.quantity, amount=-self.amount, accrued=-self.accrued)


@dataclass
class Room:
    """What earlier invoices still leave to credit, while one draft takes from it."""

    originals: Originals
    by_line: dict[LineKey, Decimal] = field(default_factory=dict)
    by_group: dict[InvoiceGroup, Decimal] = field(default_factory=dict)

    def take(self, billed: BilledLine, wanted: Decimal) -> Decimal:
        """Take up to ``wanted`` from a line, within the line and its tax group."""
        inclusive = billed.invoice.tax_inclusive
        line, group = billed.key, billed.group
        of_line = self.by_line.get(line, self.originals.by_line[line].amount(inclusive))
        of_group = self.by_group.get(group, self.originals.by_group[group].amount(inclusive))
        taken = max(min(wanted, of_line, of_group), ZERO)
        self.by_line[line], self.by_group[group] = of_line - taken, of_group - taken
        return taken


def parts(billable: Billable, payer: Payer, room: Room) -> list[Part]:
    """Return the parts of what changed in a stream since it was billed; none for no change."""
    change = billable.change(payer)
    if not change:
        return []
    taken_back: list[tuple[BilledLine | None, Decimal]] = []
    rest = -change if billable.billed_charge else ZERO
    for billed in room.originals.creditable(billable.key, billable.tax_inclusive):
        if rest <= 0:
            break
        if taken := room.take(billed, rest):
            taken_back.append((billed, -taken))
            rest -= taken
    kept = change - sum((amount for _, amount in taken_back), ZERO)
    return _parts(billable, payer, [*taken_back, *([(None, kept)] if kept else [])])


def _parts(
    billable: Billable, payer: Payer, amounts: list[tuple[BilledLine | None, Decimal]]
) -> list[Part]:
    """Share out accrual by amount; the quantity stays whole, on the first part."""
    change = billable.accrued - billable.billed
    accrued = allocate(change, [amount for _, amount in amounts], digits(payer.currency))
    quantity = billable.quantity - billable.billed_quantity
    result = []
    for (billed, amount), share in zip(amounts, accrued, strict=True):
        part = Part(billable, quantity, amount, share, billed)
        result.append(part.turned() if billed else part)
        quantity = ZERO
    return result
