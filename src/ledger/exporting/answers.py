"""What an answer of the ERP means: the codes of a rejection, and how an acknowledgement differs.

``retry``: send the same again, later. ``hold``: somebody has to act first. ``alarm``: our own bug.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ledger.errors import BadNackCode
from ledger.periods import period_of


class Disposition(StrEnum):
    """What happens with a rejected document."""

    RETRY = "retry"
    HOLD = "hold"
    ALARM = "alarm"


NACK_CODES: Mapping[str, Disposition] = {
    "RATE_LIMITED": Disposition.RETRY,
    "TIMEOUT_UNKNOWN": Disposition.RETRY,
    "UNAVAILABLE": Disposition.RETRY,
    "CONTENTION": Disposition.RETRY,
    "DUPLICATE_EXTERNAL_ID": Disposition.HOLD,
    "PERIOD_CLOSED": Disposition.HOLD,
    "PERIOD_LOCKED": Disposition.HOLD,
    "ACCOUNT_UNMAPPED": Disposition.HOLD,
    "ACCOUNT_INACTIVE": Disposition.HOLD,
    "DIMENSION_REQUIRED": Disposition.HOLD,
    "TAX_CODE_INVALID": Disposition.HOLD,
    "CUSTOMER_UNKNOWN": Disposition.HOLD,
    "ENTITY_UNKNOWN": Disposition.HOLD,
    "ITEM_UNKNOWN": Disposition.HOLD,
    "CURRENCY_MISMATCH": Disposition.HOLD,
    "FX_RATE_MISSING": Disposition.HOLD,
    "AMOUNT_PRECISION": Disposition.ALARM,
    "OUT_OF_BALANCE": Disposition.ALARM,
    "RECORD_LOCKED": Disposition.HOLD,
    "AUTH": Disposition.HOLD,
    "VALIDATION_OTHER": Disposition.HOLD,
}


def disposition(code: str) -> Disposition:
    """Return what a rejection with this code leads to, or raise BadNackCode."""
    if code not in NACK_CODES:
        raise BadNackCode(field="code", value=code, known=", ".join(NACK_CODES))
    return NACK_CODES[code]


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """What the ERP says it posted: when, in which period, and for how much if it says so."""

    erp_posting_date: date
    erp_period: str
    erp_amount: Decimal | None = None


def differences(content: Mapping[str, Any], answer: Acknowledgement) -> tuple[str, ...]:
    """Name what the ERP posted otherwise than the content of the acknowledged revision said."""
    return tuple(_differing(content, answer))


def _differing(content: Mapping[str, Any], answer: Acknowledgement) -> Iterator[str]:
    sent = date.fromisoformat(content["erp_date"])
    if answer.erp_posting_date != sent:
        yield "erp_posting_date"
    if answer.erp_period != period_of(sent):
        yield "erp_period"
    if answer.erp_amount not in (None, Decimal(content["totals"]["debit"])):
        yield "erp_amount"
