"""Usage made straight into the log, through the one append function, for benchmarks to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.events.streams import usage_stream_bytes
from ledger.garbage import collect_rarely
from ledger.settings import Settings
from ledger.store import append
from ledger.store.canonical import canonical
from ledger.store.database import Role
from ledger.store.meta import meta
from ledger.store.rows import pack

SOURCE = "bench"
CHUNK = 20_000
START = 1_790_812_800_000_000  # 2026-10-01T00:00:00Z in microseconds
MONTH = 31 * 86_400_000_000
Account = str
PLAN: dict[str, Any] = {
    "plan": "p",
    "currency": "USD",
    "from": "2026-10-01",
    "items": [
        {
            "item": "api",
            "kind": "usage",
            "meter": "calls",
            "interval": "month",
            "model": {"type": "per_unit", "unit": "0.0001"},
        }
    ],
}


@contextmanager
def ledger() -> Iterator[Ledger]:
    """Open a ledger on a durable embedded server of its own, gone afterwards."""
    collect_rarely()
    with (
        TemporaryDirectory(prefix="usage-ledger-bench-") as home,
        Ledger.open(Settings.load(home=Path(home))) as opened,
    ):
        yield opened


def send(ledger: Ledger, **body: object) -> None:
    """Carry out one command; a refusal stops the benchmark."""
    answer = execute(ledger, body, "bench")
    assert answer.status == "accepted", answer


def set_up(ledger: Ledger, accounts: list[Account]) -> None:
    """Make an entity, a meter with one dimension, a plan, and the accounts that take it."""
    send(
        ledger, command="register_entity", key="e", entity="US", name="US", currency="USD",
        country="US", time_zone="UTC", first_period="2026-10",
    )  # fmt: skip
    send(ledger, command="define_meter", key="m", meter="calls", aggregation="sum",
         dimensions=["region"])  # fmt: skip
    send(ledger, command="publish_plan", key="p", **PLAN)
    for account in accounts:
        send(ledger, command="open_account", key=f"a{account}", account=account, entity="US",
             name=account, currency="USD")  # fmt: skip
        send(ledger, command="start_subscription", key=f"s{account}", subscription=account,
             account=account, plan="p", **{"from": "2026-10-01"})  # fmt: skip


def record(ledger: Ledger, accounts: list[Account], events: int) -> None:
    """Append this many usage events, spread evenly over October 2026 and the accounts."""
    who = meta("bench")
    for first in range(0, events, CHUNK):
        packed = [
            pack(1, usage_stream_bytes(SOURCE, f"e{number}"), 1, "usage.recorded/1",
                 START + number * MONTH // events, _data(number, accounts), who)
            for number in range(first, min(first + CHUNK, events))
        ]  # fmt: skip
        with ledger.db.transaction(Role.WRITER) as tx:
            append.append_packed(tx, packed, read_at=0)


def _data(number: int, accounts: list[Account]) -> bytes:
    region = ("eu", "us", "ap")[number % 3]
    return canonical(
        {
            "account": accounts[number % len(accounts)],
            "dimensions": {"region": region},
            "id": f"e{number}",
            "meter": "calls",
            "properties": {"quantity": number % 1000, "region": region},
            "quantity": str(number % 1000),
            "source": SOURCE,
        }
    )
