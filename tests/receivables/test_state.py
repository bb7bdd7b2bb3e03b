"""Receivables: what a stream of invoices, credit notes and payments leaves open."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.cash import Application, PaymentApplied
from ledger.events.streams import stream
from ledger.receivables.state import Receivables, fold

AT = datetime(2026, 11, 1, tzinfo=UTC)


def envelope(version):
    return {
        "originator_id": stream("receivables", "acme"),
        "originator_version": version,
        "timestamp": AT,
    }


def document(version, number, total):
    return {
        **envelope(version),
        "number": number,
        "entity": "US",
        "account": "acme",
        "currency": "USD",
        "issued_on": date(2026, 11, version),
        "net": Decimal(total),
        "tax": Decimal(0),
        "total": Decimal(total),
        "lines": (),
        "taxes": (),
    }


def invoice(version, number, total, due=date(2026, 12, 1)):
    return InvoiceIssued(**document(version, number, total), due_on=due)


def credit_note(version, original, to_receivable, to_balance):
    total = Decimal(to_receivable) + Decimal(to_balance)
    return CreditNoteIssued(
        **document(version, f"CN-{version}", total),
        invoice=original,
        to_receivable=Decimal(to_receivable),
        to_credit_balance=Decimal(to_balance),
        reason="rerating",
    )


def payment(version, unapplied, *applied):
    return PaymentApplied(
        **envelope(version),
        payment=f"p-{version}",
        account="acme",
        currency="USD",
        applications=tuple(Application(number, Decimal(part)) for number, part in applied),
        unapplied=Decimal(unapplied),
    )


def test_nothing_happened_nothing_is_owed():
    assert fold([]) == Receivables()
    assert fold([]).balance == 0


def test_open_items_come_oldest_due_first_then_by_number():
    state = fold(
        [
            invoice(1, "B", "10", due=date(2026, 12, 1)),
            invoice(2, "C", "20", due=date(2026, 11, 15)),
            invoice(3, "A", "30", due=date(2026, 12, 1)),
        ]
    )
    assert [item.invoice for item in state.open_items] == ["C", "A", "B"]
    assert (state.version, state.balance) == (3, Decimal(60))


def test_a_payment_settles_invoices_and_keeps_the_rest():
    state = fold([invoice(1, "A", "583.10"), payment(2, "16.90", ("A", "583.10"))])
    assert state.open_items == []
    assert (state.unapplied, state.balance) == (Decimal("16.90"), Decimal("-16.90"))
    assert state.items["A"].total == Decimal("583.10")


def test_a_credit_note_lowers_what_is_open_and_credits_the_rest():
    state = fold(
        [invoice(1, "A", "100"), payment(2, "0", ("A", "60")), credit_note(3, "A", 40, 15)]
    )
    assert state.open_amounts == {}
    assert state.credit_balance == Decimal(15)


def test_a_net_credit_only_raises_the_credit():
    state = fold([invoice(1, "A", "100"), credit_note(2, None, 0, 15)])
    assert state.open_amounts == {"A": Decimal(100)}
    assert state.balance == Decimal(85)


def test_a_fold_goes_on_where_it_was():
    facts = [invoice(1, "A", "100"), payment(2, "0", ("A", "60")), credit_note(3, "A", 40, 15)]
    assert fold(facts[1:], fold(facts[:1])) == fold(facts)
