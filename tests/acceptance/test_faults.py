"""Power cuts: the API and PostgreSQL die by kill -9 in the middle of an ingest.

Given clients that send usage; when first the server process and then the database is killed, and
everything is started and sent once more; then what was acknowledged is there once, nothing is there
twice, positions are dense, and every projection is what a rebuild makes of the log.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

BATCHES, SIZE = 60, 200
ACCOUNTS = ("acme", "globex", "initech")
BATCH = "application/cloudevents-batch+json"
PROGRAM = Path(sys.executable).parent / "usage-ledger"


class Installation:
    """An embedded ledger in a home of its own, used as a program only."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if "LEDGER" not in name}
        self.env = kept | {"LEDGER_HOME": str(home), "NO_COLOR": "1"}

    def run(self, *words: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            [PROGRAM, *words], input=stdin, capture_output=True, text=True, env=self.env,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def json(self, *words: str) -> object:
        return json.loads(self.run(*words, "--format", "json"))

    @contextmanager
    def serving(self) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
        """Serve on a free port while the block runs."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen([PROGRAM, "serve", "--port", str(port)], env=self.env)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process)
            yield url, process
        finally:
            process.kill()
            process.wait(30)

    def kill_postgres(self) -> None:
        """Kill the database server, so that nothing is written down in good order."""
        pid = int((self.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=30)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended before it was ready"
        try:
            if httpx.get(url + "/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server is not ready after a minute")


def _reference_data() -> Iterator[dict]:
    yield {
        "command": "register_entity", "key": "e", "entity": "US", "name": "US", "currency": "USD",
        "country": "US", "time_zone": "UTC", "first_period": "2026-10",
    }  # fmt: skip
    yield {"command": "define_meter", "key": "m", "meter": "calls", "aggregation": "sum"}
    for account in ACCOUNTS:
        yield {
            "command": "open_account", "key": account, "account": account, "entity": "US",
            "name": account, "currency": "USD",
        }  # fmt: skip


def _batch(number: int) -> bytes:
    events = [
        {
            "specversion": "1.0", "id": f"{number}-{at}", "source": "edge", "type": "calls",
            "subject": ACCOUNTS[at % len(ACCOUNTS)], "time": f"2026-10-{1 + at % 30:02d}T10:00:00Z",
            "data": {"quantity": at},
        }
        for at in range(SIZE)
    ]  # fmt: skip
    return json.dumps(events).encode()


def _send_all(url: str, key: str, numbers: range, after: int, strike: object) -> set[int]:
    """Send batches by four clients, strike after so many answers; return what was acknowledged."""
    acknowledged: set[int] = set()

    def send(number: int) -> None:
        headers = {"content-type": BATCH, "authorization": f"Bearer {key}"}
        try:
            answer = httpx.post(url + "/v1/events", content=_batch(number), headers=headers)
        except httpx.TransportError:
            return
        if answer.status_code == 200:
            acknowledged.add(number)
            if len(acknowledged) == after:
                assert callable(strike)
                strike()
        else:
            assert answer.status_code == 503, answer.text

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, numbers))
    return acknowledged


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "home")
    made.run("apply", "-", stdin="".join(json.dumps(one) + "\n" for one in _reference_data()))
    return made


def test_kill_9_of_the_api_and_of_postgresql_loses_and_doubles_nothing(
    installation: Installation,
) -> None:
    key = json.loads(installation.run("key", "create", "--role", "ingest", "--format", "json"))[
        "key"
    ]
    third = BATCHES // 3
    with installation.serving() as (url, process):
        first = _send_all(url, key, range(third), third // 2, process.kill)
    with installation.serving() as (url, _):
        numbers = range(third, 2 * third)
        second = _send_all(url, key, numbers, third // 2, installation.kill_postgres)
    assert third // 2 <= len(first) < third
    assert third // 2 <= len(second) < third
    with installation.serving() as (url, _):
        everything = _send_all(url, key, range(BATCHES), BATCHES + 1, None)
    assert everything == set(range(BATCHES))
    _check(installation)


def _check(installation: Installation) -> None:
    installation.run("verify")
    installation.run("projection", "rebuild", "--all")
    report = installation.json("report", "completeness")
    assert isinstance(report, list)
    assert sum(int(line["accepted"]) for line in report) == BATCHES * SIZE
    for line in report:
        parts = ("accepted", "duplicate", "dead_lettered")
        assert int(line["received"]) == sum(int(line[part]) for part in parts)
    assert sum(int(line["dead_lettered"]) for line in report) == 0
