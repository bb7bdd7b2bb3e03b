"""The data of the demo: reference data as commands, usage as CloudEvents, all from one seed.

October 2026 of Nimbus Inc., which sells an API. The usage holds what real usage holds: retries
of the same event, bytes that are no event, accounts nobody opened, and events that come late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

MONTH = datetime(2026, 10, 1, tzinfo=UTC)
SECONDS = 31 * 86_400
REGIONS = ("eu", "us", "ap")
PLANS = ("starter", "growth", "scale")
Command = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much of everything the demo makes."""

    accounts: int = 300
    events: int = 200_000
    duplicates: int = 2_500
    late: int = 400
    malformed: int = 24
    strangers: int = 12


def reference_data(size: Size) -> Iterator[Command]:
    """Yield the commands that set the company up: entity, tax, meters, plans, accounts."""
    yield {
        "command": "register_entity", "key": "entity-us", "entity": "US", "name": "Nimbus Inc.",
        "currency": "USD", "country": "US", "time_zone": "America/New_York",
        "first_period": "2026-10",
    }  # fmt: skip
    yield {
        "command": "set_tax_rate", "key": "tax-ny", "code": "US-NY", "rate": "8.875",
        "from": "2026-01-01", "category": "S",
    }  # fmt: skip
    yield from _meters()
    yield from _plans()
    for number in range(1, size.accounts + 1):
        yield from _account(number)


def _meters() -> Iterator[Command]:
    definitions: tuple[tuple[str, str, str, list[str]], ...] = (
        ("api_calls", "sum", "calls", ["region"]),
        ("storage_gb", "max", "GB", []),
        ("active_users", "unique_count", "users", []),
    )
    for meter, aggregation, unit, dimensions in definitions:
        yield {
            "command": "define_meter", "key": f"meter-{meter}", "meter": meter,
            "aggregation": aggregation, "unit": unit, "dimensions": dimensions,
            "value": "user" if aggregation == "unique_count" else "quantity",
        }  # fmt: skip


def _plans() -> Iterator[Command]:
    calls = {"item": "api", "kind": "usage", "meter": "api_calls", "interval": "month"}
    users = {"item": "users", "kind": "usage", "meter": "active_users", "interval": "month"}
    storage = {"item": "storage", "kind": "usage", "meter": "storage_gb", "interval": "month"}
    graduated = {
        "type": "graduated",
        "tiers": [
            {"up_to": "10000", "unit": "0"},
            {"up_to": "100000", "unit": "0.0004"},
            {"unit": "0.00025"},
        ],
    }
    volume = {
        "type": "volume",
        "tiers": [{"up_to": "50000", "unit": "0.0005", "flat": "20"}, {"unit": "0.0003"}],
    }
    matrix = {
        "type": "matrix",
        "dimensions": ["region"],
        "prices": [
            {"when": {"region": "eu"}, "unit": "0.0003"},
            {"when": {"region": "us"}, "unit": "0.00025"},
        ],
        "default": "0.00045",
    }
    models = {
        "starter": [calls | {"model": graduated}],
        "growth": [
            calls | {"model": volume},
            users | {"model": {"type": "per_unit", "unit": "1.75"}},
        ],
        "scale": [
            calls | {"model": matrix},
            storage | {"model": {"type": "package", "size": "100", "amount": "9.90"}},
            users | {"model": {"type": "per_unit", "unit": "1.25"}},
        ],
    }
    for plan, items in models.items():
        yield {
            "command": "publish_plan", "key": f"plan-{plan}", "plan": plan, "currency": "USD",
            "from": "2026-10-01", "items": items,
        }  # fmt: skip


def _account(number: int) -> Iterator[Command]:
    account = account_id(number)
    yield {
        "command": "open_account", "key": f"open-{account}", "account": account, "entity": "US",
        "name": f"Customer {number}", "currency": "USD", "country": "US", "tax": "US-NY",
        "payment_terms_days": 30,
    }  # fmt: skip
    yield {
        "command": "start_subscription", "key": f"start-{account}", "account": account,
        "subscription": f"{account}-main", "plan": plan_of(number), "from": "2026-10-01",
        "anchor": 1,
    }  # fmt: skip


def account_id(number: int) -> str:
    """Return the id of the account with this number, e.g. ``acct-007``."""
    return f"acct-{number:03d}"


def plan_of(number: int) -> str:
    """Return the plan that this account takes."""
    return PLANS[number % len(PLANS)]


def usage(size: Size) -> Iterator[bytes]:
    """Yield the lines of the month's usage file, one CloudEvent each, troubles included."""
    random = Random(2026)  # noqa: S311 - the same month at every run, nothing secret
    resend_every = max(1, size.events // max(1, size.duplicates))
    for number in range(size.events):
        line = _event(random, number, size.accounts)
        yield line
        if number % resend_every == 0 and number // resend_every < size.duplicates:
            yield line
    for number in range(size.malformed):
        yield b'{"specversion": "1.0", "id": "torn-%d", "source": "nimbus/edge", "ti' % number
    for number in range(size.strangers):
        yield _line(f"stranger-{number}", "nobody", "api_calls", MONTH, {"quantity": "5"})


def first_event(size: Size, account: str) -> str:
    """Return the id of the first event of this account in the month's file."""
    events = (orjson.loads(line) for line in usage(size))
    return next(str(event["id"]) for event in events if event["subject"] == account)


def late_usage(size: Size) -> Iterator[bytes]:
    """Yield October events that arrive after October was invoiced."""
    random = Random(11)  # noqa: S311 - see above
    for number in range(size.late):
        yield _event(random, 10_000_000 + number, size.accounts)


def _event(random: Random, number: int, accounts: int) -> bytes:
    who = 1 + int(accounts * random.random() ** 2)  # a few large customers, many small ones
    time = MONTH + timedelta(hours=4, seconds=random.randrange(SECONDS - 4 * 3600))
    kind = random.random()
    if kind < 0.9 or plan_of(who) == "starter":
        data: dict[str, Any] = {
            "quantity": random.randint(1, 4000),
            "region": random.choice(REGIONS),
        }
        return _line(f"e-{number}", account_id(who), "api_calls", time, data)
    if kind < 0.95 and plan_of(who) == "scale":
        amount = f"{random.randint(1, 90)}.{random.randint(0, 999):03d}"
        return _line(f"e-{number}", account_id(who), "storage_gb", time, {"quantity": amount})
    user = {"user": f"u-{random.randint(1, 60)}"}
    return _line(f"e-{number}", account_id(who), "active_users", time, user)


def _line(event: str, account: str, meter: str, time: datetime, data: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": event,
            "source": "nimbus/edge",
            "type": meter,
            "subject": account,
            "time": time.isoformat().replace("+00:00", "Z"),
            "data": data,
        }
    )
