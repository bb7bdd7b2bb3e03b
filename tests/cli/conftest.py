"""The command line run inside the test, on a database that holds the first worked example.

Given 1,234,567 calls in October at the graduated price of the accounting rules, sales tax of
8.875 %, an invoice of 455.79, and its payment through a payment service provider.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ledger.cli import main
from ledger.testing import TestServer

TIERS = [
    {"up_to": "100000", "unit": "0"},
    {"up_to": "1000000", "unit": "0.0004"},
    {"unit": "0.00025"},
]
COMMANDS: list[dict[str, Any]] = [
    {"command": "register_entity", "key": "us", "entity": "US", "name": "Example Inc",
     "currency": "USD", "country": "US", "time_zone": "UTC", "first_period": "2026-01"},
    {"command": "define_meter", "key": "meter", "meter": "api", "aggregation": "sum"},
    {"command": "set_tax_rate", "key": "tax", "code": "sales", "rate": "8.875",
     "from": "2026-01-01", "category": "S"},
    {"command": "publish_plan", "key": "plan", "plan": "basic", "currency": "USD",
     "from": "2026-01-01", "items": [{"item": "api", "kind": "usage", "meter": "api",
                                      "interval": "month",
                                      "model": {"type": "graduated", "tiers": TIERS}}]},
    {"command": "open_account", "key": "acme", "account": "acme", "entity": "US", "name": "Acme",
     "currency": "USD", "tax": "sales"},
    {"command": "start_subscription", "key": "start", "subscription": "s-1", "account": "acme",
     "plan": "basic", "from": "2026-10-01"},
]  # fmt: skip
EVENTS = [("e-1", "1000000", 5), ("e-2", "234567", 15), ("e-2", "234567", 15)]
BILLING: list[dict[str, Any]] = [
    {"command": "rate_usage", "key": "rate", "through": "2026-10-31"},
    {"command": "issue_invoices", "key": "bill", "through": "2026-10-31", "on": "2026-11-01"},
    {"command": "capture_payment", "key": "pay", "payment": "p-1", "account": "acme",
     "amount": "455.79", "currency": "USD", "on": "2026-11-03", "via": "psp"},
]  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


def run_on(url: str | None) -> Run:
    """Return a function that runs the command line on a database, or on the embedded one."""
    first = ["--database-url", url] if url else []

    def run(*words: str, stdin: str = "") -> Done:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        with (
            mock.patch.object(sys, "stdout", out),
            mock.patch.object(sys, "stderr", err),
            mock.patch.object(sys, "stdin", given),
            pytest.raises(SystemExit) as left,
        ):
            main([*first, *words])
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())
        return Done(int(left.value.code or 0), *texts)

    return run


def lines(*commands: dict[str, Any]) -> str:
    return "".join(json.dumps(command) + "\n" for command in commands)


def cloudevent(event: str, quantity: str, day: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "source": "app",
        "id": event,
        "subject": "acme",
        "type": "api",
        "time": f"2026-10-{day:02}T12:00:00Z",
        "data": {"quantity": quantity},
    }


@pytest.fixture
def runner() -> Callable[[str | None], Run]:
    """The command line on any database."""
    return run_on


@pytest.fixture
def cloudevents() -> Callable[..., str]:
    """Write events (id, quantity, day of October) as lines of CloudEvents."""
    return lambda *events: lines(*(cloudevent(*event) for event in events))


@pytest.fixture(scope="module")
def run(server: TestServer) -> Iterator[Run]:
    """The command line on a fresh database, shared by the tests of a file."""
    with server.database() as database:
        yield run_on(database.url)


@pytest.fixture(scope="module")
def books(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command line on the worked example."""
    usage: Path = tmp_path_factory.mktemp("usage") / "usage.ndjson"
    usage.write_text(lines(*(cloudevent(*event) for event in EVENTS)))
    assert run("apply", "-", stdin=lines(*COMMANDS)).code == 0
    assert run("ingest", str(usage)).json == {"accepted": 2, "duplicate": 1, "rejected": []}
    assert run("apply", "-", stdin=lines(*BILLING)).code == 0
    return run
