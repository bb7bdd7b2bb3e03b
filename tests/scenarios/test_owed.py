"""What is owed, on any day and as it was known at any time: ageing, statements, balances."""

from datetime import date

import pytest

from ledger.projector.follower import catch_up
from ledger.reads import receivables
from ledger.reads.receivables import Scope
from ledger.store.database import Role

CENT = {"type": "per_unit", "unit": "0.01"}
PAY = {"account": "acme", "currency": "USD", "via": "bank"}


@pytest.fixture
def owed(books, ledger):
    """100.00 due on 1 December, 130.00 paid on the 10th, 50.00 returned on the 20th."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "u-1", "2026-10-05", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    books.do("capture_payment", payment="p-1", amount="130.00", on="2026-12-10", **PAY)
    books.do("return_payment", payment="p-1", amount="50.00", on="2026-12-20", code="recall")

    def read(query):
        catch_up(ledger.db)
        with ledger.db.transaction(Role.READER) as tx:
            return tx.all(query)

    return read


def buckets(rows):
    return [
        tuple(str(getattr(row, name)) for name in
              ("not_due", "days_30", "days_60", "days_90", "older", "total"))
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "expected"), [
    (date(2026, 10, 31), []),
    (date(2026, 12, 1), [("100.00", "0", "0", "0", "0", "100.00")]),
    (date(2026, 12, 9), [("0", "100.00", "0", "0", "0", "100.00")]),
    (date(2026, 12, 15), []),
    (date(2026, 12, 20), [("0", "20.00", "0", "0", "0", "20.00")]),
    (date(2026, 12, 31), [("0", "20.00", "0", "0", "0", "20.00")]),
    (date(2027, 1, 1), [("0", "0", "20.00", "0", "0", "20.00")]),
    (date(2027, 1, 31), [("0", "0", "0", "20.00", "0", "20.00")]),
    (date(2027, 3, 2), [("0", "0", "0", "0", "20.00", "20.00")]),
])  # fmt: skip
def test_ageing_at_the_end_of_any_day(owed, day, expected):
    assert buckets(owed(receivables.ageing(day, Scope(as_of=day)))) == expected


def test_ageing_as_it_was_known_at_any_position(owed, ledger):
    day = date(2026, 12, 31)
    with ledger.db.transaction(Role.READER) as tx:
        places = tx.execute("select position from ledger.log where lane = 0 and type in"
                            " ('invoice.issued/1', 'payment.captured/1', 'receivables.posted/1')"
                            " order by position").fetchall()  # fmt: skip
    totals = [
        [row.total for row in owed(receivables.ageing(day, Scope(at=position)))]
        for (position,) in places
    ]
    assert [[str(total) for total in row] for row in totals] == [["100.00"], [], ["20.00"]]


def test_open_items_balances_and_unapplied_cash_of_a_day(owed):
    day = Scope(account="acme", as_of=date(2026, 12, 15))
    assert owed(receivables.open_items_as_of(day)) == []
    (balance,) = owed(receivables.balances_as_of(day))
    assert (str(balance.receivable), str(balance.unapplied)) == ("0.00", "30.00")
    (cash,) = owed(receivables.unapplied_cash(day))
    assert (cash.payment, str(cash.amount), str(cash.unapplied)) == ("p-1", "130.00", "30.00")
    (item,) = owed(receivables.open_items_as_of(Scope(entity="US")))
    assert (item.number, str(item.open), str(item.applied)) == ("US-2026-000001", "20.00", "80.00")
    assert owed(receivables.unapplied_cash(Scope())) == []


def test_a_statement_opens_moves_and_closes(owed):
    start, end = date(2026, 12, 1), date(2026, 12, 31)
    (ends,) = owed(receivables.statement_totals(Scope("acme", as_of=end), from_=start))
    assert (str(ends.opening), str(ends.closing)) == ("100.00", "20.00")
    lines = owed(receivables.statement("acme", from_=start, to=end))
    assert [(line.kind, line.document, str(line.change), str(line.balance)) for line in lines] == [
        ("payment", "p-1", "-130.00", "-30.00"),
        ("return", "p-1", "50.00", "20.00"),
    ]
    whole = owed(receivables.statement("acme"))
    assert [line.kind for line in whole] == ["invoice", "payment", "return"]
    (page,) = owed(receivables.statement("acme", after=(whole[1].day, whole[1].position)))
    assert (page.kind, str(page.balance)) == ("return", "20.00")


def test_a_payment_tells_where_it_is_now(owed):
    (paid,) = owed(receivables.payments("acme"))
    assert paid.applications == [{"invoice": "US-2026-000001", "amount": "80.00"}]
    assert (str(paid.unapplied), str(paid.returned)) == ("0.00", "50.00")
