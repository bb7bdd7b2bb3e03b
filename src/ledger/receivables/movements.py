"""What each fact of the receivables stream does to invoices, payments and open disputes.

No invoice is settled beyond what is open of it, and no payment gives more than it has: a fact that
would do so was never decided, so it is asserted here.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.cash import Application, PaymentApplied
from ledger.events.receivables import (
    DISPUTED,
    LOST,
    RECEIVABLE,
    UNAPPLIED,
    Movement,
)
from ledger.money import ZERO
from ledger.receivables.items import Item, Lost, Paid


@dataclass
class Accounts:
    """Invoices, payments and open disputes by their ids, while facts are folded into them."""

    items: dict[str, Item]
    payments: dict[str, Paid]
    disputes: dict[str, tuple[Movement, ...]]


def issued(accounts: Accounts, fact: InvoiceIssued) -> None:
    """Add an invoice, open in full."""
    total = fact.total
    worth = total if fact.booked is None else fact.booked
    accounts.items[fact.number] = Item(
        fact.number,
        fact.issued_on,
        fact.due_on,
        total,
        total,
        gross=total,
        tax=fact.tax,
        booked=worth,
        tax_booked=_tax_worth(fact),
        version=fact.originator_version,
    )


def credited(accounts: Accounts, fact: CreditNoteIssued) -> None:
    """Lower the invoice that a credit note is about."""
    if not fact.invoice:
        return
    item = _opened(accounts.items[fact.invoice], -fact.to_receivable, fact.booked_receivable)
    accounts.items[fact.invoice] = replace(
        item,
        gross=item.gross - fact.total,
        tax=item.tax - fact.tax,
        tax_booked=item.tax_booked - _tax_worth(fact),
    )


def applied(accounts: Accounts, fact: PaymentApplied) -> None:
    """Add a payment, and lower the invoices that it pays."""
    for each in fact.applications:
        accounts.items[each.invoice] = _opened(
            accounts.items[each.invoice], -each.amount, each.booked
        )
    rest = fact.unapplied if fact.booked_unapplied is None else fact.booked_unapplied
    accounts.payments[fact.payment] = Paid(
        fact.payment, fact.timestamp, fact.unapplied, fact.applications, booked=rest
    )


def worth_of(movement: Movement) -> Decimal:
    """Return a movement in the entity's currency."""
    return movement.amount if movement.booked is None else movement.booked


def _tax_worth(fact: InvoiceIssued | CreditNoteIssued) -> Decimal:
    """Return the tax of a document in the entity's currency."""
    return sum((one.tax if one.booked is None else one.booked for one in fact.taxes), ZERO)


def credit_worth(fact: CreditNoteIssued) -> Decimal:
    """Return what a credit note adds to the credit balance, in the entity's currency."""
    if fact.booked is None or fact.booked_receivable is None:
        return fact.to_credit_balance
    return fact.booked - fact.booked_receivable if fact.to_credit_balance else ZERO


def moved(accounts: Accounts, movement: Movement) -> None:
    """Let one movement change what it names."""
    if movement.invoice:
        item = accounts.items[movement.invoice]
        accounts.items[movement.invoice] = _item_after(item, movement)
    if movement.payment:
        paid = accounts.payments[movement.payment]
        accounts.payments[movement.payment] = _paid_after(paid, movement)
    if movement.dispute and movement.balance == DISPUTED:
        _dispute(accounts.disputes, movement.dispute, movement)


def _dispute(disputes: dict[str, tuple[Movement, ...]], name: str, movement: Movement) -> None:
    """A claim opens a dispute; closing takes all of its claims back, so it is open no more."""
    if movement.amount > 0:
        disputes[name] = (*disputes.get(name, ()), movement)
    else:
        disputes.pop(name, None)


