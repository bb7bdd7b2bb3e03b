"""Projections as they stand in their folders, and the first build of each.

A projection is four SQL files. Its checksum is of the two that decide what a build holds: when they
change, the build is to be rebuilt; until then it is folded by the text it was made with.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ledger import resources
from ledger.errors import UnknownProjection
from ledger.projector import build, statements
from ledger.projector.statements import Statement
from ledger.store.database import Database, Role, Transaction

BOOKS = 0
GO_LIVE = """
with live as (update ledger.builds set state = 'live' where build = %(build)s)
insert into ledger.active_builds (projection, build) values (%(projection)s, %(build)s)"""


@dataclass(frozen=True)
class Projection:
    """A projection's tables, the text and statements that fold it, and its checks.

    ``stages`` are those of a parallel load; a projection without them is built by folding.
    """

    name: str
    checksum: str
    source: str
    lanes: str
    stages: tuple[str, ...]
    apply: tuple[Statement, ...]
    tables: tuple[Statement, ...] = ()
    checks: tuple[Statement, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """The types of facts that its statements name."""
        return frozenset[str]().union(*(statement.facts for statement in self.apply))

    def folds(self, lane: int) -> bool:
        """Tell whether facts of this lane concern the projection."""
        return self.lanes == "all" or (lane == BOOKS) == (self.lanes == "books")

    def start(self, tx: Transaction, *, load: bool = False) -> str:
        """Make an empty build; before a load, without what is quicker to make after it."""
        lanes = [lane for lane in sorted(tx.heads()) if self.folds(lane)]
        tables = [one.sql for one in self.tables if not (load and one.stage)]
        return build.create(tx, self.name, self.checksum, self.source, tables, lanes)


@cache
def projections() -> dict[str, Projection]:
    """Return every projection by name, as this version of the software has it."""
    root = resources.folder("projections")
    return {path.name: _read(path) for path in sorted(root.iterdir()) if path.is_dir()}


def projection(name: str) -> Projection:
    """Return one projection, or raise ``UnknownProjection``."""
    try:
        return projections()[name]
    except KeyError:
        raise UnknownProjection(id=name, field="projection") from None


def projection_of(tx: Transaction, name: str, build_name: str, checksum: str) -> Projection:
    """Return a projection as a build has it, which may be older than this software."""
    current = projections().get(name)
    if current is not None and current.checksum == checksum:
        return current
    if checksum not in _older:
        _older[checksum] = parse(name, checksum, build.source(tx, build_name))
    return _older[checksum]


_older: dict[str, Projection] = {}


def ensure(db: Database) -> list[str]:
    """Make the first build of every projection that has none and return their names."""
    with db.transaction(Role.PROJECTOR) as tx:
        if not _missing(tx):
            return []
        tx.execute("lock table ledger.active_builds in share row exclusive mode")
        made = _missing(tx)
        for one in made:
            tx.execute(GO_LIVE, {"projection": one.name, "build": one.start(tx)})
        return [one.name for one in made]


def parse(name: str, checksum: str, source: str) -> Projection:
    """Return a projection that can fold from the text of its ``apply.sql``."""
    (lanes,) = statements.header(source, "lanes")
    return Projection(name, checksum, source, lanes, (), statements.parse(source))


def _missing(tx: Transaction) -> list[Projection]:
    found = {name for (name,) in tx.execute("select projection from ledger.active_builds")}
    return [one for name, one in projections().items() if name not in found]


def _read(folder: Path) -> Projection:
    table, source = (folder / "table.sql").read_bytes(), (folder / "apply.sql").read_bytes()
    text = source.decode()
    (lanes,) = statements.header(text, "lanes")
    return Projection(
        name=folder.name,
        checksum=hashlib.sha256(table + b"\0" + source).hexdigest(),
        source=text,
        lanes=lanes,
        stages=tuple(statements.header(text, "stages")),
        apply=statements.parse(text),
        tables=statements.read(folder / "table.sql"),
        checks=statements.read(folder / "check.sql"),
    )
