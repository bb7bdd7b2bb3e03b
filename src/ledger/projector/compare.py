"""Comparing two builds row by row, while both stand still at the same positions.

Each table is read in pieces of its file, in short transactions; the hashes of its rows are summed
in buckets, so the order of rows does not matter. Only buckets that differ are looked into.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from psycopg.sql import SQL, Composed, Identifier

from ledger.projector.fold import prepare
from ledger.store.database import Database, Role, Transaction

PIECE_PAGES = 8_192
BUCKETS = 1_024
LISTED = 20

COLUMNS = """
select c.relname, array_agg(a.attname::text order by a.attnum)
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = to_regnamespace(quote_ident(%(build)s)) and c.relkind = 'r'
  and c.relname not in ('build_source', 'build_work')
group by c.relname"""

SUMS = SQL("""
select (hash & {mask})::int, count(*), sum(hash)
from (select hash_record_extended(row({columns}), 0) as hash from {table}
      where ctid >= format('(%%s,0)', %(first)s::bigint)::tid
        and ctid < format('(%%s,0)', %(last)s::bigint)::tid) as hashed
group by 1""")

DIFFERING = SQL("""
with live as (
    select hash, count(*) as rows, min(shown) as shown
    from (select hash_record_extended(row({columns}), 0) as hash, row({columns})::text as shown
          from {live}) as hashed
    where hash & {mask} = any(%(buckets)s)
    group by 1
), rebuilt as (
    select hash, count(*) as rows, min(shown) as shown
    from (select hash_record_extended(row({columns}), 0) as hash, row({columns})::text as shown
          from {rebuilt}) as hashed
    where hash & {mask} = any(%(buckets)s)
    group by 1
)
select coalesce(live.rows, 0) - coalesce(rebuilt.rows, 0),
       coalesce(live.shown, rebuilt.shown)
from live full join rebuilt using (hash)
where live.rows is distinct from rebuilt.rows
order by 2""")

Sums = tuple[Counter[int], Counter[int]]


@dataclass(frozen=True)
class Difference:
    """A row that only one of two builds has, or a table or column (then ``row`` names it)."""

    table: str
    only_in: str
    row: str


@dataclass(frozen=True)
class Comparison:
    """How many rows differ, and the first of them per table."""

    count: int
    listed: tuple[Difference, ...]


def compare(
    db: Database,
    live: str,
    rebuilt: str,
    *,
    workers: int = 2,
    ticked: Callable[[int, int], None] = lambda _done, _total: None,
) -> Comparison:
    """Return where two builds differ; ``ticked`` is called with the pieces done and the total."""
    with db.transaction(Role.PROJECTOR) as tx:
        sides = {build: _columns(tx, build) for build in (live, rebuilt)}
        shape = list(_shapes(sides[live], sides[rebuilt]))
        both = {
            table: [name for name in columns if name in sides[rebuilt][table]]
            for table, columns in sides[live].items()
            if table in sides[rebuilt]
        }
        pieces = [
            (build, table, first)
            for build in sides
            for table in both
            for first in range(0, _pages(tx, build, table), PIECE_PAGES)
        ]

    def take(piece: tuple[str, str, int]) -> Sums:
        build, table, first = piece
        return _sums(db, build, table, first, both[table])

    sums: dict[tuple[str, str], Sums] = {}
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(take, pieces)
        for done, ((build, table, _), (rows, hashes)) in enumerate(
            zip(pieces, found, strict=True), 1
        ):
            kept = sums.setdefault((build, table), (Counter(), Counter()))
            kept[0].update(rows)
            kept[1].update(hashes)
            ticked(done, len(pieces))
    count, listed = len(shape), shape
    for table, columns in both.items():
        buckets = _unequal(sums.get((live, table)), sums.get((rebuilt, table)))
        if buckets:
            rows_differing = _differing(db, live, rebuilt, table, columns, buckets)
            count += len(rows_differing)
            listed += rows_differing[:LISTED]
    return Comparison(count, tuple(listed))


def _columns(tx: Transaction, build: str) -> dict[str, list[str]]:
    return dict(tx.execute(COLUMNS, {"build": build}).fetchall())


def _shapes(live: dict[str, list[str]], rebuilt: dict[str, list[str]]) -> Iterator[Difference]:
    """Yield the tables and columns that only one side has."""
    for table in sorted(live.keys() | rebuilt.keys()):
        ours, theirs = live.get(table, []), rebuilt.get(table, [])
        for name in sorted(set(ours) ^ set(theirs)):
            side = "live" if name in ours else "rebuilt"
            yield Difference(table, side, f"column {name}")


def _pages(tx: Transaction, build: str, table: str) -> int:
    row = tx.execute(
        "select pg_relation_size(format('%%I.%%I', %(build)s::text, %(table)s::text)::regclass) "
        "/ current_setting('block_size')::int",
        {"build": build, "table": table},
    ).fetchone()
    return int(row[0]) if row else 0


def _sums(db: Database, build: str, table: str, first: int, columns: list[str]) -> Sums:
    """Return, per bucket, how many rows a piece has and the sum of their hashes."""
    statement = SUMS.format(
        columns=_list(columns), table=Identifier(build, table), mask=SQL(str(BUCKETS - 1))
    )
    with db.transaction(Role.PROJECTOR) as tx:
        prepare(tx)
        found = tx.conn.execute(statement, {"first": first, "last": first + PIECE_PAGES}).fetchall()
    rows = Counter({bucket: count for bucket, count, _ in found})
    return rows, Counter({bucket: int(total) for bucket, _, total in found})


def _unequal(live: Sums | None, rebuilt: Sums | None) -> list[int]:
    """Return the buckets that differ; an absent side has no rows."""
    empty: Sums = (Counter(), Counter())
    one, other = live or empty, rebuilt or empty
    return [
        bucket
        for bucket in sorted(one[0].keys() | other[0].keys())
        if (one[0][bucket], one[1][bucket]) != (other[0][bucket], other[1][bucket])
    ]


def _differing(
    db: Database, live: str, rebuilt: str, table: str, columns: list[str], buckets: list[int]
) -> list[Difference]:
    statement = DIFFERING.format(
        columns=_list(columns),
        live=Identifier(live, table),
        rebuilt=Identifier(rebuilt, table),
        mask=SQL(str(BUCKETS - 1)),
    )
    with db.transaction(Role.PROJECTOR) as tx:
        prepare(tx)
        found = tx.conn.execute(statement, {"buckets": buckets}).fetchall()
    return [
        Difference(table, "live" if surplus > 0 else "rebuilt", shown) for surplus, shown in found
    ]


def _list(columns: list[str]) -> Composed:
    return SQL(", ").join(Identifier(name) for name in columns)
