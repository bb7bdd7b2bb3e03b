"""Personal data: versions outside the log, and a digest that says nothing without its key."""

from datetime import UTC, datetime

import psycopg
import pytest

from ledger.store import personal
from ledger.store.database import Database, Role
from ledger.store.personal import Person

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def test_the_latest_version_counts(database: Database) -> None:
    key = personal.new_key()
    with database.transaction(Role.WRITER) as tx:
        personal.insert(tx, "acme", 1, key, Person("Ada"), NOW)
        personal.insert(tx, "acme", 2, key, Person("Ada Ltd", "1 Road", "GB1"), NOW)
        assert tx.one(personal.keys(["acme"])).hmac_key == key
    with database.transaction(Role.READER) as tx:
        [row] = tx.all(personal.latest(["acme", "nobody"]))
    assert (row.version, row.name, row.vat_id) == (2, "Ada Ltd", "GB1")


def test_the_reader_cannot_read_the_key(database: Database) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.transaction(Role.READER) as tx,
    ):
        tx.one(personal.keys(["acme"]))


def test_a_digest_needs_its_key() -> None:
    ada = Person("Ada", None, "GB1")
    assert ada.digest(b"k" * 32) == ada.digest(b"k" * 32)
    assert ada.digest(b"k" * 32) != ada.digest(b"j" * 32)
    assert ada.digest(b"k" * 32) != Person("Ada", "GB1", None).digest(b"k" * 32)
