"""The invariants of the projections: queries that return no rows as long as they hold.

They are asked of the live builds, which stand at one position; each check is a transaction of its
own, so a follower may move in between, but never within one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from ledger.errors import ProjectionOutdated
from ledger.projector.projection import projections
from ledger.projector.statements import Statement
from ledger.store.database import Database, Role

LISTED = 20


@dataclass(frozen=True)
class Violation:
    """A row that should not be: of which check, what the check says, and the row in words."""

    projection: str
    check: str
    sentence: str
    row: str


def run_checks(db: Database, name: str | None = None) -> Iterator[Violation]:
    """Yield what is wrong with a projection, or with all of them; at most 20 rows per check."""
    for one in projections().values():
        if name in (None, one.name):
            for check in one.checks:
                yield from _run(db, one.name, check)


def _run(db: Database, projection: str, check: Statement) -> list[Violation]:
    with db.transaction(Role.READER) as tx:
        tx.execute("set local jit = off")
        try:
            cursor = tx.execute(check.sql)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
            outdated = ProjectionOutdated(why=str(error).partition("\n")[0])
            return [Violation(projection, check.name, check.sentence, outdated.message)]
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchmany(LISTED)
    return [
        Violation(
            projection,
            check.name,
            check.sentence,
            ", ".join(f"{column} {value}" for column, value in zip(names, row, strict=True)),
        )
        for row in rows
    ]
