"""Cursors: opaque, signed, and good for one list with one set of filters."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.api.cursors import Cursors
from ledger.api.errors import BadCursor

SECRET = b"s" * 32


def cursors(name="invoices", secret=SECRET, **filters):
    return Cursors.of(secret, name, filters)


def test_a_cursor_gives_the_key_back():
    key = (datetime(2026, 1, 1, tzinfo=UTC), 5, "a", UUID(int=7), Decimal("1.50"), None)
    text = cursors(account="acme").write(key)
    assert cursors(account="acme").read(text) == [
        "2026-01-01T00:00:00+00:00",
        5,
        "a",
        str(UUID(int=7)),
        "1.50",
        None,
    ]
    assert cursors(account="acme").read(None) is None


def test_filters_in_another_order_are_the_same_filters():
    text = cursors(a=1, b=2).write((1,))
    assert cursors(b=2, a=1).read(text) == [1]


@pytest.mark.parametrize(
    "other",
    [
        cursors(account="other"),
        cursors("charges", account="acme"),
        cursors(secret=b"t" * 32, account="acme"),
        cursors(),
    ],
)
def test_a_cursor_of_another_list_filter_or_installation_is_refused(other):
    text = cursors(account="acme").write((1,))
    with pytest.raises(BadCursor):
        other.read(text)


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.hex()))
def test_anything_else_is_refused(text):
    with pytest.raises(BadCursor):
        cursors().read(text)


@given(st.integers(0, 10_000))
def test_every_altered_cursor_is_refused(place):
    text = cursors().write((123456789, "acme"))
    at = place % len(text)
    altered = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    try:
        assert cursors().read(altered) == [123456789, "acme"]  # unused bits of the last letter
        assert at == len(text) - 1
    except BadCursor:
        pass


def test_a_huge_cursor_is_refused_unread():
    with pytest.raises(BadCursor):
        cursors().read("A" * 1_000_000)
