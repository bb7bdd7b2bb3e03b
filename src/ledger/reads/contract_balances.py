"""Contract balances as ASC 606-10-50-8 and IFRS 15.116 want them disclosed, for an entity.

Receivables, unbilled receivables (a right that only waits for its invoice), contract assets and
contract liabilities: what was there, what moved it, what is there. Revenue out of the opening
liability is, per charge stream or grant, the smaller of what it held and what it earned. Last come
assets and liabilities netted per customer, since a contract is one or the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ledger.money import ZERO
from ledger.periods import DAY
from ledger.posting.chart import (
    CONTRACT_ASSET,
    DEFERRED_REVENUE,
    DISPUTED,
    PREPAID,
    RECEIVABLE,
    UNBILLED,
)
from ledger.posting.movements import Movement, rules_of
from ledger.reads import movements
from ledger.reads.rollforward import RollForward, roll_forward
from ledger.reads.span import Span, whole
from ledger.store.transaction import Transaction


class Cause(StrEnum):
    """The columns of the disclosure between opening and closing, in their order."""

    ADDED = "additions"
    FROM_OPENING = "recognised_from_opening"
    FROM_ADDITIONS = "recognised_from_additions"
    TRANSFERRED = "transferred_to_receivables"
    SETTLED = "settled"
    OTHER = "other"
    EXCHANGE = "exchange"
    NETTED = "netted"


CONTRACT = (CONTRACT_ASSET, DEFERRED_REVENUE, PREPAID)
LIABILITIES = (DEFERRED_REVENUE, PREPAID)
BALANCES = {
    "receivables": (RECEIVABLE, DISPUTED),
    "unbilled_receivables": (UNBILLED,),
    "contract_assets": (CONTRACT_ASSET,),
    "contract_liabilities": LIABILITIES,
}
RECOGNISING = (Movement.RECOGNISED, Movement.CONSUMED, Movement.EXPIRED)
CAUSES = {
    Movement.INVOICED: Cause.ADDED,
    Movement.ACCRUED: Cause.ADDED,
    Movement.PURCHASED: Cause.ADDED,
    Movement.PAID: Cause.SETTLED,
    Movement.APPLIED: Cause.SETTLED,
    Movement.RETURNED: Cause.SETTLED,
    Movement.DISPUTE_OPENED: Cause.SETTLED,
    Movement.DISPUTE_WON: Cause.SETTLED,
    Movement.REVALUED: Cause.EXCHANGE,
    **dict.fromkeys(RECOGNISING, Cause.FROM_ADDITIONS),
}


@dataclass(frozen=True)
class ContractBalance:
    """One balance of the disclosure, from the start of a span to its end, as a positive amount."""

    name: str
    opening: Decimal
    causes: Mapping[Cause, Decimal]
    closing: Decimal

    @property
    def unexplained(self) -> Decimal:
        """What is between opening and closing and has no cause: always zero."""
        return self.closing - self.opening - sum(self.causes.values(), ZERO)


def contract_balances(tx: Transaction, span: Span) -> list[ContractBalance]:
    """Return the disclosure of an entity, or of one customer of it."""
    span = whole(tx, span)
    accounts = [account for group in BALANCES.values() for account in group]
    rows = {row.account: row for row in roll_forward(tx, span, accounts)}
    found = [
        _balance(name, [rows[account] for account in group if account in rows])
        for name, group in BALANCES.items()
    ]
    found[-1] = _split(found[-1], _from_opening(tx, span))
    return [*found, *_netted(tx, span, found[-2], found[-1])]


def _balance(name: str, rows: Iterable[RollForward]) -> ContractBalance:
    opening, closing, causes = ZERO, ZERO, dict[Cause, Decimal]()
    for row in rows:
        opening, closing = opening + row.opening, closing + row.closing
        for movement, amount in row.movements.items():
            cause = _cause(row.account, movement)
            causes[cause] = causes.get(cause, ZERO) + amount
    return ContractBalance(name, opening, causes, closing)


def _cause(account: str, movement: Movement) -> Cause:
    if movement is Movement.BILLED:
        return Cause.ADDED if account in LIABILITIES else Cause.TRANSFERRED
    return CAUSES.get(movement, Cause.OTHER)


def _from_opening(tx: Transaction, span: Span) -> Decimal:
    rules = {rule for account in LIABILITIES for rule in rules_of(account, *RECOGNISING)}
    found = tx.all(movements.recognised_from_opening(span, LIABILITIES, sorted(rules)))
    return sum((row.amount for row in found), ZERO)


def _split(liability: ContractBalance, from_opening: Decimal) -> ContractBalance:
    causes = dict(liability.causes)
    if from_opening:
        rest = causes.get(Cause.FROM_ADDITIONS, ZERO) + from_opening
        causes |= {Cause.FROM_OPENING: -from_opening, Cause.FROM_ADDITIONS: rest}
    return ContractBalance(liability.name, liability.opening, causes, liability.closing)


def _netted(
    tx: Transaction, span: Span, asset: ContractBalance, liability: ContractBalance
) -> Iterable[ContractBalance]:
    """Yield assets and liabilities with what stands on both sides of one customer taken off."""
    before = tx.one(movements.netted(span, CONTRACT, span.first - DAY))
    after = tx.one(movements.netted(span, CONTRACT, span.last))
    assert before is not None
    assert after is not None
    for gross, opening, closing in (
        (asset, before.assets, after.assets),
        (liability, before.liabilities, after.liabilities),
    ):
        netted = (closing - gross.closing) - (opening - gross.opening)
        causes = {**gross.causes, **({Cause.NETTED: netted} if netted else {})}
        yield ContractBalance(f"{gross.name}_net", opening, causes, closing)
