"""The whole application as a process on a port: health, doors, and kill -9 in mid-ingest."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from ledger.api.keys import create_key
from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.store.database import Database, Query, Role
from ledger.testing import TestServer

BATCH = "application/cloudevents-batch+json"
COMMANDS: list[dict[str, Any]] = [
    {
        "command": "register_entity",
        "entity": "US",
        "name": "US Inc",
        "currency": "USD",
        "country": "US",
        "time_zone": "UTC",
        "first_period": "2026-01",
    },
    {
        "command": "open_account",
        "account": "acme",
        "entity": "US",
        "name": "Acme",
        "currency": "USD",
    },
    {"command": "define_meter", "meter": "api", "aggregation": "sum"},
]


class Served:
    """An API process on a port of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "--factory", "ledger.api.app:create_app"]
        command += ["--port", str(self.port), "--log-level", "warning", "--no-access-log"]
        self.process = subprocess.Popen(command, env=os.environ | environment)
        self.url = f"http://127.0.0.1:{self.port}"
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            assert self.process.poll() is None, "the process ended"
            try:
                if httpx.get(self.url + "/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the process is not ready after 30 s")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture
def serve(database: Database, server: TestServer, tmp_path: Path) -> Iterator[Callable[[], Served]]:
    """Start API processes over one database."""
    environment = {
        "LEDGER_DATABASE_URL": database.url,
        "LEDGER_MIGRATE_URL": server.migrate_url(database),
        "LEDGER_HOME": str(tmp_path),
    }
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(environment))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.end(signal.SIGKILL)


@pytest.fixture
def keys(ledger: Ledger) -> dict[str, dict[str, str]]:
    """Authorisation headers by role, over a ledger with an account and a meter."""
    for number, command in enumerate(COMMANDS):
        answer = execute(ledger, {**command, "key": f"k{number}"}, "test")
        assert answer.status == "accepted", answer
    made = {role: create_key(ledger.db, role, None, "test").key for role in ("ingest", "admin")}
    return {role: {"authorization": f"Bearer {key}"} for role, key in made.items()}


def batch(number: int, size: int = 100) -> bytes:
    return orjson.dumps(
        [
            {
                "specversion": "1.0",
                "id": f"{number}-{at}",
                "source": "gateway",
                "type": "api",
                "subject": "acme",
                "time": "2026-10-31T10:00:00Z",
                "data": {"quantity": at},
            }
            for at in range(size)
        ]
    )


def test_the_doors_of_a_process(serve: Callable[[], Served], keys: Any) -> None:
    served = serve()
    with httpx.Client(base_url=served.url) as client:
        assert client.get("/livez").text == "ok"
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=keys["ingest"]).status_code == 403
        assert client.get("/v1/events").status_code == 405
        assert client.get("/nothing").status_code == 404
        assert client.post("/graphql", json={"query": "{__typename}"}).status_code == 401
        asked = client.post("/graphql", json={"query": "{__typename}"}, headers=keys["admin"])
        assert asked.json()["data"] == {"__typename": "Query"}
        sent = {"content-type": BATCH, **keys["ingest"]}
        assert client.post("/v1/events", content=batch(1), headers=sent).json()["accepted"] == 100
        metrics = client.get("/metrics", headers=keys["admin"]).text
    assert 'ledger_ingest_events_total{result="accepted"} 100.0' in metrics
    assert 'ledger_log_position{lane="1"} 100.0' in metrics
    assert "ledger_projection_position" in metrics
    assert served.end() == -signal.SIGTERM  # uvicorn ends as it was told, after its lifespan


def test_kill_9_in_the_middle_of_an_ingest_and_a_full_resend(
    serve: Callable[[], Served], keys: Any, database: Database
) -> None:
    served = serve()
    headers = {"content-type": BATCH, **keys["ingest"]}
    acknowledged: list[int] = []

    def send(number: int) -> None:
        try:
            answer = httpx.post(served.url + "/v1/events", content=batch(number), headers=headers)
        except httpx.TransportError:
            return
        assert answer.status_code == 200
        acknowledged.append(number)
        if len(acknowledged) == 20:
            served.end(signal.SIGKILL)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(60)))
    assert 20 <= len(acknowledged) < 60
    assert set(acknowledged) <= {int(id_.split("-")[0]) for id_ in recorded(database)}

    second = serve()
    for number in range(60):
        answer = httpx.post(second.url + "/v1/events", content=batch(number), headers=headers)
        told = answer.json()
        assert told["accepted"] + told["duplicate"] == 100
        assert told["duplicate"] == 100 or number not in acknowledged

    ids = recorded(database)
    assert len(ids) == len(set(ids)) == 6000
    with database.transaction(Role.READER) as tx:
        ((count, last),) = tx.all(
            Query("select count(*), max(position) from ledger.log where lane = 1")
        )
        assert count == last == tx.head(1)


def recorded(database: Database) -> list[str]:
    with database.transaction(Role.READER) as tx:
        sql = "select data ->> 'id' from ledger.log where type = 'usage.recorded/1'"
        return [row[0] for row in tx.all(Query(sql))]
