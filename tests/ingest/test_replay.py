"""Replays: a letter leaves the list once, its event counts on the day it was received."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.errors import UnknownDeadLetter
from ledger.ingest import letters
from ledger.ingest.form import BINARY, STRUCTURED
from ledger.ingest.intake import Intake
from ledger.ingest.replay import Replay
from ledger.store.database import Database, Query, Role
from ledger.store.meta import Meta, meta

META = meta("test")
Make = Callable[..., bytes]
REPLAYED = """
select data ->> 'outcome', data ->> 'source', data ->> 'day', data ->> 'code'
from ledger.log where type = 'usage.replayed/1' order by position"""
RECORDED = """
select data ->> 'id', meta ->> 'replay_day', meta ->> 'key'
from ledger.log where type = 'usage.recorded/1' order by position"""


@pytest.fixture
def replay(intake: Intake, database: Database) -> Replay:
    return Replay(database, intake.directory, 1, Meta("admin", key="replay-1"), intake._clock)


@pytest.fixture
def send(intake: Intake) -> Iterator[Callable[..., Any]]:
    def send(*events: bytes, form: Any = STRUCTURED) -> Any:
        return intake.take_now([list(events)], form, META)

    return send


def rows(database: Database, sql: str) -> list[Any]:
    with database.transaction(Role.READER) as tx:
        return tx.all(Query(sql))


def ids(database: Database) -> list[UUID]:
    return [
        row[0] for row in rows(database, "select id from ledger.dead_letters order by event_id")
    ]


def test_what_was_mended_is_accepted_and_the_rest_stays(
    database: Database, replay: Replay, send: Any, catalog: Any, opened: Any, event: Make
) -> None:
    send(event("a", subject="late"), event("b", subject="never"), event("c", subject="late"))
    catalog(opened["account"]("late"))

    results = replay.of(code="UNKNOWN_ACCOUNT")

    assert {(one.letter.event_id, one.outcome) for one in results if one.outcome} == {
        ("a", "accepted"),
        ("c", "accepted"),
    }
    assert [one.error.code for one in results if one.error] == ["UNKNOWN_ACCOUNT"]
    today = str(rows(database, "select day from ledger.dead_letters")[0][0])
    assert sorted(rows(database, RECORDED)) == [("a", today, "replay-1"), ("c", today, "replay-1")]
    assert rows(database, REPLAYED) == [("accepted", "gateway", today, "UNKNOWN_ACCOUNT")] * 2
    assert len(letters.open_ids(database, code="UNKNOWN_ACCOUNT")) == 1
    assert all(
        rows(database, f"select 1 from ledger.log where lane = {lane} and position = {at}")
        for lane, at in (one.place for one in results if one.place)
    )


def test_a_letter_leaves_the_list_once(
    database: Database, replay: Replay, send: Any, catalog: Any, opened: Any, event: Make
) -> None:
    send(event("a", subject="late"))
    catalog(opened["account"]("late"))
    (letter,) = ids(database)

    replay.of([letter])

    with pytest.raises(UnknownDeadLetter):
        replay.of([letter])
    assert replay.of(code="UNKNOWN_ACCOUNT") == []
    assert len(rows(database, RECORDED)) == 1


def test_the_same_event_twice_is_accepted_once_and_a_duplicate_once(
    database: Database, replay: Replay, send: Any, catalog: Any, opened: Any, event: Make
) -> None:
    send(event("a", subject="late"))
    send(event("a", subject="late"), event("a", subject="late", data={"quantity": "9"}))
    catalog(opened["account"]("late"))

    results = replay.of(code="UNKNOWN_ACCOUNT")

    assert {one.outcome or one.error.code for one in results} == {
        "accepted",
        "duplicate",
        "ID_CONFLICT",
    }
    assert len(rows(database, RECORDED)) == 1


def test_every_form_can_be_read_again(
    database: Database, replay: Replay, send: Any, catalog: Any, opened: Any
) -> None:
    head = "specversion: 1.0|id: a|source: s|type: api|subject: late|time: 2026-10-31T10:00:00Z"
    lines = [b"ce-" + line.encode() for line in head.split("|")]
    send(b"\r\n".join([*lines, b"", b'{"quantity":"1"}']), form=BINARY)
    catalog(opened["account"]("late"))

    (result,) = replay.of(code="UNKNOWN_ACCOUNT")

    assert result.outcome == "accepted"


def test_two_replays_at_once_take_each_letter_once(
    database: Database, replay: Replay, send: Any, catalog: Any, opened: Any, event: Make
) -> None:
    send(*(event(f"e{n}", subject="late") for n in range(200)))
    catalog(opened["account"]("late"))

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: replay.of(code="UNKNOWN_ACCOUNT"), range(2)))

    assert sum(len(run) for run in runs) >= 200
    assert len(rows(database, REPLAYED)) == len(rows(database, RECORDED)) == 200


def test_an_unknown_letter_is_refused_before_anything_is_done(replay: Replay) -> None:
    with pytest.raises(UnknownDeadLetter):
        replay.of([uuid4()])
