"""Migrations are applied once, in order, and held to their text."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from ledger.errors import StartFailed
from ledger.store import migrate
from ledger.store.database import Database, Role
from ledger.store.embedded_roles import make_database
from ledger.testing import TestServer

NAMES = [one.name for one in migrate.available()]


def change(server: TestServer, database: Database, sql: str) -> None:
    with psycopg.connect(server.migrate_url(database)) as connection:
        connection.execute("set local role ledger_owner")
        connection.execute(sql)


def test_a_second_start_applies_nothing(server: TestServer, database: Database) -> None:
    assert NAMES[0] == "0001_log"
    assert migrate.migrate(server.migrate_url(database)) == []
    with psycopg.connect(server.migrate_url(database)) as connection:
        assert migrate.pending(connection) == []


def test_two_processes_starting_at_once_apply_each_migration_once(
    server: TestServer, database: Database
) -> None:
    with psycopg.connect(server.admin_url(database), autocommit=True) as admin:
        name = f"{admin.info.dbname}_empty"
        make_database(admin, name)
        url = psycopg.conninfo.make_conninfo(server.migrate_url(database), dbname=name)
        with ThreadPoolExecutor() as threads:
            applied = list(threads.map(migrate.migrate, [url] * 3))
        assert sorted(name for names in applied for name in names) == NAMES
        admin.execute(f"drop database {name}")


def test_a_changed_migration_is_refused(server: TestServer, database: Database) -> None:
    change(server, database, "update ledger.migrations set sha256 = 'x' where name = '0001_log'")
    with pytest.raises(StartFailed, match="0001_log was changed"):
        migrate.migrate(server.migrate_url(database))


def test_a_newer_database_is_refused(server: TestServer, database: Database) -> None:
    change(server, database, "insert into ledger.migrations (name, sha256) values ('9999_x', '')")
    with pytest.raises(StartFailed, match="9999_x"):
        migrate.migrate(server.migrate_url(database))


def test_a_login_without_the_roles_is_told_what_to_run(
    server: TestServer, database: Database
) -> None:
    with psycopg.connect(server.admin_url(database), autocommit=True) as admin:
        admin.execute("create role stranger login noinherit")
        url = psycopg.conninfo.make_conninfo(database.url, user="stranger")
        try:
            with pytest.raises(StartFailed, match=r"grant ledger_.* to stranger"):
                migrate.start(url, None)
            with pytest.raises(StartFailed, match="LEDGER_MIGRATE_URL"):
                migrate.migrate(url)
        finally:
            admin.execute("drop role stranger")


def test_a_service_that_may_not_migrate_starts_only_when_nothing_is_pending(
    server: TestServer, database: Database
) -> None:
    migrate.start(database.url, None)
    change(server, database, f"delete from ledger.migrations where name = '{NAMES[-1]}'")
    with pytest.raises(StartFailed, match=f"{NAMES[-1]} is pending; run usage-ledger db migrate"):
        migrate.start(database.url, None)


def test_what_is_pending_can_be_asked_in_any_role(server: TestServer, database: Database) -> None:
    with database.transaction(Role.PORTAL, "acme") as tx:
        assert migrate.pending(tx.conn) == []
        assert tx.execute("select current_user").fetchone() == ("ledger_portal",)
    for url in (database.url, server.migrate_url(database), server.admin_url(database)):
        with psycopg.connect(url) as connection:
            assert migrate.pending(connection) == []
    with psycopg.connect(server.admin_url(database)) as admin:
        admin.execute("drop schema ledger cascade")
        assert migrate.pending(admin) == NAMES
        admin.rollback()
