"""Roll-forwards of control accounts: what was there, what moved it, what is there.

The opening and the closing are the trial balance's, the movements are the journal's, by class; and
what the sub-ledger says of the closing stands beside it. Nothing here is made to fit: a difference
is shown as one. Amounts are positive on the account's own side.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ledger.money import ZERO
from ledger.periods import DAY
from ledger.posting.chart import ALLOWANCE, CHART, ChartClass
from ledger.posting.movements import Movement, class_of
from ledger.reads import journal, movements, subledgers
from ledger.reads.movements import START, ItemMoved, Moved
from ledger.reads.span import Span, whole
from ledger.reads.subledgers import Balance
from ledger.store.transaction import Transaction

Key = TypeVar("Key")


@dataclass(frozen=True)
class RollForward:
    """One account (or one item on it) from the start of a span to its end.

    ``revalued`` is what of the closing is a revaluation, which no sub-ledger knows.
    """

    account: str
    opening: Decimal
    movements: Mapping[Movement, Decimal]
    closing: Decimal
    subledger: Decimal
    revalued: Decimal
    item: str | None = None

    @property
    def moved(self) -> Decimal:
        """What all movements come to."""
        return sum(self.movements.values(), ZERO)

    @property
    def unexplained(self) -> Decimal:
        """What is between opening and closing and is no movement: always zero."""
        return self.closing - self.opening - self.moved

    @property
    def difference(self) -> Decimal:
        """What the account holds beyond its sub-ledger and a revaluation: always zero."""
        return self.closing - self.subledger - self.revalued

    @property
    def ties(self) -> bool:
        """Tell whether it adds up, and equals its sub-ledger."""
        return not (self.unexplained or self.difference)


def roll_forward(tx: Transaction, span: Span, accounts: Sequence[str]) -> list[RollForward]:
    """Return the roll-forwards of some accounts; those without a line at all are left out."""
    span = whole(tx, span)
    opening = _balances(tx, span, accounts, span.first - DAY)
    closing = _balances(tx, span, accounts, span.last)
    restated = _amounts(tx.all(movements.revalued(span, accounts, span.last)))
    said = _amounts(tx.all(subledgers.balances(span, accounts, span.last)))
    moved = _classes((row.account, row) for row in tx.all(movements.movements(span, accounts)))
    known = {*opening, *closing, *said, *moved}
    return [
        _signed(account, opening, moved.get(account, {}), closing, said, restated)
        for account in accounts
        if account in known
    ]


def items(
    tx: Transaction,
    span: Span,
    accounts: Sequence[str],
    *,
    after: tuple[str, str] = START,
    limit: int | None = None,
) -> list[RollForward]:
    """Return the roll-forward of every item of the span's customer that has one, or had."""
    span = whole(tx, span)
    rows = tx.all(movements.item_movements(span, accounts, after=after, limit=limit))
    keys = list(dict.fromkeys((row.account, row.item) for row in rows))
    found = tx.all(subledgers.items(span, accounts, [item for _, item in keys], span.last))
    said = {(row.account, row.item): row.amount for row in found}
    opening: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    restated: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        opening[row.account, row.item] += row.before
        if class_of(row.account, row.rule, debit=row.debit) is Movement.REVALUED:
            restated[row.account, row.item] += row.before + row.amount
    moved = _classes(((row.account, row.item), row) for row in rows if row.amount)
    closing = {key: opening[key] + sum(moved.get(key, {}).values(), ZERO) for key in keys}
    return [
        _signed(key, opening, moved.get(key, {}), closing, said, restated, key[1]) for key in keys
    ]


def sign_of(account: str) -> int:
    """Return 1 for an account that is a debit by nature, and -1 for one that is a credit."""
    credit = account == ALLOWANCE or CHART[account].chart_class is ChartClass.LIABILITIES
    return -1 if credit else 1


def _balances(
    tx: Transaction, span: Span, accounts: Sequence[str], day: date
) -> dict[str, Decimal]:
    """Return the trial balance of some accounts at the end of a day; of a customer, its lines."""
    if span.customer is not None:
        return _amounts(tx.all(movements.carried(span, accounts, day)))
    rows = tx.all(journal.trial_balance(span.entity, as_of=day, at=span.at))
    return {row.account: row.balance for row in rows if row.account in accounts}


def _amounts(rows: Iterable[Balance]) -> dict[str, Decimal]:
    return {row.account: row.amount for row in rows}


def _classes(
    rows: Iterable[tuple[Key, Moved | ItemMoved]],
) -> dict[Key, dict[Movement, Decimal]]:
    found: dict[Key, dict[Movement, Decimal]] = {}
    for key, row in rows:
        classes = found.setdefault(key, {})
        movement = class_of(row.account, row.rule, debit=row.debit)
        classes[movement] = classes.get(movement, ZERO) + row.amount
    return found


def _signed(
    key: Key,
    opening: Mapping[Key, Decimal],
    moved: Mapping[Movement, Decimal],
    closing: Mapping[Key, Decimal],
    said: Mapping[Key, Decimal],
    restated: Mapping[Key, Decimal],
    item: str | None = None,
) -> RollForward:
    account = key[0] if isinstance(key, tuple) else str(key)
    sign = sign_of(account)
    order = {movement: place for place, movement in enumerate(Movement)}
    shown = {each: sign * moved[each] or ZERO for each in sorted(moved, key=order.__getitem__)}
    return RollForward(
        account=account,
        opening=sign * opening.get(key, ZERO) or ZERO,
        movements=shown,
        closing=sign * closing.get(key, ZERO) or ZERO,
        subledger=sign * said.get(key, ZERO) or ZERO,
        revalued=sign * restated.get(key, ZERO) or ZERO,
        item=item,
    )
