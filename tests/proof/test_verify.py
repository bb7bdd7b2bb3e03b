"""Verification looks at the log first, then asks every projection whether its invariants hold."""

from datetime import UTC, datetime

import psycopg
import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.proof.verify import verify
from ledger.settings import Settings
from ledger.store.books import Books

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REGISTER = {
    "command": "register_entity", "key": "us", "entity": "US", "name": "Example Inc",
    "currency": "USD", "country": "US", "time_zone": "UTC", "first_period": "2026-01",
}  # fmt: skip


@pytest.fixture
def database(database):
    """A database with one entity in its books."""
    books = Books(database)
    answer = execute(Ledger(database, books, Settings(), lambda: NOW), REGISTER, "tester")
    assert answer.status == "accepted", answer
    yield database
    books.close()


def found(database) -> list[tuple[str, int | None]]:
    return [(finding.what, finding.position) for finding in verify(database)]


def test_sound_books_hold(database):
    assert found(database) == []


def test_a_changed_fact_is_named_with_its_position(database, server):
    with psycopg.connect(server.admin_url(database)) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute("update ledger.log set version = 7 where lane = 0 and position = 2")
    assert ("log", 2) in found(database)


def test_a_projection_that_stopped_is_told(database, server):
    with psycopg.connect(server.admin_url(database)) as superuser:
        superuser.execute(
            "update ledger.builds set state = 'stopped', stopped_lane = 0, stopped_at = 2, "
            "error = 'a test' where projection = 'journal'"
        )
    assert found(database) == [("projection", None)]


def test_a_projection_that_says_something_else_is_told(database, server):
    assert found(database) == []
    with psycopg.connect(server.admin_url(database)) as superuser:
        superuser.execute(
            "insert into journal_1.trial_balance (entity, currency, period, account, debit, credit)"
            " values ('US', 'USD', '2026-10', '1000', 1, 0)"
        )
    assert {what for what, _ in found(database)} >= {
        "check journal.trial_balance_equals_lines",
    }
