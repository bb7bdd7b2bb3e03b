"""The folders say what they are made of, and every database gets its first builds once."""

import threading

import pytest

from ledger.errors import UnknownProjection
from ledger.projector import projection
from ledger.store.database import Role


def test_the_projections_are_those_of_the_folders():
    assert sorted(projection.projections()) == [
        "charges",
        "chart",
        "credits",
        "deferred_revenue",
        "entitlements",
        "exceptions",
        "exports",
        "intercompany",
        "invoices",
        "journal",
        "receivables",
        "statements",
        "subledgers",
        "subscriptions",
        "usage",
    ]
    with pytest.raises(UnknownProjection):
        projection.projection("nothing")


def test_apply_reads_the_log_and_its_own_tables_only():
    for one in projection.projections().values():
        own = {word for table in one.tables for word in table.sql.split()}
        others = {
            word
            for other in projection.projections().values()
            if other is not one
            for table in other.tables
            if table.sql.startswith("create table")
            for word in [table.sql.split()[2]]
        }
        for statement in one.apply:
            sources = {
                after
                for before, after in zip(
                    statement.sql.split(), statement.sql.split()[1:], strict=False
                )
                if before in ("from", "join", "into", "update", "using")
            }
            assert not sources & (others - own), f"{one.name}.{statement.name}"


def test_first_builds_are_made_once_however_many_ask(database):
    made: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: made.append(projection.ensure(database))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(names) for names in made) == [0, 0, 0, len(projection.projections())]
    with database.transaction(Role.READER) as tx:
        found = tx.conn.execute("select count(*) from ledger.builds").fetchone()
    assert found == (len(projection.projections()),)


def test_the_service_reads_a_build_but_only_the_projector_writes_it(database):
    projection.ensure(database)
    for role in (Role.READER, Role.WRITER):
        with database.transaction(role) as tx:
            tx.conn.execute("select count(*) from invoices")
            with pytest.raises(Exception, match="permission denied"), tx.conn.transaction():
                tx.conn.execute("delete from invoices")
