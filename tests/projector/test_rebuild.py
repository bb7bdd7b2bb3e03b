"""Rebuilding: equal to the live build, under readers and writers, resumed, taken back."""

import threading
from dataclasses import replace

import psycopg
import pytest

from ledger.errors import ProjectionDiffers, ProjectionStopped, RebuildCancelled
from ledger.projector import follower, load, projection, rebuild
from ledger.projector.projection import ensure, projections
from ledger.store.database import Database, Query, Role


def live(database: Database, name: str) -> str:
    with database.transaction(Role.READER) as tx:
        return tx.conn.execute(
            "select build from ledger.active_builds where projection = %s", [name]
        ).fetchone()[0]


def count(database: Database, table: str) -> int:
    with database.transaction(Role.READER) as tx:
        sql = psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier(table))
        return tx.conn.execute(sql).fetchone()[0]


@pytest.fixture
def played(story):
    ensure(story.database)
    story.play()
    follower.catch_up(story.database)
    return story


@pytest.fixture
def small_ranges(monkeypatch):
    """Ranges so small that the versions of one event fall into several."""
    monkeypatch.setattr(load, "RANGE", 25)


def test_a_rebuild_equals_the_live_build(played, small_ranges):
    for name in projections():
        before = live(played.database, name)

        done = rebuild.rebuild(played.database, name)

        assert done.differences.count == 0, name
        assert live(played.database, name) == done.build != before


def test_after_the_switch_the_new_build_is_followed(played, small_ranges):
    rebuild.rebuild(played.database, "usage")
    events = count(played.database, "usage_events")

    played.usage(10)
    follower.catch_up(played.database)

    assert count(played.database, "usage_events") > events
    rebuild.rebuild(played.database, "usage")  # compares with what was followed since


def test_readers_and_writers_notice_nothing(played, small_ranges):
    stop, seen, errors = threading.Event(), ([], []), []

    def read(seen: list) -> None:
        query = Query("select count(*)::int as n from usage_events")
        while not stop.is_set():
            try:
                with played.database.transaction(Role.READER) as tx:
                    seen.append(tx.all(query)[0][0])
            except Exception as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=read, args=(each,)) for each in seen]
    threads.append(threading.Thread(target=follower.follow, args=(played.database, stop)))
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            rebuild.rebuild(played.database, "usage")
            played.usage(15)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert errors == []
    for each in seen:
        assert each == sorted(each), "a reader saw fewer events than before"


def test_a_rebuild_that_was_interrupted_goes_on(played, small_ranges):
    class Killed(Exception):
        pass

    def kill(progress: rebuild.Progress) -> None:
        steps.append(progress)
        if progress.done > progress.total // 2:
            raise Killed

    steps: list[rebuild.Progress] = []
    with pytest.raises(Killed):
        rebuild.rebuild(played.database, "usage", progress=kill, workers=1)
    first = steps[-1]

    steps.clear()
    done = rebuild.rebuild(played.database, "usage", progress=steps.append, workers=1)

    assert steps[0].step == "load"
    assert steps[0].done >= first.done - first.total // 4, "it began anew"
    assert done.differences.count == 0


def test_a_cancelled_rebuild_stops_and_leaves_the_live_build(played, small_ranges):
    before = live(played.database, "usage")

    with pytest.raises(RebuildCancelled):
        rebuild.rebuild(
            played.database, "usage", progress=lambda _: rebuild.cancel(played.database, "usage")
        )

    assert live(played.database, "usage") == before
    follower.catch_up(played.database)
    assert rebuild.rebuild(played.database, "usage").differences.count == 0
    with played.database.transaction(Role.READER) as tx:
        states = {row.state for row in tx.all(rebuild.list_builds())}
    assert states == {"live", "retired"}


def test_differences_are_listed_and_have_to_be_accepted(played):
    before = live(played.database, "journal")
    with played.database.transaction(Role.PROJECTOR) as tx:
        tx.execute("update trial_balance set debit = debit + 1 where account = '1150'")
        tx.execute(
            "delete from journal_lines where position = (select min(position) "
            "from journal_lines) and line = 1"
        )

    with pytest.raises(ProjectionDiffers) as raised:
        rebuild.rebuild(played.database, "journal")

    assert raised.value.facts["count"] == 3
    listed = raised.value.facts["differences"]
    assert {(one.table, one.only_in) for one in listed} == {
        ("trial_balance", "live"),
        ("trial_balance", "rebuilt"),
        ("journal_lines", "rebuilt"),
    }
    assert live(played.database, "journal") == before
    done = rebuild.rebuild(played.database, "journal", accept_differences=True)
    assert live(played.database, "journal") == done.build


def test_a_rollback_folds_the_build_before_to_the_present(played):
    before = live(played.database, "charges")
    rebuild.rebuild(played.database, "charges")
    played.rate("acme", 1, "95.00", days=15)
    follower.catch_up(played.database)
    charges = count(played.database, "charges")

    assert rebuild.rollback(played.database, "charges") == before

    assert live(played.database, "charges") == before
    assert count(played.database, "charges") == charges
    played.rate("acme", 1, "96.00", days=15)
    follower.catch_up(played.database)
    assert count(played.database, "charges") == charges + 1


def test_a_changed_folder_asks_for_a_rebuild_and_the_old_text_folds_on(played, monkeypatch):
    current = projections()["journal"]
    text = current.source.replace("data ->> 'text'", "upper(data ->> 'text')")
    changed = replace(
        projection.parse("journal", "changed", text), tables=current.tables, checks=current.checks
    )
    monkeypatch.setitem(projections(), "journal", changed)
    with played.database.transaction(Role.READER) as tx:
        rows = {row.projection: row for row in tx.all(rebuild.list_builds()) if row.live}
    assert [name for name, row in rows.items() if row.outdated] == ["journal"]

    played.rate("acme", 1, "95.00", days=15)
    follower.catch_up(played.database)  # by the text that the live build was made with

    with pytest.raises(ProjectionDiffers):
        rebuild.rebuild(played.database, "journal")
    rebuild.rebuild(played.database, "journal", accept_differences=True)
    with played.database.transaction(Role.READER) as tx:
        texts = [text for (text,) in tx.conn.execute("select distinct text from journal_lines")]
    assert texts
    assert all(text == text.upper() for text in texts)
    rebuild.rollback(played.database, "journal")
    played.rate("acme", 1, "97.00", days=15)
    follower.catch_up(played.database)
    with played.database.transaction(Role.READER) as tx:
        found = tx.conn.execute("select count(*) from journal_lines where text = upper(text)")
        assert found.fetchone() == (0,)


def test_an_old_version_of_a_fact_rebuilds(played):
    rebuild.rebuild(played.database, "subscriptions")

    with played.database.transaction(Role.READER) as tx:
        found = tx.conn.execute("select version, applies_to from plans order by version").fetchall()
    assert found == [(1, "all"), (2, "all")]


def test_a_stopped_projection_is_mended_by_a_rebuild(played, monkeypatch):
    current = projections()["receivables"]
    broken = current.source.replace("data ->> 'via'", "(1 / 0)::text")
    monkeypatch.setitem(
        projections(),
        "receivables",
        replace(projection.parse("receivables", "broken", broken), tables=current.tables),
    )
    with pytest.raises(ProjectionStopped, match="division by zero"):
        rebuild.rebuild(played.database, "receivables")

    monkeypatch.setitem(projections(), "receivables", current)
    assert rebuild.rebuild(played.database, "receivables").differences.count == 0
