"""Charges in other books: what is of the day, and what a grant carries."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.events.charges import Adjustment, ItemCharged
from ledger.events.exchange import Exchange
from ledger.events.streams import stream
from ledger.rating.adjustments import merged, taken_off
from ledger.rating.booking import in_books, posts

TODAY = Exchange("USD", Decimal("1.20"), date(2026, 11, 1), "t")


def charged(posted, adjustments):
    """Return a charge of November in euros that posts so much beside what is taken off it."""
    amount = Decimal(posted)
    return ItemCharged(
        originator_id=stream("charge", "s-1", "care", "2026-11-01"), originator_version=1,
        timestamp=datetime(2026, 11, 1, tzinfo=UTC), charge="s-1/care/2026-11-01/1", entity="US",
        account="acme", subscription="s-1", item="care", kind="recurring", currency="EUR",
        period_from=date(2026, 11, 1), period_to=date(2026, 12, 1), rated_to=date(2026, 12, 1),
        quantity=Decimal(1), amount=amount, delta=amount, due=amount, accrued=amount,
        posted=amount, posted_on=date(2026, 11, 1), clears="1150", revenue_account="4000",
        adjustments=adjustments,
    )  # fmt: skip


def taken(kind, net, worth=None):
    net, worth = Decimal(net), None if worth is None else Decimal(worth)
    return Adjustment(kind, f"{kind}-1", net, net, Decimal(0), worth=worth)


def shown(adjustments):
    return [(each.kind, str(each.posted), each.booked and str(each.booked)) for each in adjustments]


def test_a_grant_is_relieved_at_what_it_carries_and_all_else_at_the_rate_of_the_day():
    now = merged([taken("discount", "10.00"), taken("prepaid", "20.00", "22.00")], ())
    booked = in_books(charged("70.00", now), TODAY, "half_up")
    assert str(booked.booked) == "84.00"
    assert shown(booked.adjustments) == [
        ("discount", "10.00", "12.00"),
        ("prepaid", "20.00", "22.00"),
    ]


def test_what_facts_say_without_a_worth_is_booked_as_it_was_then():
    """They may be of an older version, or of a grant that such facts began to book."""
    (back,) = merged((), [taken("prepaid", "20.00")])
    assert (str(back.posted), back.booked, back.worth) == ("-20.00", None, None)


def test_what_a_grant_gives_back_it_gives_back_at_what_it_took():
    before = [taken("prepaid", "20.00", "22.00")]
    (less,) = merged([taken("prepaid", "5.00", "5.51")], before)
    (none,) = merged((), before)
    assert (str(less.posted), str(less.booked)) == ("-15.00", "-16.49")
    assert (str(none.posted), str(none.booked), none.worth) == ("-20.00", "-22.00", 0)


def test_a_cent_that_moves_in_the_books_alone_is_posted():
    """Another charge draws earlier now: the cost here stays, its share of the rounding does not."""
    before, now = [taken("prepaid", "20.00", "22.00")], [taken("prepaid", "20.00", "22.01")]
    assert taken_off(before) != taken_off(now)
    charge = charged(0, merged(now, before))
    assert posts(charge)
    assert shown(in_books(charge, TODAY, "half_up").adjustments) == [("prepaid", "0.00", "0.01")]
