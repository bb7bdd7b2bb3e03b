"""What the entries of a statement name, looked up at once; and what one comes to, as facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.banking.match import (
    ALREADY_MATCHED,
    NOTHING_OPEN,
    REFUSED,
    Excepted,
    Known,
    Owner,
    Pays,
    Proposal,
    Returns,
    Standing,
    Stands,
    ids,
    numbers,
    share,
)
from ledger.banking.statement import Entry, Statement
from ledger.commands.cash import CapturePayment, capture_payment
from ledger.commands.context import Context
from ledger.commands.debtor import debtor
from ledger.commands.ledger import Ledger
from ledger.commands.returns import ReturnPayment, return_payment
from ledger.errors import Refusal
from ledger.events.cash import PaymentCaptured, PayoutSettled, RefundPaid
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.statements import StatementEntryExcepted, StatementEntryMatched
from ledger.events.streams import stream
from ledger.money import plain
from ledger.periods import instant
from ledger.reads.invoices import invoices_by_number
from ledger.reads.statements import entries_of_documents
from ledger.reads.subscriptions import accounts
from ledger.store.append import Guard
from ledger.store.database import Role

KINDS = ("payment", "payout", "refund")


@dataclass
class Names:
    """What the references of a statement's entries lead to, and what is taken by an entry."""

    known: Known
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, ledger: Ledger, entries: Iterable[Entry], entity: str) -> "Names":
        """Look everything up that these entries name, in the books of an entity."""
        entries = list(entries)
        named = {number for one in entries for number in numbers(one, entity)}
        words = {word for one in entries for word in ids(one)}
        standing = _standing(ledger, words, entity)
        with ledger.db.transaction(Role.READER) as tx:
            invoices = {
                row.number: Owner(row.account, row.currency)
                for row in tx.all(invoices_by_number(named))
                if row.entity == entity and row.kind == "invoice"
            }
            found = tx.all(accounts({said for one in entries for said in one.structured}))
            payers = {row.account: row for row in tx.all(accounts({row.payer for row in found}))}
            claims = {
                claim: one.id
                for each in standing.values()
                for one in each
                for claim in (one.id, f"{one.kind}/{one.id}")
            }
            taken = {claims[str(row.document)] for row in tx.all(entries_of_documents(claims))}
        owned = {
            row.account: Owner(row.payer, payers[row.payer].currency)
            for row in found
            if payers[row.payer].entity == entity
        }
        return cls(Known(invoices, owned, standing), taken)

    def claim(self, proposal: Proposal) -> Proposal:
        """Let one entry alone be what stands in the books."""
        if not isinstance(proposal, Stands):
            return proposal
        if proposal.what.id in self.taken:
            return Excepted(ALREADY_MATCHED, proposal.what.id)
        self.taken.add(proposal.what.id)
        return proposal


def seen(proposal: Proposal) -> str | None:
    """Return whose money a proposal moves, so that no two of one batch meet."""
    return proposal.account if isinstance(proposal, Pays | Returns) else None


def told(
    context: Context,
    statement: Statement,
    entity: EntityRegistered,
    where: UUID,
    entry: Entry,
    proposal: Proposal,
) -> tuple[list[Fact], list[UUID]]:
    """Return the facts that an entry comes to, and their guards; what is refused is excepted."""
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
                return [_matched(about, posted=False, **there)], []
        excepted = proposal
    except Refusal as error:
        excepted = Excepted(REFUSED, error.code)
    return [_excepted(about, excepted)], []


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
) -> tuple[list[Fact], list[UUID]]:
    payment = payment_of(where)
    order = capture(
        payment, proposal.account, statement.currency, entry.amount, entry.booked_on, None
    )
    state = debtor(context, order, proposal.account).state
    apply = None
    if proposal.invoices:
        apply = share(entry.amount, proposal.invoices, state.open_amounts)
        order = capture(
            payment, proposal.account, statement.currency, entry.amount, entry.booked_on, apply
        )
    if not (apply if proposal.invoices else state.open_items):
        return [_excepted(about, Excepted(NOTHING_OPEN, ", ".join(proposal.invoices) or None))], []
    decision = capture_payment(order, context)
    matched = _matched(about, kind="payment", document=payment, posted=True,
                       account=proposal.account, causes=(decision.facts[0].cause,))  # fmt: skip
    return [*decision.facts, matched], _streams(decision.guards)


def _returned(
    context: Context, entry: Entry, proposal: Returns, about: dict[str, Any]
) -> tuple[list[Fact], list[UUID]]:
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
    return [*decision.facts, matched], _streams(decision.guards)


def _streams(guards: Sequence[Guard]) -> list[UUID]:
    return [guard for guard in guards if isinstance(guard, UUID)]


def _matched(about: dict[str, Any], **more: Any) -> StatementEntryMatched:
    return StatementEntryMatched(**about, **more)


def _excepted(about: dict[str, Any], excepted: Excepted) -> StatementEntryExcepted:
    return StatementEntryExcepted(**about, why=excepted.reason, detail=excepted.detail)


def _standing(ledger: Ledger, words: set[str], entity: str) -> dict[str, list[Standing]]:
    """Return what stands in the books of an entity under each of these words."""
    streams = {stream(kind, word): word for word in sorted(words) for kind in KINDS}
    found: dict[str, list[Standing]] = {}
    for where, facts in ledger.books.facts_of(streams).items():
        for fact in facts:
            if (one := _stands(fact, entity)) is not None:
                found.setdefault(streams[where], []).append(one)
    return found


def _stands(fact: Fact, entity: str) -> Standing | None:
    """Return what a fact says that the bank moved, money in positive."""
    match fact:
        case PaymentCaptured(via="bank") if fact.entity == entity:
            return Standing("payment", fact.payment, fact.amount, fact.account)
        case PayoutSettled() if fact.entity == entity:
            return Standing("payout", fact.payout, fact.amount)
        case RefundPaid(via="bank") if fact.entity == entity:
            return Standing("refund", fact.refund, -fact.amount, fact.account)
    return None
