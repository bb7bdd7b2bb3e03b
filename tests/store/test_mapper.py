"""Facts in stored form: every type comes back as it was, and old versions are lifted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import orjson
import pytest

from ledger.errors import BadValue, UnreadableFact
from ledger.events.catalog import EntityRegistered, PlanPublished
from ledger.events.fact import RECORDS, Cause, Fact
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.usage import UsageRecorded
from ledger.store.mapper import FactMapper, decode, encode

NOON = datetime(2026, 10, 1, 12, 0, 0, 1, tzinfo=UTC)
PLACE = {"originator_id": UUID(int=1), "originator_version": 1, "timestamp": NOON}


def usage(**more: object) -> UsageRecorded:
    about = {
        "source": "api",
        "id": "1",
        "account": "acme",
        "meter": "calls",
        "quantity": Decimal(1),
    }
    return UsageRecorded(**PLACE, **about, properties={}, **more)


def entry(*lines: JournalLine) -> JournalPosted:
    return JournalPosted(
        **PLACE, entry="e", entity="us", currency="USD", on=date(2026, 10, 1), period="2026-10",
        rule="r@1", text="t", lines=lines, causes=(Cause(UUID(int=2), 3),),
    )  # fmt: skip


ENTRY = entry(JournalLine("1100", Decimal("1.50")), JournalLine("4100", Decimal("-1.50")))


@pytest.mark.parametrize("fact", [usage(), usage(dimensions={"r": "eu"}, key="k"), ENTRY])
def test_a_fact_comes_back_as_it_was(fact: Fact) -> None:
    mapper = FactMapper(None)
    assert mapper.to_domain_event(mapper.to_stored_event(fact)) == fact


def test_the_stored_form_is_the_one_that_sql_reads() -> None:
    data = orjson.loads(encode(ENTRY).data)
    assert data["on"] == "2026-10-01"
    assert data["document"] is None
    assert data["lines"][0]["amount"] == "1.50"
    assert "originator_id" not in data
    assert "causes" not in data


def test_the_hot_path_leaves_empty_fields_out() -> None:
    assert set(orjson.loads(encode(usage()).data)) == {
        "source", "id", "account", "meter", "quantity"
    }  # fmt: skip


def test_every_fact_type_can_be_stored_and_names_its_version() -> None:
    assert RECORDS, "the records are registered"
    for name, cls in RECORDS.items():
        assert cls.TYPE.startswith(f"{name}/")
        assert cls.TYPE.partition("/")[2].isdigit()
        assert cls.__dataclass_params__.frozen, f"{name} is not frozen"


def test_an_old_version_is_lifted_when_it_is_read() -> None:
    data = {"plan": "p", "currency": "USD", "starts_on": "2026-01-01", "items": []}
    fact = decode("plan.published/1", data, UUID(int=1), 1, NOON)
    assert isinstance(fact, PlanPublished)
    assert fact.applies_to == "all"
    assert fact.starts_on == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("type_", "data"),
    [("nobody.knows/1", {}), ("plan.published/9", {}), ("plan.published/2", {"plan": 1})],
)
def test_what_cannot_be_read_names_the_fact(type_: str, data: dict[str, object]) -> None:
    with pytest.raises(UnreadableFact) as refused:
        decode(type_, data, UUID(int=1), 7, NOON)
    assert (refused.value.facts["stream"], refused.value.facts["version"]) == (UUID(int=1), 7)


@pytest.mark.parametrize("policies", [{"a": 0.5}, {"a": ["\0"]}])
def test_floats_and_nul_do_not_pass(policies: dict[str, object]) -> None:
    about = {"name": "US", "currency": "USD", "country": "US", "time_zone": "UTC"}
    fact = EntityRegistered(
        **PLACE, **about, entity="us", first_period="2026-01", policies=policies
    )
    with pytest.raises(BadValue):
        encode(fact)
