"""A build is a schema with its text; it is made, entered and dropped whole."""

from ledger.projector import build
from ledger.projector.projection import ensure, projection, projections
from ledger.store.database import Role


def test_a_build_keeps_the_text_it_was_made_with(database):
    with database.transaction(Role.PROJECTOR) as tx:
        name = projection("journal").start(tx)
        assert build.source(tx, name) == projection("journal").source


def test_builds_are_numbered(database):
    ensure(database)
    with database.transaction(Role.PROJECTOR) as tx:
        assert projection("journal").start(tx) == "journal_2"
        assert projection("journal").start(tx) == "journal_3"


def test_a_dropped_build_leaves_nothing(database):
    with database.transaction(Role.PROJECTOR) as tx:
        name = projection("usage").start(tx)
        build.drop(tx, name)
        left = tx.execute(
            "select (select count(*) from ledger.builds), (select count(*) from ledger.cursors), "
            "to_regnamespace(%(name)s)",
            {"name": name},
        ).fetchone()
    assert left == (0, 0, None)


def test_a_projection_has_cursors_in_the_lanes_it_folds(database):
    ensure(database)
    with database.transaction(Role.READER) as tx:
        found = tx.conn.execute(
            "select regexp_replace(build, '_[^_]+$', ''), array_agg(lane::int order by lane) "
            "from ledger.cursors group by 1"
        ).fetchall()
    both = {"exceptions": [0, 1], "usage": [0, 1]}
    assert dict(found) == {name: [0] for name in projections()} | both
