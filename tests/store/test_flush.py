"""Group commit of usage: every event lands once, is counted once, and every caller is answered."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, date, datetime
from threading import Thread
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from ledger.errors import Overloaded, StoreUnavailable
from ledger.events.streams import usage_stream, usage_stream_bytes
from ledger.settings import Settings
from ledger.store import dead_letters
from ledger.store.append import append
from ledger.store.canonical import canonical, microseconds
from ledger.store.database import Database, Role
from ledger.store.flush import Batch, Item, Outcome, Reject, UsageFlusher
from ledger.store.flush_write import prepare
from ledger.store.meta import meta
from ledger.store.rows import NewFact
from ledger.testing import TestServer

NOON = microseconds(datetime(2026, 10, 1, 12, tzinfo=UTC))
META = meta("intake")
WAIT = 10


@pytest.fixture
def flusher(database: Database) -> Iterator[UsageFlusher]:
    with UsageFlusher(database, Settings()) as flusher:
        yield flusher


def item(at: int, id_: str, quantity: str = "1", lane: int = 1, stamp: int = NOON) -> Item:
    data = canonical({"source": "api", "id": id_, "account": "acme", "quantity": quantity})
    name = usage_stream_bytes("api", id_)
    return Item(at, "api", id_, "acme", lane, name, stamp, data, b"raw " + id_.encode())


def batch(*items: Item, rejects: tuple[Reject, ...] = ()) -> Batch:
    return Batch(items, META, "cloudevents", rejects)


def send(flusher: UsageFlusher, *items: Item) -> Outcome:
    return flusher.submit(batch(*items)).result(WAIT)


def received(database: Database) -> list[tuple[int, dict[str, int]]]:
    """Return what usage.received facts count: duplicates and dead letters."""
    with database.transaction(Role.READER) as tx:
        found = tx.execute("select data from ledger.log where type = 'usage.received/1'")
        return [(row["duplicate"], row["dead_lettered"]) for (row,) in found]


def recorded(database: Database) -> list[UUID]:
    with database.transaction(Role.READER) as tx:
        found = tx.execute(
            "select stream from ledger.log where type = 'usage.recorded/1' order by lane, position"
        )
        return [stream for (stream,) in found]


def test_new_events_are_appended_in_order(flusher: UsageFlusher, database: Database) -> None:
    outcome = send(flusher, item(0, "a"), item(1, "b"))
    assert (outcome.accepted, outcome.duplicate, outcome.rejected) == (2, 0, [])
    assert outcome.heads == {1: 2}
    assert recorded(database) == [usage_stream("api", "a"), usage_stream("api", "b")]
    assert received(database) == []


def test_a_duplicate_drops_one_event_and_not_the_batch(
    flusher: UsageFlusher, database: Database
) -> None:
    send(flusher, item(0, "a"))
    outcome = send(flusher, item(0, "a"), item(1, "b"), item(2, "b"))
    assert (outcome.accepted, outcome.duplicate, outcome.rejected) == (1, 2, [])
    assert len(recorded(database)) == 2
    assert received(database) == [(2, {})]


@pytest.mark.parametrize("other", [item(0, "a", "2"), item(0, "a", stamp=NOON + 1)])
def test_another_content_under_the_same_id_is_a_conflict_and_kept(
    flusher: UsageFlusher, database: Database, other: Item
) -> None:
    send(flusher, item(0, "a"))
    outcome = send(flusher, other, item(1, "b"))
    assert outcome.accepted == 1
    assert [(one.at, one.id, one.code) for one in outcome.rejected] == [(0, "a", "ID_CONFLICT")]
    with database.transaction(Role.READER) as tx:
        [letter] = tx.all(dead_letters.page())
    assert (letter.raw, letter.code, letter.format) == (b"raw a", "ID_CONFLICT", "cloudevents")
    assert received(database) == [(0, {"ID_CONFLICT": 1})]


def test_conflicts_within_one_batch_are_held_against_the_first(flusher: UsageFlusher) -> None:
    outcome = send(flusher, item(0, "a"), item(1, "a", "2"), item(2, "a"))
    assert (outcome.accepted, outcome.duplicate) == (1, 1)
    assert [one.at for one in outcome.rejected] == [1]


def test_true_is_not_one(flusher: UsageFlusher) -> None:
    first = replace(item(0, "a"), data=canonical({"v": True}))
    send(flusher, first)
    assert send(flusher, replace(first, data=canonical({"v": 1}))).rejected[0].code == "ID_CONFLICT"


def test_what_the_caller_refused_is_counted_and_kept_with_any_bytes(
    flusher: UsageFlusher, database: Database
) -> None:
    bad = Reject(1, "api\0", "x\0\ud800", None, "BAD_TIME", "no\0", b"\xff\0raw")
    outcome = flusher.submit(batch(item(0, "a"), rejects=(bad,))).result(WAIT)
    assert (outcome.accepted, outcome.rejected) == (1, [bad])
    with database.transaction(Role.READER) as tx:
        [letter] = tx.all(dead_letters.page(code="BAD_TIME"))
        [counted] = tx.execute(
            "select data, stream from ledger.log where type = 'usage.received/1'"
        ).fetchall()
    assert letter.raw == b"\xff\0raw"
    assert letter.event_id == "x\ufffd?"
    assert (letter.source, letter.flush) == (counted[0]["source"], counted[1])
    assert counted[0]["dead_lettered"] == {"BAD_TIME": 1}
    assert counted[0]["day"] == letter.day.isoformat()
    assert letter.day >= date(2026, 1, 1)


def test_callers_share_a_flush(database: Database) -> None:
    settings = Settings(flush_ms=200, flush_events=1_000)
    with UsageFlusher(database, settings) as flusher:
        futures = [flusher.submit(batch(item(0, str(n)))) for n in range(20)]
        assert sum(one.result(WAIT).accepted for one in futures) == 20
    with database.transaction(Role.READER) as tx:
        [(times,)] = tx.execute("select count(distinct recorded_at) from ledger.log")
    assert times == 1


def test_two_flushers_racing_with_the_same_events_record_each_once(
    server: TestServer, database: Database
) -> None:
    with Database(database.url) as other:
        flushers = [UsageFlusher(one, Settings(flush_ms=0)) for one in (database, other)]
        futures: list[Future[Outcome]] = []

        def run(flusher: UsageFlusher) -> None:
            for start in range(0, 1_000, 50):
                items = [item(n, str(n)) for n in range(start, start + 50)]
                futures.append(flusher.submit(batch(*items)))

        threads = [Thread(target=run, args=[flusher]) for flusher in flushers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for flusher in flushers:
            flusher.close()
    outcomes = [future.result(0) for future in futures]
    assert sum(one.accepted for one in outcomes) == 1_000
    assert sum(one.duplicate for one in outcomes) == 1_000
    assert len(set(recorded(database))) == 1_000
    assert sum(duplicates for duplicates, _ in received(database)) == 1_000


def test_a_stream_that_came_to_another_lane_meanwhile_makes_the_flush_look_again(
    database: Database,
) -> None:
    known = item(0, "a")
    with UsageFlusher(database, Settings()) as flusher:
        ready = prepare(database, [batch(known, item(1, "b"))])
        with database.transaction(Role.WRITER) as tx:
            tx.execute("insert into ledger.log_heads (lane) values (2)")
            moment = datetime(2026, 10, 1, 12, tzinfo=UTC)
            row = NewFact(2, known.stream, 1, "usage.recorded/1", moment, known.data, META)
            append(tx, [row], read_at=0)
        [outcome] = flusher._commit(ready)
    assert (outcome.accepted, outcome.duplicate) == (1, 1)


def test_a_lost_database_answers_every_caller(server: TestServer, database: Database) -> None:
    with UsageFlusher(database, Settings()) as flusher:
        send(flusher, item(0, "a"))
        with psycopg.connect(server.admin_url(database), autocommit=True) as admin:
            name = admin.info.dbname
            admin.execute(f"alter database {name} connection limit 0")
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = %s and pid <> pg_backend_pid()",
                [name],
            )
            with pytest.raises(StoreUnavailable):
                send(flusher, item(0, "b"))
            admin.execute(f"alter database {name} connection limit -1")
        assert send(flusher, item(0, "a"), item(1, "b")).duplicate == 1


def test_only_so_much_may_wait(database: Database) -> None:
    settings = Settings(flush_waiting=2, flush_ms=1_000, flush_events=100)
    with UsageFlusher(database, settings) as flusher:
        first = flusher.submit(batch(item(0, "a"), item(1, "b")))
        with pytest.raises(Overloaded):
            flusher.submit(batch(item(0, "c")))
        second = flusher.submit(batch(item(0, "c")), wait_seconds=WAIT)
        assert first.result(WAIT).accepted == 2
        assert second.result(WAIT).accepted == 1
