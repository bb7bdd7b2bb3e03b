"""What an entry of a statement comes to, as facts: a payment, a return, or an exception."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.banking.match import (
    NOTHING_OPEN,
    REFUSED,
    Excepted,
    Pays,
    Proposal,
    Returns,
    Stands,
    share,
)
from ledger.banking.statement import Entry, Statement
from ledger.commands.cash.payments import CapturePayment, capture_payment
from ledger.commands.cash.references import named_by
from ledger.commands.cash.returns import ReturnPayment, return_payment
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.errors import Refusal
from ledger.events.catalog import EntityRegistered
from ledger.events.statements import StatementEntryExcepted, StatementEntryMatched
from ledger.money import plain
from ledger.periods import instant
from ledger.store.append import DocumentGuard


def told(
    context: Context,
    statement: Statement,
    entity: EntityRegistered,
    where: UUID,
    entry: Entry,
    proposal: Proposal,
) -> Decision:
    """Decide what an entry comes to; what the books refuse is excepted."""
    about: dict[str, Any] = {
        "originator_id": where,
        "originator_version": 1,
        "timestamp": instant(entry.booked_on, entity.time_zone),
        "entry": where.hex,
        "statement": statement.name,
        "entity": entity.entity,
        "bank_account": statement.account,
        "currency": statement.currency,
        "amount": entry.amount,
        "booked_on": entry.booked_on,
        "valued_on": entry.valued_on,
        "bank_reference": entry.bank_reference,
    }
    try:
        match proposal:
            case Pays():
                return _paid(context, statement, where, entry, proposal, about)
            case Returns():
                return _returned(context, entry, proposal, about)
            case Stands(what):
                there = {"kind": what.kind, "document": what.id, "account": what.account}
                guards = [DocumentGuard(name) for name in named_by(what)]
                return Decision([_matched(about, posted=False, **there)], guards)
        excepted = proposal
    except Refusal as error:
        excepted = Excepted(REFUSED, error.code)
    return Decision([_excepted(about, excepted)])


def payment_of(where: UUID) -> str:
    """Return the id of the payment that an entry is captured as."""
    return f"statement/{where.hex}"


def capture(
    payment: str,
    account: str,
    currency: str,
    amount: Decimal,
    on: date,
    apply: Sequence[tuple[str, Decimal]] | None,
) -> CapturePayment:
    """Return the order to capture money that came in at the bank."""
    told = None if apply is None else [{"invoice": i, "amount": plain(a)} for i, a in apply]
    return CapturePayment.model_validate(
        {
            "command": CapturePayment.NAME,
            "key": payment,
            "payment": payment,
            "account": account,
            "amount": plain(amount),
            "currency": currency,
            "on": on,
            "via": "bank",
            "apply": told,
        }
    )


def _paid(
    context: Context,
    statement: Statement,
    where: UUID,
    entry: Entry,
    proposal: Pays,
    about: dict[str, Any],
) -> Decision:
    payment, state = payment_of(where), context.receivables(proposal.account)
    apply = None
    if proposal.invoices:
        items = [state.items[each] for each in proposal.invoices if each in state.items]
        apply = share(entry.amount, proposal.invoices, {one.invoice: one.open for one in items})
    if not (apply if proposal.invoices else state.open_items):
        excepted = Excepted(NOTHING_OPEN, ", ".join(proposal.invoices) or None)
        return Decision([_excepted(about, excepted)])
    order = capture(
        payment, proposal.account, statement.currency, entry.amount, entry.booked_on, apply
    )
    decision = capture_payment(order, context)
    matched = _matched(about, kind="payment", document=payment, posted=True,
                       account=proposal.account, causes=(decision.facts[0].cause,))  # fmt: skip
    return Decision([*decision.facts, matched], decision.guards)


def _returned(context: Context, entry: Entry, proposal: Returns, about: dict[str, Any]) -> Decision:
    order = ReturnPayment.model_validate(
        {
            "command": ReturnPayment.NAME,
            "key": about["entry"],
            "payment": proposal.payment,
            "code": proposal.code,
            "amount": plain(-entry.amount),
            "on": entry.booked_on,
        }
    )
    decision = return_payment(order, context)
    matched = _matched(about, kind="return", document=proposal.payment, posted=True,
                       account=proposal.account, causes=(decision.facts[0].cause,))  # fmt: skip
    return Decision([*decision.facts, matched], decision.guards)


def _matched(about: dict[str, Any], **more: Any) -> StatementEntryMatched:
    return StatementEntryMatched(**about, **more)


def _excepted(about: dict[str, Any], excepted: Excepted) -> StatementEntryExcepted:
    return StatementEntryExcepted(**about, why=excepted.reason, detail=excepted.detail)
