"""Revenue by days or by months: cumulative rounding, and the whole in the end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.periods import first_day, following
from ledger.rating.schedule import earned

START, END = date(2026, 11, 1), date(2027, 11, 1)
TOTAL = Decimal("12000.00")

WATERFALL = """
2026-11 986.30 11013.70
2026-12 1019.18 9994.52
2027-01 1019.18 8975.34
2027-02 920.55 8054.79
2027-03 1019.17 7035.62
2027-04 986.30 6049.32
2027-05 1019.18 5030.14
2027-06 986.30 4043.84
2027-07 1019.18 3024.66
2027-08 1019.18 2005.48
2027-09 986.30 1019.18
2027-10 1019.18 0.00
"""


def test_the_annual_waterfall_of_the_accounting_rules():
    shown, before = [], Decimal(0)
    period = "2026-11"
    while period <= "2027-10":
        now = earned(TOTAL, START, END, first_day(following(period)))
        shown.append(f"{period} {now - before} {TOTAL - now}")
        before, period = now, following(period)
    assert shown == WATERFALL.split("\n")[1:-1]


def test_whole_service_months_are_even_and_part_months_go_by_day():
    assert earned(TOTAL, START, END, date(2026, 12, 1), "monthly") == Decimal("1000.00")
    assert earned(TOTAL, START, END, date(2027, 3, 1), "monthly") == Decimal("4000.00")
    half = earned(TOTAL, START, END, date(2026, 11, 16), "monthly")
    assert half == Decimal("500.00")
    # From the 31st: service months end on the last day where there is no 31st.
    start, end = date(2027, 1, 31), date(2027, 4, 30)
    assert earned(Decimal(300), start, end, date(2027, 2, 28), "monthly", 0) == Decimal(100)
    assert earned(Decimal(300), start, end, date(2027, 3, 31), "monthly", 0) == Decimal(200)


def test_a_part_month_alone_goes_by_day_by_either_policy():
    start, end = date(2026, 12, 12), date(2027, 1, 1)
    for policy in ("daily", "monthly"):
        assert earned(Decimal("160.65"), start, end, date(2026, 12, 22), policy) == Decimal("80.33")


def test_nothing_before_the_start_and_all_from_the_end():
    assert earned(TOTAL, START, END, START) == 0
    assert earned(TOTAL, START, END, END) == earned(TOTAL, START, END, date(2030, 1, 1)) == TOTAL


@pytest.mark.parametrize("mode", ["half_up", "half_even"])
@given(
    minor=st.integers(-10_000_000, 10_000_000),
    places=st.sampled_from([0, 2, 3]),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(1, 800),
    upto=st.integers(-10, 900),
    policy=st.sampled_from(["daily", "monthly"]),
)
def test_what_is_earned_only_grows_towards_the_whole(
    mode, minor, places, start, days, upto, policy
):
    total = Decimal(minor).scaleb(-places)
    end, day = start + timedelta(days), start + timedelta(upto)
    now = earned(total, start, end, day, policy, places, mode)
    later = earned(total, start, end, day + timedelta(1), policy, places, mode)
    assert abs(now) <= abs(later) <= abs(total)
    assert now * total >= 0
    assert earned(-total, start, end, day, policy, places, mode) == -now
    if day >= end:
        assert now == total
