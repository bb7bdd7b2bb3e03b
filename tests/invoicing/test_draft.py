"""Issuing: first invoices, corrections upwards and downwards, and documents over several plans."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.errors import UnknownTaxCode
from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.catalog import TaxRateSet
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.invoicing.billable import Billable, Payer, needs_history
from ledger.invoicing.billed import with_billed
from ledger.invoicing.draft import draft
from ledger.invoicing.lines import Issue
from ledger.invoicing.numbers import Series, numbered

ACME = Payer(account="acme", entity="US", currency="USD", payment_terms_days=30)
AT = datetime(2026, 11, 1, 4, tzinfo=UTC)
OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))


def rate_of(code, percent, category="S"):
    return TaxRateSet(
        originator_id=stream("tax", code),
        originator_version=1,
        timestamp=AT,
        code=code,
        rate=Decimal(percent),
        starts_on=date(2026, 1, 1),
        category=category,
    )


RATES = {"NY": rate_of("NY", "8.875"), "VAT": rate_of("VAT", "20"), "DE": rate_of("DE", "19")}


def usage(item, amount, version=1, *, order=0, tax="VAT", inclusive=False, **other):
    """The latest charge of an item: so much in all, not billed yet."""
    gross = Decimal(amount)
    fields = {
        "account": "acme",
        "subscription": "s-1",
        "item": item,
        "order": order,
        "period_from": OCTOBER[0],
        "period_to": OCTOBER[1],
        "quantity": Decimal(100 * version),
        "amount": gross,
        "accrued": other.pop("accrued", round(gross, 2)),
        "tax_code": tax,
        "tax_inclusive": inclusive,
        **other,
    }
    name = (fields["subscription"], item, fields["period_from"].isoformat())
    return Billable(
        charge="/".join((*name, str(version))), stream=stream("charge", *name), **fields
    )


class Customer:
    """A payer with its documents; every issue bills what is new."""

    def __init__(self, payer=ACME):
        self.payer = payer
        self.history = []
        self.open = {}

    def issue(self, *billables, through=date(2026, 10, 31), on=date(2026, 11, 1), rates=RATES):
        terms = Issue(through=through, on=on, at=AT, rates=rates)
        filled = with_billed(billables, self.history)
        drafts = draft(self.payer, filled, terms, self.history, self.open)
        done = numbered(drafts, self.next_numbers(), {self.payer.account: len(self.history)})
        self.history += done
        for one in done:
            if isinstance(one, InvoiceIssued):
                self.open[one.number] = one.total
            elif one.invoice:
                self.open[one.invoice] -= one.to_receivable
        return done

    def next_numbers(self):
        invoices = sum(isinstance(one, InvoiceIssued) for one in self.history)
        return {
            Series("US", "invoice", 2026): 1 + invoices,
            Series("US", "credit_note", 2026): 1 + len(self.history) - invoices,
        }


def shown(document):
    """A document as an accountant would note it down: kind, totals, lines."""
    kind = "CN" if isinstance(document, CreditNoteIssued) else "INV"
    lines = [f"{one.item} {one.net} + {one.tax}" for one in document.lines]
    return [f"{kind} {document.net} + {document.tax} = {document.total}", *lines]


def test_a_first_invoice_bills_what_is_accrued():
    (invoice,) = Customer().issue(usage("api", "418.64175", tax="NY", accrued=Decimal("418.64")))
    assert shown(invoice) == ["INV 418.64 + 37.15 = 455.79", "api 418.64 + 37.15"]
    assert (invoice.number, invoice.issued_on, invoice.due_on) == (
        "US-2026-000001",
        date(2026, 11, 1),
        date(2026, 12, 1),
    )
    assert (invoice.originator_id, invoice.originator_version) == (
        stream("receivables", "acme"),
        1,
    )
    (line,) = invoice.lines
    assert (line.charge, line.corrects, line.quantity) == (
        "s-1/api/2026-10-01/1",
        None,
        Decimal(100),
    )
    assert invoice.causes == (
        Cause(stream("charge", "s-1", "api", "2026-10-01"), 1),
        Cause(stream("tax", "NY"), 1),
    )


def test_lines_follow_the_plan_then_the_period_the_payer_s_own_first():
    november = {"period_from": date(2026, 9, 1), "period_to": date(2026, 10, 1)}
    (invoice,) = Customer().issue(
        usage("api", "1", order=0, account="acme-west", subscription="s-0"),
        usage("storage", "2", order=1),
        usage("api", "3", order=0),
        usage("api", "4", order=0, **november),
    )
    assert [(one.account, one.item, str(one.net)) for one in invoice.lines] == [
        ("acme", "api", "4.00"),
        ("acme", "api", "3.00"),
        ("acme", "storage", "2.00"),
        ("acme-west", "api", "1.00"),
    ]
    assert [one.line for one in invoice.lines] == [1, 2, 3, 4]


def test_tax_is_per_document_and_allocated():
    rates = {"X": rate_of("X", "15")}
    parts = [
        usage(item, net, order=n, tax="X")
        for n, (item, net) in enumerate([("a", "25.06"), ("b", "25.61"), ("c", "25.63")])
    ]
    terms = Issue(through=date(2026, 10, 31), on=date(2026, 11, 1), at=AT, rates=rates)
    (invoice,) = draft(ACME, parts, terms)
    assert shown(invoice) == [
        "INV 76.30 + 11.45 = 87.75",
        "a 25.06 + 3.76",
        "b 25.61 + 3.84",
        "c 25.63 + 3.85",
    ]


def test_unfinished_periods_wait_and_nothing_is_billed_twice():
    customer = Customer()
    assert customer.issue(usage("api", "5"), through=date(2026, 10, 30)) == []
    assert len(customer.issue(usage("api", "5"))) == 1
    assert customer.issue(usage("api", "5")) == []
    assert customer.issue(usage("api", "5", 2)) == []


def test_usage_that_costs_nothing_makes_no_document():
    assert Customer().issue(usage("api", "0.00"), usage("storage", "0.004")) == []


def test_lines_that_cancel_still_make_an_invoice():
    (invoice,) = Customer().issue(usage("a", "5.00"), usage("b", "-5.00"))
    assert shown(invoice) == ["INV 0.00 + 0.00 = 0.00", "a 5.00 + 1.00", "b -5.00 + -1.00"]


def test_upwards_the_next_invoice_names_the_charge_billed_before():
    customer = Customer()
    customer.issue(usage("api", "100.00"))
    (invoice,) = customer.issue(usage("api", "120.00", 2), on=date(2026, 12, 1))
    assert shown(invoice) == ["INV 20.00 + 4.00 = 24.00", "api 20.00 + 4.00"]
    (line,) = invoice.lines
    assert (line.charge, line.corrects) == ("s-1/api/2026-10-01/2", "s-1/api/2026-10-01/1")
    assert line.quantity == Decimal(100)


def test_an_invoiced_period_is_corrected_at_once_even_while_it_runs():
    customer = Customer()
    customer.issue(usage("api", "100.00"))
    again = customer.issue(usage("api", "110.00", 2), through=date(2026, 10, 15))
    assert [one.total for one in again] == [Decimal("12.00")]


def test_downwards_a_credit_note_takes_back_the_original_line():
    customer = Customer()
    customer.issue(usage("api", "100.00"))
    lower = usage("api", "90.00", 2)
    assert needs_history(*with_billed([lower], customer.history), ACME)
    (note,) = customer.issue(lower)
    assert shown(note) == ["CN 10.00 + 2.00 = 12.00", "api 10.00 + 2.00"]
    assert (note.number, note.invoice, note.reason) == (
        "US-CN-2026-000001",
        "US-2026-000001",
        "rerating",
    )
    assert (note.to_receivable, note.to_credit_balance) == (Decimal("12.00"), Decimal("0.00"))
    (line,) = note.lines
    assert (line.against, line.against_line, line.corrects) == (
        "US-2026-000001",
        1,
        "s-1/api/2026-10-01/1",
    )
    assert customer.history[0].cause in note.causes


def test_a_paid_invoice_is_credited_to_the_balance():
    customer = Customer()
    customer.issue(usage("api", "100.00"))
    customer.open["US-2026-000001"] = Decimal("5.00")
    (note,) = customer.issue(usage("api", "90.00", 2))
    assert (note.to_receivable, note.to_credit_balance) == (Decimal("5.00"), Decimal("7.00"))


def test_newest_lines_go_back_first_one_credit_note_per_invoice():
    """100.00 on invoice 1, 20.00 more on invoice 2; down to 90.00."""
    customer = Customer()
    customer.issue(usage("api", "100.00"))
    customer.issue(usage("api", "120.00", 2))
    notes = customer.issue(usage("api", "90.00", 3))
    assert [(one.invoice, str(one.net)) for one in notes] == [
        ("US-2026-000001", "10.00"),
        ("US-2026-000002", "20.00"),
    ]


def test_below_zero_the_rest_is_a_negative_line_netted_with_others():
    """Billed 10.00, now −3.00: the line goes to nothing, and −3.00 joins the next invoice."""
    customer = Customer()
    customer.issue(usage("api", "10.00"))
    invoice, note = customer.issue(usage("api", "-3.00", 2), usage("storage", "50.00", order=1))
    assert shown(invoice) == [
        "INV 47.00 + 9.40 = 56.40",
        "api -3.00 + -0.60",
        "storage 50.00 + 10.00",
    ]
    assert shown(note) == ["CN 10.00 + 2.00 = 12.00", "api 10.00 + 2.00"]


def test_a_net_credit_becomes_a_credit_note_without_an_original():
    (note,) = Customer().issue(usage("api", "-30.00"), usage("storage", "10.00", order=1))
    assert shown(note) == ["CN 20.00 + 4.00 = 24.00", "api 30.00 + 6.00", "storage -10.00 + -2.00"]
    assert (note.invoice, note.reason, note.to_credit_balance) == (
        None,
        "net_credit",
        Decimal("24.00"),
    )


def test_what_a_net_credit_netted_is_never_credited_again():
    """Storage was billed inside a credit note: there is no invoice to take it back from."""
    customer = Customer()
    customer.issue(usage("api", "-30.00"), usage("storage", "10.00", order=1))
    (note,) = customer.issue(usage("api", "-30.00"), usage("storage", "0.00", 2, order=1))
    assert shown(note) == ["CN 10.00 + 2.00 = 12.00", "storage 10.00 + 2.00"]
    assert note.invoice is None


def test_an_invoice_is_credited_at_most_to_nothing():
    """100.00 and −40.00 on one invoice of 60.00: of the line of 100.00 only 60.00 go back to it."""
    customer = Customer()
    customer.issue(usage("api", "100.00"), usage("storage", "-40.00", order=1))
    first, second = customer.issue(usage("api", "0.00", 2), usage("storage", "-40.00", order=1))
    assert shown(first) == ["CN 40.00 + 8.00 = 48.00", "api 40.00 + 8.00"]
    assert shown(second) == ["CN 60.00 + 12.00 = 72.00", "api 60.00 + 12.00"]
    assert (first.invoice, second.invoice) == (None, "US-2026-000001")


def test_credit_notes_in_series_end_exactly_at_the_invoice():
    """0.03 and 0.03 at 15 %: the tax of 0.01 goes back once."""
    customer = Customer()
    rates = {"VAT": rate_of("VAT", "15")}
    (invoice,) = customer.issue(usage("a", "0.03"), usage("b", "0.03", order=1), rates=rates)
    (one,) = customer.issue(usage("a", "0.03"), usage("b", "0.00", 2, order=1))
    (two,) = customer.issue(usage("a", "0.00", 2), usage("b", "0.00", 2, order=1))
    assert shown(invoice)[0] == "INV 0.06 + 0.01 = 0.07"
    assert shown(one)[0] == "CN 0.03 + 0.01 = 0.04"
    assert shown(two)[0] == "CN 0.03 + 0.00 = 0.03"


def test_a_credit_note_keeps_the_rate_of_its_original():
    customer = Customer()
    customer.issue(usage("api", "100.00"))
    (note,) = customer.issue(usage("api", "0.00", 2), rates={"VAT": rate_of("VAT", "25")})
    assert shown(note)[0] == "CN 100.00 + 20.00 = 120.00"
    assert note.lines[0].rate == Decimal(20)


def test_prices_that_include_tax_are_billed_gross():
    """10.00 at 19 % included: 8.40 net was accrued, and the tax is round(10 × 19 ÷ 119)."""
    one = usage("api", "10.00", tax="DE", inclusive=True, accrued=Decimal("8.40"))
    (invoice,) = Customer().issue(one)
    assert shown(invoice) == ["INV 8.40 + 1.60 = 10.00", "api 8.40 + 1.60"]
    assert invoice.tax_inclusive


def test_the_split_of_a_gross_document_may_move_a_line_from_its_accrual():
    """Three times 0.10 at 19 % included accrue 0.08 each, but the document's net is 0.25."""
    charges = [
        usage(item, "0.10", order=n, tax="DE", inclusive=True, accrued=Decimal("0.08"))
        for n, item in enumerate("abc")
    ]
    (invoice,) = Customer().issue(*charges)
    assert [(str(one.net), str(one.accrued)) for one in invoice.lines] == [
        ("0.08", "0.08"),
        ("0.08", "0.08"),
        ("0.09", "0.08"),
    ]


