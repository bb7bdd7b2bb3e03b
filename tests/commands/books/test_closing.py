"""Periods: closed in order once nothing is left to do, raced by postings, reopened by two."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.commands.books.closing import balance_digest
from ledger.commands.engine.context import Context
from ledger.commands.engine.open_periods import Keeper
from ledger.commands.registry import execute
from ledger.events.periods import PeriodClosed
from ledger.events.streams import stream
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.journal import journal_lines, periods
from ledger.store.database import Role
from ledger.store.meta import Meta

USE = {"source": "shop", "id": "1", "account": "acme", "meter": "api",
       "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "1000"}}  # fmt: skip
PAID = {"command": "capture_payment", "account": "acme", "amount": "1.00", "currency": "USD",
        "via": "bank"}  # fmt: skip


@pytest.fixture
def october(world):
    """The world with October used and rated, and everything before October closed."""
    world("record_usage", events=[USE])
    world("rate_usage", through="2026-10-31")
    for month in range(1, 10):
        closed = world("close_period", entity="US", period=f"2026-{month:02}")
        assert [fact.type for fact in closed.facts] == ["period.closed/1"], closed
    return world


def read(ledger, query):
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(query)


def posted(ledger, period):
    """The (account, amount) of every line of a period."""
    lines = read(ledger, journal_lines(entity="US", period=period))
    return [(line.account, str(line.amount)) for line in lines]


def test_a_closed_period_refuses_people_and_moves_what_the_ledger_finds(october, ledger):
    october("close_period", entity="US", period="2026-10")
    refused = october("capture_payment", payment="p", account="acme", amount="1.00",
                      currency="USD", via="bank", on="2026-10-31")  # fmt: skip
    assert (refused.error.code, refused.error.field) == ("PERIOD_NOT_OPEN", "on")
    invoices = october("issue_invoices", through="2026-10-31", on="2026-10-31")
    assert invoices.error.code == "PERIOD_NOT_OPEN"
    before = posted(ledger, "2026-10")
    october("record_usage", events=[{**USE, "id": "late"}])
    october("rate_usage", through="2026-10-31")
    assert posted(ledger, "2026-10") == before == [("1150", "10.00"), ("4010", "-10.00")]
    (line, _) = read(ledger, journal_lines(entity="US", period="2026-11"))
    assert (line.posted_on.isoformat(), line.service_from.isoformat()) == (
        "2026-11-01", "2026-10-01",
    )  # fmt: skip
    assert list(run_checks(ledger.db)) == []


def test_a_soft_closed_period_refuses_people_alone(october, ledger):
    october("soft_close_period", entity="US", period="2026-10")
    refused = october("capture_payment", payment="p", account="acme", amount="1.00",
                      currency="USD", via="bank", on="2026-10-31")  # fmt: skip
    assert refused.error.code == "PERIOD_NOT_OPEN"
    october("record_usage", events=[{**USE, "id": "late"}])
    october("rate_usage", through="2026-10-31")
    assert posted(ledger, "2026-10")[2:] == [("1150", "10.00"), ("4010", "-10.00")]
    assert october("soft_close_period", entity="US", period="2026-10").error.code == (
        "PERIOD_NOT_OPEN"
    )
    assert october("close_period", entity="US", period="2026-10").status == "accepted"
    assert [row.state for row in read(ledger, periods("US"))] == ["closed"] * 10


def test_what_is_left_to_do_blocks_a_close(october):
    october("record_usage", events=[{**USE, "id": "late"}])
    for period, why in (
        ("2026-11", "2026-10 is open; close the earlier periods first."),
        ("2026-10", "usage is not rated (1 of acme, api); rate it through 2026-10-31."),
    ):
        answer = october("close_period", entity="US", period=period)
        assert (answer.error.code, answer.error.field) == ("CLOSE_BLOCKED", "period")
        assert answer.error.message.endswith(why)
    october("rate_usage", through="2026-11-20")
    assert october("close_period", entity="US", period="2026-10").status == "accepted"
    ended = october("close_period", entity="US", period="2026-11")
    assert "has not ended" in ended.error.message
    assert october("close_period", entity="US", period="2026-09").error.code == "PERIOD_NOT_OPEN"


def test_the_last_closed_one_is_reopened_by_two_persons_for_a_reason(october, ledger):
    def reopen(period="2026-09", **fields):
        answer = october("reopen_period", entity="US", period=period, **fields)
        return answer.error.code if answer.error else answer.status

    assert reopen(approved_by="boss") == "MISSING_FIELD"
    assert reopen(reason="late bill") == "APPROVAL_MISSING"
    assert reopen(reason="late bill", approved_by="tester") == "SELF_APPROVAL"
    both = {"reason": "late bill", "approved_by": "boss"}
    assert reopen("2026-08", **both) == "PERIOD_NOT_CLOSED"
    assert reopen("2026-10", **both) == "PERIOD_NOT_CLOSED"
    assert reopen(**both) == "accepted"
    assert reopen(**both) == "PERIOD_NOT_CLOSED"
    paid = october("capture_payment", payment="p", account="acme", amount="1.00", currency="USD",
                   via="bank", on="2026-09-30")  # fmt: skip
    assert paid.status == "accepted"
    assert [row.state for row in read(ledger, periods("US"))][-1] == "reopened"
    assert october("close_period", entity="US", period="2026-09").status == "accepted"


def test_of_a_posting_and_a_close_that_race_one_comes_first(october, ledger):
    context = Context(ledger, Meta("test"), 0, ledger.clock())
    for round_ in range(6):
        gate = Barrier(2)

        def go(body, gate=gate):
            gate.wait()
            return execute(ledger, body, "tester")

        pay = {**PAID, "key": f"p-{round_}", "payment": f"p-{round_}", "on": "2026-10-31"}
        close = {"command": "close_period", "key": f"c-{round_}", "entity": "US",
                 "period": "2026-10"}  # fmt: skip
        with ThreadPoolExecutor(2) as pool:
            paid, closed = pool.map(go, [pay, close])
        assert closed.status == "accepted", closed
        assert paid.error is None or paid.error.code == "PERIOD_NOT_OPEN"
        fact = ledger.books.latest(stream("period", "US", "2026-10"))
        assert isinstance(fact, PeriodClosed)
        catch_up(ledger.db)
        assert fact.digest == balance_digest("US", "2026-10", ledger.books.head(), context)
        assert list(run_checks(ledger.db)) == []
        october("reopen_period", entity="US", period="2026-10", reason="again",
                approved_by="boss")  # fmt: skip


def test_an_entity_is_handed_out_with_its_first_open_period(october, ledger):
    context = Context(ledger, Meta("test"), 0, ledger.clock())
    entity = context.entity("US")
    assert isinstance(entity, Keeper)
    assert (entity.first_period, entity.soft_closed) == ("2026-10", frozenset())
