"""The posting rules by name, and which of their accounts others may take the place of.

Not among them are control accounts, which have sub-ledgers, the accounts that a fact names (the
revenue account of an item), those between entities, which a consolidation takes out, and
the unrealised gain (7010), which a revaluation posts and takes back.
"""

from collections.abc import Mapping
from typing import Final

from ledger.posting.chart import (
    ALLOWANCES,
    BANK,
    BREAKAGE,
    CHARGEBACKS,
    CREDIT_LOSSES,
    EXCHANGE_GAIN,
    PROCESSING_FEES,
    PSP_CLEARING,
)

BUILT_IN: Final = 1
"""The version of a rule as it was built."""

_CASH = {"bank": BANK, "psp_clearing": PSP_CLEARING}
_GAIN = {"exchange_gain": EXCHANGE_GAIN}
_ALLOWANCES = {"allowances": ALLOWANCES}
_CHARGEBACKS = {"chargebacks": CHARGEBACKS}

RULES: Final[Mapping[str, Mapping[str, str]]] = {
    "allowance_adjusted": {"credit_losses": CREDIT_LOSSES},
    "cash_applied": _GAIN,
    "commitment_accrued": _ALLOWANCES,
    "concession_absorbed": {},
    "credit_applied": _GAIN,
    "credit_breakage": {"breakage": BREAKAGE},
    "credit_note_concession": {},
    "credit_note_rerating": _ALLOWANCES | _GAIN,
    "dispute_lost": _CHARGEBACKS | _GAIN,
    "dispute_lost_revenue": _CHARGEBACKS | _GAIN,
    "dispute_opened": _CASH | _CHARGEBACKS | _GAIN,
    "dispute_won": _CASH | _GAIN,
    "dispute_reversed": _CHARGEBACKS | _GAIN,
    "intercompany_charged": {},
    "intercompany_credited": {},
    "intercompany_settled": {"bank": BANK} | _GAIN,
    "invoice_final_net": {},
    "invoice_issued": _ALLOWANCES | _GAIN,
    "manual_journal": {},
    "net_credit": _ALLOWANCES | _GAIN,
    "payment_captured": _CASH | _GAIN,
    "payment_returned": _CASH | _GAIN,
    "payout_settled": _CASH | {"processing_fees": PROCESSING_FEES},
    "receivable_revalued": {},
    "receivable_written_off": {"credit_losses": CREDIT_LOSSES},
    "recurring_accrued": _ALLOWANCES,
    "refund_paid": _CASH | _GAIN,
    "revaluation_reversed": {},
    "revenue_recognised": {},
    "usage_accrued": _ALLOWANCES,
    "usage_rerated": _ALLOWANCES,
    "write_off_recovered": {},
    "write_off_reversed": {"credit_losses": CREDIT_LOSSES},
}
"""What each rule posts to by itself that may be another account: its part in the rule, its code."""
