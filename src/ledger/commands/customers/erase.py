"""erase_account: removes what is personal of an account, and the key that its digests need.

The facts stay; documents made afterwards show the account's id. Nothing may be open: a claim needs
its debtor's name, and an invoice yet to be issued its buyer's.
"""

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id
from ledger.errors import AccountErased, ErasureBlocked
from ledger.events import catalog as facts
from ledger.events.streams import stream
from ledger.periods import local_day
from ledger.projector.follower import catch_up
from ledger.reads.erasure import live_below, unbilled_below
from ledger.receivables.state import fold
from ledger.store import personal
from ledger.store.database import Role

PROJECTIONS = ("charges", "subscriptions")


class EraseAccount(Command):
    """Erase the personal data of an account for ever; its facts stay."""

    NAME = "erase_account"

    account: Id


def erase_account(command: EraseAccount, context: Context) -> Decision:
    """Decide that an account is erased: nothing of it lives, is to be billed, or is open."""
    account = context.account(command.account)
    if account.erased:
        raise AccountErased(field="account", id=command.account)
    owed = stream("receivables", command.account)
    if why := _blocked(command, context):
        raise ErasureBlocked(field="account", account=command.account, why=why)
    fact = facts.AccountErased(
        originator_id=account.id,
        originator_version=account.version + 1,
        timestamp=context.dated(command, account.opened.time_zone),
        causes=(account.cause,),
        account=command.account,
    )
    return Decision([fact], guards=[owed], inside=lambda tx: personal.erase(tx, command.account))


def _blocked(command: EraseAccount, context: Context) -> str | None:
    """Return what stands in the way, as a sentence that says what to do."""
    ledger = context.ledger
    state = fold(context.history(stream("receivables", command.account)))
    if state.open_items or state.unapplied or state.credit_balance:
        return "invoices, cash or credit are open; settle them first."
    if state.disputes:
        return "a dispute is open; close it once it is decided."
    catch_up(ledger.db, PROJECTIONS)
    today = local_day(context.now, "UTC")
    with ledger.db.transaction(Role.READER) as tx:
        if tx.all(live_below(command.account, today)):
            return "a subscription of it, or of an account it pays for, lives; end it first."
        if tx.all(unbilled_below(command.account)):
            return "charges are not billed; issue its last invoice first."
    return None
