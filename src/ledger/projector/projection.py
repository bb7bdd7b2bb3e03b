"""Projections as they stand in their folders, and the first build of each.

A projection is four SQL files. Its checksum is of the two that decide what a build holds: when they
change, the build is to be rebuilt.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ledger import resources
from ledger.errors import UnknownProjection
from ledger.projector import statements
from ledger.projector.build import create
from ledger.projector.statements import Statement
from ledger.store.database import Database, Role, Transaction

BOOKS = 0
GO_LIVE = """
with live as (update ledger.builds set state = 'live' where build = %(build)s)
insert into ledger.active_builds (projection, build) values (%(projection)s, %(build)s)"""


@dataclass(frozen=True)
class Projection:
    """A projection's tables, its statements, and which lanes it folds."""

    name: str
    lanes: str
    tables: tuple[Statement, ...]
    apply: tuple[Statement, ...]
    checks: tuple[Statement, ...]
    checksum: str

    def folds(self, lane: int) -> bool:
        """Tell whether facts of this lane concern the projection."""
        return self.lanes == "all" or (lane == BOOKS) == (self.lanes == "books")

    @property
    def facts(self) -> frozenset[str]:
        """The types of facts that its statements name."""
        return frozenset[str]().union(*(statement.facts for statement in self.apply))

    @property
    def loads(self) -> bool:
        """Tell whether it can be loaded by ranges in parallel."""
        return any(statement.at("load") for statement in self.apply)


@cache
def projections() -> dict[str, Projection]:
    """Return every projection by name."""
    root = resources.folder("projections")
    return {path.name: _read(path) for path in sorted(root.iterdir()) if path.is_dir()}


def projection(name: str) -> Projection:
    """Return one projection, or raise ``UnknownProjection``."""
    try:
        return projections()[name]
    except KeyError:
        raise UnknownProjection(id=name, field="projection") from None


def ensure(db: Database) -> list[str]:
    """Make the first build of every projection that has none and return their names."""
    with db.transaction(Role.PROJECTOR) as tx:
        if not _missing(tx):
            return []
        tx.execute("lock table ledger.active_builds in share row exclusive mode")
        made = []
        for one in _missing(tx):
            build = start(tx, one, [table.sql for table in one.tables])
            tx.execute(GO_LIVE, {"projection": one.name, "build": build})
            made.append(one.name)
        return made


def start(tx: Transaction, one: Projection, tables: list[str]) -> str:
    """Make an empty build of a projection with these of its tables; return its name."""
    lanes = [lane for lane in sorted(tx.heads()) if one.folds(lane)]
    return create(tx, one.name, one.checksum, tables, lanes)


def _missing(tx: Transaction) -> list[Projection]:
    found = {row[0] for row in tx.execute("select projection from ledger.active_builds")}
    return [one for name, one in projections().items() if name not in found]


def _read(folder: Path) -> Projection:
    table, apply = folder / "table.sql", folder / "apply.sql"
    return Projection(
        name=folder.name,
        lanes=statements.header(apply, "lanes"),
        tables=statements.read(table),
        apply=statements.read(apply),
        checks=statements.read(folder / "check.sql"),
        checksum=hashlib.sha256(table.read_bytes() + b"\0" + apply.read_bytes()).hexdigest(),
    )
