"""The chart on a day: what the release brings, with what was said of it by then."""

from datetime import date

import pytest

from ledger.errors import UnknownLedgerAccount
from ledger.posting.accounts import RELEASE, Chart, Said
from ledger.posting.chart import CHART, ChartClass

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def said(account, day, version=1, name=None, chart_class=None, blocked=None):
    return Said(account, day, version, name, chart_class, blocked)


def test_the_release_has_always_been_there():
    assert list(RELEASE.on(date.min).values()) == list(CHART.values())


def test_an_account_is_there_from_its_first_day_on():
    chart = Chart.of([said("4015", FEB, name="API revenue", chart_class="Income")])
    assert "4015" not in chart.on(JAN)
    account = chart.on(FEB)["4015"]
    assert (account.chart_class, account.control, account.monetary) == (
        ChartClass.INCOME, False, False,
    )  # fmt: skip
    assert list(chart.on(FEB)) == sorted(chart.on(FEB))
    with pytest.raises(UnknownLedgerAccount):
        chart.account("4015", JAN)
    assert chart.named("4015", JAN).name == "API revenue"


def test_a_name_holds_from_its_day_and_of_one_day_the_last_one_said():
    chart = Chart.of([
        said("1000", MAR, 3, name="Bank C"), said("1000", FEB, 1, name="Bank A"),
        said("1000", FEB, 2, name="Bank B"),
    ])  # fmt: skip
    names = [chart.account("1000", day).name for day in (JAN, FEB, MAR)]
    assert names == ["Bank", "Bank B", "Bank C"]


def test_a_block_says_nothing_of_the_name_and_is_lifted_again():
    chart = Chart.of([said("5000", FEB, 1, blocked=True), said("5000", MAR, 2, blocked=False)])
    states = [(chart.account("5000", day).name, chart.account("5000", day).blocked)
              for day in (JAN, FEB, MAR)]  # fmt: skip
    assert [blocked for _, blocked in states] == [False, True, False]
    assert {name for name, _ in states} == {"Payment processing fees"}
