"""What tests of ingest share: a ledger with two accounts and two meters, and an intake over it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ledger.events.catalog import AccountOpened, MeterDefined
from ledger.events.streams import stream
from ledger.ingest.intake import Intake
from ledger.settings import Settings
from ledger.store.books import Books
from ledger.store.database import Database
from ledger.store.meta import Meta

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def account(name: str, lane: int = 1) -> AccountOpened:
    """Return the fact that an account was opened."""
    return AccountOpened(
        originator_id=stream("account", name),
        originator_version=1,
        timestamp=NOW,
        account=name,
        entity="US",
        currency="USD",
        lane=lane,
        person="0" * 64,
        has_vat_id=False,
        time_zone="UTC",
    )


def meter(name: str, aggregation: str = "sum", dimensions: tuple[str, ...] = ()) -> MeterDefined:
    """Return the fact that a meter was defined."""
    return MeterDefined(
        originator_id=stream("meter", name),
        originator_version=1,
        timestamp=NOW,
        meter=name,
        aggregation=aggregation,
        dimensions=dimensions,
    )


@pytest.fixture
def catalog(database: Database) -> Callable[..., None]:
    """Append facts about accounts and meters."""

    def add(*facts: Any) -> None:
        books = Books(database)
        try:
            books.save(*facts, read_at=books.head(), meta=Meta("test"))
        finally:
            books.close()

    add(
        account("acme"),
        account("beta"),
        meter("api", dimensions=("region",)),
        meter("hits", "count"),
    )
    return add


@pytest.fixture
def opened() -> dict[str, Callable[..., Any]]:
    """The makers of catalog facts, for tests that need more of them."""
    return {"account": account, "meter": meter}


@pytest.fixture
def intake(database: Database, catalog: object) -> Iterator[Intake]:
    """An intake whose clock stands still."""
    with Intake(database, Settings.load(), lambda: NOW) as intake:
        yield intake


@pytest.fixture
def event() -> Callable[..., bytes]:
    """Make the bytes of a good event; what is given wins, ``None`` leaves a field out."""

    def make(id_: str | dict[str, Any] = "e1", **given: Any) -> bytes:
        if isinstance(id_, dict):
            id_, given = "bad", id_
        fields = {
            "specversion": "1.0",
            "id": id_,
            "source": "gateway",
            "type": "api",
            "subject": "acme",
            "time": "2026-10-31T10:00:00Z",
            "data": {"quantity": "2.5", "region": "eu"},
        } | given
        return orjson.dumps({name: value for name, value in fields.items() if value is not None})

    return make
