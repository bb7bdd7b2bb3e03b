"""Numbers: gapless per entity, kind and year, and given anew when an account drops out."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.streams import stream
from ledger.invoicing.numbers import Series, needed, numbered, series_of

AT = datetime(2026, 11, 1, tzinfo=UTC)
ZERO = Decimal(0)


def draft(kind, account, entity="US", year=2026, **other):
    return kind(
        originator_id=UUID(int=1),
        originator_version=0,
        timestamp=AT,
        number="",
        entity=entity,
        account=account,
        currency="USD",
        issued_on=date(year, 11, 1),
        net=ZERO,
        tax=ZERO,
        total=ZERO,
        lines=(),
        taxes=(),
        **other,
    )


def invoice(account, **other):
    return draft(InvoiceIssued, account, due_on=date(2026, 12, 1), **other)


def credit_note(account):
    return draft(
        CreditNoteIssued,
        account,
        invoice=None,
        to_receivable=ZERO,
        to_credit_balance=ZERO,
        reason="net_credit",
    )


def numbers(documents):
    return [document.number for document in documents]


def test_invoices_and_credit_notes_have_series_of_their_own():
    drafts = [invoice("a"), credit_note("a"), invoice("b"), invoice("c", entity="EU")]
    assert numbers(numbered(drafts, {}, {})) == [
        "US-2026-000001",
        "US-CN-2026-000001",
        "US-2026-000002",
        "EU-2026-000001",
    ]


def test_the_year_is_that_of_the_day_of_issue():
    assert numbers(numbered([invoice("a", year=2027)], {}, {})) == ["US-2027-000001"]


def test_a_series_goes_on_where_it_was_and_a_dropped_account_leaves_no_gap():
    first = {Series("US", "invoice", 2026): 41}
    drafts = [invoice("a"), invoice("b"), invoice("c")]
    assert numbers(numbered(drafts, first, {}))[-1] == "US-2026-000043"
    assert numbers(numbered([drafts[0], drafts[2]], first, {})) == [
        "US-2026-000041",
        "US-2026-000042",
    ]


def test_each_payer_s_stream_goes_on_by_one():
    done = numbered([invoice("a"), invoice("b"), credit_note("a")], {}, {"a": 7})
    assert [document.originator_version for document in done] == [8, 1, 9]


def test_a_draw_is_a_fact_of_its_series():
    series = series_of(invoice("a"))
    assert needed([invoice("a"), invoice("b")]) == Counter({series: 2})
    fact = series.drawn(first=41, count=2, version=3, at=AT)
    assert fact.originator_id == stream("series", "US", "invoice", "2026")
    assert (fact.originator_version, fact.first, fact.count) == (3, 41, 2)
