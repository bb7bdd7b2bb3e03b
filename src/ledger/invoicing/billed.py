"""What documents billed of each charge stream so far, read from the payer's receivables stream."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ledger.events.billing import Allowance, CreditNoteIssued, InvoiceIssued, InvoiceLine
from ledger.events.fact import Fact
from ledger.invoicing.billable import NOTHING, Billable, Billed, StreamKey, stream_key

RERATING = "rerating"
NET_CREDIT = "net_credit"
CONCESSION = "concession"


def billed_so_far(history: Iterable[Fact]) -> dict[StreamKey, Billed]:
    """Fold the facts of a receivables stream, in order.

    A concession bills nothing less: it only says how much the customer has back already.
    """
    result: dict[StreamKey, Billed] = {}
    for line, sign, conceded in _lines(history):
        key = stream_key(line.charge)
        before = result.get(key, NOTHING)
        result[key] = _conceded(before, line) if conceded else _plus(before, line, sign)
    return result


def with_billed(billables: Iterable[Billable], history: Iterable[Fact]) -> list[Billable]:
    """Return the billables with what the payer's documents billed of them filled in."""
    found = billed_so_far(history)
    return [replace(billable, billed=found.get(billable.key, NOTHING)) for billable in billables]


def summed(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Return one allowance per discount or grant, without those that came to nothing."""
    found: dict[tuple[str, str], Allowance] = {}
    for each in allowances:
        before = found.get((each.kind, each.id))
        found[each.kind, each.id] = (
            replace(each, amount=each.amount + before.amount) if before else each
        )
    return tuple(each for each in found.values() if each.amount)


def turned(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Return the same with the opposite sign."""
    return tuple(replace(each, amount=-each.amount) for each in allowances)


def _plus(before: Billed, line: InvoiceLine, sign: int) -> Billed:
    net = line.net + line.absorbed
    gross = net + line.tax + line.absorbed_tax
    allowances = line.allowances if sign > 0 else turned(line.allowances)
    return Billed(
        charge=line.charge,
        accrued=before.accrued + sign * line.cleared,
        net=before.net + sign * net,
        gross=before.gross + sign * gross,
        quantity=before.quantity + sign * line.quantity,
        to=line.billed_to or line.period_to,
        conceded=before.conceded + sign * line.absorbed,
        conceded_gross=before.conceded_gross + sign * (line.absorbed + line.absorbed_tax),
        allowances=summed([*before.allowances, *allowances]) if allowances else before.allowances,
    )


def _conceded(before: Billed, line: InvoiceLine) -> Billed:
    return replace(
        before,
        conceded=before.conceded + line.net,
        conceded_gross=before.conceded_gross + line.net + line.tax,
    )


def _lines(history: Iterable[Fact]) -> Iterator[tuple[InvoiceLine, int, bool]]:
    for fact in history:
        if isinstance(fact, InvoiceIssued):
            yield from ((line, 1, False) for line in fact.lines)
        elif isinstance(fact, CreditNoteIssued):
            conceded = fact.reason == CONCESSION
            yield from ((line, -1, conceded) for line in fact.lines)
