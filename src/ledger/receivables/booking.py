"""What movements are worth in the books, for an account in another currency than its entity.

Whatever leaves a balance leaves at what it carries there, in proportion; what empties it takes all
of it. Tax is given back at what it was booked at, so nothing of it stays. A claim of a dispute is
worth what the bank took, by the rate of the day. Worked example: of
110.00 USD booked at 101.20 EUR, 33.33 USD are worth 30.66, and the last 76.67 USD 70.54.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.catalog.exchange import convert_all
from ledger.events.exchange import Exchange
from ledger.events.receivables import (
    CREDIT,
    DISPUTED,
    LOST,
    RECEIVABLE,
    RELIEVED,
    UNAPPLIED,
    WRITTEN_OFF,
    Movement,
)
from ledger.invoicing.booking import Carried
from ledger.money import ZERO, digits
from ledger.receivables.items import Paid
from ledger.receivables.movements import Accounts, moved, worth_of
from ledger.receivables.state import Receivables


def booked(
    state: Receivables, movements: Sequence[Movement], exchange: Exchange, mode: str
) -> tuple[Movement, ...]:
    """Return movements with what each is worth, one after the other."""
    accounts = Accounts(dict(state.items), dict(state.payments), dict(state.disputes))
    claims = _claims(movements, exchange, mode)
    credit = Carried(state.credit_balance, state.credit_booked)
    places = digits(exchange.currency)
    done: list[Movement] = []
    for movement in movements:
        if movement.balance == DISPUTED and movement.amount > 0:
            worth = next(claims)
        elif movement.balance == DISPUTED:
            worth = -_claimed(state, movement)
        elif movement.balance == CREDIT:
            worth = -credit.part(-movement.amount, places)
            credit = Carried(credit.open + movement.amount, credit.booked + worth)
        else:
            worth = _carried(accounts, movement, done, places)
        done.append(replace(movement, booked=worth))
        moved(accounts, done[-1])
    return tuple(done)


def _claims(movements: Iterable[Movement], exchange: Exchange, mode: str) -> Iterator[Decimal]:
    claimed = [each.amount for each in movements if each.balance == DISPUTED and each.amount > 0]
    return iter(convert_all(claimed, exchange, mode))


def _claimed(state: Receivables, movement: Movement) -> Decimal:
    """Return what a claim was worth when it was made."""
    assert movement.dispute is not None, movement
    for claim in state.disputes[movement.dispute]:
        if claim.invoice == movement.invoice:
            return claim.amount if claim.booked is None else claim.booked
    raise AssertionError(movement)


def _carried(
    accounts: Accounts, movement: Movement, before: Sequence[Movement], places: int
) -> Decimal:
    """Return what the moved part carries of what it is taken from."""
    amount = movement.amount
    if movement.balance == UNAPPLIED:
        paid = accounts.payments[movement.payment or ""]
        return -Carried(paid.unapplied, paid.booked).part(-amount, places)
    item = accounts.items[movement.invoice or ""]
    if movement.balance in (RECEIVABLE, LOST) and movement.payment and amount > 0:
        return _applied(accounts.payments[movement.payment], movement, places)
    if movement.balance == LOST:
        (lost,) = (each for each in item.losses if each.dispute == movement.dispute)
        return -Carried(lost.amount, lost.booked).part(-amount, places)
    if movement.balance == RECEIVABLE and amount > 0:
        return Carried(item.given_up, item.given_up_booked).part(amount, places)
    if movement.balance == RECEIVABLE:
        return -Carried(item.open, item.booked).part(-amount, places)
    given_up = [-worth_of(each) for each in before if each.balance == RECEIVABLE]
    if movement.balance == RELIEVED and amount > 0:
        tax = Carried(item.tax_owed, item.tax_carried).part(amount, places)
        return min([tax, *given_up])
    if movement.balance == RELIEVED:
        return -Carried(item.relieved, item.relieved_booked).part(-amount, places)
    assert movement.balance == WRITTEN_OFF, movement
    return given_up[0]


def _applied(paid: Paid, movement: Movement, places: int) -> Decimal:
    """Return what a payment relieved of an invoice, of its newest applications."""
    left, worth = movement.amount, ZERO
    for each in reversed(paid.applications):
        taken = min(each.amount, left) if each.invoice == movement.invoice else ZERO
        carried = each.amount if each.booked is None else each.booked
        worth += Carried(each.amount, carried).part(taken, places)
        left -= taken
    return worth
