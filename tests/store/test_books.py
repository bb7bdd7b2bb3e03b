"""The books: facts saved and read back, guards that refuse what went stale."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from ledger.errors import GuardMoved, VersionConflict
from ledger.events.catalog import MeterDefined, TaxRateSet
from ledger.events.fact import Cause
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.streams import stream
from ledger.store.append import NewFact, PeriodGuard
from ledger.store.books import Books
from ledger.store.database import Database
from ledger.store.meta import Meta

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ADMIN = Meta("admin", key="k1")


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


def meter(name: str, version: int = 1, **more: object) -> MeterDefined:
    return MeterDefined(
        originator_id=stream("meter", name),
        originator_version=version,
        timestamp=NOON,
        meter=name,
        aggregation="sum",
        **more,
    )


def entry(number: str, period: str = "2026-10", entity: str = "us") -> JournalPosted:
    return JournalPosted(
        originator_id=stream("journal", number),
        originator_version=1,
        timestamp=NOON,
        entry=number,
        entity=entity,
        currency="USD",
        on=date(2026, 10, 1),
        period=period,
        rule="test@1",
        text="test",
        lines=(JournalLine("1100", Decimal("1.50")), JournalLine("4100", Decimal("-1.50"))),
    )


def test_facts_come_back_as_they_were_saved(books: Books) -> None:
    tax = TaxRateSet(
        originator_id=stream("tax", "VAT"),
        originator_version=1,
        timestamp=datetime(2026, 10, 1, 23, 59, 59, 999999, tzinfo=UTC),
        causes=(Cause(stream("entity", "us"), 3),),
        code="VAT",
        rate=Decimal("20.00"),
        starts_on=date(2026, 1, 1),
        category="S",
    )
    appended = books.save(tax, entry("1"), read_at=0, meta=ADMIN)
    assert appended.positions == [(0, 1), (0, 2)]
    assert books.read_stream(tax.originator_id) == [tax]
    assert books.latest(tax.originator_id) == tax
    assert books.facts_of([stream("journal", "1"), stream("journal", "2")]) == {
        stream("journal", "1"): [entry("1")],
        stream("journal", "2"): [],
    }
    assert books.versions([tax.originator_id, stream("tax", "X")]) == {
        tax.originator_id: 1,
        stream("tax", "X"): 0,
    }
    assert [place.position for place in books.places([entry("1").cause, tax.cause])] == [2, 1]
    assert books.get(tax.originator_id, lambda state, facts: [*facts][-1]) == tax
    assert books.get(stream("tax", "X"), lambda state, facts: state) is None


def test_a_taken_version_is_refused_with_the_name_of_the_stream(books: Books) -> None:
    books.save(meter("calls"), read_at=0, meta=ADMIN)
    for read_at in (0, 1):  # seen under the lock, and by the unique index
        with pytest.raises(VersionConflict) as refused:
            books.save(meter("bytes"), meter("calls"), read_at=read_at, meta=ADMIN)
        assert refused.value.facts["streams"] == [stream("meter", "calls")]
    assert books.head() == 1
    assert books.read_stream(stream("meter", "bytes")) == []


def test_a_stream_guard_that_moved_refuses_the_whole_save(books: Books) -> None:
    read_at = books.head()
    books.save(meter("calls"), read_at=read_at, meta=ADMIN)
    guard = stream("meter", "calls")
    with pytest.raises(GuardMoved) as refused:
        books.save(meter("bytes"), read_at=read_at, guards=[guard], meta=ADMIN)
    assert refused.value.facts["guards"] == [guard]
    books.save(meter("bytes"), read_at=books.head(), guards=[guard], meta=ADMIN)


def test_a_period_guard_moves_with_any_journal_entry_in_it(books: Books) -> None:
    books.save(entry("1"), read_at=0, meta=ADMIN)
    read_at = books.head()
    books.save(entry("2", period="2026-11"), entry("3", entity="de"), read_at=read_at, meta=ADMIN)
    october = PeriodGuard("us", "2026-10")
    books.save(meter("calls"), read_at=read_at, guards=[october], meta=ADMIN)
    books.save(entry("4"), read_at=books.head(), meta=ADMIN)
    with pytest.raises(GuardMoved) as refused:
        books.save(meter("bytes"), read_at=read_at, guards=[october], meta=ADMIN)
    assert refused.value.facts["guards"] == [october]


def test_other_lanes_and_other_rows_are_saved_in_the_same_transaction(
    books: Books, database: Database
) -> None:
    usage = NewFact(1, UUID(int=7).bytes, 1, "usage.voided/1", NOON, b'{"id":"7"}', b"{}")
    appended = books.save(meter("calls"), read_at=0, extra=[usage], meta=ADMIN)
    assert appended.positions == [(0, 1), (1, 1)]

    def fail(_: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        books.save(meter("bytes"), read_at=1, inside=fail, meta=ADMIN)
    assert books.head() == 1


def test_the_facts_of_a_run_are_found_by_its_key(books: Books) -> None:
    books.save(meter("calls"), meter("bytes"), read_at=0, meta=Meta("admin", run="r1"))
    books.save(meter("seats"), read_at=2, meta=Meta("admin", run="r2"))
    assert [place.position for place in books.places_of_run("r1")] == [1, 2]
