"""What is missing of a minimum: at the end as billed, or as a line over the days."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.catalog.plans import parse_plan
from ledger.credits.commitments import commitments, counts, shortfall
from ledger.credits.true_up import DueCommitment, due_commitments, true_up
from ledger.events.catalog import PlanPublished
from ledger.events.charges import Adjustment
from ledger.events.streams import stream
from ledger.events.subscriptions import SubscriptionEnded, SubscriptionStarted
from ledger.rating.charge import Run
from ledger.rating.fee_charges import Before
from ledger.rating.timeline import Agreement

AT = datetime(2026, 10, 1, tzinfo=UTC)
END = date(2026, 12, 31)


def plan(policy="as_billed", amount="920.00", starts="2026-01-01", version=1, **more):
    item = {"item": "least", "kind": "commitment", "amount": amount, "interval": "quarter",
            "policy": policy}  # fmt: skip
    return parse_plan(
        PlanPublished(
            originator_id=stream("plan", "p"),
            originator_version=version,
            timestamp=AT,
            plan="p",
            currency="USD",
            starts_on=date.fromisoformat(starts),
            items=(item,),
            **more,
        )
    )


def agreement(ends=None, trial=None, overrides=()):
    started = SubscriptionStarted(
        originator_id=stream("subscription", "s-1"),
        originator_version=1,
        timestamp=AT,
        subscription="s-1",
        account="acme",
        entity="US",
        plan="p",
        starts_on=date(2026, 10, 1),
        anchor=1,
        quantity={},
        overrides=overrides,
        trial_until=date.fromisoformat(trial) if trial else None,
    )
    ended = ends and SubscriptionEnded(
        originator_id=stream("subscription", "s-1"),
        originator_version=2,
        timestamp=AT,
        subscription="s-1",
        account="acme",
        ends_on=date.fromisoformat(ends),
    )
    return Agreement(started, ended=ended)


def one(policy, through, agreed=None, versions=None):
    (found,) = commitments(
        agreed or agreement(), lambda _: versions or [plan(policy)], date.fromisoformat(through)
    )
    return found


def missing(policy, through, *usage, agreed=None):
    return str(shortfall(one(policy, through, agreed), [Decimal(each) for each in usage]))


def test_as_billed_is_nothing_until_the_interval_is_over():
    assert missing("as_billed", "2026-12-30", "100.00") == "0.00"
    assert missing("as_billed", "2026-12-31", "100.00", "250.50") == "569.50"
    assert missing("as_billed", "2026-12-31", "1000.00") == "0.00"


def test_straight_line_is_ten_a_day_less_the_usage_to_date():
    """920.00 over the 92 days of the quarter."""
    assert missing("straight_line", "2026-10-31", "100.00") == "210.00"
    assert missing("straight_line", "2026-10-31", "400.00") == "0.00"
    assert missing("straight_line", "2026-12-31", "400.00") == "520.00"


def test_an_interval_partly_covered_has_its_days_of_the_minimum():
    late = agreement(trial="2026-12-01")
    assert missing("as_billed", "2026-12-31", agreed=late) == "310.00"
    assert missing("straight_line", "2026-12-10", "30.00", agreed=late) == "70.00"
    assert missing("as_billed", "2026-10-31", agreed=agreement(ends="2026-11-01")) == "310.00"


def test_another_minimum_begins_a_stretch_of_its_own_and_the_same_goes_on():
    versions = [plan(), plan(starts="2026-11-01", version=2),
                plan(amount="1840.00", starts="2026-12-01", version=3)]  # fmt: skip
    found = commitments(agreement(), lambda _: versions, END)
    assert [(each.period.start.month, str(each.stands_at())) for each in found] == [
        (10, "610.00"), (12, "620.00"),
    ]  # fmt: skip


def test_a_negotiated_minimum_takes_its_place():
    agreed = agreement(overrides=({"item": "least", "amount": "92.00"},))
    assert missing("as_billed", "2026-12-31", agreed=agreed) == "92.00"


def test_credit_counts_as_paid_and_a_discount_does_not():
    """Of 100.00 a tenth is off, 50.00 are paid by credit; 12.00 of units were drawn before."""
    taken = [("discount", 10, 10), ("prepaid", 50, 40), ("units", 0, 12)]
    adjustments = [
        Adjustment(kind, kind, Decimal(amount), Decimal(net), Decimal(0))
        for kind, amount, net in taken
    ]
    assert counts(Decimal(40), adjustments) == 102


def run(through):
    return Run("US", "acme", "USD", "half_up", date.fromisoformat(through), AT, "2026-01")


def test_a_straight_line_is_accrued_and_ends_at_what_is_missing():
    first = true_up(DueCommitment(one("straight_line", "2026-10-31")), [Decimal(100)],
                    run("2026-10-31"))  # fmt: skip
    assert (first.charge, first.clears) == ("s-1/least/2026-10-01/straight_line/1", "1160")
    assert (str(first.due), str(first.posted), first.revenue_account) == (
        "210.00", "210.00", "4020",
    )  # fmt: skip
    (due,), gone = due_commitments([one("straight_line", "2026-12-31")], [Before(first)], END)
    last = true_up(due, [Decimal(900)], run("2026-12-31"))
    assert (str(last.due), str(last.posted), last.corrects) == ("20.00", "-190.00", first.charge)
    assert gone == ()


def test_as_billed_posts_nothing_and_is_corrected_when_usage_comes_late():
    first = true_up(DueCommitment(one("as_billed", "2026-12-31")), [Decimal(100)],
                    run("2026-12-31"))  # fmt: skip
    assert (str(first.due), str(first.posted), first.clears) == ("820.00", "0.00", "4020")
    before = Before(first, billed=True)
    (due,), _ = due_commitments([one("as_billed", "2026-12-31")], [before], date(2027, 1, 31))
    late = true_up(due, [Decimal(150)], run("2027-01-31"))
    assert (str(late.due), str(late.delta), late.corrects) == ("770.00", "-50.00", first.charge)
    assert late.posted_on == END
    assert true_up(due, [Decimal(100)], run("2027-01-31")) is None


def test_a_run_that_goes_less_far_takes_nothing_back():
    first = true_up(DueCommitment(one("straight_line", "2026-10-31")), [], run("2026-10-31"))
    (due,), _ = due_commitments([one("straight_line", "2026-10-15")], [Before(first)],
                                date(2026, 10, 15))  # fmt: skip
    assert true_up(due, [], run("2026-10-15")) is None


@given(st.integers(1, 91), st.integers(0, 91), st.integers(0, 10**7))
def test_parts_of_an_interval_sum_to_the_whole(cut, day, cents):
    amount = str(Decimal(cents).scaleb(-2))
    start = date(2026, 10, 1).toordinal()
    middle = date.fromordinal(start + cut).isoformat()
    through = date.fromordinal(start + day)
    whole = commitments(agreement(), lambda _: [plan(amount=amount)], through)
    parts = [
        *commitments(agreement(ends=middle), lambda _: [plan(amount=amount)], through),
        *commitments(agreement(trial=middle), lambda _: [plan(amount=amount)], through),
    ]
    assert sum(each.stands_at() for each in parts) == whole[0].stands_at()
