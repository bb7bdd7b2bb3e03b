"""What tests of this service, and of programs around it, need: databases that come quickly.

A test server trades crash safety for speed. A database is a copy of a migrated template.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from ledger.store import migrate
from ledger.store.database import Database
from ledger.store.embedded import DATABASE, Embedded
from ledger.store.embedded_roles import MIGRATOR, OWNER, SERVICE


class TestServer:
    """An embedded server for tests, shared by every process that names the same home."""

    __test__ = False

    def __init__(self, home: Path) -> None:
        """Join the server of this home and see that its database, the template, is migrated."""
        self._server = Embedded(home, durable=False)
        migrate.migrate(self._server.migrate_url)

    def close(self) -> None:
        """Leave the server; the last to leave stops it."""
        self._server.leave()

    @contextmanager
    def database(self, *, pool_max: int = 8) -> Iterator[Database]:
        """Give a fresh, migrated, empty database, and take it away afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        self._copy(name)
        database = Database(self._server.conninfo(SERVICE, name), pool_max=pool_max)
        try:
            yield database
        finally:
            database.close()
            self._drop(name)

    def admin_url(self, database: Database) -> str:
        """Return how the superuser connects to a database, for tests of faults."""
        name = psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
        return psycopg.conninfo.make_conninfo(self._server.admin_url, dbname=name)

    def migrate_url(self, database: Database) -> str:
        """Return how migrations connect to a database."""
        return psycopg.conninfo.make_conninfo(self.admin_url(database), user=MIGRATOR)

    def _copy(self, name: str) -> None:
        """Copy the template. The strategy copies files, which is quick for a small database."""
        with psycopg.connect(self._server.admin_url, autocommit=True) as connection:
            connection.execute(
                SQL("create database {} template {} owner {} strategy file_copy").format(
                    Identifier(name), Identifier(DATABASE), Identifier(OWNER)
                )
            )
            connection.execute(
                SQL("grant create on database {} to {}").format(
                    Identifier(name), Identifier("ledger_projector")
                )
            )

    def _drop(self, name: str) -> None:
        with psycopg.connect(self._server.admin_url, autocommit=True) as connection:
            connection.execute(
                SQL("drop database if exists {} with (force)").format(Identifier(name))
            )
