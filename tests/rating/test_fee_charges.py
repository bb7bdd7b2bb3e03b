"""Charges of fees: cumulative, netted where the subscription changed, the same in any order."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.money import plain


def shown(charges):
    """Return (charge, due, delta, posted) of each."""
    return [
        (c.charge.removeprefix("s/"), plain(c.due), plain(c.delta), plain(c.posted))
        for c in charges
    ]


def test_a_fee_in_advance_is_charged_whole_on_its_first_day_and_posts_nothing(deal):
    deal.plan("basic").start("2026-12-01")
    assert deal.charge("2026-11-30") == []
    (charge,) = deal.charge("2026-12-01")
    assert shown([charge]) == [("base/2026-12-01/in_advance/1", "99.00", "99.00", "0.00")]
    assert (charge.clears, charge.kind, charge.rated_to) == (
        "2100",
        "recurring",
        date(2027, 1, 1),
    )
    assert (charge.unit, charge.quantity, charge.netted) == (99, 1, False)
    assert deal.charge("2026-12-31") == []


def test_a_fee_in_arrears_accrues_from_day_to_day_and_never_rounds_a_day(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(amount="1", timing="in_arrears")).start("2026-12-01")
    posted = [deal.charge(f"2026-12-{day:02}") for day in range(1, 32)]
    assert [plain(each.posted) for (each,) in posted[:3]] == ["0.03", "0.03", "0.04"]
    assert sum(each.posted for (each,) in posted) == 1
    assert {str(each.posted_on) for (each,) in posted} == {f"2026-12-{d:02}" for d in range(1, 32)}
    assert posted[0][0].clears == "1150"


def test_what_passing_days_add_is_dated_by_the_periods_last_day(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(timing="in_arrears")).start("2026-12-01")
    (december, january) = deal.charge("2027-01-10")
    assert (str(december.posted_on), str(january.posted_on)) == ("2026-12-31", "2027-01-10")
    (late,) = deal.charge("2027-01-31", first_period="2027-01", closed=["2027-01"])
    assert str(late.posted_on) == "2027-02-01"


def test_an_upgrade_takes_back_the_rest_and_charges_the_new_one(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee("basic")).plan("pro", fee("pro", "249")).start("2026-12-01")
    deal.charge("2026-12-01")
    deal.change("2026-12-12", "pro")
    assert deal.charge("2026-12-11") == []
    made = deal.charge("2026-12-12")
    assert shown(made) == [
        ("basic/2026-12-01/in_advance/2", "35.13", "-63.87", "0.00"),
        ("pro/2026-12-12/in_advance/1", "160.65", "160.65", "0.00"),
    ]
    assert [each.netted for each in made] == [True, False]
    assert made[0].corrects == "s/basic/2026-12-01/in_advance/1"


def test_a_change_that_is_known_in_time_cuts_what_is_not_charged_yet(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee("basic")).plan("pro", fee("pro", "249")).start("2026-12-01")
    deal.change("2026-12-12", "pro")
    assert shown(deal.charge("2026-12-01"))[0][1:2] == ("35.13",)
    assert shown(deal.charge("2026-12-12"))[0][1:2] == ("160.65",)


def test_seats_of_a_month_in_advance(deal):
    deal.plan("basic").start("2026-12-01", base="5")
    deal.charge("2026-12-01")
    deal.change("2026-12-12", base="6")
    assert shown(deal.charge("2026-12-12")) == [
        ("base/2026-12-01/in_advance/2", "175.65", "-319.35", "0.00"),
        ("base/2026-12-12/in_advance/1", "383.23", "383.23", "0.00"),
    ]


def test_two_changes_on_a_day_leave_one_and_a_change_back_leaves_nothing(deal, make):
    _, fee, _ = make
    deal.plan("basic").plan("pro", fee(amount="249")).start("2026-12-01")
    deal.charge("2026-12-01")
    deal.change("2026-12-12", "pro")
    deal.charge("2026-12-12")
    deal.change("2026-12-12", "basic")
    back = deal.charge("2026-12-12")
    assert shown(back) == [
        ("base/2026-12-01/in_advance/3", "99.00", "63.87", "0.00"),
        ("base/2026-12-12/in_advance/2", "0.00", "-160.65", "0.00"),
    ]
    assert [each.netted for each in back] == [True, True]
    assert deal.charge("2026-12-12") == []


def test_a_new_price_for_days_gone_by_is_no_change_of_the_subscription(deal, make):
    _, fee, _ = make
    deal.plan("basic").start("2026-12-01")
    deal.charge("2026-12-20", billed=True)
    deal.plan("basic", fee(amount="89"), since="2026-12-01")
    (cheaper,) = deal.charge("2026-12-20", billed=True)
    assert shown([cheaper]) == [("base/2026-12-01/in_advance/2", "89.00", "-10.00", "0.00")]
    assert cheaper.netted is False
    assert cheaper.plan_version == 2


def test_a_version_that_leaves_the_fee_as_it_is_charges_nothing(deal, make):
    _, fee, _ = make
    deal.plan("basic").start("2026-12-01")
    deal.charge("2026-12-20")
    deal.plan("basic", fee(), fee("extra", "5"), since="2026-12-01")
    assert [each.item for each in deal.charge("2026-12-20")] == ["extra"]


def test_a_cut_that_lies_ahead_waits_until_it_is_reached(deal, make):
    _, fee, _ = make
    deal.plan("basic").start("2026-12-01")
    deal.charge("2026-12-01")
    deal.plan("basic", fee(amount="249"), since="2026-12-12")
    assert deal.charge("2026-12-11") == []
    assert shown(deal.charge("2026-12-12")) == [
        ("base/2026-12-01/in_advance/2", "35.13", "-63.87", "0.00"),
        ("base/2026-12-12/in_advance/1", "160.65", "160.65", "0.00"),
    ]


def test_an_end_that_gives_back_and_is_moved(deal):
    deal.plan("basic").start("2026-12-01")
    deal.charge("2026-12-05")
    deal.end("2026-12-12", credit=True)
    assert shown(deal.charge("2026-12-12"))[0][1:3] == ("35.13", "-63.87")
    deal.end("2026-12-20", credit=True)
    (more,) = deal.charge("2026-12-20")
    assert (plain(more.due), more.netted) == ("60.68", True)
    deal.end("2027-03-01")
    assert deal.charge("2026-12-20")[0].due == 99


def test_an_end_takes_back_what_was_charged_for_days_after_it(deal):
    deal.plan("basic").start("2026-12-01")
    deal.charge("2027-02-10")
    deal.end("2026-12-31")
    gone = deal.charge("2027-02-10")
    assert shown(gone) == [
        ("base/2027-01-01/in_advance/2", "0.00", "-99.00", "0.00"),
        ("base/2027-02-01/in_advance/2", "0.00", "-99.00", "0.00"),
    ]
    assert all(each.netted for each in gone)
    assert deal.charge("2027-02-10") == []


def test_a_run_that_goes_less_far_takes_nothing_back(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(timing="in_arrears"), fee("up", "10")).start("2026-12-01")
    deal.charge("2027-01-20")
    assert deal.charge("2026-12-10") == []
    deal.change("2027-01-15", base="3")
    assert deal.charge("2026-12-10") != []
    owed = deal.owed()
    assert owed["base", "2027-01-01", "1150"] == "44.71"
    assert owed["base", "2027-01-15", "1150"] == "57.48"


def test_a_fee_that_turns_from_arrears_to_advance_is_another_stream(deal, make):
    _, fee, _ = make
    deal.plan("basic", fee(timing="in_arrears")).plan("pro", fee(amount="249"))
    deal.start("2026-12-01")
    deal.charge("2026-12-10")
    deal.change("2026-12-01", "pro")
    assert shown(deal.charge("2026-12-10")) == [
        ("base/2026-12-01/in_advance/1", "249.00", "249.00", "0.00"),
        ("base/2026-12-01/in_arrears/2", "0.00", "-31.94", "-31.94"),
    ]


def test_what_includes_tax_accrues_without_it(deal, make):
    from ledger.rating.charge import Run
    from ledger.rating.fee_charges import charge_fee, due_fees

    _, fee, _ = make
    deal.plan("basic", fee(amount="119", timing="in_arrears"), tax_inclusive=True)
    deal.start("2026-12-01")
    run = Run("US", "acme", "USD", "half_up", date(2026, 12, 31), None, "2026-01")
    (due,), _ = due_fees(deal.agreement, deal.plans.__getitem__, [], date(2026, 12, 31))
    made = charge_fee(due, run, included_rate=Decimal(19))
    assert [plain(x) for x in (made.amount, made.due, made.accrued, made.posted)] == [
        "119.00",
        "119.00",
        "100.00",
        "100.00",
    ]


SMALL = st.integers(0, 120)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), SMALL, st.sampled_from(["basic", "pro", "flat"])),
        st.tuples(st.just("seats"), SMALL, st.integers(0, 5)),
        st.tuples(st.just("price"), SMALL, st.sampled_from(["basic", "pro"]),
                  st.integers(1, 300)),
        st.tuples(st.just("end"), st.integers(60, 150), st.booleans()),
    ),
    max_size=7,
    unique_by=lambda step: step[1],
)  # fmt: skip


def agree(deal, fee, step):
    kind, after, *what = step
    day = date(2026, 9, 12) + timedelta(after)
    if kind == "plan":
        deal.change(day, what[0])
    elif kind == "seats":
        deal.change(day, base=what[0])
    elif kind == "price":
        deal.plan(what[0], fee(amount=str(what[1]), timing=timing(what[0])), since=day)
    else:
        deal.end(day, what[0])


def timing(plan):
    return "in_arrears" if plan == "pro" else "in_advance"


def begun(make):
    deal_of, fee, setup = make
    deal = deal_of()
    deal.plan("basic", fee(), setup()).plan("pro", fee(amount="249", timing=timing("pro")))
    deal.plan("flat", fee(amount="500", interval="quarter", proration="none"), setup())
    return deal.start("2026-09-12", anchor=31, base="2"), fee


@settings(deadline=None, max_examples=150)
@given(steps=STEPS, runs=st.lists(st.integers(0, 160), max_size=7), random=st.randoms())
def test_any_order_of_arrival_ends_in_the_same_due(make, steps, runs, random):
    """Facts and runs mixed anyhow, the last run furthest: every stream owes the same."""
    last = date(2026, 9, 12) + timedelta(200)
    one, fee = begun(make)
    ends = [step for step in steps if step[0] == "end"]
    steps = [step for step in steps if step[0] != "end" or step is ends[0]]
    for step in steps:
        agree(one, fee, step)
    one.charge(last)
    other, _ = begun(make)
    mixed = [*steps, *runs]
    random.shuffle(mixed)
    for each in mixed:
        if isinstance(each, int):
            other.charge(date(2026, 9, 12) + timedelta(each))
        else:
            agree(other, fee, each)
    other.charge(last)
    assert other.owed() == one.owed()
    assert other.charge(last) == []
    for charge in other.latest.values():
        assert charge.due == charge.amount
