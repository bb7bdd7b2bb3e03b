"""Which plan version and which tax rate holds on a day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.catalog.records import PlanVersion
from ledger.catalog.versions import segments, tax_rate_on, version_on
from ledger.events.catalog import TaxRateSet
from ledger.events.fact import Cause

STREAM = UUID(int=1)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def on(text):
    return date.fromisoformat(text)


def version(number, starts, applies_to="all"):
    return PlanVersion(
        "pro", number, "USD", on(starts), applies_to, False, (), Cause(STREAM, number)
    )


def held(versions, subscribed, *days):
    found = [version_on(versions, on(day), on(subscribed)) for day in days]
    return [each and each.version for each in found]


def test_the_version_that_started_last_holds():
    versions = [version(1, "2026-01-01"), version(2, "2026-10-15")]
    days = ("2025-12-31", "2026-01-01", "2026-10-14", "2026-10-15", "2027-01-01")
    assert held(versions, "2026-01-01", *days) == [None, 1, 1, 2, 2]


def test_of_two_versions_with_one_start_the_later_published_holds():
    versions = [version(3, "2026-01-01"), version(2, "2026-01-01")]
    assert held(versions, "2026-01-01", "2026-05-01") == [3]


def test_a_version_for_new_subscriptions_passes_the_old_ones_by():
    versions = [
        version(1, "2026-01-01"),
        version(2, "2026-06-01", "new_subscriptions"),
        version(3, "2026-09-01"),
    ]
    assert held(versions, "2026-05-31", "2026-06-01", "2026-09-01") == [1, 3]
    assert held(versions, "2026-06-01", "2026-06-01", "2026-09-01") == [2, 3]


def test_the_time_of_a_subscription_is_cut_where_another_version_begins():
    versions = [
        version(1, "2026-01-01"),
        version(2, "2026-03-10", "new_subscriptions"),
        version(3, "2026-04-01"),
        version(4, "2026-04-01"),
        version(5, "2027-01-01"),
    ]
    cut = segments(versions, on("2026-02-01"), on("2026-06-01"))
    assert [(str(s.start), str(s.end), s.version.version) for s in cut] == [
        ("2026-02-01", "2026-04-01", 1),
        ("2026-04-01", "2026-06-01", 4),
    ]


def test_days_without_any_version_make_no_segment():
    versions = [version(1, "2026-03-01")]
    assert [s.start for s in segments(versions, on("2026-02-01"), on("2026-06-01"))] == [
        on("2026-03-01")
    ]
    assert segments(versions, on("2026-02-01"), on("2026-02-10")) == ()
    assert segments(versions, on("2026-04-01"), on("2026-04-01")) == ()


def test_the_tax_rate_that_was_set_last_by_a_day_holds():
    def rate(number, percent, starts):
        return TaxRateSet(
            originator_id=STREAM,
            originator_version=number,
            timestamp=AT,
            code="DE",
            rate=Decimal(percent),
            starts_on=on(starts),
            category="S",
        )

    rates = [rate(1, "19", "2007-01-01"), rate(2, "16", "2020-07-01"), rate(3, "18", "2020-07-01")]
    assert tax_rate_on(rates, on("2006-12-31")) is None
    assert tax_rate_on(rates, on("2020-06-30")).rate == Decimal(19)
    assert tax_rate_on(rates, on("2020-07-01")).rate == Decimal(18)
