"""The log is append-only by the database's own means, whoever asks."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from ledger.store.append import NewFact, append
from ledger.store.database import Database, Role
from ledger.testing import TestServer

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
CHANGES = [
    "update ledger.log set data = '{}'",
    "update ledger.log set position = position + 1 where lane = 1",
    "delete from ledger.log",
    "truncate ledger.log",
    "drop table ledger.log",
    "drop schema ledger cascade",
    "alter table ledger.log add column more text",
    "alter table ledger.log disable trigger log_is_append_only",
    "alter table ledger.log drop constraint journal_entries_balance",
    "drop trigger log_is_append_only on ledger.log",
    "drop index ledger.log_run_key",
    "merge into ledger.log using (select 1) as one on true when matched then delete",
    "delete from ledger.log_heads",
    "update ledger.log_heads set lane = 7",
    "truncate ledger.log_heads",
    "update ledger.migrations set sha256 = ''",
    "set session_replication_role = replica",
    "create table ledger.other (id int)",
    "set role ledger_owner",
]
FROM_DEAD = ["update ledger.dead_letters set raw = ''", "delete from ledger.dead_letters"]


def fact(data: bytes = b"{}", type_: str = "test.happened/1") -> NewFact:
    return NewFact(0, UUID(int=1).bytes, 1, type_, NOON, data, b"{}")


@pytest.mark.parametrize("role", [Role.WRITER, Role.PROJECTOR, Role.READER, None])
def test_the_service_cannot_change_the_log(database: Database, role: Role | None) -> None:
    """As the roles it takes, and as its bare login."""
    with psycopg.connect(database.url) as connection:
        if role:
            connection.execute(f"set local role {role}")
        for change in CHANGES + FROM_DEAD:
            with pytest.raises(InsufficientPrivilege), connection.transaction():
                connection.execute(change)


@pytest.mark.parametrize("role", [Role.PROJECTOR, Role.READER])
def test_only_the_writer_appends(database: Database, role: Role) -> None:
    with pytest.raises(InsufficientPrivilege), database.transaction(role) as tx:
        append(tx, [fact()], read_at=0)


def test_even_the_owner_meets_the_second_belt(server: TestServer, database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        append(tx, [fact()], read_at=0)
    with psycopg.connect(server.migrate_url(database)) as connection:
        connection.execute("set local role ledger_owner")
        for change in ("update ledger.log set data = '{}'", "delete from ledger.log"):
            with (
                pytest.raises(InsufficientPrivilege, match="append-only"),
                connection.transaction(),
            ):
                connection.execute(change)
        with pytest.raises(InsufficientPrivilege, match="append-only"):
            connection.execute("truncate ledger.log")


UNBALANCED = [
    b"[]",
    b'[{"amount":"0"},{"amount":"0"}]',
    b'[{"amount":"1.00"}]',
    b'[{"amount":"1.00"},{"amount":"-0.99"}]',
    b'[{"amount":"1.00"},{"account":"1100"}]',
    b'[{"amount":"1.00"},{"amount":"-1.00"},{"account":"1100"}]',
    b"null",
]


def test_an_unbalanced_journal_entry_is_refused_by_the_database(database: Database) -> None:
    refusals = (CheckViolation, psycopg.errors.InvalidParameterValue)
    for lines in UNBALANCED:
        entry = fact(b'{"lines":' + lines + b"}", "journal.posted/1")
        with pytest.raises(refusals), database.transaction(Role.WRITER) as tx:
            append(tx, [entry], read_at=0)
    with database.transaction(Role.READER) as tx:
        assert tx.head() == 0


READABLE = """
select relation.oid::regclass::text, relation.relrowsecurity
from pg_class relation join pg_namespace schema on schema.oid = relation.relnamespace
where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and schema.nspname not in ('pg_catalog', 'information_schema')
  and schema.nspname not like 'pg_toast%%'
  and has_schema_privilege(%(role)s, schema.oid, 'usage')
  and (has_table_privilege(%(role)s, relation.oid, 'select, insert, update, delete, truncate')
       or has_any_column_privilege(%(role)s, relation.oid, 'select, insert, update'))"""


def test_the_portal_can_read_nothing_but_the_builds_and_its_own_rows(bare: Database) -> None:
    """Whatever else the role could reach would be listed here."""
    with bare.transaction(Role.PROJECTOR) as tx:
        tx.execute("create schema test_1 create table money (account text, amount numeric)")
        tx.execute("insert into test_1.money values ('acme', 1), ('beta', 2)")
        tx.execute("alter table test_1.money enable row level security")
        tx.execute(
            "create policy own on test_1.money to ledger_portal "
            "using (account = nullif(current_setting('app.account', true), ''))"
        )
        tx.execute("grant usage on schema test_1 to ledger_portal")
        tx.execute("grant select on test_1.money to ledger_portal")
    with bare.transaction(Role.READER) as tx:
        found = dict(tx.execute(READABLE, {"role": Role.PORTAL}).fetchall())
    assert found.pop("active_builds") is False
    assert found == {"test_1.money": True}
    with bare.transaction(Role.PORTAL, "acme") as tx:
        assert tx.execute("select account from test_1.money").fetchall() == [("acme",)]
    with pytest.raises(InsufficientPrivilege), bare.transaction(Role.PORTAL, "acme") as tx:
        tx.execute("select 1 from ledger.log")


def test_the_service_is_no_superuser_and_inherits_nothing(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            "select rolsuper, rolinherit, rolcreaterole, rolbypassrls from pg_roles "
            "where rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False)
        with pytest.raises(InsufficientPrivilege):
            connection.execute("select 1 from ledger.log")
