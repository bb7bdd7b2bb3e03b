"""refund and apply_balance: what a customer has with us is paid out, or pays an invoice.

Nothing else ever spends the credit balance or unapplied cash, and neither is spent twice.
"""

from typing import Annotated, Literal

from pydantic import Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Amount, Id
from ledger.commands.receivables.debtor import debtor
from ledger.errors import AlreadyExists
from ledger.events.cash import BalanceApplied, RefundPaid
from ledger.events.receivables import RECEIVABLE
from ledger.events.streams import stream
from ledger.money import ZERO
from ledger.posting.entry import entered
from ledger.posting.settlements import balance_applied, refund_paid
from ledger.receivables.spend import applied, refunded

Source = Annotated[Literal["credit_balance", "unapplied_cash"], Field(alias="from")]


class Refund(Command):
    """Pay a customer back, out of the credit balance or out of unapplied cash."""

    NAME = "refund"

    refund: Id
    account: Id
    amount: Amount
    via: Literal["bank", "psp"]
    source: Source = "credit_balance"


class ApplyBalance(Command):
    """Pay an invoice out of unapplied cash or the credit balance, by default as far as it goes."""

    NAME = "apply_balance"

    account: Id
    invoice: Id
    source: Source
    amount: Amount | None = None


def refund(command: Refund, context: Context) -> Decision:
    """Decide a refund; never more than there is."""
    where = stream("refund", command.refund)
    if context.history(where):
        raise AlreadyExists(field="refund", kind="refund", id=command.refund)
    owner = debtor(context, command, command.account)
    amount = owner.minor(command.amount)
    movements = refunded(owner.state, command.source, amount)
    for movement in movements:
        if movement.payment:
            owner.paid(movement.payment)
    fact = RefundPaid(
        originator_id=where,
        originator_version=1,
        timestamp=owner.at,
        causes=(owner.account.cause,),
        refund=command.refund,
        entity=owner.entity.entity,
        account=owner.name,
        currency=owner.account.currency,
        amount=amount,
        on=owner.on,
        via=command.via,
        source=command.source,
    )
    moved = owner.posted("refund", command.refund, movements, fact)
    entry = refund_paid(fact, moved, owner.on, owner.at)
    return Decision(entered([fact, moved], entry), guards=owner.guards)


def apply_balance(command: ApplyBalance, context: Context) -> Decision:
    """Decide an application of what the customer has with us to one invoice."""
    owner = debtor(context, command, command.account)
    asked = None if command.amount is None else owner.minor(command.amount)
    movements = applied(owner.state, command.invoice, command.source, asked)
    owner.item(command.invoice)
    for movement in movements:
        if movement.payment:
            owner.paid(movement.payment)
    where = stream("application", owner.name)
    amount = -sum((each.amount for each in movements if each.balance == RECEIVABLE), ZERO)
    fact = BalanceApplied(
        originator_id=where,
        originator_version=context.version(where) + 1,
        timestamp=owner.at,
        causes=(owner.account.cause,),
        account=owner.name,
        entity=owner.entity.entity,
        currency=owner.account.currency,
        invoice=command.invoice,
        amount=amount,
        on=owner.on,
        source=command.source,
    )
    moved = owner.posted("application", command.invoice, movements, fact)
    entry = balance_applied(fact, moved, owner.on, owner.at)
    return Decision(entered([fact, moved], entry), guards=owner.guards)
