"""Invoices and credit notes in the books, and the worked example from usage to payment."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine, TaxGroup
from ledger.events.cash import Application, PaymentCaptured
from ledger.events.streams import stream
from ledger.posting.cash import payment
from ledger.posting.documents import credit_note, document_entries, final_net, invoice

ON = date(2026, 11, 1)
AT = datetime(2026, 11, 1, 4, tzinfo=UTC)


def line(number, net, tax, **other):
    return InvoiceLine(
        line=number,
        item="api",
        description="API calls",
        account="acme-west",
        subscription="s-1",
        period_from=date(2026, 10, 1),
        period_to=date(2026, 11, 1),
        quantity=Decimal(1),
        net=Decimal(net),
        tax=Decimal(tax),
        category="S",
        rate=Decimal("8.875"),
        tax_code="US-NY",
        charge=f"s-1/api/2026-10-01/{number}",
        revenue_account="4010",
        **other,
    )


def document(kind, number, lines, **other):
    net, tax = sum(one.net for one in lines), sum(one.tax for one in lines)
    return kind(
        originator_id=stream("receivables", "acme"),
        originator_version=1,
        timestamp=AT,
        number=number,
        entity="US",
        account="acme",
        currency="USD",
        issued_on=ON,
        net=net,
        tax=tax,
        total=net + tax,
        lines=tuple(lines),
        taxes=(TaxGroup("S", Decimal("8.875"), net, tax),),
        **other,
    )


def an_invoice(*lines):
    return document(InvoiceIssued, "US-2026-000001", lines, due_on=date(2026, 12, 1))


def a_credit_note(*lines, original, to_receivable, to_credit_balance):
    return document(
        CreditNoteIssued,
        "US-CN-2026-000001",
        lines,
        invoice=original,
        to_receivable=Decimal(to_receivable),
        to_credit_balance=Decimal(to_credit_balance),
        reason="rerating" if original else "net_credit",
    )


def lines_of(entry):
    return [f"{one.account} {one.amount}" for one in entry.lines]


def test_usage_accrual_invoice_sales_tax_and_payment():
    """The first worked example: 1150 is back at zero, the customer owes nothing."""
    issued = an_invoice(line(1, "418.64", "37.15"))
    billed = invoice(issued, ON, AT)
    assert lines_of(billed) == ["1100 455.79", "1150 -418.64", "2200 -37.15"]
    paid = payment(
        PaymentCaptured(
            originator_id=stream("payment", "p-1"),
            originator_version=1,
            timestamp=AT,
            payment="p-1",
            entity="US",
            account="acme",
            currency="USD",
            amount=Decimal("455.79"),
            on=date(2026, 11, 3),
            via="psp",
            applications=(Application("US-2026-000001", Decimal("455.79")),),
            unapplied=Decimal("0.00"),
        ),
        date(2026, 11, 3),
        AT,
    )
    balances = Counter({"1150": Decimal("418.64"), "4010": Decimal("-418.64")})
    for one in (*billed.lines, *paid.lines):
        balances[one.account] += one.amount
    assert {code: str(amount) for code, amount in balances.items() if amount} == {
        "1010": "455.79",
        "2200": "-37.15",
        "4010": "-418.64",
    }


def test_an_invoice_names_payer_line_account_charge_and_its_own_lines():
    entry = invoice(an_invoice(line(1, "10.00", "0.89"), line(2, "-4.00", "-0.36")), ON, AT)
    assert lines_of(entry) == ["1100 6.53", "1150 -10.00", "1150 4.00", "2200 -0.53"]
    receivable, first, second, tax = entry.lines
    assert (receivable.customer, receivable.invoice) == ("acme", "US-2026-000001")
    assert (first.customer, first.charge, first.invoice_line) == (
        "acme-west",
        "s-1/api/2026-10-01/1",
        1,
    )
    assert (second.invoice_line, tax.customer, tax.invoice) == (2, "acme", "US-2026-000001")
    assert (entry.rule, entry.document) == ("invoice_issued@1", "US-2026-000001")
    assert (entry.service_from, entry.service_to) == (date(2026, 10, 1), date(2026, 11, 1))


def test_a_credit_note_of_a_re_rating_lowers_what_is_open_and_credits_the_rest():
    note = a_credit_note(
        line(1, "100.00", "8.88"),
        original="US-2026-000001",
        to_receivable="60.00",
        to_credit_balance="48.88",
    )
    entry = credit_note(note, ON, AT)
    assert lines_of(entry) == ["1150 100.00", "2200 8.88", "1100 -60.00", "2120 -48.88"]
    assert entry.rule == "credit_note_rerating@1"
    assert [one.invoice for one in entry.lines] == [
        "US-CN-2026-000001",
        "US-CN-2026-000001",
        "US-2026-000001",
        "US-2026-000001",
    ]


def test_a_net_credit_goes_to_the_balance_of_the_customer():
    note = a_credit_note(
        line(1, "5.00", "0.00"), original=None, to_receivable="0", to_credit_balance="5.00"
    )
    entry = credit_note(note, ON, AT)
    assert lines_of(entry) == ["1150 5.00", "2120 -5.00"]
    assert entry.rule == "net_credit@1"


def test_a_document_of_net_prices_has_one_entry():
    issued = an_invoice(line(1, "10.00", "0.89"))
    assert final_net(issued, ON, AT) is None
    assert [entry.entry for entry in document_entries(issued, ON, AT)] == ["invoice/US-2026-000001"]


def test_where_prices_include_tax_unbilled_and_revenue_come_to_the_final_net_first():
    """8.40 was accrued; the document's split made 8.41 of it: 1150 ends at zero."""
    issued = replace(
        an_invoice(line(1, "8.41", "1.59", accrued=Decimal("8.40"))), tax_inclusive=True
    )
    first, second = document_entries(issued, ON, AT)
    assert (first.entry, first.rule) == ("final_net/US-2026-000001", "invoice_final_net@1")
    assert lines_of(first) == ["1150 0.01", "4010 -0.01"]
    assert lines_of(second) == ["1100 10.00", "1150 -8.41", "2200 -1.59"]


def test_the_final_net_of_a_credit_note_goes_the_other_way():
    """A re-rating took back 8.40, the credit note 8.41: 1150 is 0.01 too high without it."""
    note = a_credit_note(
        line(1, "8.41", "1.59", accrued=Decimal("8.40")),
        original="US-2026-000001",
        to_receivable="10.00",
        to_credit_balance="0.00",
    )
    entries = document_entries(note, ON, AT)
    assert lines_of(entries[0]) == ["1150 -0.01", "4010 0.01"]
    unbilled = sum(x.amount for e in entries for x in e.lines if x.account == "1150")
    assert unbilled == Decimal("8.40")


def test_a_document_of_nothing_makes_no_entry():
    assert invoice(an_invoice(line(1, "0.00", "0.00")), ON, AT) is None
