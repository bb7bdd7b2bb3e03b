"""Whoever changes the log behind the service's back is found, with the first bad position."""

from datetime import UTC, datetime

import psycopg
import pytest

from ledger.proof.log import verify_log
from ledger.store.append import NewFact, append
from ledger.store.database import Role
from ledger.store.meta import Meta

AT = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def log(database):
    """Twelve facts of usage in lane 1 and one in the books."""
    facts = [fact(1, number) for number in range(12)] + [fact(0, 99)]
    for one in facts:
        with database.transaction(Role.WRITER) as tx:
            append(tx, [one], read_at=0)
    return database


def fact(lane: int, number: int) -> NewFact:
    data = b'{"a":"%d","b":["1.50",true,null]}' % number
    stream = number.to_bytes(16, "big")
    return NewFact(lane, stream, 1, "test.happened/1", AT, data, Meta("tester").encode())


def tamper(server, database, *statements: str) -> None:
    """Change rows as the superuser, with the trigger that would refuse it switched off."""
    with psycopg.connect(server.admin_url(database)) as superuser:
        superuser.execute("set session_replication_role = replica")
        for statement in statements:
            superuser.execute(statement)


def places(database) -> list[tuple[int, int]]:
    return [(finding.lane, finding.position) for finding in verify_log(database)]


def test_an_untouched_log_holds(log):
    assert places(log) == []


def test_an_empty_log_holds(database):
    assert places(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.log set data = jsonb_set(data, '{a}', '\"7\"') where position = 5",
        "update ledger.log set data = jsonb_set(data, '{a}', '1.5') where position = 5",
        'update ledger.log set meta = meta || \'{"actor": "nobody"}\' where position = 5',
        "update ledger.log set type = 'test.happened/2' where position = 5",
        "update ledger.log set occurred_at = occurred_at + interval '1 us' where position = 5",
        "update ledger.log set recorded_at = recorded_at + interval '1 us' where position = 5",
        "update ledger.log set version = 2 where position = 5",
        "update ledger.log set leaf = sha256('x') where position = 5",
        "update ledger.log set content = sha256('x') where position = 5",
        "delete from ledger.log where position = 5",
    ],
)
def test_any_change_names_its_position(log, server, statement):
    tamper(server, log, statement)
    assert places(log) == [(1, 5)]


def test_a_fact_cut_from_the_end_is_missed(log, server):
    tamper(server, log, "delete from ledger.log where lane = 1 and position > 10")
    assert places(log) == [(1, 11)]


def test_a_fact_beyond_the_head_is_found(log, server):
    tamper(server, log, "update ledger.log_heads set position = 10 where lane = 1")
    assert places(log) == [(1, 11)]


def test_every_lane_is_looked_at(log, server):
    tamper(server, log, "update ledger.log set type = 'x/1' where position = 1")
    assert places(log) == [(0, 1), (1, 1)]


def test_progress_tells_how_far_it_is(log):
    told = []
    assert not list(verify_log(log, lambda *at: told.append(at)))
    assert told == [(0, 1, 1), (1, 12, 12)]
