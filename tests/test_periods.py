"""Billing periods, the starts of days and the dates of postings."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import BadDate
from ledger.periods import (
    DAY,
    Cycle,
    Period,
    first_day,
    following,
    instant,
    is_open,
    last_day,
    local_day,
    period_containing,
    period_of,
    periods_between,
    posting_date,
)

# Zones that move their clocks at midnight, or by less than an hour, or by a day.
ZONES = [
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "Asia/Kathmandu",
    "Europe/Lisbon",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Amman",
    "America/Asuncion",
]
quick = settings(deadline=None, max_examples=150)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
cycles = st.builds(
    Cycle,
    interval=st.sampled_from(["month", "quarter", "year"]),
    anchor=st.integers(1, 31),
    starts_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)


def on(text: str) -> date:
    return date.fromisoformat(text)


def starts(cycle: Cycle, until: str) -> list[str]:
    return [str(p.start) for p in periods_between(cycle.starts_on, on(until), cycle)]


def test_the_31st_means_the_last_day_of_the_month():
    cycle = Cycle("month", 31, on("2027-12-31"))
    assert starts(cycle, "2028-06-01") == [
        *("2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31")
    ]
    assert "2027-02-28" in starts(Cycle("month", 31, on("2027-01-31")), "2027-04-01")


def test_a_start_between_two_turns_begins_with_a_short_period():
    cycle = Cycle("month", 1, on("2026-10-15"))
    assert starts(cycle, "2026-12-02") == ["2026-10-15", "2026-11-01", "2026-12-01"]
    assert period_containing(on("2026-10-31"), cycle) == Period(on("2026-10-15"), on("2026-11-01"))


def test_a_turn_later_in_the_month_than_the_start():
    cycle = Cycle("month", 20, on("2026-10-15"))
    assert starts(cycle, "2026-11-21") == ["2026-10-15", "2026-10-20", "2026-11-20"]


def test_quarters_and_years_count_from_the_start():
    assert starts(Cycle("quarter", 15, on("2026-11-15")), "2027-09-01") == [
        *("2026-11-15", "2027-02-15", "2027-05-15", "2027-08-15")
    ]
    assert starts(Cycle("year", 29, on("2024-02-29")), "2029-01-01") == [
        *("2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29")
    ]


def test_periods_between_two_days_are_whole():
    cycle = Cycle("month", 1, on("2026-01-01"))
    found = list(periods_between(on("2026-03-20"), on("2026-04-02"), cycle))
    assert [(str(p.start), str(p.last)) for p in found] == [
        ("2026-03-01", "2026-03-31"),
        ("2026-04-01", "2026-04-30"),
    ]
    assert not list(periods_between(on("2026-03-20"), on("2026-03-20"), cycle))


@quick
@given(cycle=cycles, length=st.integers(1, 1500))
def test_billing_periods_cover_every_day_once(cycle, length):
    end = cycle.starts_on + timedelta(days=length)
    periods = list(periods_between(cycle.starts_on, end, cycle))
    assert periods[0].start == cycle.starts_on
    assert all(a.end == b.start for a, b in pairwise(periods))
    assert periods[-1].start < end <= periods[-1].end
    assert all(period_containing(p.last, cycle) == p for p in periods)


def test_a_day_begins_in_the_time_zone_it_is_billed_in():
    assert instant(on("2026-10-01"), "UTC") == datetime(2026, 10, 1, tzinfo=UTC)
    assert instant(on("2026-10-01"), "America/New_York") == datetime(2026, 10, 1, 4, tzinfo=UTC)
    # Berlin leaves daylight saving on 25 October 2026: that day has 25 hours.
    length = instant(on("2026-10-26"), "Europe/Berlin") - instant(on("2026-10-25"), "Europe/Berlin")
    assert length == timedelta(hours=25)


@pytest.mark.parametrize(
    ("day", "tz", "start"),
    [
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),  # 00:00 jumps to 01:00
        ("2023-04-28", "Africa/Cairo", "2023-04-27T22:00:00+00:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00:00+00:00"),  # 00:00 comes twice
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),  # a day that never was
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
    ],
)
def test_where_midnight_is_missing_or_double_the_day_starts_with_its_first_moment(day, tz, start):
    assert instant(on(day), tz).isoformat() == start


@quick
@given(
    day=days,
    tz=st.sampled_from(ZONES),
)
def test_an_instant_is_the_first_of_its_day(day, tz):
    start = instant(day, tz)
    assert local_day(start - timedelta(microseconds=1), tz) < day <= local_day(start, tz)
    assert start <= instant(day + DAY, tz)


def test_accounting_periods_follow_each_other():
    assert period_of(on("2026-10-31")) == "2026-10"
    assert (first_day("2026-10"), last_day("2026-10")) == (on("2026-10-01"), on("2026-10-31"))
    assert last_day("2028-02") == on("2028-02-29")
    assert following("2026-12") == "2027-01"


@pytest.mark.parametrize(
    "text",
    ["2026", "2026-13", "2026-00", "2026-1", "26-10", "2026-W1", "2026/10", "２026-1", None, 7],
)
def test_what_names_no_period_is_refused(text):
    with pytest.raises(BadDate) as refusal:
        first_day(text, "first_period")
    assert refusal.value.field == "first_period"


def test_a_posting_keeps_its_day_while_the_period_is_open():
    assert posting_date(on("2026-10-31"), "2026-01") == on("2026-10-31")
    assert posting_date(on("2026-10-31"), "2026-01", {"2026-09"}) == on("2026-10-31")
    assert is_open(on("2026-01-01"), "2026-01", set())


def test_a_posting_into_a_closed_period_goes_to_the_first_open_day():
    closed = {"2026-01", "2026-02", "2026-03"}
    assert posting_date(on("2026-02-15"), "2026-01", closed) == on("2026-04-01")
    assert posting_date(on("2026-03-31"), "2026-01", closed) == on("2026-04-01")


def test_a_posting_before_the_books_begin_goes_to_their_first_day():
    assert posting_date(on("2025-12-31"), "2026-01") == on("2026-01-01")
    assert not is_open(on("2025-12-31"), "2026-01", set())
