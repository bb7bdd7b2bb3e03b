"""settle_statement_entry: somebody says what an entry is that no rule could match.

It is money of an account, which is captured now; or a journal entry that stands in the books and
moves as much at the bank; or, with a reason, none of these books' business.
"""

from decimal import Decimal

from ledger.banking.match import Owner
from ledger.commands.cash.matching import capture, payment_of
from ledger.commands.cash.payments import Apply, capture_payment
from ledger.commands.cash.references import journal_entries
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.rulebook import RULEBOOK
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id
from ledger.errors import (
    AmountDiffers,
    BadValue,
    CurrencyMismatch,
    EntrySettled,
    UnknownJournalEntry,
    UnknownStatementEntry,
)
from ledger.events.fact import Fact
from ledger.events.journal import JournalPosted
from ledger.events.statements import (
    StatementEntryExcepted,
    StatementEntryMatched,
    StatementEntrySettled,
)
from ledger.events.streams import stream
from ledger.money import ZERO, plain
from ledger.posting.chart import BANK
from ledger.posting.rulebook import rulebook_of
from ledger.projector.follower import catch_up
from ledger.reads.statements import entry as entry_of
from ledger.store.append import DocumentGuard, Guard
from ledger.store.database import Role


class SettleStatementEntry(Command):
    """Close an exception of a bank statement: capture it, name its entry, or say why not."""

    NAME = "settle_statement_entry"

    entry: Id
    account: Id | None = None
    apply: list[Apply] | None = None
    journal_entry: Id | None = None
    outside: bool | None = None


def settle_statement_entry(command: SettleStatementEntry, context: Context) -> Decision:
    """Decide what an excepted entry is."""
    ways = (command.account, command.journal_entry, command.outside or None)
    if sum(way is not None for way in ways) != 1:
        raise BadValue(field="account", why="Give one of account, journal_entry and outside.")
    excepted = _excepted(command, context)
    if command.account is not None:
        return _captured(command, context, excepted)
    if command.journal_entry is not None:
        return _posted(command, context, excepted)
    if command.reason is None:
        raise BadValue(field="reason", why="Say why the entry is outside these books.")
    return Decision([_settled(excepted, "outside", None)])


def _excepted(command: SettleStatementEntry, context: Context) -> StatementEntryExcepted:
    """Return the entry as it was imported, or refuse one that is matched or settled."""
    catch_up(context.ledger.db, ["statements"])
    with context.ledger.db.transaction(Role.READER) as tx:
        row = tx.one(entry_of(command.entry))
    if row is None:
        raise UnknownStatementEntry(field="entry", id=command.entry)
    first, *later = context.history(row.stream)
    if isinstance(first, StatementEntryMatched) or later:
        state = "settled" if later else "matched"
        raise EntrySettled(field="entry", entry=command.entry, state=state)
    assert isinstance(first, StatementEntryExcepted), first
    return first


def _captured(
    command: SettleStatementEntry, context: Context, entry: StatementEntryExcepted
) -> Decision:
    if entry.amount <= 0:
        raise BadValue(field="account", why="Money that went out is no payment of an account.")
    account = context.account(str(command.account))
    payer = context.payer(account).opened
    if payer.entity != entry.entity:
        raise BadValue(field="account", why=f"The account belongs to {payer.entity}.")
    owner = Owner(payer.account, payer.currency)
    if owner.currency != entry.currency:
        raise CurrencyMismatch(field="account", currency=entry.currency,
                               owner=f"the account {owner.account}",
                               expected=owner.currency)  # fmt: skip
    apply = None if command.apply is None else [(one.invoice, one.amount) for one in command.apply]
    payment = payment_of(entry.originator_id)
    on = command.on or entry.booked_on
    order = capture(payment, owner.account, entry.currency, entry.amount, on, apply)
    decision = capture_payment(order, context)
    fact = _settled(entry, "captured", payment, account=owner.account)
    return Decision([*decision.facts, fact], guards=decision.guards)


def _posted(
    command: SettleStatementEntry, context: Context, entry: StatementEntryExcepted
) -> Decision:
    """Take a journal entry for it that moves the bank by the entry's amount, in its currency."""
    name = str(command.journal_entry)
    found = context.history(stream("journal", name))
    posted = [fact for fact in found if isinstance(fact, JournalPosted)]
    if not posted or posted[0].entity != entry.entity:
        raise UnknownJournalEntry(field="journal_entry", id=name)
    guards = _free(context, name)
    banks = rulebook_of(context.history(RULEBOOK)).places_of(BANK)
    moves = {bank: _moved(posted[0], bank, entry.currency) for bank in sorted(banks)}
    if entry.amount not in moves.values():
        moved = next((amount for amount in moves.values() if amount), ZERO)
        raise AmountDiffers(field="journal_entry", amount=plain(entry.amount), what=name,
                            other=plain(moved))  # fmt: skip
    return Decision([_settled(entry, "posted", name)], guards)


def _moved(posted: JournalPosted, bank: str, currency: str) -> Decimal:
    """Return what an entry moves on an account, in the currency of the books or as agreed."""
    lines = [line for line in posted.lines if line.account == bank]
    if currency == posted.currency:
        return sum((line.amount for line in lines), ZERO)
    agreed = [line.foreign for line in lines]
    return sum((f.amount for f in agreed if f and f.currency == currency), ZERO)


def _free(context: Context, name: str) -> list[Guard]:
    """Refuse a journal entry that another statement entry is.

    Returns what keeps it free until the decision is appended.
    """
    kind, _, document = name.partition("/")
    names = [name, document.rpartition("/")[0] if kind == "return" else document]
    if entry := journal_entries(context, names).get(name):
        raise BadValue(field="journal_entry", why=f"It is the statement entry {entry}.")
    return [DocumentGuard(each) for each in names]


def _settled(
    entry: StatementEntryExcepted,
    how: str,
    document: str | None,
    account: str | None = None,
) -> Fact:
    return StatementEntrySettled(
        originator_id=entry.originator_id,
        originator_version=entry.originator_version + 1,
        timestamp=entry.timestamp,
        causes=(entry.cause,),
        entry=entry.entry,
        entity=entry.entity,
        how=how,
        document=document,
        account=account,
    )
