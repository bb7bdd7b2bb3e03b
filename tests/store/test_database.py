"""Transactions: the role they run as, the account they see, and what is left when they end."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from ledger.errors import ProjectionOutdated, StoreUnavailable
from ledger.settings import Settings
from ledger.store.database import Database, Query, Role
from ledger.testing import TestServer

WHO = Query("select current_user, current_setting('app.account'), current_setting('search_path')")


@dataclass(frozen=True)
class Money:
    amount: object


MONEY = Query("select amount from money", {}, Money)


def switch(database: Database, build: str, amount: str) -> None:
    """Make a build of a projection with a table of its own, and make it the live one."""
    with database.transaction(Role.PROJECTOR) as tx:
        tx.execute(f"create schema {build}")
        tx.execute(f"create table {build}.money as select {amount} as amount")
        tx.execute(f"grant usage on schema {build} to ledger_reader")
        tx.execute(f"grant select on {build}.money to ledger_reader")
        tx.execute(
            "insert into builds (build, projection, checksum, state) "
            "values (%(build)s, 'money', '', 'live')", {"build": build},
        )  # fmt: skip
        tx.execute(
            "insert into active_builds values ('money', %(build)s) "
            "on conflict (projection) do update set build = excluded.build", {"build": build},
        )  # fmt: skip


@pytest.mark.parametrize("role", [Role.WRITER, Role.PROJECTOR, Role.READER])
def test_a_transaction_takes_its_role(database: Database, role: Role) -> None:
    with database.transaction(role) as tx:
        user, account, path = tx.all(WHO)[0]
    assert (user, account) == (role.value, "")
    assert path.endswith("ledger, pg_catalog, pg_temp")


def test_no_plan_outlives_the_size_it_was_made_for(database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        assert tx.execute("show plan_cache_mode").fetchone() == ("force_custom_plan",)


def test_the_portal_account_does_not_leak_to_the_next_borrower(database: Database) -> None:
    with database.transaction(Role.PORTAL, "acme") as tx:
        first = tx.conn
        assert tx.all(WHO)[0][:2] == ("ledger_portal", "acme")
    with database.transaction(Role.PORTAL, "beta") as tx:
        assert tx.conn is first, "the pool lends the same connection again"
        assert tx.all(WHO)[0][1] == "beta"
    with database._pools[True].connection() as connection:
        left = connection.execute("select current_user, current_setting('app.account', true)")
        assert left.fetchone() == ("ledger_service", "")
    with database.transaction(Role.READER) as tx:
        assert tx.conn is not first, "the portal has a pool of its own"


def test_only_the_portal_has_an_account_and_it_must(database: Database) -> None:
    for role, account in ((Role.PORTAL, None), (Role.READER, "acme")):
        with pytest.raises(AssertionError), database.transaction(role, account):
            pass


def test_an_error_rolls_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction(Role.WRITER) as tx:
        assert tx.execute("insert into log_heads (lane) values (9)").rowcount / 0
    with database.transaction(Role.READER) as tx:
        assert tx.heads() == {0: 0, 1: 0}
        assert tx.head(1) == 0


def test_readers_see_the_live_build_and_survive_its_switch(database: Database) -> None:
    switch(database, "money_1", "1::numeric")
    with Database(database.url, pool_max=1) as one:
        for _ in range(8):  # often enough for psycopg to prepare the statement
            with one.transaction(Role.READER) as tx:
                assert tx.one(MONEY) == Money(1)
        switch(database, "money_2", "'two'::text")
        with one.transaction(Role.READER) as tx:
            assert tx.one(MONEY) == Money("two")


def test_a_build_of_another_version_says_what_to_do(database: Database) -> None:
    switch(database, "money_old", "1")
    asked = Query("select currency from money")
    with (
        pytest.raises(ProjectionOutdated, match=r'"currency" does not exist.*rebuild --all'),
        database.transaction(Role.READER) as tx,
    ):
        tx.all(asked)


def test_the_same_on_an_event_loop(database: Database) -> None:
    async def read(build: str, times: int) -> object:
        for _ in range(times):
            async with database.async_transaction(Role.READER) as tx:
                found = await tx.one(MONEY)
        return found

    async def main() -> None:
        assert await read("money_1", 8) == Money(1)
        await asyncio.to_thread(switch, database, "money_2", "'two'::text")
        assert await read("money_2", 1) == Money("two")
        async with database.async_transaction(Role.PORTAL, "acme") as tx:
            assert (await tx.all(WHO))[0][:2] == ("ledger_portal", "acme")
        async with database.async_transaction(Role.WRITER) as tx:
            await tx.execute("insert into log_heads (lane) values (2)")
        async with database.async_transaction(Role.WRITER) as tx:
            assert await tx.heads() == {0: 0, 1: 0, 2: 0}
            assert await tx.head(2) == 0
        await database.aclose()

    switch(database, "money_1", "1::numeric")
    asyncio.run(main())


def test_a_connection_that_the_server_closed_is_not_lent(
    server: TestServer, database: Database
) -> None:
    with database.transaction(Role.READER) as tx:
        before = tx.conn.info.backend_pid
    with psycopg.connect(server.admin_url(database)) as admin:
        admin.execute("select pg_terminate_backend(%s, 5000)", [before])
    with database.transaction(Role.READER) as tx:
        assert tx.conn.info.backend_pid != before


def test_a_database_that_is_lost_says_so(server: TestServer, database: Database) -> None:
    def lose_it() -> None:
        with database.transaction(Role.READER) as tx:
            with psycopg.connect(server.admin_url(database)) as admin:
                admin.execute("select pg_terminate_backend(%s, 5000)", [tx.conn.info.backend_pid])
            tx.head()

    with pytest.raises(StoreUnavailable):
        lose_it()


def test_a_mistake_of_ours_is_not_called_an_outage(database: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), database.transaction(Role.READER) as tx:
        tx.execute("select 1 from nowhere")


def test_opening_makes_the_usage_lanes(home: Path) -> None:
    with (
        Database.open(Settings(home=home, usage_lanes=3)) as first,
        Database.open(Settings(home=home, usage_lanes=2)) as second,
        second.transaction(Role.READER) as tx,
    ):
        assert first is not second
        assert tx.heads() == {0: 0, 1: 0, 2: 0, 3: 0}, "lanes are never taken away"
