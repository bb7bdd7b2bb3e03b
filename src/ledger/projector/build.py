"""Builds: the schemas that hold a projection, one of which is live.

A build's rows are written by the projector alone; who may read them is said here for the staff
roles and in ``table.sql``, beside the row-level policy, for the portal.
"""

from collections.abc import Collection, Iterable

from psycopg import sql
from psycopg.sql import SQL, Identifier

from ledger.store.database import Transaction


def create(
    tx: Transaction, projection: str, checksum: str, tables: Iterable[str], lanes: Collection[int]
) -> str:
    """Make a new, empty build with its cursors at the start of these lanes; return its name."""
    build = _next_name(tx, projection)
    tx.execute(
        "insert into ledger.builds (build, projection, checksum, state) "
        "values (%(build)s, %(projection)s, %(checksum)s, 'building')",
        {"build": build, "projection": projection, "checksum": checksum},
    )
    tx.execute(
        "insert into ledger.cursors (build, lane) select %(build)s, lane from ledger.log_heads",
        {"build": build},
    )
    schema = Identifier(build)
    tx.conn.execute(SQL("create schema {}").format(schema))
    enter(tx, build)
    for table in tables:
        tx.conn.execute(table)
    tx.conn.execute(
        SQL("grant usage on schema {} to ledger_reader, ledger_writer, ledger_portal").format(
            schema
        )
    )
    tx.conn.execute(
        SQL("grant select on all tables in schema {} to ledger_reader, ledger_writer").format(
            schema
        )
    )
    return build


def enter(tx: Transaction, build: str) -> None:
    """Let unqualified names mean the tables of this build, for the rest of the transaction."""
    path = sql.Composed([Identifier(build), SQL(", ledger, pg_catalog, pg_temp")])
    tx.conn.execute(SQL("set local search_path = {}").format(path))


def drop(tx: Transaction, build: str) -> None:
    """Remove a build with everything in it."""
    tx.conn.execute(SQL("drop schema if exists {} cascade").format(Identifier(build)))
    tx.execute("delete from ledger.cursors where build = %(build)s", {"build": build})
    tx.execute("delete from ledger.builds where build = %(build)s", {"build": build})


def _next_name(tx: Transaction, projection: str) -> str:
    """Return ``usage_4`` after ``usage_3``; names are not used twice while one is listed."""
    numbers = [
        int(build.rpartition("_")[2])
        for (build,) in tx.execute(
            "select build from ledger.builds where projection = %(projection)s",
            {"projection": projection},
        )
    ]
    return f"{projection}_{max(numbers, default=0) + 1}"
