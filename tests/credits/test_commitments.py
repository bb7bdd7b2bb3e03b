"""What is missing of a minimum: at the end as billed, or as a line over the days."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.credits.commitments import AS_BILLED, STRAIGHT_LINE, Committed, shortfall
from ledger.periods import Period

QUARTER = Period(date(2026, 10, 1), date(2027, 1, 1))


def committed(amount="920.00", covered=QUARTER):
    return Committed(Decimal(amount), QUARTER, covered, "USD")


def missing(policy, day, *usage, of=None):
    return str(shortfall(of or committed(), policy, day, [Decimal(each) for each in usage]))


def test_as_billed_is_nothing_until_the_interval_is_over():
    assert missing(AS_BILLED, date(2026, 12, 31), "100.00") == "0.00"
    assert missing(AS_BILLED, QUARTER.end, "100.00", "250.50") == "569.50"
    assert missing(AS_BILLED, QUARTER.end, "1000.00") == "0.00"


def test_straight_line_is_ten_a_day_less_the_usage_to_date():
    """920.00 over the 92 days of the quarter."""
    assert missing(STRAIGHT_LINE, date(2026, 11, 1), "100.00") == "210.00"
    assert missing(STRAIGHT_LINE, date(2026, 11, 1), "400.00") == "0.00"
    assert missing(STRAIGHT_LINE, QUARTER.end, "400.00") == "520.00"


def test_an_interval_partly_covered_has_its_days_of_the_minimum():
    late = committed(covered=Period(date(2026, 12, 1), QUARTER.end))
    assert missing(AS_BILLED, QUARTER.end, of=late) == "310.00"
    assert missing(STRAIGHT_LINE, date(2026, 12, 11), "30.00", of=late) == "70.00"


@given(st.integers(1, 91), st.integers(0, 92), st.integers(0, 10**7))
def test_parts_of_an_interval_sum_to_the_whole(cut, day, cents):
    amount = Decimal(cents).scaleb(-2)
    middle = date.fromordinal(QUARTER.start.toordinal() + cut)
    at = date.fromordinal(QUARTER.start.toordinal() + day)
    first = Committed(amount, QUARTER, Period(QUARTER.start, middle), "USD")
    second = Committed(amount, QUARTER, Period(middle, QUARTER.end), "USD")
    whole = Committed(amount, QUARTER, QUARTER, "USD")
    assert first.up_to(at) + second.up_to(at) == whole.up_to(at)
    assert whole.up_to(QUARTER.end) == amount
