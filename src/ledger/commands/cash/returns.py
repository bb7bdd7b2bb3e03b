"""fail_payment and return_payment: money that never came in, and money that went back.

A failure is a fact for whoever collects and posts nothing. A return reverses what the payment was
applied to; the payment itself stays as it was.
"""

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Amount, Id
from ledger.commands.receivables.debtor import debtor, minor
from ledger.errors import AlreadyCaptured
from ledger.events.cash import Application, PaymentFailed, PaymentReturned
from ledger.events.receivables import UNAPPLIED
from ledger.events.streams import stream
from ledger.money import ZERO
from ledger.periods import instant
from ledger.posting.entry import entered
from ledger.posting.settlements import payment_returned
from ledger.receivables.back import returned


class FailPayment(Command):
    """Note that an attempt to collect money failed; it may be tried again under the same id."""

    NAME = "fail_payment"

    payment: Id
    account: Id
    amount: Amount
    code: Id


class ReturnPayment(Command):
    """Take a captured payment back, wholly or in part: the invoices that it paid reopen."""

    NAME = "return_payment"

    payment: Id
    code: Id
    amount: Amount | None = None


def fail_payment(command: FailPayment, context: Context) -> Decision:
    """Decide a failure; a payment that was captured cannot fail any more."""
    known = context.find_payment(command.payment)
    if known is not None and known.captured is not None:
        raise AlreadyCaptured(field="payment", payment=command.payment)
    account = context.account(command.account)
    payer = context.payer(account).opened
    entity = context.entity(payer.entity)
    on = context.day(command, entity.time_zone)
    fact = PaymentFailed(
        originator_id=stream("payment", command.payment),
        originator_version=known.version + 1 if known else 1,
        timestamp=instant(on, entity.time_zone),
        causes=(account.cause,),
        payment=command.payment,
        entity=entity.entity,
        account=payer.account,
        currency=payer.currency,
        amount=minor(command.amount, payer.currency, "amount"),
        on=on,
        code=command.code,
    )
    return Decision([fact])


def return_payment(command: ReturnPayment, context: Context) -> Decision:
    """Decide a return: of all that is left of the payment, or of a part."""
    payment = context.captured(command.payment)
    captured = payment.captured
    owner = debtor(context, command, captured.account)
    paid = owner.paid(command.payment)
    asked = None if command.amount is None else owner.minor(command.amount)
    movements = returned(paid, asked)
    unapplied = -sum((each.amount for each in movements if each.balance == UNAPPLIED), ZERO)
    reopened = tuple(
        Application(each.invoice, each.amount) for each in movements if each.invoice is not None
    )
    fact = PaymentReturned(
        originator_id=payment.id,
        originator_version=payment.version + 1,
        timestamp=owner.at,
        causes=(captured.cause,),
        payment=command.payment,
        entity=owner.entity.entity,
        account=owner.name,
        currency=captured.currency,
        amount=unapplied + sum((each.amount for each in reopened), ZERO),
        on=owner.on,
        via=captured.via,
        code=command.code,
        reopened=reopened,
        unapplied=unapplied,
    )
    moved = owner.posted("return", command.payment, movements, fact)
    entry = payment_returned(fact, moved, owner.on, owner.at)
    return Decision(entered([fact, moved], entry), guards=owner.guards)
