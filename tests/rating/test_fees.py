"""Which days a fee is for, and what they come to."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.money import plain
from ledger.rating.fees import Policy, comes_to, fees


def amounts(deal, through, policy=None):
    """Return what each fee comes to, in the order of time."""
    found = fees(deal.agreement, deal.plans.__getitem__, date.fromisoformat(through))
    return [plain(comes_to(each, policy or Policy())) for each in found]


def test_the_31st_is_the_last_day_of_every_month(deal):
    deal.plan("basic").start("2027-10-31")
    assert deal.fees("2028-03-31") == [
        "base 27-10-31 27-11-30",
        "base 27-11-30 27-12-31",
        "base 27-12-31 28-01-31",
        "base 28-01-31 28-02-29",
        "base 28-02-29 28-03-31",
        "base 28-03-31 28-04-30",
    ]
    assert set(amounts(deal, "2028-03-31")) == {"99.00"}


def test_a_year_from_a_leap_day_ends_on_the_28th(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(interval="year"), since="2020-01-01").start("2024-02-29")
    assert deal.fees("2026-03-01") == [
        "base 24-02-29 25-02-28",
        "base 25-02-28 26-02-28",
        "base 26-02-28 27-02-28",
    ]


def test_quarters_turn_on_the_anchor_and_a_short_first_one_is_in_proportion(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(amount="300", interval="quarter")).start("2026-10-11", anchor=1)
    assert deal.fees("2027-01-31") == ["base 26-10-11 27-01-01", "base 27-01-01 27-04-01"]
    # 82 of the 92 days from 1 October: 300 × 82 ÷ 92 = 267.391…
    assert amounts(deal, "2027-01-31") == ["267.39", "300.00"]


def test_a_calendar_anchor_makes_a_short_first_month(deal):
    deal.plan("basic").start("2026-12-12", anchor=1)
    assert amounts(deal, "2027-01-01") == ["63.87", "99.00"]


def test_an_upgrade_in_the_middle_of_december(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(amount="99")).plan("pro", fee(amount="249"))
    deal.start("2026-12-01").change("2026-12-12", "pro")
    assert deal.fees("2026-12-31") == ["base 26-12-01 26-12-12", "base 26-12-12 27-01-01"]
    assert amounts(deal, "2026-12-31") == ["35.13", "160.65"]


def test_seats_multiply_and_their_changes_telescope(deal):
    deal.plan("basic").start("2026-12-01", base="5")
    deal.change("2026-12-12", base="6").change("2026-12-20", base="4")
    # 495 × 31/31 − 495 × 20/31; 594 × 20/31 − 594 × 12/31; 396 × 12/31
    assert amounts(deal, "2026-12-31") == ["175.65", "153.29", "153.29"]


def test_a_fee_that_stays_the_same_is_not_cut_by_another_plan_or_version(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(), fee("old", "5")).plan("pro", fee(), fee("new", "7"))
    deal.plan("pro", fee(), fee("new", "8"), since="2026-12-20")
    deal.start("2026-12-01").change("2026-12-12", "pro")
    assert deal.fees("2026-12-31") == [
        "base 26-12-01 27-01-01",
        "old 26-12-01 26-12-12",
        "new 26-12-12 26-12-20",
        "new 26-12-20 27-01-01",
    ]
    named = fees(deal.agreement, deal.plans.__getitem__, date(2027, 1, 31))
    assert [(f.version.plan, f.version.version) for f in named if f.item.item == "base"] == [
        ("basic", 1),
        ("pro", 2),
    ]


def test_a_trial_is_free_and_its_month_in_proportion(deal, make):
    _, fee, setup = make
    deal.plan("basic", fee(), setup()).start("2026-12-01", trial="2026-12-12")
    assert deal.fees("2026-12-31") == ["base 26-12-12 27-01-01", "setup 26-12-12 26-12-13"]
    assert amounts(deal, "2026-12-31") == ["63.87", "50.00"]
    assert deal.fees("2026-12-11") == []


def test_a_one_time_item_is_charged_once_however_often_its_plan_is_taken(deal, make):
    _, fee, setup = make
    deal.plan("basic", setup()).plan("pro", fee(), setup())
    deal.start("2026-12-01", setup="2").change("2026-12-12", "pro").change("2027-01-05", "basic")
    assert [f for f in deal.fees("2027-03-01") if "setup" in f] == ["setup 26-12-01 26-12-02"]
    assert amounts(deal, "2026-12-01") == ["100.00"]


def test_an_item_that_comes_with_a_change_is_charged_from_that_day(deal, make):
    _, fee, setup = make
    deal.plan("basic").plan("pro", fee(), setup()).start("2026-12-01").change("2026-12-12", "pro")
    assert deal.fees("2026-12-31")[1:] == ["setup 26-12-12 26-12-13"]


@pytest.mark.parametrize(
    ("timing", "credit", "kept", "to"),
    [
        ("in_advance", False, "99.00", "27-01-01"),
        ("in_advance", True, "35.13", "26-12-12"),
        ("in_arrears", False, "35.13", "26-12-12"),
        ("in_arrears", True, "35.13", "26-12-12"),
    ],
)
def test_an_end_keeps_what_is_earned_or_all_that_was_paid_up_front(
    deal, make, timing, credit, kept, to
):
    _, fee, _ = make
    deal.plan("basic", fee(timing=timing)).start("2026-12-01").end("2026-12-12", credit)
    assert deal.fees("2027-02-01") == [f"base 26-12-01 {to}"]
    assert amounts(deal, "2027-02-01") == [kept]


def test_an_end_gives_back_what_the_entity_has_not_earned_by_its_own_schedule(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(amount="1200", interval="year")).start("2026-01-01")
    deal.end("2026-03-16", credit=True)
    # By day 74 of 365 days; by months two whole ones and 15 of 31 days of March.
    assert amounts(deal, "2026-03-16") == ["243.29"]
    assert amounts(deal, "2026-03-16", Policy(schedule="monthly")) == ["248.39"]


def test_without_proration_an_interval_costs_its_price_once(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(proration="none")).plan("pro", fee(amount="249", proration="none"))
    deal.start("2026-12-11", anchor=1, base="1").change("2026-12-15", base="2")
    deal.change("2026-12-20", "pro").change("2027-02-05", base="3")
    assert deal.fees("2027-02-28") == [
        "base 26-12-11 27-01-01",
        "base 27-01-01 27-02-01",
        "base 27-02-01 27-03-01",
    ]
    assert amounts(deal, "2027-02-28") == ["99.00", "498.00", "498.00"]


def test_a_negotiated_amount_holds_for_items_of_its_name(deal, make):
    _, fee, setup = make
    deal.plan("basic", fee(), setup()).plan("pro", fee(amount="249"), setup())
    overrides = ({"item": "base", "amount": "80"}, {"item": "setup", "amount": "0"})
    deal.start("2026-12-01", overrides=overrides).change("2026-12-12", "pro")
    assert amounts(deal, "2026-12-31") == ["80.00", "0.00"]


def test_intervals_of_a_new_plan_count_from_the_start_of_the_subscription(deal, make):
    _, fee, _ = make
    deal.plan("basic").plan("pro", fee(amount="900", interval="quarter"))
    deal.start("2026-10-01").change("2026-12-12", "pro")
    assert deal.fees("2027-01-01")[2:] == ["base 26-12-01 26-12-12", "base 26-12-12 27-01-01",
                                           "base 27-01-01 27-04-01"]  # fmt: skip
    # 20 of the 92 days of the quarter from October
    assert amounts(deal, "2027-01-01")[3:] == ["195.65", "900.00"]


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@settings(deadline=None, max_examples=80)
@given(
    start=days,
    anchor=st.integers(1, 31),
    changes=st.lists(st.tuples(st.integers(0, 500), st.sampled_from(["basic", "pro", None]),
                               st.integers(0, 9)), max_size=5),
    interval=st.sampled_from(["month", "quarter", "year"]),
    timing=st.sampled_from(["in_advance", "in_arrears"]),
    length=st.integers(0, 600),
)  # fmt: skip
def test_fees_cover_every_day_once_and_telescope(
    make, start, anchor, changes, interval, timing, length
):
    deal_of, fee, _ = make
    deal = deal_of()
    for name, amount in (("basic", "99.99"), ("pro", "1234.56")):
        deal.plan(name, fee(amount=amount, interval=interval, timing=timing), since="2020-01-01")
    deal.start(start, anchor=anchor)
    for after, plan, seats in changes:
        deal.change(start + timedelta(after), plan, base=seats)
    through = start + timedelta(length)
    found = fees(deal.agreement, deal.plans.__getitem__, through)
    assert found[0].period.start == start
    assert found[-1].period.end > through
    for one, other in pairwise(found):
        assert one.period.end == other.period.start
        assert one.whole.start <= one.period.start < one.period.end <= one.whole.end
    for each in found:
        price = each.item.amount * each.quantity
        days = Decimal((each.period.end - each.period.start).days)
        share = price * days / (each.whole.end - each.whole.start).days
        assert abs(comes_to(each, Policy()) - share) <= Decimal("0.01")


@settings(deadline=None, max_examples=60)
@given(cuts=st.lists(st.integers(1, 30), max_size=6), price=st.integers(1, 10**7))
def test_cuts_that_change_nothing_in_money_sum_to_the_price(make, cuts, price):
    """Whatever alternates between two plans of one price: the parts are the whole, to the cent."""
    deal_of, fee, _ = make
    amount = str(Decimal(price).scaleb(-2))
    deal = deal_of()
    for number in range(7):
        deal.plan(f"p{number}", fee(f"fee-{number}", amount))
    deal.start("2026-12-01", "p0")
    for number, day in enumerate(sorted(set(cuts)), start=1):
        deal.change(date(2026, 12, 1) + timedelta(day), f"p{number}")
    found = fees(deal.agreement, deal.plans.__getitem__, date(2026, 12, 31))
    assert sum(comes_to(each, Policy()) for each in found) == Decimal(amount)
