"""What tests of this service, and of programs around it, need: databases that come quickly.

A test server trades crash safety for speed. A database is a copy of a template that is migrated
and has the first build of every projection; making those anew took a third of a second each.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from ledger.projector.projection import ensure
from ledger.store import migrate
from ledger.store.database import Database
from ledger.store.embedded import DATABASE, Embedded
from ledger.store.embedded_conf import GIB, memory_bytes
from ledger.store.embedded_roles import MIGRATOR, OWNER, SERVICE

MEMORY = Path("/dev/shm")  # noqa: S108 (in memory, by what a kernel calls it)
MEMORY_BYTES_MIN = 4 * GIB
READY = f"{DATABASE}_ready"


class TestServer:
    """An embedded server for tests, shared by every process that names the same home."""

    __test__ = False

    def __init__(self, home: Path) -> None:
        """Join the server of this home and see that its two templates are there."""
        self._home = home
        self._server = Embedded(home, durable=False)
        self._admin = psycopg.connect(self._server.admin_url, autocommit=True)
        self._left: list[str] = []
        with (home / "templates.lock").open("ab") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            migrate.migrate(self._server.migrate_url)
            self._make_ready()

    def close(self) -> None:
        """Leave the server; the last to leave stops it, and clears the memory it lived in."""
        self._drop_those_left()
        self._admin.close()
        self._server.leave()
        if self._home.is_relative_to(MEMORY):
            _clear(self._home)

    @contextmanager
    def database(self, *, pool_max: int = 8, built: bool = True) -> Iterator[Database]:
        """Give a fresh database, and take it away afterwards.

        It is migrated and empty, and has the first build of every projection unless ``built`` is
        false.
        """
        name = f"test_{secrets.token_hex(6)}"
        self._copy(name, READY if built else DATABASE)
        database = Database(self._server.conninfo(SERVICE, name), pool_max=pool_max)
        try:
            yield database
        finally:
            database.close()
            self._drop_those_left()
            self._left.append(name)

    def admin_url(self, database: Database) -> str:
        """Return how the superuser connects to a database, for tests of faults."""
        name = psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
        return psycopg.conninfo.make_conninfo(self._server.admin_url, dbname=name)

    def migrate_url(self, database: Database) -> str:
        """Return how migrations connect to a database."""
        return psycopg.conninfo.make_conninfo(self.admin_url(database), user=MIGRATOR)

    def _make_ready(self) -> None:
        """Make the template with builds, unless another process did; it appears whole."""
        found = self._admin.execute("select from pg_database where datname = %s", [READY])
        if found.fetchone() is None:
            draft = f"{READY}_new"
            self._drop(draft)
            self._copy(draft, DATABASE)
            database = Database(self._server.conninfo(SERVICE, draft))
            ensure(database)
            database.close()
            names = {"draft": Identifier(draft), "ready": Identifier(READY)}
            self._admin.execute(SQL("alter database {draft} rename to {ready}").format(**names))

    def _copy(self, name: str, template: str) -> None:
        """Copy a template. The strategy copies files, which is quick for a small database."""
        self._admin.execute(
            SQL("create database {} template {} owner {} strategy file_copy").format(
                Identifier(name), Identifier(template), Identifier(OWNER)
            )
        )
        self._admin.execute(
            SQL("grant create on database {} to {}").format(
                Identifier(name), Identifier("ledger_projector")
            )
        )

    def _drop_those_left(self) -> None:
        """Drop what was given back before: by now its last connections have ended.

        To drop one at once would cost a tenth of a second, which PostgreSQL waits for them.
        """
        while self._left:
            self._drop(self._left.pop())

    def _drop(self, name: str) -> None:
        self._admin.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))


def home_of_run(base: Path) -> Path:
    """Return where the server of a run of tests lives: in memory where there is room for it.

    Every test makes and drops six hundred files, at which a disk can be slow: ext4 without a
    journal looks past every file that was deleted lately. What killed runs left is cleared.
    """
    try:
        room = min(shutil.disk_usage(MEMORY).free, memory_bytes() // 2)
    except OSError:
        return base / "server"
    if room < MEMORY_BYTES_MIN:
        return base / "server"
    shelf = MEMORY / f"usage-ledger-tests-{os.geteuid()}"
    home = shelf / hashlib.sha256(os.fsencode(base.resolve())).hexdigest()[:12]
    home.mkdir(parents=True, exist_ok=True)
    for other in set(shelf.iterdir()) - {home}:
        _clear(other)
    return home


def _clear(home: Path) -> None:
    """Remove a home that nobody uses; a server that still ran there ends without its files."""
    with suppress(OSError), (home / "postgres" / "users.lock").open("rb") as users:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(home)