def test_gross_and_net_plans_of_one_payer_make_an_invoice_each():
    invoices = Customer().issue(
        usage("api", "100.00"),
        usage("app", "119.00", tax="DE", inclusive=True, subscription="s-2", accrued=Decimal(100)),
    )
    assert [(one.tax_inclusive, str(one.total)) for one in invoices] == [
        (False, "120.00"),
        (True, "119.00"),
    ]


def test_a_gross_line_is_credited_gross():
    customer = Customer()
    kind = {"tax": "DE", "inclusive": True}
    customer.issue(usage("app", "119.00", **kind, accrued=Decimal("100.00")))
    (note,) = customer.issue(usage("app", "59.50", 2, **kind, accrued=Decimal("50.00")))
    assert shown(note) == ["CN 50.00 + 9.50 = 59.50", "app 50.00 + 9.50"]
    assert note.lines[0].accrued == Decimal("50.00")
    (last,) = customer.issue(usage("app", "0.00", 3, **kind, accrued=Decimal("0.00")))
    assert shown(last) == ["CN 50.00 + 9.50 = 59.50", "app 50.00 + 9.50"]


def test_a_tax_code_without_a_rate_on_that_day_is_refused():
    with pytest.raises(UnknownTaxCode) as refused:
        Customer().issue(usage("api", "1.00", tax="ZZ"))
    assert refused.value.facts == {"id": "ZZ"}


def test_an_account_without_tax_is_outside_its_scope():
    (invoice,) = Customer().issue(usage("api", "1.00", tax=None))
    assert [(one.category, str(one.tax)) for one in invoice.taxes] == [("O", "0.00")]


def test_yen_have_no_minor_units():
    customer = Customer(Payer(account="acme", entity="US", currency="JPY"))
    (invoice,) = customer.issue(usage("api", "105", accrued=Decimal(105)))
    assert shown(invoice)[0] == "INV 105 + 21 = 126"


def test_drafts_wait_for_their_numbers():
    terms = Issue(through=date(2026, 10, 31), on=date(2026, 11, 1), at=AT, rates=RATES)
    (one,) = draft(ACME, [usage("api", "1.00")], terms)
    assert (one.number, one.originator_version, one.originator_id) == (
        "",
        0,
        stream("receivables", "acme"),
    )
