"""Two builds are compared row by row, whatever the order of their rows."""

import pytest

from ledger.projector import compare
from ledger.store.database import Role

TABLE = "create table {}.t (a integer, n numeric, j jsonb, b bytea, xs bigint[])"
FILL = """
insert into {}.t
select i, i / 4.0, jsonb_build_object('i', i), sha256(i::text::bytea), array[i]
from generate_series(1, 3000) as i order by i * {}"""


@pytest.fixture
def builds(database, monkeypatch):
    monkeypatch.setattr(compare, "PIECE_PAGES", 3)
    with database.transaction(Role.PROJECTOR) as tx:
        for build, order in (("one_1", 1), ("one_2", -1)):
            tx.execute(f"create schema {build}")
            tx.execute(TABLE.format(build))
            tx.execute(FILL.format(build, order))
    return database


def test_equal_rows_in_another_order_are_equal(builds):
    assert compare.compare(builds, "one_1", "one_2").count == 0


def test_each_difference_is_listed_with_its_side(builds):
    with builds.transaction(Role.PROJECTOR) as tx:
        tx.execute("update one_2.t set n = n + 0.01 where a = 7")
        tx.execute("delete from one_2.t where a = 9")
        tx.execute("insert into one_2.t select * from one_2.t where a = 11")

    found = compare.compare(builds, "one_1", "one_2")

    assert found.count == 4
    sides = sorted((one.only_in, one.row.partition(",")[0]) for one in found.listed)
    assert sides == [("live", "(7"), ("live", "(9"), ("rebuilt", "(11"), ("rebuilt", "(7")]


def test_a_column_more_is_a_difference_and_the_others_are_compared(builds):
    with builds.transaction(Role.PROJECTOR) as tx:
        tx.execute("alter table one_2.t add column more text")

    found = compare.compare(builds, "one_1", "one_2")

    assert [(one.only_in, one.row) for one in found.listed] == [("rebuilt", "column more")]
