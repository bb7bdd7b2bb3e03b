"""What an entry does to a control account, in an accountant's words: the columns of a roll-forward.

One table for all of them: the rule of an entry, and the account, say the movement's class. A rule
keeps its class over its versions. Where a line may go either way (an invoice that also gives back),
a debit and a credit have a class each. A rule that this table does not know is ``other``: it still
adds up, and a test names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.posting.chart import (
    ALLOWANCE,
    CONTRACT_ASSET,
    CREDIT_BALANCE,
    DEFERRED_REVENUE,
    DISPUTED,
    INTERCOMPANY_PAYABLE,
    INTERCOMPANY_RECEIVABLE,
    PREPAID,
    RECEIVABLE,
    TAX_PAYABLE,
    UNAPPLIED_CASH,
    UNBILLED,
)


class Movement(StrEnum):
    """The classes of movements, in the order in which a report shows them."""

    INVOICED = "invoiced"
    ACCRUED = "accrued"
    BILLED = "billed"
    PURCHASED = "purchased"
    RECEIVED = "received"
    CHARGED = "charged"
    EXPENSED = "charged_to_expense"
    RECOGNISED = "recognised"
    CONSUMED = "consumed"
    EXPIRED = "expired"
    CREDITED = "credited"
    ADJUSTED = "adjusted"
    PAID = "paid"
    APPLIED = "applied"
    RETURNED = "returned"
    REFUNDED = "refunded"
    SETTLED = "settled"
    DISPUTE_OPENED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    WRITTEN_OFF = "written_off"
    RECOVERED = "recovered"
    REVERSED = "reversed"
    REVALUED = "revalued"
    OTHER = "other"


@dataclass(frozen=True)
class Sides:
    """The class of a debit and that of a credit, where they are not the same."""

    debit: Movement
    credit: Movement


REVALUATIONS = ("receivable_revalued", "revaluation_reversed")
"""The rules that restate a balance at the day's rate, in the books alone, and take that back."""

_M = Movement
_DOCUMENT_LINES = (UNBILLED, CONTRACT_ASSET, DEFERRED_REVENUE, PREPAID)
_OWED = (RECEIVABLE, CREDIT_BALANCE, TAX_PAYABLE)
_BETWEEN = (INTERCOMPANY_RECEIVABLE, INTERCOMPANY_PAYABLE)
_CLAIMS = (RECEIVABLE, DISPUTED, UNAPPLIED_CASH)


def _all(accounts: tuple[str, ...], movement: Movement) -> dict[str, Movement | Sides]:
    return dict.fromkeys(accounts, movement)


RULES: Mapping[str, Mapping[str, Movement | Sides]] = {
    "usage_accrued": {UNBILLED: _M.ACCRUED, PREPAID: _M.CONSUMED},
    "usage_rerated": {UNBILLED: _M.ACCRUED, PREPAID: _M.CONSUMED},
    "recurring_accrued": {UNBILLED: _M.ACCRUED, PREPAID: _M.CONSUMED},
    "commitment_accrued": {CONTRACT_ASSET: _M.ACCRUED, PREPAID: _M.CONSUMED},
    "invoice_issued": {
        RECEIVABLE: _M.INVOICED,
        TAX_PAYABLE: _M.INVOICED,
        UNBILLED: _M.BILLED,
        CONTRACT_ASSET: _M.BILLED,
        DEFERRED_REVENUE: Sides(_M.CREDITED, _M.BILLED),
        PREPAID: Sides(_M.CREDITED, _M.PURCHASED),
    },
    "credit_note_rerating": _all(_DOCUMENT_LINES + _OWED, _M.CREDITED),
    "credit_note_concession": _all((DEFERRED_REVENUE, *_OWED), _M.CREDITED),
    "net_credit": _all(_DOCUMENT_LINES + _OWED, _M.CREDITED),
    "concession_absorbed": _all(_DOCUMENT_LINES, _M.CREDITED),
    "invoice_final_net": _all((UNBILLED, CONTRACT_ASSET), _M.ADJUSTED),
    "revenue_recognised": {DEFERRED_REVENUE: _M.RECOGNISED},
    "credit_breakage": {PREPAID: _M.EXPIRED},
    "payment_captured": {RECEIVABLE: _M.PAID, UNAPPLIED_CASH: _M.RECEIVED},
    "cash_applied": _all((RECEIVABLE, UNAPPLIED_CASH), _M.APPLIED),
    "credit_applied": _all((RECEIVABLE, CREDIT_BALANCE), _M.APPLIED),
    "payment_returned": _all((RECEIVABLE, UNAPPLIED_CASH), _M.RETURNED),
    "refund_paid": _all((CREDIT_BALANCE, UNAPPLIED_CASH), _M.REFUNDED),
    "payout_settled": {},
    "dispute_opened": _all(_CLAIMS, _M.DISPUTE_OPENED),
    "dispute_won": _all(_CLAIMS, _M.DISPUTE_WON),
    "dispute_lost": _all((*_CLAIMS, CREDIT_BALANCE), _M.DISPUTE_LOST),
    "dispute_lost_revenue": _all((*_CLAIMS, CREDIT_BALANCE, TAX_PAYABLE), _M.DISPUTE_LOST),
    "dispute_reversed": _all((RECEIVABLE, TAX_PAYABLE), _M.REVERSED),
    "allowance_adjusted": {ALLOWANCE: _M.EXPENSED},
    "receivable_written_off": _all((RECEIVABLE, ALLOWANCE, TAX_PAYABLE), _M.WRITTEN_OFF),
    "write_off_reversed": _all((RECEIVABLE, ALLOWANCE, TAX_PAYABLE), _M.REVERSED),
    "intercompany_charged": _all(_BETWEEN, _M.CHARGED),
    "intercompany_credited": _all(_BETWEEN, _M.CREDITED),
    "intercompany_settled": _all(_BETWEEN, _M.SETTLED),
    "manual_journal": {},
    "write_off_recovered": _all((RECEIVABLE, ALLOWANCE, TAX_PAYABLE), _M.RECOVERED),
}


def name_of(rule: str) -> str:
    """Return the name of a rule without its version: ``invoice_issued`` of ``invoice_issued@1``."""
    return rule.partition("@")[0]


def class_of(account: str, rule: str, *, debit: bool) -> Movement:
    """Return the class of what an entry by a rule does to a control account on one side."""
    name = name_of(rule)
    if name in REVALUATIONS:
        return Movement.REVALUED
    found = RULES.get(name, {}).get(account, Movement.OTHER)
    if isinstance(found, Sides):
        return found.debit if debit else found.credit
    return found


def rules_of(account: str, *classes: Movement) -> list[str]:
    """Return the names of the rules that may move an account in one of these ways."""
    return [
        rule
        for rule, accounts in RULES.items()
        if any(class_of(account, rule, debit=side) in classes for side in (True, False))
        and account in accounts
    ]
