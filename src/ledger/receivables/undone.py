"""A lost dispute undone by a re-rating: how it was borne, and which part of that was never owed.

Worked example: of 119.00 lost, 100.00 revenue and 19.00 tax were taken back. A credit note over
10.00 net and 1.90 tax of the same revenue undoes 10.00 and 1.90; without relief for tax the 19.00
are a loss, of which 1.90 fall. What a note cannot find where it looks comes from the loss, then
from other revenue, last from tax.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued
from ledger.events.disputes import DisputeClosed, DisputeReversed, Loss, Reversal
from ledger.events.fact import Fact
from ledger.events.receivables import LOST, RECEIVABLE, RELIEVED, Movement
from ledger.invoicing.booking import Carried
from ledger.money import ZERO, round_ratio
from ledger.receivables.items import Lost
from ledger.receivables.reversal import Places

NOTHING = Carried(ZERO, ZERO)


@dataclass(frozen=True)
class Borne:
    """What was lost of an invoice: revenue and tax taken back, and a loss, each as booked."""

    revenue: Mapping[str, Carried] = field(default_factory=dict)
    tax: Carried = NOTHING
    loss: Carried = NOTHING


def borne(invoice: str, lost: Lost, history: Iterable[Fact], places: Places) -> Borne:
    """Return how what is still lost of an invoice to a dispute is borne.

    ``history`` is the stream of the dispute. A part of which older facts do not say what it was
    booked at has its share of what is lost.
    """
    back: dict[str | None, Carried] = {}
    losses = NOTHING
    for fact in history:
        if not isinstance(fact, DisputeClosed | DisputeReversed):
            continue
        sign = 1 if isinstance(fact, DisputeClosed) else -1
        for each in fact.reversals:
            if each.invoice == invoice:
                code, before = each.revenue_account, back.get(each.revenue_account, NOTHING)
                back[code] = _plus(before, each, sign, lost, places)
        for loss in fact.losses:
            if loss.invoice == invoice:
                losses = _plus(losses, loss, sign, lost, places)
    tax = back.pop(None, NOTHING)
    revenue = {account: each for account, each in back.items() if account is not None}
    left = lost.amount - tax.open - sum((each.open for each in revenue.values()), ZERO)
    if losses.open != left:  # it is from before losses were stated
        losses = places.part(Carried(lost.amount, lost.booked), left)
    return Borne(revenue, tax, losses)


def undone(of: Borne, amount: Decimal, note: CreditNoteIssued, places: Places) -> Borne:
    """Return which parts of a loss a credit note undoes, ``amount`` of it in all."""
    parts: dict[str | None, Decimal] = {None: of.tax.open}
    parts |= {code: each.open for code, each in of.revenue.items()}
    wanted = dict(_wanted(note, amount, places.agreed))
    taken: dict[str | None, Decimal] = {}
    left = amount
    for code, limit in parts.items():
        taken[code] = min(wanted.get(code, ZERO), limit, left)
        left -= taken[code]
    of_loss = min(of.loss.open, left)
    left -= of_loss
    for code, limit in (*list(parts.items())[1:], (None, of.tax.open)):
        more = min(limit - taken[code], left)
        taken[code], left = taken[code] + more, left - more
    assert not left, (of, amount)
    return Borne(
        {code: places.part(each, taken[code]) for code, each in of.revenue.items()},
        places.part(of.tax, taken[None]),
        places.part(of.loss, of_loss),
    )


def movements(
    invoice: str, lost: Lost, parts: Borne, amount: Decimal, places: Places
) -> tuple[Movement, ...]:
    """Return what undoing so much of a loss does to the invoice: it is owed again."""
    worth = places.part(Carried(lost.amount, lost.booked), amount).booked
    tax = parts.tax
    moves = (
        (RECEIVABLE, amount, worth),
        (RELIEVED, -tax.open, -tax.booked),
        (LOST, -amount, -worth),
    )
    return tuple(
        Movement(balance, change, invoice, None, lost.dispute, places.stated(booked))
        for balance, change, booked in moves
        if change
    )


def reversals(invoice: str, parts: Borne, places: Places) -> Iterator[Reversal]:
    """Yield the revenue and tax of these parts."""
    for code, each in [*parts.revenue.items(), (None, parts.tax)]:
        if each.open:
            yield Reversal(invoice, each.open, code, places.stated(each.booked))


def losses(invoice: str, parts: Borne, places: Places) -> Iterator[Loss]:
    """Yield the loss of these parts, if there is one."""
    if parts.loss.open:
        yield Loss(invoice, parts.loss.open, places.stated(parts.loss.booked))


def _wanted(
    note: CreditNoteIssued, amount: Decimal, places: int
) -> Iterator[tuple[str | None, Decimal]]:
    """Yield what such a share of a credit note takes of the tax, and of each revenue account."""
    nets: dict[str | None, Decimal] = {None: note.tax}
    for line in note.lines:
        nets[line.revenue_account] = nets.get(line.revenue_account, ZERO) + line.net
    for code, net in nets.items():
        yield code, max(round_ratio(net, amount, note.total, places), ZERO)


def _plus(before: Carried, part: Reversal | Loss, sign: int, lost: Lost, places: Places) -> Carried:
    worth = part.booked
    if worth is None:
        worth = places.part(Carried(lost.amount, lost.booked), part.amount).booked
    return Carried(before.open + sign * part.amount, before.booked + sign * worth)
