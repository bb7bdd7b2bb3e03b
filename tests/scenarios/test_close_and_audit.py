"""A month is closed, found wanting, reopened and closed again: what auditors are shown of it."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ledger.cli.reports import REPORTS, Asked, Criteria
from ledger.clock import utc_now
from ledger.projector.follower import catch_up
from ledger.store.database import Role

CENT = {"type": "per_unit", "unit": "0.01"}


@pytest.fixture
def report(ledger):
    """Return how to get the rows of a report by the names of its columns."""

    def told(name, **asked):
        catch_up(ledger.db)
        with ledger.db.transaction(Role.READER) as tx:
            found = REPORTS[name](tx, Asked(today=utc_now().date(), **asked))
            names = [column.lstrip("#") for column in found.columns]
            return [dict(zip(names, row, strict=True)) for row in found.rows]

    return told


@pytest.fixture
def audited(books):
    """October: 100.00 of usage, closed; 7.00 come late, and the price goes up to 0.015.

    November sees both. Then October is reopened for 2,000.00 that are entered by hand, taken back
    and entered anew in another amount, and closed again.
    """
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "u-1", "2026-10-05", "10000")
    books.do("rate_usage", through="2026-10-31")
    for month in range(1, 11):
        books.do("close_period", entity="US", period=f"2026-{month:02}")
    books.use("acme", "u-2", "2026-10-31", "700")
    books.do("rate_usage", through="2026-11-02")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.015"})
    books.do("rate_usage", through="2026-11-03")
    books.do("reopen_period", entity="US", period="2026-10", approved_by="boss", reason="rent")
    enter(books, "2000.00")
    books.do("post_journal", entity="US", on="2026-10-31", reason="wrong amount",
             approved_by="controller", reverses="manual/US/1")  # fmt: skip
    enter(books, "12.34")
    books.do("close_period", entity="US", period="2026-10")
    return books


def enter(books, amount):
    lines = [{"account": "5000", "debit": amount}, {"account": "1000", "credit": amount}]
    books.do("post_journal", entity="US", on="2026-10-31", reason="charges", lines=lines,
             approved_by="controller")  # fmt: skip


def picked(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_revenue_out_of_its_month_is_told_in_sums_and_by_line(audited, report):
    sums = picked(
        report("cut-off"), "account", "service_first", "period", "timing", "lines", "result"
    )
    assert sums == [("4010", "2026-10", "2026-11", "late", 2, "60.50")]
    lines = report("cut-off-lines")
    assert picked(lines, "period", "result", "deferred") == [
        ("2026-11", "7.00", False),
        ("2026-11", "53.50", False),
    ]
    assert sum(Decimal(row["result"]) for row in lines) == Decimal("60.50")


def test_what_concerns_closed_months_has_its_cause(audited, report):
    rows = report("prior-period")
    assert picked(rows, "service_period", "period", "result", "cause") == [
        ("2026-10", "2026-11", "7.00", "usage"),
        ("2026-10", "2026-11", "53.50", "price"),
    ]


def test_postings_after_a_reopening_are_told(audited, report):
    rows = report("reopened")
    assert picked(rows, "period", "entry", "actor", "amount") == [
        ("2026-10", "manual/US/1", "tester", "2000.00"),
        ("2026-10", "manual/US/2", "tester", "2000.00"),
        ("2026-10", "manual/US/3", "tester", "12.34"),
    ]
    assert {(row["reopened_by"], row["reopening_approved_by"], row["reason"]) for row in rows} == {
        ("tester", "boss", "rent")
    }
    assert all(row["closed_position"] > row["position"] for row in rows)


def test_closed_periods_still_have_their_digest(audited, report, ledger):
    rows = report("periods")
    assert picked(rows, "period", "state", "verdict", "entries_after_reopening") == [
        (f"2026-{month:02}", "closed", "match", 3 if month == 10 else 0) for month in range(1, 11)
    ]
    with ledger.db.transaction(Role.PROJECTOR) as tx:
        (build,) = tx.conn.execute(
            "select build from ledger.active_builds where projection = 'journal'"
        ).fetchone()
        tx.conn.execute(f"set local search_path = {build}")
        tx.execute("update journal_lines set amount = amount + 1 where position = "
                   "(select min(position) from journal_lines) and line = 1")  # fmt: skip
        tx.execute("commit")
    assert [row["verdict"] for row in report("periods")][-1] == "mismatch"
    with ledger.db.transaction(Role.PROJECTOR) as tx:
        tx.conn.execute(f"set local search_path = {build}")
        tx.execute("update journal_lines set amount = amount - 1 where position = "
                   "(select min(position) from journal_lines) and line = 1")  # fmt: skip


def test_the_population_for_journal_entry_tests_is_flagged(audited, report):
    rows = report("journal-entry-tests")
    manual = [row for row in rows if row["manual"]]
    assert picked(manual, "entry", "debit", "round", "post_close", "reverses", "reversed_by") == [
        ("manual/US/1", "2000.00", True, True, None, "manual/US/2"),
        ("manual/US/1", None, True, True, None, "manual/US/2"),
        ("manual/US/2", None, True, True, "manual/US/1", None),
        ("manual/US/2", "2000.00", True, True, "manual/US/1", None),
        ("manual/US/3", "12.34", False, True, None, None),
        ("manual/US/3", None, False, True, None, None),
    ]
    assert {(row["author"], row["approved_by"]) for row in manual} == {("tester", "controller")}
    assert all(row["posted_on_weekend"] for row in manual)  # 31 October 2026 is a Saturday
    others = [row for row in rows if not row["manual"]]
    assert not any(row["post_close"] or row["round"] for row in others)


def test_a_pair_of_accounts_is_rare_until_it_was_seen_often_enough(audited, report):
    def rare(below, **asked):
        rows = report("journal-entry-tests", criteria=Criteria(rare_below=below), **asked)
        return {row["entry"].partition("/")[0] for row in rows if row["rare_pair"]}

    assert rare(1) == set()
    assert rare(2) == {"manual"}  # of two like entries and one the other way, the latter is alone
    assert rare(3) == {"manual"}
    assert rare(4) == {"manual", "accrual"}
    first = int(report("journal")[0]["line"].partition(".")[0])
    assert rare(2, at=first) == {"accrual"}


def test_what_is_entered_at_night_is_told_in_the_entitys_own_time(books, report):
    books.do("register_entity", entity="AU", name="AU", currency="AUD", country="AU",
             time_zone="Australia/Sydney", first_period="2026-01")  # fmt: skip
    lines = [{"account": "5000", "debit": "500.00"}, {"account": "1000", "credit": "500.00"}]
    books.do("post_journal", entity="AU", on="2026-11-20", reason="charges", lines=lines,
             approved_by="controller")  # fmt: skip
    for row in report("journal-entry-tests", criteria=Criteria(round_to=Decimal(500))):
        local = row["recorded_at"].astimezone(ZoneInfo("Australia/Sydney"))
        assert row["entered_at"] == local.strftime("%Y-%m-%d %H:%M:%S")
        assert row["night"] == (local.hour < 6 or local.hour >= 22)
        assert row["weekend"] == (local.isoweekday() > 5)
        assert row["days"] == (local.date() - date(2026, 11, 20)).days
        assert (row["round"], row["posted_on_weekend"]) == (True, False)


def test_the_turn_of_the_year_is_listed_on_both_sides(books, report):
    books.entity("US", "USD")
    for day in ("2026-12-24", "2026-12-25", "2027-01-07", "2027-01-08"):
        lines = [{"account": "5000", "debit": "1.00"}, {"account": "1000", "credit": "1.00"}]
        books.do("post_journal", entity="US", on=day, reason=day, lines=lines,
                 approved_by="controller")  # fmt: skip
    rows = report("year-end-lines")
    assert picked(rows, "account", "text") == [("5000", "2026-12-25"), ("5000", "2027-01-07")]
