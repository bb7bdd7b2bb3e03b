"""Accruals: a rating posts its delta, in the revenue account of its item."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.events.billing import UsageRated, UsageSet
from ledger.events.charges import Adjustment, ItemCharged
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.posting.accruals import accrual

AT = datetime(2026, 10, 31, 4, tzinfo=UTC)


def rated(posted, *, version=1, accrued=None, revenue_account="4010"):
    return UsageRated(
        originator_id=stream("charge", "s-1", "api", "2026-10-01"),
        originator_version=version,
        timestamp=AT,
        charge=f"s-1/api/2026-10-01/{version}",
        entity="US",
        account="acme",
        subscription="s-1",
        item="api",
        meter="calls",
        plan="pro",
        plan_version=1,
        currency="USD",
        period_from=date(2026, 10, 1),
        period_to=date(2026, 11, 1),
        rated_to=date(2026, 11, 1),
        window_from=datetime(2026, 10, 1, 4, tzinfo=UTC),
        window_to=datetime(2026, 11, 1, 4, tzinfo=UTC),
        quantity=Decimal(1),
        amount=Decimal(posted),
        delta=Decimal(posted),
        accrued=Decimal(accrued or posted),
        posted=Decimal(posted),
        posted_on=date(2026, 10, 31),
        usage=UsageSet(1, 9, 1, 1, "00"),
        corrects=f"s-1/api/2026-10-01/{version - 1}" if version > 1 else None,
        revenue_account=revenue_account,
    )


def lines(entry):
    return [f"{line.account} {line.amount}" for line in entry.lines]


def test_a_first_rating_accrues_unbilled_revenue_in_the_period_of_use():
    """1,234,567 calls cost 418.64175; 418.64 is accrued on the last day of October."""
    entry = accrual(rated("418.64"), date(2026, 10, 31), AT)
    assert lines(entry) == ["1150 418.64", "4010 -418.64"]
    assert (entry.entry, entry.rule) == ("accrual/s-1/api/2026-10-01/1", "usage_accrued@1")
    assert (entry.on, entry.period) == (date(2026, 10, 31), "2026-10")
    assert (entry.service_from, entry.service_to) == (date(2026, 10, 1), date(2026, 11, 1))


def test_a_correction_downwards_posts_its_negative_delta():
    """An event of 10,000 units at 0.01 is corrected to 1,000: 100.00 becomes 10.00."""
    first = accrual(rated("100.00"), date(2026, 10, 20), AT)
    again = accrual(rated("-90.00", version=2, accrued="10.00"), date(2026, 10, 25), AT)
    assert lines(first) == ["1150 100.00", "4010 -100.00"]
    assert lines(again) == ["1150 -90.00", "4010 90.00"]
    assert again.rule == "usage_rerated@1"
    unbilled = sum(e.lines[0].amount for e in (first, again))
    assert unbilled == Decimal("10.00")


def test_a_posting_moved_to_an_open_period_keeps_its_service_period():
    entry = accrual(rated("5.00"), date(2026, 11, 1), AT)
    assert (entry.period, entry.service_from) == ("2026-11", date(2026, 10, 1))


def test_every_line_names_the_customer_and_the_charge_and_the_entry_its_cause():
    charge = rated("1.00", revenue_account="4000")
    entry = accrual(charge, date(2026, 10, 31), AT)
    assert {(line.customer, line.charge) for line in entry.lines} == {("acme", charge.charge)}
    assert entry.lines[1].account == "4000"
    assert entry.causes == (Cause(charge.originator_id, 1),)
    assert entry.originator_id == stream("journal", "accrual/s-1/api/2026-10-01/1")


def test_a_rating_that_changes_no_money_makes_no_entry():
    assert accrual(rated("0.00", version=2), date(2026, 10, 31), AT) is None


def charged(posted, *, clears="1150", adjustments=(), version=1):
    return ItemCharged(
        originator_id=stream("charge", "s-1", "seats", "2026-12-01", "in_arrears"),
        originator_version=version,
        timestamp=AT,
        charge=f"s-1/seats/2026-12-01/in_arrears/{version}",
        entity="US",
        account="acme",
        subscription="s-1",
        item="seats",
        kind="recurring",
        currency="USD",
        period_from=date(2026, 12, 1),
        period_to=date(2027, 1, 1),
        rated_to=date(2026, 12, 12),
        quantity=Decimal(1),
        amount=Decimal(posted),
        delta=Decimal(posted),
        due=Decimal(posted),
        accrued=Decimal(posted),
        posted=Decimal(posted),
        posted_on=date(2026, 12, 11),
        clears=clears,
        revenue_account="4000",
        adjustments=adjustments,
    )


def booked(fact):
    entry = accrual(fact, date(2026, 12, 11), AT)
    return entry and [(line.account, str(line.amount)) for line in entry.lines]


def test_a_fee_in_arrears_accrues_like_usage():
    entry = accrual(charged("35.13"), date(2026, 12, 11), AT)
    assert entry.rule == "recurring_accrued@1"
    assert (entry.service_from, entry.service_to) == (date(2026, 12, 1), date(2027, 1, 1))
    assert booked(charged("35.13")) == [("1150", "35.13"), ("4000", "-35.13")]
    assert booked(charged("-35.13", version=2)) == [("1150", "-35.13"), ("4000", "35.13")]


def test_a_straight_line_minimum_accrues_on_the_contract_asset():
    assert booked(charged("10.00", clears="1160")) == [("1160", "10.00"), ("4000", "-10.00")]


def test_what_posts_nothing_has_no_entry():
    assert booked(charged("0.00", clears="2100")) is None


def test_revenue_is_credited_before_discounts_and_prepaid_credit():
    taken = (
        Adjustment("discount", "d-1", Decimal(10), Decimal(10), Decimal("10.00")),
        Adjustment("prepaid", "g-1", Decimal(20), Decimal(18), Decimal("18.00")),
    )
    entry = accrual(charged("70.00", adjustments=taken), date(2026, 12, 11), AT)
    assert [(li.account, str(li.amount), li.discount, li.grant) for li in entry.lines] == [
        ("1150", "70.00", None, None),
        ("4090", "10.00", "d-1", None),
        ("2110", "18.00", None, "g-1"),
        ("4000", "-98.00", None, None),
    ]
