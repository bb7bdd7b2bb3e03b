"""The roles, logins and database of the embedded server, made once by its superuser.

Five roles cannot log in: the owner of the tables, and what the service may be (writer, projector,
reader, portal). Two can: the service, a member of the last four that inherits nothing and takes one
per transaction, and the migrator, who may become the owner.
"""

from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

SUPERUSER = "postgres"
SERVICE = "ledger_service"
MIGRATOR = "ledger_migrator"
OWNER = "ledger_owner"
SERVED = ("ledger_writer", "ledger_projector", "ledger_reader", "ledger_portal")


def ensure(admin_url: str, done: Path, database: str) -> None:
    """Make what is missing; the mark ``done`` saves the question next time."""
    if done.exists():
        return
    with psycopg.connect(admin_url, autocommit=True) as connection:
        found = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role in {OWNER, *SERVED} - found:
            connection.execute(SQL("create role {} nologin").format(Identifier(role)))
        for login in {SERVICE, MIGRATOR} - found:
            connection.execute(SQL("create role {} login noinherit").format(Identifier(login)))
        for role in SERVED:
            _grant(connection, role, SERVICE)
        _grant(connection, OWNER, MIGRATOR)
        make_database(connection, database)
    done.touch()


def make_database(connection: psycopg.Connection, database: str) -> None:
    """Make an empty database that the owner owns, when it is not there."""
    if connection.execute("select from pg_database where datname = %s", [database]).fetchone():
        return
    connection.execute(
        SQL("create database {} owner {}").format(Identifier(database), Identifier(OWNER))
    )
    connection.execute(SQL("revoke all on database {} from public").format(Identifier(database)))
    connection.execute(
        SQL("grant connect on database {} to {}, {}").format(
            Identifier(database), Identifier(SERVICE), Identifier(MIGRATOR)
        )
    )


def _grant(connection: psycopg.Connection, role: str, login: str) -> None:
    """Let a login become a role by SET ROLE, and in no other way."""
    connection.execute(
        SQL("grant {} to {} with inherit false, set true").format(
            Identifier(role), Identifier(login)
        )
    )
