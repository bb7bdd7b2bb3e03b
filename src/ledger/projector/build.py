"""Builds: the schemas that hold a projection, one of which is live.

A build's rows are written by the projector alone; who may read them is said here for the staff
roles and in ``table.sql``, beside the row-level policy, for the portal. A build keeps the text that
folds it, so it can be followed, or rolled back to, after the software changed.
"""

from collections.abc import Collection, Iterable

from psycopg.sql import SQL, Composed, Identifier

from ledger.store.database import Transaction

READERS = SQL("ledger_reader, ledger_writer")


def create(
    tx: Transaction,
    projection: str,
    checksum: str,
    source: str,
    tables: Iterable[str],
    lanes: Collection[int],
) -> str:
    """Make a new, empty build with its cursors at the start of these lanes; return its name."""
    build = _next_name(tx, projection)
    tx.execute(
        "insert into ledger.builds (build, projection, checksum, state) "
        "values (%(build)s, %(projection)s, %(checksum)s, 'building')",
        {"build": build, "projection": projection, "checksum": checksum},
    )
    tx.execute(
        "insert into ledger.cursors (build, lane) select %(build)s, unnest(%(lanes)s::smallint[])",
        {"build": build, "lanes": list(lanes)},
    )
    schema = Identifier(build)
    tx.conn.execute(SQL("create schema {}").format(schema))
    enter(tx, build)
    for table in tables:
        tx.conn.execute(table)
    tx.conn.execute(SQL("grant usage on schema {} to {}, ledger_portal").format(schema, READERS))
    tx.conn.execute(SQL("grant select on all tables in schema {} to {}").format(schema, READERS))
    tx.execute("create table build_source (apply text not null)")
    tx.execute("insert into build_source values (%(source)s)", {"source": source})
    return build


def enter(tx: Transaction, build: str) -> None:
    """Let unqualified names mean the tables of this build, for the rest of the transaction."""
    path = Composed([Identifier(build), SQL(", ledger, pg_catalog, pg_temp")])
    tx.conn.execute(SQL("set local search_path = {}").format(path))


def source(tx: Transaction, build: str) -> str:
    """Return the ``apply.sql`` that a build was made with."""
    table = Identifier(build, "build_source")
    row = tx.conn.execute(SQL("select apply from {}").format(table)).fetchone()
    assert row is not None, build
    return str(row[0])


def drop(tx: Transaction, build: str) -> None:
    """Remove a build with everything in it."""
    tx.conn.execute(SQL("drop schema if exists {} cascade").format(Identifier(build)))
    tx.execute("delete from ledger.cursors where build = %(build)s", {"build": build})
    tx.execute("delete from ledger.builds where build = %(build)s", {"build": build})


def _next_name(tx: Transaction, projection: str) -> str:
    """Return ``usage_4`` after ``usage_3``; a name comes back only when no later one is listed."""
    found = tx.execute(
        "select build from ledger.builds where projection = %(projection)s",
        {"projection": projection},
    )
    numbers = [int(build.rpartition("_")[2]) for (build,) in found]
    return f"{projection}_{max(numbers, default=0) + 1}"
