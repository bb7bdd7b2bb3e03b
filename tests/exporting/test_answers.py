"""Answers of the ERP: what a rejection leads to, and where an acknowledgement differs."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.errors import BadNackCode
from ledger.exporting.answers import NACK_CODES, Acknowledgement, differences, disposition

SENT = {"erp_date": "2026-10-31", "totals": {"debit": "310.25", "credit": "310.25"}}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("TIMEOUT_UNKNOWN", "retry"),
        ("CONTENTION", "retry"),
        ("PERIOD_CLOSED", "hold"),
        ("ACCOUNT_UNMAPPED", "hold"),
        ("DUPLICATE_EXTERNAL_ID", "hold"),
        ("OUT_OF_BALANCE", "alarm"),
        ("AMOUNT_PRECISION", "alarm"),
    ],
)
def test_a_code_says_what_to_do(code, expected):
    assert disposition(code) == expected


def test_the_list_is_closed():
    assert len(NACK_CODES) == 21
    with pytest.raises(BadNackCode) as refused:
        disposition("BAD_WEATHER")
    assert "VALIDATION_OTHER" in str(refused.value)


@pytest.mark.parametrize(
    ("day", "period", "amount", "differing"),
    [
        ("2026-10-31", "2026-10", None, ()),
        ("2026-10-31", "2026-10", "310.2500", ()),
        ("2026-11-01", "2026-11", "310.25", ("erp_posting_date", "erp_period")),
        ("2026-10-31", "2026-11", "310.25", ("erp_period",)),
        ("2026-10-31", "2026-10", "310.20", ("erp_amount",)),
        ("2026-10-31", "2026-10", "0.00", ("erp_amount",)),
    ],
)
def test_what_the_erp_changed_is_named(day, period, amount, differing):
    answer = Acknowledgement(
        erp_posting_date=date.fromisoformat(day),
        erp_period=period,
        erp_amount=Decimal(amount) if amount else None,
    )
    assert differences(SENT, answer) == differing
