"""The embedded PostgreSQL server: the default database when no URL is given.

All processes on one home share one server. Each holds a shared lock while it uses the server; who
leaves last stops it; a process that was killed leaves by the death of its lock. Whether the server
lives is proven by connecting, never by its pid file. There is no TCP port: the socket lies in a
directory that only one operating-system user may enter, so trust on it is safe.
"""

import atexit
import fcntl
import hashlib
import os
import time
from pathlib import Path
from typing import IO

from psycopg import pq
from psycopg.conninfo import make_conninfo

from ledger.errors import StartFailed
from ledger.store import embedded_roles, embedded_server

DATABASE = "ledger"
START_SECONDS_MAX = 600  # a long recovery after a crash is waited out


class Embedded:
    """One process's share of the server of a home; ``leave`` gives it back."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        """Join the server of this home; it is made and started when need be.

        ``durable=False`` trades crash safety for speed and is for tests only.
        """
        self.home = home.absolute() / "postgres"
        self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.sockets = Path(f"/tmp/usage-ledger-{os.geteuid()}-{_short(self.home)}")  # noqa: S108
        self._server = embedded_server.Server(self.home / "data", self.sockets, durable=durable)
        self._users: IO[bytes] | None = None
        with _locked(self.home / "start.lock"):
            self._users = (self.home / "users.lock").open("ab")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                self._ensure_running()
            except BaseException:
                self._users.close()
                raise
        atexit.register(self.leave)

    def conninfo(self, user: str, database: str = DATABASE) -> str:
        """Return how to connect as a login of this server."""
        return make_conninfo(host=str(self.sockets), user=user, dbname=database)

    @property
    def service_url(self) -> str:
        """How the service connects."""
        return self.conninfo(embedded_roles.SERVICE)

    @property
    def migrate_url(self) -> str:
        """How migrations connect."""
        return self.conninfo(embedded_roles.MIGRATOR)

    @property
    def admin_url(self) -> str:
        """How the superuser connects; the service never does."""
        return self.conninfo(embedded_roles.SUPERUSER, "postgres")

    def leave(self) -> None:
        """Give the server back, and stop it when nobody else uses it."""
        users, self._users = self._users, None
        if users is None:
            return
        atexit.unregister(self.leave)
        with _locked(self.home / "start.lock"), users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._server.stop()

    def _ensure_running(self) -> None:
        """Start the server as long as nobody answers, then see that its roles exist.

        One that answers but takes nobody yet is recovering or going down; both are waited for.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while (answer := pq.PGconn.ping(self.admin_url.encode())) != pq.Ping.OK:
            if time.monotonic() > deadline:
                raise StartFailed(what="The embedded PostgreSQL", why=f"it answers {answer}")
            if answer == pq.Ping.REJECT:
                time.sleep(0.1)
            else:
                self._server.start()
        embedded_roles.ensure(self.admin_url, self.home / "ready", DATABASE)


class _locked:  # noqa: N801 (reads as a verb)
    """Hold an exclusive lock on a file, as a context."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _short(home: Path) -> str:
    """Return a short name for a home, because a socket's path has at most 107 bytes."""
    return hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
