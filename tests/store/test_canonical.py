"""Canonical JSON is RFC 8785 within our bounds, by comparison with a library of its own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadTime, BadValue
from ledger.store.canonical import canonical, microseconds, moment_text, no_floats, plain
from ledger.store.mapper import moment

# Text as JSON can carry it; U+0000 is refused, keys beyond U+FFFF are where the two could differ.
TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from('"\\/\b\f\n\r\t\x1f\x7f\u2028\ue000\uffff\U0001f600\U0010ffff'),
    ),
    max_size=8,
)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_is_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(TEXT, VALUES))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "value",
    ["\0", {"\0": 1}, ["\\\0"], "\ud800", 2**53, -(2**53), Decimal("NaN"), Decimal("1E+40"), {1}],
)
def test_what_the_log_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(BadValue):
        canonical(value)


def test_the_six_characters_of_an_escape_are_no_escape() -> None:
    assert canonical("\\u0000") == b'"\\\\u0000"'


@pytest.mark.parametrize("value", [1.0, {"a": [{"b": 0.5}]}, (float("nan"),)])
def test_floats_are_found_wherever_they_hide(value: object) -> None:
    with pytest.raises(BadValue):
        no_floats(value)


@dataclass(frozen=True)
class Line:
    b: Decimal
    a: date


def test_records_dates_and_decimals_have_one_form() -> None:
    value = {"line": (Line(Decimal("1E+2"), date(2026, 1, 2)),), "none": None}
    assert canonical(value) == b'{"line":[{"a":"2026-01-02","b":"100"}],"none":null}'
    east = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert canonical(east) == b'"2025-12-31T23:00:00.000000Z"'


def test_decimals_keep_their_zeros() -> None:
    assert [plain(Decimal(text)) for text in ("1.50", "-0.0", "1E-7")] == [
        "1.50",
        "-0.0",
        "0.0000001",
    ]


STAMPS = st.integers(microseconds(datetime(2000, 1, 1, tzinfo=UTC)), 4_133_980_799_999_999)


@given(STAMPS.map(moment))
def test_times_are_exact_to_the_microsecond(at: datetime) -> None:
    stamp = microseconds(at)
    assert moment(stamp) == at
    assert datetime.fromisoformat(moment_text(stamp)) == at
    assert len(moment_text(stamp)) == 27


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2101, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_naive_and_absurd_times_are_refused(at: datetime) -> None:
    with pytest.raises(BadTime):
        microseconds(at)
