"""Bad input among good: a code each, counted, kept, and nothing lost."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ledger.ingest.answer import Tally
from ledger.ingest.event import EVENT_BYTES_MAX
from ledger.ingest.form import STRUCTURED
from ledger.ingest.intake import Intake
from ledger.settings import Settings
from ledger.store.database import Database, Query, Role
from ledger.store.meta import meta

META = meta("test")
Make = Callable[..., bytes]

RECORDED = """
select data ->> 'id', occurred_at at time zone 'UTC', data, position
from ledger.log where lane = 1 and type = 'usage.recorded/1' order by position"""
LETTERS = "select source, event_id, account, code, detail, raw, format from ledger.dead_letters"
IDENTITY = """
select coalesce(sum((data ->> 'duplicate')::int), 0)::int,
       coalesce(sum((select sum(v::int) from jsonb_each_text(data -> 'dead_lettered') as e (k, v))),
                0)::int
from ledger.log where lane = 1 and type = 'usage.received/1'"""


def rows(database: Database, sql: str) -> list[Any]:
    with database.transaction(Role.READER) as tx:
        return tx.all(Query(sql))


def send(intake: Intake, events: Iterable[bytes]) -> Tally:
    return intake.take_now([list(events)], STRUCTURED, META)


BAD: dict[str, tuple[dict[str, Any] | bytes, str]] = {
    "malformed": (b'{"specversion":"1.0",', "BAD_SCHEMA"),
    "not an object": (b"[1]", "BAD_SCHEMA"),
    "not UTF-8": (b'{"specversion":"1.0","id":"\xff"}', "BAD_SCHEMA"),
    "a lone surrogate": (b'{"specversion":"1.0","id":"\\ud800"}', "BAD_SCHEMA"),
    "NaN": (b'{"specversion":"1.0","id":"x","data":{"quantity":NaN}}', "BAD_SCHEMA"),
    "deep": (b'{"data":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "BAD_SCHEMA"),
    "no id": ({"id": None}, "BAD_SCHEMA"),
    "no time": ({"time": None}, "BAD_SCHEMA"),
    "time as a number": ({"time": 5}, "BAD_SCHEMA"),
    "a draft's version": ({"specversion": "0.3"}, "BAD_SCHEMA"),
    "no data": ({"data": None}, "BAD_SCHEMA"),
    "data as text": ({"data": "x"}, "BAD_SCHEMA"),
    "an empty id": ({"id": ""}, "BAD_VALUE"),
    "an id of 256": ({"id": "x" * 256}, "BAD_VALUE"),
    "a fraction": ({"data": {"quantity": 1.5}}, "BAD_VALUE"),
    "a whole float": (
        b'{"specversion":"1.0","source":"s","id":"x","type":"t","subject":"a","data":{"q":1e3}}',
        "BAD_VALUE",
    ),
    "an unsafe integer": ({"data": {"quantity": 2**53}}, "BAD_VALUE"),
    "nested": ({"data": {"quantity": "1", "more": {"a": 1}}}, "BAD_VALUE"),
    "no quantity": ({"data": {"region": "eu"}}, "BAD_VALUE"),
    "a quantity in words": ({"data": {"quantity": "many"}}, "BAD_VALUE"),
    "U+0000 in a value": ({"data": {"quantity": "1", "note": "a\0b"}}, "BAD_VALUE"),
    "U+0000 in a name": ({"data": {"quantity": "1", "a\0b": "x"}}, "BAD_VALUE"),
    "U+0000 in the id": ({"id": "a\0b"}, "BAD_VALUE"),
    "an unknown account": ({"subject": "nobody"}, "UNKNOWN_ACCOUNT"),
    "an unknown account with U+0000": ({"subject": "no\0body"}, "UNKNOWN_ACCOUNT"),
    "an unknown meter": ({"type": "nothing"}, "UNKNOWN_METER"),
    "a naive time": ({"time": "2026-10-31T10:00:00"}, "BAD_TIME"),
    "year 1": ({"time": "0001-01-01T00:00:00Z"}, "BAD_TIME"),
    "year 2101": ({"time": "2101-01-01T00:00:00Z"}, "BAD_TIME"),
    "a leap second": ({"time": "2016-12-31T23:59:60Z"}, "BAD_TIME"),
    "a date": ({"time": "2026-10-31"}, "BAD_TIME"),
    "a week": ({"time": "2026-W44-6T10:00:00Z"}, "BAD_TIME"),
    "the day after tomorrow": ({"time": "2026-11-02T12:00:01Z"}, "TOO_FAR_AHEAD"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_event_is_kept_and_the_good_ones_around_it_land(
    what: str, intake: Intake, database: Database, event: Make
) -> None:
    given, code = BAD[what]
    bad = given if isinstance(given, bytes) else event(given)

    tally = send(intake, [event("good-1"), bad, event("good-2")])

    assert (tally.accepted, tally.duplicate, tally.refused) == (2, 0, 1)
    assert [(one.index, one.code) for one in tally.rejected] == [(1, code)]
    assert [row[0] for row in rows(database, RECORDED)] == ["good-1", "good-2"]
    ((*_, kept_code, detail, raw, form),) = rows(database, LETTERS)
    assert (kept_code, raw, form) == (code, bad, "cloudevents")
    assert detail == tally.rejected[0].detail.replace("\0", "\ufffd")
    assert rows(database, IDENTITY) == [(0, 1)]


def test_a_line_that_is_too_long_is_kept_up_to_the_limit(
    intake: Intake, database: Database, event: Make
) -> None:
    long = event("long", data={"quantity": "1", "note": "x" * EVENT_BYTES_MAX})

    tally = send(intake, [long, event("good")])

    assert (tally.accepted, tally.rejected[0].code) == (1, "BAD_SCHEMA")
    assert str(EVENT_BYTES_MAX) in tally.rejected[0].detail
    ((source, *_, raw, _),) = rows(database, LETTERS)
    assert (source, raw) == ("(unreadable)", long[:EVENT_BYTES_MAX])


def test_fractions_of_a_second_are_cut_so_that_an_event_stays_in_its_month(
    intake: Intake, database: Database, event: Make
) -> None:
    send(intake, [event("late", time="2026-10-31T23:59:59.9999999Z")])
    send(intake, [event("east", time="2026-11-01T00:59:59.9999999+01:00")])

    assert {str(row[1]) for row in rows(database, RECORDED)} == {"2026-10-31 23:59:59.999999"}


def test_what_is_recorded_is_what_was_sent_and_what_the_meter_took(
    intake: Intake, database: Database, event: Make
) -> None:
    send(
        intake,
        [
            event("a", data={"quantity": 7, "region": "eu", "on": True, "none": None, "n": ""}),
            event("b", type="hits", data={}, subscription="sub-1"),
        ],
    )

    first, second = (row[2] for row in rows(database, RECORDED))
    assert first == {
        "source": "gateway",
        "id": "a",
        "account": "acme",
        "meter": "api",
        "properties": {"quantity": 7, "region": "eu", "on": True, "none": None, "n": ""},
        "quantity": "7",
        "dimensions": {"region": "eu"},
    }
    assert (second["quantity"], second["subscription"]) == ("1", "sub-1")
    assert second["properties"] == {}


def test_everything_sent_twice_is_a_duplicate(
    intake: Intake, database: Database, event: Make
) -> None:
    events = [event(f"e{n}") for n in range(50)]
    send(intake, events)

    again = send(intake, events)

    assert (again.accepted, again.duplicate, again.refused) == (0, 50, 0)
    assert len(rows(database, RECORDED)) == 50
    assert rows(database, IDENTITY) == [(50, 0)]


def test_the_same_id_with_other_content_is_a_conflict_and_kept(
    intake: Intake, database: Database, event: Make
) -> None:
    first, other = event("a"), event("a", data={"quantity": "3"})
    send(intake, [first])

    tally = send(intake, [other, event("b"), event("b"), event("b", subject="beta")])

    assert (tally.accepted, tally.duplicate) == (1, 1)
    assert [(one.index, one.id, one.code) for one in tally.rejected] == [
        (0, "a", "ID_CONFLICT"),
        (3, "b", "ID_CONFLICT"),
    ]
    assert [row[5] for row in rows(database, LETTERS)] == [other, event("b", subject="beta")]


def test_an_account_that_was_unknown_is_known_once_it_is_opened(
    intake: Intake, catalog: Any, opened: Any, event: Make
) -> None:
    assert send(intake, [event(subject="new")]).rejected[0].code == "UNKNOWN_ACCOUNT"

    catalog(opened["account"]("new"))

    assert send(intake, [event(subject="new")]).accepted == 1


def test_two_intakes_with_the_same_events_at_once_record_each_once(
    intake: Intake, database: Database, event: Make
) -> None:
    runs = [[event(f"e{at}-{n}") for n in range(100)] for at in range(10)]

    def take(_: int) -> Tally:
        with Intake(database, Settings.load(), intake._clock) as other:
            return other.take_now(runs, STRUCTURED, META)

    with ThreadPoolExecutor(3) as pool:
        tallies = list(pool.map(take, range(3)))

    assert sum(tally.accepted for tally in tallies) == 1000
    assert sum(tally.duplicate for tally in tallies) == 2000
    recorded = rows(database, RECORDED)
    assert len({row[0] for row in recorded}) == len(recorded) == 1000
    positions = rows(database, "select position from ledger.log where lane = 1 order by 1")
    assert [row[0] for row in positions] == list(range(1, len(positions) + 1))


def test_refusals_beyond_the_limit_are_counted_not_listed(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, event: Make
) -> None:
    monkeypatch.setattr("ledger.ingest.answer.REJECTED_MAX", 3)

    tally = send(intake, [b"x"] * 5 + [event()])

    assert tally.to_dict()["rejected_more"] == 2
    assert [one["index"] for one in tally.to_dict()["rejected"]] == [0, 1, 2]
    assert tally.received == 6
