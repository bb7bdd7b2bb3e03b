"""The fast executor answers byte for byte what the stock executor answers."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

import orjson
import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from ledger.api.executor import DERIVED, FastExecutor
from ledger.api.scalars import SCALARS, CurrencyCode, Long


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.type
class Amount:
    amount: Decimal
    currency: CurrencyCode


def total(root) -> Amount:
    return Amount(amount=root.total, currency=root.currency)


@strawberry.type
class Tag:
    name: str
    rank: int | None


@strawberry.type
class Row:
    text: str
    note: str | None
    count: int
    ok: bool
    price: Decimal
    rate: Decimal | None
    day: date
    at: datetime
    seen_at: datetime | None
    position: Long
    key: strawberry.ID
    currency: CurrencyCode
    colour: Colour | None
    tag: Tag | None
    tags: list[Tag]
    words: list[str | None]
    money: Amount = strawberry.field(resolver=total, metadata={DERIVED: total})

    @strawberry.field
    def shout(self, times: int = 1) -> str:
        return self.text.upper() * times


@dataclass(frozen=True)
class Plain:
    """A row as a read returns it: no Strawberry type at all."""

    text: object
    note: object
    count: object
    ok: object
    price: object
    rate: object
    day: object
    at: object
    seen_at: object
    position: object
    key: object
    currency: object
    colour: object
    tag: object
    tags: object
    words: object
    total: object


ROWS: list[Plain] = []


@strawberry.type
class Query:
    @strawberry.field
    def rows(self) -> list[Row]:
        return ROWS

    @strawberry.field
    def maybe(self) -> list[Row | None] | None:
        return [*ROWS, None] if ROWS else None


def _schema(executor=None):
    return strawberry.Schema(
        Query, config=StrawberryConfig(scalar_map=SCALARS), execution_context_class=executor
    )


STOCK, FAST = _schema(), _schema(FastExecutor)

texts = st.text(max_size=5)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3)
odd = st.sampled_from(
    [None, Decimal("NaN"), Decimal("1E+3"), datetime(2026, 1, 1), 2**40, True, "x", 1.5]  # noqa: DTZ001
)


def or_odd(strategy):
    """Mostly what the schema says, now and then something that it does not allow."""
    return st.one_of(strategy, strategy, strategy, strategy, strategy, odd)


def rows(field):
    tags = st.builds(Tag, name=field(texts), rank=st.none() | field(st.integers(-5, 5)))
    return st.builds(
        Plain,
        text=field(texts),
        note=st.none() | field(texts),
        count=field(st.integers(-(2**31), 2**31 - 1)),
        ok=field(st.booleans()),
        price=field(decimals),
        rate=st.none() | field(decimals),
        day=field(st.dates()),
        at=field(times),
        seen_at=st.none() | field(times),
        position=field(st.integers(0, 2**62)),
        key=field(texts),
        currency=st.just("USD"),
        colour=st.none() | st.sampled_from(Colour),
        tag=st.none() | tags,
        tags=st.lists(tags, max_size=3),
        words=st.lists(st.none() | texts, max_size=3),
        total=field(decimals),
    )


LEAVES = [
    "text",
    "note",
    "count",
    "ok",
    "price",
    "rate",
    "day",
    "at",
    "seenAt",
    "position",
    "key",
    "currency",
    "colour",
    "words",
]
TAG = "{ name other: rank __typename }"
FIELDS = [
    *LEAVES,
    *(f"a{number}: {name}" for number, name in enumerate(LEAVES)),
    "__typename",
    "shout",
    "loud: shout(times: 2)",
    f"tag {TAG}",
    f"tags {TAG}",
    "tag { name }",
    "money { amount }",
    "money { currency amount }",
    "... on Row { text n2: note }",
    "...Some",
    "price @include(if: $yes)",
    "rate @skip(if: $yes)",
]
selections = st.lists(st.sampled_from(FIELDS), min_size=1, max_size=10)


def answer(schema, document, yes):
    result = asyncio.run(schema.execute(document, {"yes": yes}))
    errors = [error.formatted for error in result.errors or ()]
    return orjson.dumps({"data": result.data, "errors": errors})


def document(selection, root="rows"):
    fragment = "fragment Some on Row { day tag { rank } }" if "...Some" in selection else ""
    fields = " ".join(selection)
    used = "x: __typename @skip(if: $yes)"
    return f"query ($yes: Boolean!) {{ {root} {{ {fields} }} {used} }} {fragment}"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(rows(or_odd), max_size=8),
    selections,
    st.booleans(),
    st.sampled_from(["rows", "maybe"]),
)
def test_the_answers_are_the_same_bytes(given_rows, selection, yes, root):
    ROWS[:] = given_rows
    asked = document(selection, root)
    assert answer(FAST, asked, yes) == answer(STOCK, asked, yes)


@settings(max_examples=50, deadline=None)
@given(st.lists(rows(lambda field: field), min_size=4, max_size=8), selections)
def test_well_formed_rows_never_reach_the_stock_executor(given_rows, selection):
    ROWS[:] = given_rows
    planned = [field for field in selection if "shout" not in field] or ["text"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StrawberryGraphQLCoreExecutionContext, "complete_list_value", _never)
        assert b'"errors":[]' in answer(FAST, document(planned), True)


def _never(*_):
    raise AssertionError("the stock executor was asked")


def test_a_null_where_none_may_be_is_reported_as_stock_reports_it():
    row = Plain(
        "a",
        None,
        1,
        True,
        Decimal("1.50"),
        None,
        date(2026, 1, 1),
        datetime.now(UTC),
        None,
        1,
        "k",
        "USD",
        None,
        None,
        [],
        [],
        Decimal(1),
    )
    ROWS[:] = [row, row, replace(row, text=None), row, row]
    asked = document(["text", "price"])
    assert answer(FAST, asked, False) == answer(STOCK, asked, False)
    assert b"Cannot return null" in answer(FAST, asked, False)
