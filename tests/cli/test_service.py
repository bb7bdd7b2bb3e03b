"""Serving: it answers once it is ready, keeps projections up to date, and leaves when asked."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

USAGE_LEDGER = Path(sys.executable).with_name("usage-ledger")
SECONDS_MAX = 60


@pytest.fixture
def serving(database):
    """A server on a free port, with the URL it listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [USAGE_LEDGER, "serve", "--port", str(port), "--database-url", database.url],
        env={key: value for key, value in os.environ.items() if not key.startswith("LEDGER_")},
        stderr=subprocess.PIPE,
    )
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.communicate()


def ready(url: str) -> bool:
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False


def test_it_serves_with_a_key_and_leaves_on_sigterm(serving, database, runner):
    process, url = serving
    assert ready(url)
    key = runner(database.url)("key", "create", "--role", "admin", "--format", "json").json["key"]
    request = urllib.request.Request(
        f"{url}/graphql",
        data=json.dumps({"query": "{ __typename }"}).encode(),
        headers={"content-type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=10)
    request.add_header("authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["data"] == {"__typename": "Query"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS_MAX) == 0


def test_a_port_that_is_taken_could_not_start(serving, database):
    process, url = serving
    assert ready(url)
    second = subprocess.run(
        [USAGE_LEDGER, "serve", "--port", url.rpartition(":")[2], "--database-url", database.url],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )
    assert second.returncode == 3, second.stderr
    assert process.poll() is None
