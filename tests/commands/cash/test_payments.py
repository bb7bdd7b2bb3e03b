"""Payments: applied once, oldest due first, whoever else pays at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest

from ledger.commands.engine.aggregates import project_payment
from ledger.events.streams import stream
from ledger.receivables.state import fold

PAYMENT = {"payment": "p-1", "account": "acme", "amount": "100.00", "currency": "USD",
           "on": "2026-11-10", "via": "bank"}  # fmt: skip


@pytest.fixture
def billed(world):
    """The world, with an invoice of 100.00 for October and one of 50.00 for November."""
    for month, quantity in (("10", "10000"), ("11", "5000")):
        event = {"source": "shop", "id": month, "account": "acme", "meter": "api",
                 "time": f"2026-{month}-05T10:00:00Z",
                 "properties": {"quantity": quantity}}  # fmt: skip
        assert world("record_usage", events=[event]).usage["accepted"] == 1
    for through, on in (("2026-10-31", "2026-11-01"), ("2026-11-30", "2026-12-01")):
        assert world("rate_usage", through=through).status == "accepted"
        assert world("issue_invoices", through=through, on=on).status == "accepted"
    return world


def open_amounts(ledger) -> dict[str, str]:
    """Return what is open per invoice of acme."""
    state = fold(ledger.books.read_stream(stream("receivables", "acme")))
    return {number: str(amount) for number, amount in state.open_amounts.items()}


def test_a_payment_pays_the_oldest_due_first_and_keeps_the_rest(billed, ledger):
    answer = billed("capture_payment", **{**PAYMENT, "amount": "160"}, reason="wire")
    assert [fact.type for fact in answer.facts] == [
        "payment.captured/1", "payment.applied/1", "journal.posted/1",
    ]  # fmt: skip
    paid = ledger.books.get(stream("payment", "p-1"), project_payment).captured
    assert [(a.invoice, str(a.amount)) for a in paid.applications] == [
        ("US-2026-000001", "100.00"), ("US-2026-000002", "50.00"),
    ]  # fmt: skip
    assert (str(paid.unapplied), str(paid.amount), paid.via) == ("10.00", "160.00", "bank")
    assert open_amounts(ledger) == {}


def test_a_payment_goes_where_it_is_told(billed, ledger):
    apply = [{"invoice": "US-2026-000002", "amount": "30"}]
    assert billed("capture_payment", **PAYMENT, apply=apply).status == "accepted"
    assert open_amounts(ledger) == {"US-2026-000001": "100.00", "US-2026-000002": "20.00"}


def test_to_nothing_when_told_nothing(billed, ledger):
    assert billed("capture_payment", **PAYMENT, apply=[]).status == "accepted"
    assert len(open_amounts(ledger)) == 2


REFUSED = [
    ({"amount": "0"}, "BAD_VALUE", "amount"),
    ({"amount": "-1"}, "BAD_VALUE", "amount"),
    ({"amount": 100}, "BAD_DECIMAL", "amount"),
    ({"amount": "1.001"}, "BAD_VALUE", "amount"),
    ({"currency": "EUR"}, "CURRENCY_MISMATCH", "currency"),
    ({"account": "nobody"}, "UNKNOWN_ACCOUNT", "account"),
    ({"via": "cheque"}, "BAD_VALUE", "via"),
    ({"on": "2025-12-31"}, "PERIOD_NOT_OPEN", "on"),
    ({"apply": [{"invoice": "X", "amount": "1"}]}, "UNKNOWN_INVOICE", "apply"),
    ({"apply": [{"invoice": "US-2026-000001", "amount": "100.01"}]}, "AMOUNT_TOO_LARGE",
     "apply"),
    ({"apply": [{"invoice": "US-2026-000001", "amount": "100"},
                {"invoice": "US-2026-000002", "amount": "1"}]}, "AMOUNT_TOO_LARGE", "apply"),
    ({"apply": [{"invoice": "US-2026-000001", "amount": "0.001"}]}, "BAD_VALUE",
     "apply.0.amount"),
    ({"apply": [{"invoice": "US-2026-000001"}]}, "MISSING_FIELD", "apply.0.amount"),
]  # fmt: skip


def test_what_does_not_fit_is_refused(billed, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            answer = billed("capture_payment", **{**PAYMENT, **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_settled_invoice_takes_nothing_more(billed):
    apply = [{"invoice": "US-2026-000001", "amount": "100"}]
    billed("capture_payment", **PAYMENT, apply=apply)
    answer = billed("capture_payment", **{**PAYMENT, "payment": "p-2"}, apply=apply)
    assert answer.error.code == "INVOICE_SETTLED"
    twice = billed("capture_payment", **PAYMENT)
    assert (twice.error.code, twice.error.field) == ("ALREADY_EXISTS", "payment")


def test_payments_that_race_on_one_invoice_never_apply_twice(billed, ledger):
    gate = Barrier(6)

    def go(number: int) -> str:
        gate.wait()
        body = {**PAYMENT, "payment": f"p-{number}"}
        return billed("capture_payment", key=f"p-{number}", **body).status

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(go, range(6))) == ["accepted"] * 6
    facts = ledger.books.read_stream(stream("receivables", "acme"))
    state = fold(facts)
    assert state.open_amounts == {}
    assert state.unapplied == Decimal("450.00")
    applied = [a.amount for fact in facts for a in getattr(fact, "applications", ())]
    assert sum(applied) == Decimal("150.00")


def test_a_child_pays_what_its_payer_owes(billed, ledger):
    billed("open_account", account="branch", entity="US", name="B", currency="USD", parent="acme")
    assert billed("capture_payment", **{**PAYMENT, "account": "branch"}).status == "accepted"
    assert open_amounts(ledger) == {"US-2026-000002": "50.00"}
