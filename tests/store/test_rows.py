"""The hashes of a row: an independent computation of what docs/log.md describes."""

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

from ledger.store.append import append
from ledger.store.canonical import microseconds
from ledger.store.database import Database, Role
from ledger.store.rows import NewFact, content_of, leaf_of

STREAM = UUID("00000000-0000-5000-8000-0000000000ff")
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ROW = """
select stream, version, type, occurred_at, recorded_at, data, meta, content, leaf
from ledger.log where lane = %(lane)s and position = %(position)s"""


def test_the_example_of_the_documentation() -> None:
    content = content_of(
        STREAM.bytes, 1, "usage.voided/1", microseconds(NOON), b'{"id":"7"}', b'{"actor":"a"}'
    )
    assert content == hashlib.sha256(
        b'["00000000-0000-5000-8000-0000000000ff",1,"usage.voided/1",'
        b'"2026-10-01T12:00:00.000000Z",{"id":"7"},{"actor":"a"}]'
    ).digest()  # fmt: skip
    assert content.hex() == "5b6e309add27a4ff6d6b0673fb794bbae82862978cd3de8c9ec49a0df573c061"
    recorded = microseconds(datetime(2026, 10, 2, tzinfo=UTC))
    assert (
        leaf_of(1, recorded, content).hex()
        == "764ca5b2ca1072106a740ad1fe3f54743ba36e9d82d40b585c0d50b395eb758d"
    )


def test_stored_rows_hash_to_what_is_stored_with_them(database: Database) -> None:
    facts = [
        NewFact(lane, UUID(int=n).bytes, 1, "test.happened/1", NOON, b'{"n":[1,"\xc3\xa9"]}', b"{}")
        for n, lane in enumerate([1, 0, 1])
    ]
    with database.transaction(Role.WRITER) as tx:
        appended = append(tx, facts, read_at=0)
        assert appended.positions == [(1, 1), (0, 1), (1, 2)]
        for lane, position in appended.positions:
            row = tx.execute(ROW, {"lane": lane, "position": position}).fetchone()
            assert row is not None
            stream, version, type_, occurred, recorded, data, meta, content, leaf = row
            assert recorded == appended.recorded_at
            text = [str(stream), version, type_, f"{occurred:%Y-%m-%dT%H:%M:%S.%fZ}", data, meta]
            plain = json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert hashlib.sha256(plain.encode()).digest() == content
            stamp = int((recorded - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
            stamp += recorded.microsecond
            place = lane.to_bytes(2) + stamp.to_bytes(8)
            assert hashlib.sha256(b"\0" + place + content).digest() == leaf
