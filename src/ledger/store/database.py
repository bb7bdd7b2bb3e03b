"""Connections to the log's database, and transactions that know who they are.

Every transaction begins with one statement that takes a role, sets the account of a portal user and
the search path, all for this transaction alone. The portal has a pool of its own. Nothing here is
in autocommit: set for a session, an account would leak to the next borrower; in autocommit it would
set nothing.
"""

import asyncio
import select
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self
from weakref import WeakKeyDictionary

import orjson
import psycopg
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from ledger.errors import StoreUnavailable
from ledger.settings import Settings
from ledger.store import known, migrate
from ledger.store.embedded import Embedded
from ledger.store.transaction import AsyncTransaction, Query, Role, Transaction

__all__ = ["AsyncTransaction", "Database", "Query", "Role", "Transaction"]

POOL_WAIT_SECONDS = 5


class Database:
    """The database of one process: its pools, and its share of the embedded server.

    ``alone`` says that nobody else sees what is done in it: so it is in a dry run.
    """

    alone = False

    def __init__(self, url: str, *, pool_max: int = 20, server: Embedded | None = None) -> None:
        """Connect to a migrated database; ``open`` is the way in for everybody but tests."""
        self.url = url
        self._pool_max = pool_max
        self._server = server
        self._pools = {False: self._pool("service"), True: self._pool("portal")}
        self._async_pools: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[bool, AsyncConnectionPool]
        ] = WeakKeyDictionary()

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Start or join the embedded server when no URL is given, migrate, and connect."""
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
            other = settings.migrate_url
            return cls._ready(settings, url, other.get_secret_value() if other else None, None)
        server = Embedded(settings.home)
        try:
            return cls._ready(settings, server.service_url, server.migrate_url, server)
        except BaseException:
            server.leave()
            raise

    @classmethod
    def _ready(
        cls, settings: Settings, url: str, migrate_url: str | None, server: Embedded | None
    ) -> Self:
        migrate.start(url, migrate_url)
        database = cls(url, pool_max=settings.pool_max, server=server)
        with database.transaction(Role.WRITER) as tx:
            tx.execute(
                "insert into ledger.log_heads (lane) select generate_series(0, %(lanes)s::int) "
                "on conflict do nothing",
                {"lanes": settings.usage_lanes},
            )
        return database

    @contextmanager
    def transaction(self, role: Role, account: str | None = None) -> Iterator[Transaction]:
        """Borrow a connection for one transaction: committed at the end, rolled back on an error.

        ``account`` is required for the portal, which sees the rows of that account alone.
        """
        assert (account is not None) == (role is Role.PORTAL), role
        with translated(), self._pools[role is Role.PORTAL].connection() as connection:
            transaction = Transaction(connection, role, account)
            transaction.begin()
            yield transaction

    @asynccontextmanager
    async def async_transaction(
        self, role: Role, account: str | None = None
    ) -> AsyncIterator[AsyncTransaction]:
        """Do the same on the running event loop."""
        assert (account is not None) == (role is Role.PORTAL), role
        pool = await self._async_pool(portal=role is Role.PORTAL)
        with translated():
            async with pool.connection() as connection:
                transaction = AsyncTransaction(connection, role, account)
                await transaction.begin()
                yield transaction

    def close(self) -> None:
        """Close the pools and leave the embedded server. Loops close theirs by ``aclose``."""
        for pool in self._pools.values():
            pool.close()
        if self._server is not None:
            self._server.leave()

    async def aclose(self) -> None:
        """Close the pools of the running event loop."""
        for pool in self._async_pools.pop(asyncio.get_running_loop(), {}).values():
            await pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pool(self, name: str) -> ConnectionPool[psycopg.Connection[Any]]:
        return ConnectionPool(
            self.url,
            name=name,
            min_size=0,
            max_size=self._pool_max,
            timeout=POOL_WAIT_SECONDS,
            kwargs=CONNECTION,
            configure=configure,
            check=_check,
            open=True,
        )

    async def _async_pool(self, *, portal: bool) -> AsyncConnectionPool:
        """Return a pool of the running loop, opened on first use."""
        pools = self._async_pools.setdefault(asyncio.get_running_loop(), {})
        if portal not in pools:
            pools[portal] = AsyncConnectionPool(
                self.url,
                min_size=0,
                max_size=self._pool_max,
                timeout=POOL_WAIT_SECONDS,
                kwargs=CONNECTION,
                configure=_configure_async,
                check=_check_async,
                open=False,
            )
            await pools[portal].open()
        return pools[portal]


CONNECTION: dict[str, Any] = {
    "application_name": "usage-ledger",
    "connect_timeout": 10,
    "autocommit": False,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the loss of the database into ``StoreUnavailable``; other errors pass."""
    try:
        yield
    except psycopg.OperationalError as error:
        if error.sqlstate is None or error.sqlstate.startswith(LOST):
            raise StoreUnavailable from error
        raise


LOST = ("08", "53", "57P")  # connection lost, out of resources, shut down


def configure(connection: psycopg.Connection[Any]) -> None:
    """Teach a new connection our JSON and our parameters."""
    set_json_loads(orjson.loads, connection)
    known.prepare(connection)


async def _configure_async(connection: psycopg.AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)


def _check(connection: psycopg.Connection[Any]) -> None:
    """Let the pool drop a connection that the server closed, without asking the server."""
    if _has_news(connection.fileno()):
        ConnectionPool.check_connection(connection)


async def _check_async(connection: psycopg.AsyncConnection[Any]) -> None:
    if _has_news(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


def _has_news(descriptor: int) -> bool:
    """Tell whether an idle connection has something to read: most likely the server's farewell."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
