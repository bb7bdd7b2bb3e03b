"""The chart of accounts, as the accounting rules fix it."""

import pytest

from ledger.errors import UnknownLedgerAccount
from ledger.posting.accounts import RELEASE
from ledger.posting.chart import CHART, ChartClass

CONTROL = "1100 1110 1120 1150 1160 1300 2100 2110 2120 2130 2200 2300"
MONETARY = "1000 1010 1100 1110 1120 1150 1160 1300 2120 2130 2200 2300"


def test_it_has_the_27_accounts_in_order_of_their_codes():
    assert len(CHART) == 27
    assert list(CHART) == sorted(CHART)
    assert CHART["2130"].name == "Unapplied cash"


def test_control_and_monetary_accounts_are_those_of_the_rules():
    assert " ".join(code for code, one in CHART.items() if one.control) == CONTROL
    assert " ".join(code for code, one in CHART.items() if one.monetary) == MONETARY


@pytest.mark.parametrize(
    ("code", "chart_class"),
    [("1150", "Assets"), ("2200", "Liabilities"), ("7010", "Income"), ("7090", "Expenses")],
)
def test_an_account_has_its_class(code, chart_class):
    assert RELEASE.account(code).chart_class == ChartClass(chart_class)


def test_an_unknown_account_is_refused_in_the_field_that_named_it():
    with pytest.raises(UnknownLedgerAccount) as refused:
        RELEASE.account("4999", field="revenue_account")
    assert (refused.value.code, refused.value.field) == (
        "UNKNOWN_LEDGER_ACCOUNT",
        "revenue_account",
    )
