"""Entries: what is zero is left out, and what does not balance cannot exist."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from ledger.events.catalog import TaxRateSet
from ledger.events.journal import JournalLine, Unbalanced
from ledger.posting.entry import Heading, posted, span

AT = datetime(2026, 1, 1, tzinfo=UTC)
HEADING = Heading(entry="test/1", entity="US", currency="USD", rule="test@1", text="Test")
FACT = TaxRateSet(
    originator_id=UUID(int=7),
    originator_version=3,
    timestamp=AT,
    code="x",
    rate=Decimal(1),
    starts_on=date(2026, 1, 1),
    category="S",
)


def entry(*lines):
    made = [JournalLine(account, Decimal(amount)) for account, amount in lines]
    return posted(HEADING, made, FACT, date(2026, 2, 28), AT)


def test_zero_lines_are_left_out():
    made = entry(("1150", "1.00"), ("2200", "0.00"), ("4010", "-1.00"))
    assert [one.account for one in made.lines] == ["1150", "4010"]
    assert (made.period, made.service_from, made.causes) == ("2026-02", None, (FACT.cause,))


def test_nothing_but_zeros_is_no_entry():
    assert entry(("1150", "0.00"), ("4010", "0")) is None


def test_what_does_not_balance_cannot_be_constructed():
    with pytest.raises(Unbalanced):
        entry(("1150", "1.00"), ("4010", "-0.99"))


def test_a_span_covers_all_periods():
    assert span([]) is None
    jan, feb, mar = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    assert span([(feb, mar), (jan, feb)]) == (jan, mar)
