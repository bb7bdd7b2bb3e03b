"""A ledger opens on any database, migrated, with a live build of every projection."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.projector.projection import projections
from ledger.reads.journal import trial_balance
from ledger.settings import Settings
from ledger.store.database import Role


def test_it_opens_with_everything_live_and_opens_again(server, database):
    settings = Settings(
        database_url=SecretStr(database.url),
        migrate_url=SecretStr(server.migrate_url(database)),
        usage_lanes=3,
    )
    for _ in range(2):
        with Ledger.open(settings) as ledger, ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute("select projection from ledger.active_builds").fetchall()
            assert {name for (name,) in rows} == set(projections())
            assert set(tx.heads()) == {0, 1, 2, 3}


def test_accounts_of_several_lanes_are_rated_and_billed_alike(server, database):
    """Given three usage lanes, each account's usage is in its own lane and nothing is missed."""
    settings = Settings(
        database_url=SecretStr(database.url),
        migrate_url=SecretStr(server.migrate_url(database)),
        usage_lanes=3,
    )
    names = [f"acme-{number}" for number in range(6)]
    with Ledger.open(settings, lambda: datetime(2026, 11, 23, tzinfo=UTC)) as ledger:
        for number, (command, fields) in enumerate(_steps(names)):
            answer = execute(ledger, {"command": command, "key": str(number), **fields}, "tester")
            assert answer.status == "accepted", answer
            assert answer.usage is None or answer.usage["accepted"] == len(names)
        lanes = {
            ledger.books.read_stream(stream("account", name))[0].lane  # type: ignore[attr-defined]
            for name in names
        }
        assert len(lanes) > 1
        catch_up(ledger.db)
        with ledger.db.transaction(Role.READER) as tx:
            rows = tx.all(trial_balance("US"))
    assert {row.account: str(row.balance) for row in rows if row.balance} == {
        "1100": "6.00", "4010": "-6.00",
    }  # fmt: skip


def _steps(names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the commands from an entity to its invoices; every account uses 100 calls at 0.01."""
    item = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month",
            "model": {"type": "per_unit", "unit": "0.01"}}  # fmt: skip
    yield "register_entity", {"entity": "US", "name": "US", "currency": "USD", "country": "US",
                              "time_zone": "UTC", "first_period": "2026-01"}  # fmt: skip
    yield "define_meter", {"meter": "api", "aggregation": "sum"}
    yield "publish_plan", {"plan": "p", "currency": "USD", "from": "2026-01-01", "items": [item]}
    for name in names:
        yield "open_account", {"account": name, "entity": "US", "name": name, "currency": "USD"}
        yield "start_subscription", {"subscription": name, "account": name, "plan": "p",
                                     "from": "2026-10-01"}  # fmt: skip
    yield "record_usage", {"events": [
        {"source": "app", "id": name, "account": name, "meter": "api",
         "time": "2026-10-05T00:00:00Z", "properties": {"quantity": "100"}} for name in names
    ]}  # fmt: skip
    yield "rate_usage", {"through": "2026-10-31"}
    yield "issue_invoices", {"through": "2026-10-31", "on": "2026-11-01"}
