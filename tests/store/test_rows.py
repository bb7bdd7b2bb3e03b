"""The hashes of a row: an independent computation of what docs/log.md describes."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from ledger.store.append import append
from ledger.store.canonical import canonical, microseconds
from ledger.store.database import Database, Role
from ledger.store.rows import NewFact, content_of, leaf_of

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ROW = """
select stream, version, type, occurred_at, recorded_at, data, meta, content, leaf
from ledger.log where lane = %(lane)s and position = %(position)s"""


def test_the_worked_example_of_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "log.md").read_text("utf-8")
    lines = page.partition("A worked example")[2].splitlines()
    shown = dict(line.split(maxsplit=1) for line in lines if re.match("json|content|leaf", line))
    stream, version, type_, occurred, data, meta = json.loads(shown["json"])
    content = content_of(
        UUID(stream).bytes,
        version,
        type_,
        microseconds(datetime.fromisoformat(occurred)),
        canonical(data),
        canonical(meta),
    )
    assert content == hashlib.sha256(shown["json"].encode()).digest()
    assert content.hex() == shown["content"]
    assert leaf_of(1, 1_791_201_601_000_000, content).hex() == shown["leaf"]


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
