"""What the entries of a statement name, looked up in sets, and which of it is an entry already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ledger.banking.match import (
    ALREADY_MATCHED,
    Excepted,
    Known,
    Owner,
    Proposal,
    Standing,
    Stands,
    ids,
    numbers,
)
from ledger.banking.statement import Entry
from ledger.commands.engine.context import Context
from ledger.events.cash import PaymentCaptured, PayoutSettled, RefundPaid
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.reads.invoices import invoices_by_number
from ledger.reads.statements import entries_of_documents
from ledger.reads.subscriptions import accounts
from ledger.store.database import Role

KINDS = ("payment", "payout", "refund")


@dataclass
class Names:
    """What the references of a statement's entries lead to, and what is taken by an entry."""

    known: Known
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, context: Context, entries: Sequence[Entry], entity: str) -> "Names":
        """Look everything up that these entries name, in the books of an entity."""
        named = {number for one in entries for number in numbers(one, entity)}
        words = {word for one in entries for word in ids(one)}
        standing = _standing(context, words, entity)
        with context.ledger.db.transaction(Role.READER) as tx:
            invoices = {
                row.number: Owner(row.account, row.currency)
                for row in tx.all(invoices_by_number(named))
                if row.entity == entity and row.kind == "invoice"
            }
            found = tx.all(accounts({said for one in entries for said in one.structured}))
            payers = {row.account: row for row in tx.all(accounts({row.payer for row in found}))}
        names = [name for each in standing.values() for one in each for name in named_by(one)]
        taken = set(journal_entries(context, names))
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
        if proposal.what.journal_entry in self.taken:
            return Excepted(ALREADY_MATCHED, proposal.what.id)
        self.taken.add(proposal.what.journal_entry)
        return proposal


def named_by(what: Standing) -> tuple[str, str]:
    """Return what an entry that is this names as its document: it, or its journal entry."""
    return what.id, what.journal_entry


def journal_entries(context: Context, documents: Collection[str]) -> dict[str, str]:
    """Return the journal entries that are entries of a statement, by these documents, and which.

    A return names the payment; which of its returns it is, its cause says.
    """
    with context.ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(entries_of_documents(documents))
    returns = context.histories([row.stream for row in rows if row.how == "return"])
    found: dict[str, str] = {}
    for row in rows:
        name = {"posted": row.document, "captured": f"payment/{row.document}"}.get(str(row.how))
        if row.how == "return":
            name = f"return/{row.document}/{returns[row.stream][0].causes[0].version}"
        found[name or f"{row.how}/{row.document}"] = row.entry
    return found


def _standing(context: Context, words: set[str], entity: str) -> dict[str, list[Standing]]:
    """Return what stands in the books of an entity under each of these words."""
    streams = {stream(kind, word): word for word in sorted(words) for kind in KINDS}
    found: dict[str, list[Standing]] = {}
    for where, facts in context.histories(streams).items():
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
