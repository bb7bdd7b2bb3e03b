"""Migrations: numbered SQL files, applied once each and in order, held to their checksums.

A migration only moves forward and runs as the owner of the tables, in a transaction of its own.
Whoever starts first applies what is pending; others wait for it at a table lock.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from ledger import resources
from ledger.errors import StartFailed
from ledger.store.embedded_roles import OWNER, SERVED

APPLIED = """
create table if not exists ledger.migrations (
    name       text        primary key,
    sha256     text        not null,
    applied_at timestamptz not null default clock_timestamp()
)"""


@dataclass(frozen=True)
class Migration:
    """One numbered file."""

    name: str
    sha256: str
    sql: str


def available() -> list[Migration]:
    """Return the migrations that came with this version, in order."""
    return [_read(path) for path in sorted(resources.folder("migrations").glob("*.sql"))]


def start(url: str, migrate_url: str | None) -> None:
    """Bring the database up to this version, or see that it is there.

    Without ``migrate_url`` the service's login migrates only if it may: on a database without our
    roles, or as a login that may become the owner. Raises ``StartFailed`` otherwise when something
    is pending, and when the service's login lacks one of its roles.
    """
    if migrate_url or _may_migrate(url):
        migrate(migrate_url or url)
    with psycopg.connect(url, autocommit=True) as connection:
        check_roles(connection)
        if waiting := pending(connection):
            why = f"{', '.join(waiting)} is pending; run usage-ledger db migrate"
            raise StartFailed(what="The ledger", why=why)


def migrate(migrate_url: str) -> list[str]:
    """Apply what is pending and return the names.

    Raises ``StartFailed`` when a file was changed after it was applied, when the database knows a
    migration that this version does not, or when the roles are missing and may not be made.
    """
    with psycopg.connect(migrate_url, autocommit=True) as connection:
        _prepare(connection)
        return [one.name for one in available() if _apply(connection, one)]


def pending(connection: psycopg.Connection) -> list[str]:
    """Return the names of the migrations that were not applied yet, after checking the others.

    Works on any connection of ours, in a transaction or not, whatever role it has taken.
    """
    there = connection.execute(
        "select from pg_class where relname = 'migrations' and relnamespace = "
        "(select oid from pg_namespace where nspname = 'ledger')"
    ).fetchone()
    if there is None:
        return [one.name for one in available()]
    with connection.transaction(force_rollback=True):  # the role goes back with it
        _become(connection, *_takeable(connection, "ledger_reader", OWNER)[:1])
        applied = _applied(connection)
    return [one.name for one in available() if not _is_applied(one, applied)]


def check_roles(connection: psycopg.Connection) -> None:
    """Raise ``StartFailed`` when the service's login may not take one of its roles."""
    missing = sorted(set(SERVED) - set(_takeable(connection, *SERVED)))
    if missing:
        grant = f"grant {', '.join(missing)} to {connection.info.user}"
        why = f"its login lacks roles; run: {grant} with inherit false, set true"
        raise StartFailed(what="The ledger", why=why)


def _takeable(connection: psycopg.Connection, *roles: str) -> list[str]:
    """Return those of the roles that exist and that the login may take, in this order."""
    rows = connection.execute(
        "select rolname from pg_roles where rolname = any(%s) "
        "and pg_has_role(session_user, oid, 'SET') order by array_position(%s, rolname::text)",
        [list(roles), list(roles)],
    )
    return [role for (role,) in rows]


def _may_migrate(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        made = connection.execute("select from pg_roles where rolname = %s", [OWNER]).fetchone()
        return made is None or bool(_takeable(connection, OWNER))


def _read(path: Path) -> Migration:
    sql = path.read_text("utf-8")
    return Migration(path.stem, hashlib.sha256(sql.encode()).hexdigest(), sql)


def _prepare(connection: psycopg.Connection) -> None:
    """Make the roles on a PostgreSQL of one's own, and the schema with the list of migrations."""
    try:
        _make_roles(connection)
        with connection.transaction():
            _become(connection, OWNER)
            connection.execute("create schema if not exists ledger")
            connection.execute(APPLIED)
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject):
        _prepare(connection)  # another process makes the same things at this moment
    except psycopg.errors.InsufficientPrivilege as error:
        why = f"{error.diag.message_primary}; {ADVICE}"
        raise StartFailed(what="The migration", why=why) from None


ADVICE = (
    "run the statements of docs/postgresql.md once as a superuser, or let LEDGER_MIGRATE_URL name "
    "a login that may create roles and owns the database"
)


def _make_roles(connection: psycopg.Connection) -> None:
    """Make the roles that are missing; whoever makes one may take it, and the owner may create."""
    roles = connection.execute("select rolname from pg_roles where rolname like 'ledger%'")
    found = {name for (name,) in roles}
    for role in [name for name in (OWNER, *SERVED) if name not in found]:
        with connection.transaction():
            connection.execute(SQL("create role {} nologin").format(Identifier(role)))
            connection.execute(
                SQL("grant {} to current_user with inherit false, set true").format(
                    Identifier(role)
                )
            )
    if OWNER not in found:
        connection.execute(
            SQL("grant create, connect on database {} to {} with grant option").format(
                Identifier(connection.info.dbname), Identifier(OWNER)
            )
        )


def _apply(connection: psycopg.Connection, migration: Migration) -> bool:
    """Apply one migration unless it was; the lock makes a second process wait, then find it."""
    with connection.transaction():
        _become(connection, OWNER)
        connection.execute("lock table ledger.migrations in exclusive mode")
        if _is_applied(migration, _applied(connection)):
            return False
        connection.execute(migration.sql.encode())
        connection.execute(
            "insert into ledger.migrations (name, sha256) values (%s, %s)",
            [migration.name, migration.sha256],
        )
        return True


def _become(connection: psycopg.Connection, *roles: str) -> None:
    for role in roles:
        connection.execute(SQL("set local role {}").format(Identifier(role)))


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute("select name, sha256 from ledger.migrations order by name").fetchall()
    known = {one.name for one in available()}
    for name, _ in rows:
        if name not in known:
            raise StartFailed(
                what="The ledger", why=f"the database has migration {name}; use a newer version"
            )
    return dict(rows)


def _is_applied(migration: Migration, applied: dict[str, str]) -> bool:
    """Tell whether a migration was applied, in exactly this text."""
    sha256 = applied.get(migration.name)
    if sha256 is not None and sha256 != migration.sha256:
        raise StartFailed(
            what="The ledger",
            why=f"migration {migration.name} was changed after it was applied; restore the file",
        )
    return sha256 is not None
