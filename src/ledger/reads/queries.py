"""How a read is put together from its named statement, its parameters and the class of its rows."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

from ledger import resources
from ledger.projector import statements
from ledger.store.database import Query

Row = TypeVar("Row")

FIRST_TIME = datetime(1, 1, 1, tzinfo=UTC)
FIRST_DAY = date(1, 1, 1)


def query(projection: str, name: str, row: type[Row], **params: Any) -> Query[Row]:
    """Return the read that a projection calls by this name."""
    return Query(named(projection)[name].sql, params, row)


@cache
def named(projection: str) -> dict[str, statements.Statement]:
    """Return the queries of a projection by name; many are kept in several files."""
    folder = resources.folder("projections") / projection
    files = sorted(folder.glob("queries*.sql"))
    return {each.name: each for path in files for each in statements.read(path)}