def _item_after(item: Item, movement: Movement) -> Item:
    amount, worth = movement.amount, worth_of(movement)
    match movement.balance:
        case "receivable":
            return _opened(item, amount, -worth)
        case "disputed":
            assert item.disputed + amount >= 0, item
            return replace(item, disputed=item.disputed + amount)
        case "written_off" if amount > 0:
            return replace(
                item,
                written_off=item.written_off + amount,
                given_up_booked=item.given_up_booked + worth,
            )
        case "written_off":
            assert item.given_up + amount >= 0, item
            return replace(
                item,
                recovered=item.recovered - amount,
                given_up_booked=item.given_up_booked + worth,
            )
        case "lost":
            return replace(item, losses=_lost(item.losses, movement))
        case "relieved" if movement.dispute:
            return replace(item, losses=_relieved(item.losses, movement))
        case "relieved":
            assert item.relieved + amount >= 0, item
            return replace(
                item,
                relieved=item.relieved + amount,
                relieved_booked=item.relieved_booked + worth,
            )
    return item


def _lost(losses: tuple[Lost, ...], movement: Movement) -> tuple[Lost, ...]:
    """Add what a dispute took, or take off what a re-rating undoes of that."""
    amount, worth = movement.amount, worth_of(movement)
    assert movement.dispute is not None, movement
    if amount > 0:
        return (*losses, Lost(movement.dispute, amount, worth))
    after = [
        replace(each, amount=each.amount + amount, booked=each.booked + worth)
        if each.dispute == movement.dispute
        else each
        for each in losses
    ]
    assert all(each.amount >= 0 for each in after), losses
    return tuple(each for each in after if each.amount)


def _relieved(losses: tuple[Lost, ...], movement: Movement) -> tuple[Lost, ...]:
    """Add the tax that a lost dispute gave back, or take off what of it is owed again."""
    amount, worth = movement.amount, worth_of(movement)
    return tuple(
        replace(each, tax=each.tax + amount, tax_booked=each.tax_booked + worth)
        if each.dispute == movement.dispute
        else each
        for each in losses
    )


def _opened(item: Item, amount: Decimal, less: Decimal | None = None) -> Item:
    """Return an invoice with so much more open, or less, which carried ``less`` in the books."""
    left = item.open + amount
    assert left >= 0, f"{item.invoice}: {-amount} is more than the {item.open} open"
    return replace(item, open=left, booked=item.booked + (amount if less is None else -less))


def _paid_after(paid: Paid, movement: Movement) -> Paid:
    amount, invoice = movement.amount, movement.invoice
    if movement.balance == UNAPPLIED:
        assert paid.unapplied + amount >= 0, paid
        return replace(
            paid, unapplied=paid.unapplied + amount, booked=paid.booked + worth_of(movement)
        )
    if movement.balance == DISPUTED:
        held = paid.held if invoice else paid.held + amount
        return replace(paid, held=held, dispute=movement.dispute if amount > 0 else None)
    if movement.balance == RECEIVABLE and invoice and amount < 0:
        made = Application(invoice, -amount, movement.booked and -movement.booked)
        return replace(paid, applications=(*paid.applications, made))
    if movement.balance in (RECEIVABLE, LOST) and invoice:
        return replace(paid, applications=_less(paid.applications, movement))
    return paid


def _less(applications: tuple[Application, ...], movement: Movement) -> tuple[Application, ...]:
    """Take back what a payment paid of an invoice, the newest application first.

    An application that is taken wholly gives all that it was booked at, the last one the rest.
    """
    amount, worth = movement.amount, worth_of(movement)
    kept: list[Application] = []
    for each in reversed(applications):
        taken = min(each.amount, amount) if each.invoice == movement.invoice else ZERO
        amount -= taken
        if taken == each.amount:
            worth -= each.amount if each.booked is None else each.booked
        elif taken:
            rest = None if each.booked is None else each.booked - worth
            kept.append(replace(each, amount=each.amount - taken, booked=rest))
        else:
            kept.append(each)
    assert not amount, f"{movement.invoice}: {amount} more was taken back than applied"
    return tuple(reversed(kept))
