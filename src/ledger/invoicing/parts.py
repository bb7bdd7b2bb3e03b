"""Where the change of a charge stream goes: on a new line, or back against lines that billed it.

A stream was billed 100.00 on invoice 1 and 20.00 more on invoice 2. Re-rated to 90.00, its change
of −30.00 takes 20.00 from invoice 2 and 10.00 from invoice 1: newest first, no line beyond itself.
Re-rated to −5.00, both lines go to nothing and −5.00 stays, a negative line of the next document.
A change of the subscription is netted: all of it is a line of the next document.

What a concession gave back already is not given back twice: of 100.00 with 30.00 conceded, a
re-rating to nothing gives 70.00, and the concession absorbs 30.00 of it.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.events.billing import Allowance
from ledger.invoicing.billable import USAGE, Billable, Payer
from ledger.invoicing.billed import summed, turned
from ledger.invoicing.originals import BilledLine, InvoiceGroup, LineKey, Originals
from ledger.money import ONE, ZERO, allocate, digits


@dataclass(frozen=True)
class Part:
    """Part of a stream's change, for one document; against an invoice line all is positive.

    ``amount`` is net, or gross where prices include tax; ``accrued`` is the accrual it clears, and
    ``absorbed`` what it settles beyond its amount because a concession gave that back before.
    """

    billable: Billable
    quantity: Decimal
    amount: Decimal
    accrued: Decimal
    against: BilledLine | None = None
    absorbed: Decimal = ZERO
    allowances: tuple[Allowance, ...] = ()

    def turned(self) -> "Part":
        """Return the same with the opposite sign."""
        return replace(
            self,
            quantity=-self.quantity,
            amount=-self.amount,
            accrued=-self.accrued,
            absorbed=-self.absorbed,
            allowances=turned(self.allowances),
        )


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
    """Return the parts of what changed in a stream since it was billed; none for no change.

    What was paid wholly by credit is a line of nothing, once, so that the customer sees it.
    """
    change = billable.change(payer)
    if not change:
        covered = billable.billed.charge is None and billable.allowances
        return [_zero(billable, change)] if covered else []
    absorbed = _absorbed(billable, -change)
    back = [] if billable.netted else _taken_back(billable, -change - absorbed, room)
    kept = change + absorbed - sum((amount for _, amount in back), ZERO)
    shares: list[tuple[BilledLine | None, Decimal]] = [*back]
    if kept or not back:
        shares.append((None if kept else _conceded_line(billable, room), kept))
    return _parts(billable, payer, shares, absorbed)


def _absorbed(billable: Billable, lowered: Decimal) -> Decimal:
    """Return what of a change downwards concessions have given back: beyond what is still paid."""
    billed = billable.billed
    conceded = billed.conceded_gross if billable.tax_inclusive else billed.conceded
    paid = billed.amount(billable.tax_inclusive) - conceded
    return min(max(lowered - max(paid, ZERO), ZERO), conceded)


def _taken_back(billable: Billable, rest: Decimal, room: Room) -> list[tuple[BilledLine, Decimal]]:
    """Take a change downwards back from the lines that billed the stream, newest first."""
    result: list[tuple[BilledLine, Decimal]] = []
    for billed in room.originals.creditable(billable.key, billable.tax_inclusive):
        if rest <= 0:
            break
        if taken := room.take(billed, rest):
            result.append((billed, -taken))
            rest -= taken
    return result


def _conceded_line(billable: Billable, room: Room) -> BilledLine | None:
    """Return where a correction goes that concessions absorb whole: on a note to its invoice."""
    if billable.netted:
        return None
    return next(room.originals.creditable(billable.key, billable.tax_inclusive), None)


def _parts(
    billable: Billable,
    payer: Payer,
    shares: list[tuple[BilledLine | None, Decimal]],
    absorbed: Decimal,
) -> list[Part]:
    """Share out accrual by amount; what stays whole stands on the first part, or the last."""
    change = billable.accrued - billable.billed.accrued
    places = digits(payer.currency)
    settled = [amount for _, amount in shares]
    settled[-1] -= absorbed
    quantity = _quantity(billable, change)
    allowances = summed([*billable.allowances, *turned(billable.billed.allowances)])
    result: list[Part] = []
    for (against, amount), accrued in zip(shares, allocate(change, settled, places), strict=True):
        rest = -absorbed if len(result) == len(shares) - 1 else ZERO
        part = Part(billable, quantity, amount, accrued, against, rest, allowances)
        result.append(part.turned() if against else part)
        quantity, allowances = ZERO, ()
    return result


def _quantity(billable: Billable, change: Decimal) -> Decimal:
    """Return the quantity of a change: of usage the difference, else all, with the change's sign.

    A line that gives something back has a negative quantity, never a negative price (BR-27).
    """
    before = billable.billed.quantity
    if billable.kind == USAGE:
        return billable.quantity - before
    quantity = billable.quantity or abs(before) or ONE
    return quantity if change >= 0 else -quantity


def _zero(billable: Billable, nothing: Decimal) -> Part:
    return Part(billable, billable.quantity, nothing, nothing, allowances=billable.allowances)
