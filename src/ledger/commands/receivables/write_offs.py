"""write_off and recover_write_off: a receivable is given up, and owed again after all.

A loss is borne by the account's own allowance, then the general one, then expense. Two write-offs
that would use the same allowance meet in its stream, which both of them guard.
"""

from collections.abc import Sequence

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Amount, Id
from ledger.commands.receivables import allowances
from ledger.commands.receivables.debtor import Debtor, debtor_of
from ledger.events.losses import ReceivableWrittenOff, WriteOffRecovered
from ledger.events.receivables import RECEIVABLE, RELIEVED, Movement
from ledger.events.streams import stream
from ledger.money import ZERO
from ledger.posting.entry import entered
from ledger.posting.losses import receivable_written_off, write_off_recovered
from ledger.receivables.allowance import borne, refilled
from ledger.receivables.movements import worth_of
from ledger.receivables.write_off import Share, movements, recovered, written_off


class WriteOff(Command):
    """Give up what is open of an invoice."""

    NAME = "write_off"

    invoice: Id


class RecoverWriteOff(Command):
    """Let so much of a written-off invoice be owed again; the cash is a payment of its own."""

    NAME = "recover_write_off"

    invoice: Id
    amount: Amount


def write_off(command: WriteOff, context: Context) -> Decision:
    """Decide a write-off of all that is open; a paid invoice has nothing to give up."""
    owner = debtor_of(context, command, command.invoice)
    relief = bool(owner.entity.policies.get("tax_relief_on_write_off"))
    share = written_off(owner.item(command.invoice), owner.rounding, relief=relief)
    lost = _worth(owner, movements(command.invoice, share, 1))
    state = context.allowance(owner.entity.entity)
    split = borne(state, owner.name, lost.net)
    where = stream("write_off", command.invoice)
    fact = ReceivableWrittenOff(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=owner.at,
        causes=(owner.issued(command.invoice),),
        invoice=command.invoice,
        entity=owner.entity.entity,
        account=owner.name,
        currency=owner.account.currency,
        amount=share.amount,
        tax=lost.tax,
        own=split.own,
        general=split.general,
        expense=split.expense,
        on=owner.on,
        booked=lost.amount if owner.exchange else None,
    )
    moved = owner.posted("write_off", command.invoice, movements(command.invoice, share, 1), fact)
    used = allowances.changes(
        owner.entity,
        state,
        [(owner.name, -split.own), (None, -split.general)],
        owner.on,
        owner.at,
        "write_off",
        fact,
        command.invoice,
    )
    entry = receivable_written_off(fact, moved, owner.on, owner.at)
    return Decision(
        entered([fact, moved, *used], entry), guards=[*owner.guards, allowances.where(owner.entity)]
    )


def recover_write_off(command: RecoverWriteOff, context: Context) -> Decision:
    """Decide a recovery; never more than was written off."""
    owner = debtor_of(context, command, command.invoice)
    item = owner.item(command.invoice)
    share = recovered(item, owner.minor(command.amount), owner.rounding)
    where = stream("write_off", command.invoice)
    history = context.history(where)
    back = _worth(owner, movements(command.invoice, share, -1))
    split = refilled(history, back.net)
    fact = WriteOffRecovered(
        originator_id=where,
        originator_version=len(history) + 1,
        timestamp=owner.at,
        causes=(history[-1].cause,),
        invoice=command.invoice,
        entity=owner.entity.entity,
        account=owner.name,
        currency=owner.account.currency,
        amount=share.amount,
        tax=back.tax,
        own=split.own,
        general=split.general,
        on=owner.on,
        booked=back.amount if owner.exchange else None,
    )
    moved = owner.posted("recovery", command.invoice, movements(command.invoice, share, -1), fact)
    state = context.allowance(owner.entity.entity)
    refills = allowances.changes(
        owner.entity,
        state,
        [(owner.name, split.own), (None, split.general)],
        owner.on,
        owner.at,
        "recovery",
        fact,
        command.invoice,
    )
    entry = write_off_recovered(fact, moved, owner.on, owner.at)
    return Decision(entered([fact, moved, *refills], entry), guards=owner.guards)


def _worth(owner: Debtor, moves: Sequence[Movement]) -> Share:
    """Return what is given up or owed again in the entity's currency, and the tax in it."""
    worth = {each.balance: abs(worth_of(each)) for each in owner.booked(moves)}
    return Share(worth[RECEIVABLE], worth.get(RELIEVED, ZERO))
