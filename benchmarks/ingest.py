"""Usage in, from HTTP to committed, beside bare COPY into an identical table and beside the
eventsourcing library's own insert.

Each round measures all of them in turn on one durable server, and the best round of each counts:
what else the machine does then falls on all alike.
"""

from collections.abc import Callable, Iterator
from time import monotonic, time_ns
from uuid import uuid4

import http_load as load
import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from made import ledger, set_up
from psycopg.conninfo import conninfo_to_dict
from table import Figure, main, per_second, times

from ledger.api.keys import create_key
from ledger.commands.engine.ledger import Ledger
from ledger.ingest.chunk import Chunk
from ledger.ingest.directory import Directory
from ledger.ingest.form import STRUCTURED
from ledger.ingest.prepare import Clocked
from ledger.store.embedded import DATABASE, Embedded
from ledger.store.meta import meta
from ledger.store.rows import COLUMNS, HEADER, TRAILER, pack, placed

ROUNDS = 3
EVENTS = 80_000
SINGLE_EVENTS = 8_000
PEER_EVENTS = 20_000
CHUNK = 4_000
BATCH = 1_000
COPY = f"copy copied ({COLUMNS}) from stdin (format binary)"
ACCOUNTS = [f"account-{number:03d}" for number in range(100)]


class Bench:
    """A ledger with accounts and a meter, a key, and a superuser's connection for the peers."""

    def __init__(self, opened: Ledger) -> None:
        self.ledger = opened
        self.key = create_key(opened.db, "ingest", None, "bench").key
        self._server = Embedded(opened.settings.home)
        self.admin = psycopg.connect(self._server.admin_url, dbname=DATABASE, autocommit=True)
        self.admin.execute("create table copied (like ledger.log including all)")
        self.admin.execute("create database peer")
        self.library = self._library()

    def close(self) -> None:
        """Close the peers' connections and leave the server."""
        self.library.datastore.close()
        self.admin.close()
        self._server.leave()

    def events(self, count: int) -> list[bytes]:
        """Return so many events that were never sent before."""
        run = str(time_ns())
        return [load.event(run, number, ACCOUNTS) for number in range(count)]

    def copy(self) -> float:
        """Return the seconds of bare COPY: the same rows, hashed and packed before."""
        buffers = self._buffers(self.events(EVENTS))
        started = monotonic()
        for buffer in buffers:
            with self.admin.cursor() as cursor, cursor.copy(COPY) as copy:
                copy.write(HEADER + buffer + TRAILER)
        return monotonic() - started

    def insert(self) -> float:
        """Return the seconds of the library's insert_events, 1,000 at a time."""
        events = [
            StoredEvent(uuid4(), 1, "bench:Usage", event) for event in self.events(PEER_EVENTS)
        ]
        started = monotonic()
        for start in range(0, PEER_EVENTS, BATCH):
            self.library.insert_events(events[start : start + BATCH])
        return monotonic() - started

    def batches(self, port: int) -> float:
        """Return the seconds of HTTP batches of 1,000 over four connections."""
        events = self.events(EVENTS)
        bodies = [
            b"[" + b",".join(events[start : start + BATCH]) + b"]"
            for start in range(0, EVENTS, BATCH)
        ]
        return self._posted(port, [load.request(self.key, load.BATCH, one) for one in bodies], 4)

    def lines(self, port: int) -> float:
        """Return the seconds of one stream of lines."""
        body = b"\n".join(self.events(EVENTS))
        return self._posted(port, [load.request(self.key, load.LINES, body)], 1)

    def singles(self, port: int) -> float:
        """Return the seconds of one event per request over 64 connections."""
        requests = [load.request(self.key, load.ONE, event) for event in self.events(SINGLE_EVENTS)]
        return load.post_singly(port, requests, 64)

    def _posted(self, port: int, requests: list[bytes], connections: int) -> float:
        accepted, seconds = load.post(port, requests, connections)
        assert accepted == EVENTS, f"{accepted} of {EVENTS} accepted"
        return seconds

    def _buffers(self, events: list[bytes]) -> list[bytes]:
        directory = Directory(self.ledger.db)
        directory.load(ACCOUNTS, ["calls"])
        clocked = Clocked.at(self.ledger.clock(), 3_650)
        who = meta("key:abcdefgh")
        items = Chunk.read(STRUCTURED, 0, events).prepare(directory, clocked, who).items
        rows = [
            pack(one.lane, one.stream, 1, "usage.recorded/1", one.stamp, one.data, who)
            for one in items
        ]
        taken = self.admin.execute("select count(*) from copied").fetchone()
        after = taken[0] if taken else 0
        stamp = time_ns() // 1000
        return [
            placed(rows[start : start + CHUNK], 1, after + start, stamp)
            for start in range(0, len(rows), CHUNK)
        ]

    def _library(self) -> PostgresApplicationRecorder:
        info = conninfo_to_dict(self.admin.info.dsn)
        datastore = PostgresDatastore("peer", info["host"], 5432, info["user"], "")
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        recorder.create_table()
        return recorder


def measure() -> Iterator[Figure]:
    """Measure every way in, round by round, and yield the figures."""
    with ledger() as opened:
        set_up(opened, ACCOUNTS)
        bench = Bench(opened)
        with load.served(opened.settings.home) as port:
            ways: dict[str, Callable[[], float]] = {
                "copy": bench.copy,
                "insert": bench.insert,
                "batches": lambda: bench.batches(port),
                "lines": lambda: bench.lines(port),
                "singles": lambda: bench.singles(port),
            }
            taken: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    taken[name].append(way())
        bench.close()
    yield from figures({name: min(seconds) for name, seconds in taken.items()})


def figures(seconds: dict[str, float]) -> Iterator[Figure]:
    """Turn the best times into the lines of the table."""
    copied, inserted = EVENTS / seconds["copy"], PEER_EVENTS / seconds["insert"]
    copy = f"bare COPY {per_second(EVENTS, seconds['copy'])}"
    library = f"library's insert_events {per_second(PEER_EVENTS, seconds['insert'])}"
    for name, way in (("batches", "batches of 1,000"), ("lines", "one stream of lines")):
        rate = EVENTS / seconds[name]
        ours = per_second(EVENTS, seconds[name])
        yield Figure(f"Ingest over HTTP, {way}", ours, copy, times(rate, copied), "≥ 0.6")
        yield Figure(f"Ingest over HTTP, {way}", ours, library, times(rate, inserted), "≥ 3×")
    ours = per_second(SINGLE_EVENTS, seconds["singles"])
    yield Figure("Ingest, one event per request, 64 connections", ours, goal="≥ 3,000/s")


if __name__ == "__main__":
    main(measure)
