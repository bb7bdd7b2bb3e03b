"""A small story on a fresh database: acme uses an API in October, is billed, and pays."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.events.fact import Fact
from ledger.events.streams import usage_stream
from ledger.events.usage import UsageCorrected, UsageRecorded, UsageVoided
from ledger.projector.follower import catch_up
from ledger.settings import Settings
from ledger.store.append import append
from ledger.store.books import Books
from ledger.store.database import Database, Role
from ledger.store.mapper import encode
from ledger.store.meta import Meta
from ledger.store.rows import NewFact

Ask = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LANE = 1


class Story:
    """Short ways to tell what happens, over the same functions that the service uses."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.db = ledger.db
        self._keys = 0

    def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Carry out a command, which must be accepted; a name may end in _ to avoid a keyword."""
        self._keys += 1
        body = {"command": command, "key": f"k-{self._keys}"}
        body |= {name.rstrip("_"): value for name, value in fields.items()}
        answer = execute(self.ledger, body, "tester").to_dict()
        assert answer["status"] == "accepted", answer
        return answer

    def usage(self, event: str, quantity: str, day: int = 5, **more: Any) -> None:
        """Record one event of October 2026."""
        at = datetime(2026, 10, day, 12, tzinfo=UTC)
        self._append(UsageRecorded(**_about(event, at, 1), **_content(quantity), **more))

    def correct(self, event: str, quantity: str, version: int = 2, day: int = 5) -> None:
        """Correct an event."""
        at = datetime(2026, 10, day, 12, tzinfo=UTC)
        self._append(
            UsageCorrected(
                **_about(event, at, version), **_content(quantity), reason="typing error"
            )
        )

    def void(self, event: str, version: int = 2, day: int = 5) -> None:
        """Void an event."""
        at = datetime(2026, 10, day, 12, tzinfo=UTC)
        self._append(UsageVoided(**_about(event, at, version), reason="a test"))

    def rate(self) -> list[dict[str, Any]]:
        """Rate October; return the facts."""
        return self.ask("rate_usage", through="2026-10-31")["facts"]

    def bill(self) -> list[dict[str, Any]]:
        """Invoice October on 1 November; return the facts."""
        return self.ask("issue_invoices", through="2026-10-31", on="2026-11-01")["facts"]

    def caught_up(self) -> "Story":
        """Return the story with every projection at the heads."""
        catch_up(self.db)
        return self

    def _append(self, fact: Fact) -> None:
        stored = encode(fact)
        new = NewFact(
            LANE,
            fact.originator_id.bytes,
            fact.originator_version,
            stored.type,
            fact.timestamp,
            stored.data,
            Meta("tester").encode(),
        )
        with self.db.transaction(Role.WRITER) as tx:
            append(tx, [new], read_at=0)


def _about(event: str, at: datetime, version: int) -> dict[str, Any]:
    return {
        "originator_id": usage_stream("app", event),
        "originator_version": version,
        "timestamp": at,
        "source": "app",
        "id": event,
        "account": "acme",
        "meter": "api",
    }


def _content(quantity: str) -> dict[str, Any]:
    return {"properties": {"quantity": quantity}, "quantity": Decimal(quantity)}


@pytest.fixture
def story(database: Database) -> Iterator[Story]:
    """An entity US, an account acme and its subscription to calls at 0.01 since October."""
    books = Books(database)
    story = Story(Ledger(database, books, Settings(), lambda: NOW))
    story.ask("register_entity", entity="US", name="Example Inc", currency="USD", country="US",
              time_zone="UTC", first_period="2026-01")  # fmt: skip
    story.ask("define_meter", meter="api", aggregation="sum")
    story.ask("set_tax_rate", code="sales", rate="8.875", from_="2026-01-01", category="S")
    model = {"type": "per_unit", "unit": "0.01"}
    item = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month", "model": model}
    story.ask("publish_plan", plan="basic", currency="USD", from_="2026-01-01", items=[item])
    story.ask("open_account", account="acme", entity="US", name="Acme", currency="USD", tax="sales")
    story.ask("start_subscription", subscription="s-1", account="acme", plan="basic",
              from_="2026-10-01")  # fmt: skip
    yield story
    books.close()
