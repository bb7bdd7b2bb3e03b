"""What documents billed of each charge stream so far, read from the payer's receivables stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine
from ledger.events.fact import Fact
from ledger.invoicing.billable import Billable, StreamKey
from ledger.money import ZERO

RERATING = "rerating"
NET_CREDIT = "net_credit"


@dataclass(frozen=True)
class Billed:
    """What was billed of a stream, credit notes of a re-rating taken off, and the charge last."""

    charge: str | None = None
    accrued: Decimal = ZERO
    net: Decimal = ZERO
    gross: Decimal = ZERO
    quantity: Decimal = ZERO

    def plus(self, line: InvoiceLine, sign: int) -> "Billed":
        """Return it after one more document line."""
        return Billed(
            line.charge,
            self.accrued + sign * line.cleared,
            self.net + sign * line.net,
            self.gross + sign * (line.net + line.tax),
            self.quantity + sign * line.quantity,
        )


def billed_so_far(history: Iterable[Fact]) -> dict[StreamKey, Billed]:
    """Fold the facts of a receivables stream, in order; a concession leaves it as it is."""
    result: dict[StreamKey, Billed] = {}
    for line, sign in _lines(history):
        key = (line.subscription, line.item, line.period_from)
        result[key] = result.get(key, Billed()).plus(line, sign)
    return result


def with_billed(billables: Iterable[Billable], history: Iterable[Fact]) -> list[Billable]:
    """Return the billables with what the payer's documents billed of them filled in."""
    found = billed_so_far(history)
    return [_filled(billable, found.get(billable.key, Billed())) for billable in billables]


def _lines(history: Iterable[Fact]) -> Iterator[tuple[InvoiceLine, int]]:
    for fact in history:
        if isinstance(fact, InvoiceIssued):
            yield from ((line, 1) for line in fact.lines)
        elif isinstance(fact, CreditNoteIssued) and fact.reason in (RERATING, NET_CREDIT):
            yield from ((line, -1) for line in fact.lines)


def _filled(billable: Billable, billed: Billed) -> Billable:
    return replace(
        billable,
        billed_charge=billed.charge,
        billed=billed.accrued,
        billed_net=billed.net,
        billed_gross=billed.gross,
        billed_quantity=billed.quantity,
    )
