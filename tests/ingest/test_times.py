"""RFC 3339 to microseconds: exact, cut and not rounded, and strict."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadTime
from ledger.ingest.times import instant_of, micros_of

WITHIN = st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
OFFSETS = st.integers(-23 * 60, 23 * 60)


@given(WITHIN, OFFSETS)
def test_an_offset_changes_the_text_and_not_the_instant(at: datetime, minutes: int) -> None:
    text = at.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    assert instant_of(text) == micros_of(at)


@given(WITHIN, st.integers(0, 12), st.text("0123456789", max_size=12))
def test_digits_beyond_microseconds_are_cut(at: datetime, keep: int, more: str) -> None:
    second = at.strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{at.microsecond:06d}{more}"[: max(1, keep)]
    cut = at.replace(microsecond=int(digits[:6].ljust(6, "0")))
    assert instant_of(f"{second}.{digits}Z") == micros_of(cut)
    assert instant_of(f"{second}.{digits}+00:00") == micros_of(cut)


@given(st.text(max_size=40) | st.from_regex(r"\A20\d\d-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d.*\Z"))
def test_any_text_is_an_instant_or_bad_time(text: str) -> None:
    with suppress(BadTime):
        assert isinstance(instant_of(text), int)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-31T10:00:00",
        "2026-10-31T10:00:00.5",
        "2026-10-31",
        "2026-10-31T10:00Z",
        "2026-10-31T24:00:00Z",
        "2026-02-30T10:00:00Z",
        "2016-12-31T23:59:60Z",
        "2026-10-31T10:00:00+0100",
        "2026-10-31T10:00:00+24:00",
        "2026-10-31T10:00:00,5Z",
        "20261031T100000Z",
        "2026-W44-6T10:00:00Z",
        "٢٠٢٦-10-31T10:00:00Z",
        "1999-12-31T23:59:59.999999Z",
        "2000-01-01T00:59:59+01:00",
        "2101-01-01T00:00:00Z",
        "0001-01-01T00:00:00+12:00",
        "9999-12-31T23:59:59-12:00",
        "now",
        "",
    ],
)
def test_what_is_no_instant_in_our_years_is_refused(text: str) -> None:
    with pytest.raises(BadTime):
        instant_of(text)
