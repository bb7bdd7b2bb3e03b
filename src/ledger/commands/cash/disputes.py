"""open_dispute and close_dispute: the customer's bank takes a payment back, and somebody decides.

While it is open the invoices stay paid, the claim stands in 1110, and the payment can neither be
returned nor disputed again.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, cast

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Amount, Id, Number
from ledger.commands.receivables.debtor import Debtor, debtor
from ledger.errors import AlreadyExists, BadValue, DisputeDecided, UnknownDispute
from ledger.events.billing import InvoiceIssued
from ledger.events.disputes import DisputeClosed, DisputeOpened, Loss, Reversal
from ledger.events.receivables import DISPUTED, RELIEVED, Movement
from ledger.events.streams import stream
from ledger.money import ZERO
from ledger.posting.disputes import dispute_closed, dispute_opened
from ledger.posting.entry import entered
from ledger.receivables.back import disputed, lost, won
from ledger.receivables.credits import taken_by
from ledger.receivables.reversal import loss, lost_of, reversals, tax_lost

REVENUE = "revenue"
"""The policy that takes revenue back instead of booking a loss."""


class OpenDispute(Command):
    """Book a chargeback: the bank took so much of a payment back, and a fee."""

    NAME = "open_dispute"

    dispute: Id
    payment: Id
    amount: Amount
    fee: Number


class CloseDispute(Command):
    """Say how a dispute ended: won, the money is back, or lost."""

    NAME = "close_dispute"

    dispute: Id
    outcome: Literal["won", "lost"]


def open_dispute(command: OpenDispute, context: Context) -> Decision:
    """Decide a dispute of what is left of a payment; one at a time."""
    where = stream("dispute", command.dispute)
    if context.history(where):
        raise AlreadyExists(field="dispute", kind="dispute", id=command.dispute)
    if command.fee < 0:
        raise BadValue(field="fee", why="A fee is not negative; correct it.")
    captured = context.captured(command.payment).captured
    owner = debtor(context, command, captured.account)
    amount = owner.minor(command.amount)
    claims = disputed(owner.paid(command.payment), amount, command.dispute)
    fact = DisputeOpened(
        originator_id=where,
        originator_version=1,
        timestamp=owner.at,
        causes=(captured.cause,),
        dispute=command.dispute,
        payment=command.payment,
        entity=owner.entity.entity,
        account=owner.name,
        currency=captured.currency,
        amount=amount,
        fee=owner.minor(command.fee, "fee"),
        on=owner.on,
        via=captured.via,
    )
    moved = owner.posted("dispute", command.dispute, claims, fact)
    entry = dispute_opened(fact, moved, owner.on, owner.at)
    return Decision(entered([fact, moved], entry), guards=owner.guards)


def close_dispute(command: CloseDispute, context: Context) -> Decision:
    """Decide how a dispute ended; it ends once."""
    opened = _open(context, command.dispute)
    owner = debtor(context, command, opened.account)
    owner.not_before(opened.on, f"the dispute {command.dispute}")
    claims = owner.state.disputes[command.dispute]
    policy = str(owner.entity.policies.get("chargeback", "loss"))
    movements = won(claims)
    if command.outcome == "lost":
        credit = taken_by(claims, owner.state.credits)
        movements = lost(claims, credit, _relief(owner, claims, credit, policy))
    back, losses = _borne(context, owner, owner.booked(movements), policy)
    fact = DisputeClosed(
        originator_id=opened.originator_id,
        originator_version=2,
        timestamp=owner.at,
        causes=(opened.cause,),
        dispute=opened.dispute,
        payment=opened.payment,
        entity=opened.entity,
        account=opened.account,
        currency=opened.currency,
        amount=opened.amount,
        on=owner.on,
        via=opened.via,
        outcome=command.outcome,
        policy=policy,
        reversals=back,
        losses=losses,
    )
    moved = owner.posted(f"dispute_{command.outcome}", command.dispute, movements, fact)
    entry = dispute_closed(fact, moved, owner.on, owner.at)
    return Decision(entered([fact, moved], entry), guards=owner.guards)


def _open(context: Context, dispute: str) -> DisputeOpened:
    """Return how a dispute began; refuse one that nobody opened, or that ended."""
    facts = context.history(stream("dispute", dispute))
    if not facts:
        raise UnknownDispute(field="dispute", id=dispute)
    opened, *rest = facts
    for fact in rest:
        if isinstance(fact, DisputeClosed):
            raise DisputeDecided(field="dispute", dispute=dispute, outcome=fact.outcome)
    assert isinstance(opened, DisputeOpened), opened
    return opened


def _relief(
    owner: Debtor, claims: Sequence[Movement], credit: Mapping[str, Decimal], policy: str
) -> dict[str, Decimal]:
    """Return the tax that is given back of each invoice that a lost dispute is about."""
    if policy != REVENUE or not owner.entity.policies.get("tax_relief_on_write_off"):
        return {}
    gone = {
        claim.invoice: claim.amount - credit.get(claim.invoice, ZERO)
        for claim in claims
        if claim.invoice is not None
    }
    return {
        invoice: tax_lost(owner.state.items[invoice], amount, owner.rounding)
        for invoice, amount in gone.items()
    }


def _borne(
    context: Context, owner: Debtor, moves: Sequence[Movement], policy: str
) -> tuple[tuple[Reversal, ...], tuple[Loss, ...]]:
    """Return what is taken back of each invoice that cash was lost of, and what is a loss."""
    state = owner.state
    back: list[Reversal] = []
    losses: list[Loss] = []
    for claim in moves:
        if claim.balance != DISPUTED or claim.invoice is None:
            continue
        gone = lost_of(claim.invoice, moves, owner.places)
        if gone is None:
            continue
        of = {each.balance: each for each in moves if each.invoice == claim.invoice}
        taken: list[Reversal] = []
        if policy == REVENUE:
            invoice, item = _invoice(context, owner, claim.invoice), state.items[claim.invoice]
            tax = tax_lost(item, gone.amount, owner.rounding)
            taken += reversals(invoice, item, gone, tax, of.get(RELIEVED), owner.places)
        back += taken
        losses += loss(gone, claim, taken, owner.places)
    return tuple(back), tuple(losses)


def _invoice(context: Context, owner: Debtor, number: str) -> InvoiceIssued:
    return cast("InvoiceIssued", context.ledger.books.fact(owner.issued(number)))
