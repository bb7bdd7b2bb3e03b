"""What each kind of charge puts on an invoice, and into the books: worked examples as documents."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.errors import AmountTooLarge, NothingToCredit, UnknownInvoiceLine
from ledger.events.billing import Allowance, CreditNoteIssued, Deferred, InvoiceIssued
from ledger.events.catalog import TaxRateSet
from ledger.events.streams import stream
from ledger.invoicing.billable import Billable, BundlePart, Payer
from ledger.invoicing.billed import with_billed
from ledger.invoicing.concession import Wanted, concession
from ledger.invoicing.draft import draft
from ledger.invoicing.lines import Issue
from ledger.invoicing.numbers import Series, numbered
from ledger.invoicing.schedules import Terms, schedules_of, unearned_of
from ledger.posting.documents import document_entries
from ledger.receivables.state import fold

AT = datetime(2026, 12, 1, tzinfo=UTC)
DEC, DEC_12, JAN = date(2026, 12, 1), date(2026, 12, 12), date(2027, 1, 1)
ACME = Payer(account="acme", entity="EU", currency="EUR")
VAT = {
    "DE": TaxRateSet(
        originator_id=stream("tax", "DE"),
        originator_version=1,
        timestamp=AT,
        code="DE",
        rate=Decimal(19),
        starts_on=date(2026, 1, 1),
        category="S",
    )
}


def charged(item, due, version=1, *, start=DEC, end=JAN, clears="2100", **other):
    name = ("s", item, start.isoformat())
    fields = {
        "account": "acme",
        "subscription": "s",
        "item": item,
        "order": 0,
        "period_from": start,
        "period_to": end,
        "quantity": Decimal(1),
        "amount": Decimal(due),
        "due": Decimal(due),
        "accrued": Decimal(due),
        "charge": "/".join((*name, str(version))),
        "stream": stream("charge", *name),
        "kind": "recurring",
        "clears": clears,
        "tax_code": "DE",
        "revenue_account": "4000",
    }
    return Billable(**{**fields, **other})


class Customer:
    """A payer and the documents it got."""

    def __init__(self):
        self.facts = []
        self.entries = []

    def issue(self, *billables, on=DEC, through=None):
        terms = Issue(through=through or on, on=on, at=AT, rates=VAT)
        filled = with_billed(billables, self.facts)
        state = fold(self.facts)
        return self.number(draft(ACME, filled, terms, self.facts, state.open_amounts), on)

    def concede(self, invoice, wanted, on):
        terms = Issue(through=on, on=on, at=AT)
        is_open = fold(self.facts).open_amounts
        return self.number([concession(invoice, wanted, terms, Terms(), self.facts, is_open)], on)

    def number(self, drafts, on):
        counts = Counter(type(one) for one in self.facts)
        first = {
            Series("EU", "invoice", 2026): 1 + counts[InvoiceIssued],
            Series("EU", "credit_note", 2026): 1 + counts[CreditNoteIssued],
        }
        done = numbered(drafts, first, {"acme": len(self.facts)})
        self.facts += done
        self.entries += [entry for one in done for entry in document_entries(one, on, AT)]
        return done

    def balances(self):
        found = Counter()
        for entry in self.entries:
            for line in entry.lines:
                found[line.account] += line.amount
        return {code: str(amount) for code, amount in sorted(found.items()) if amount}


def journal(entry):
    return [f"{line.account} {line.amount}" for line in entry.lines]


def lines(document):
    return [f"{one.description}: {one.quantity} {one.net}" for one in document.lines]


def upgrade(customer):
    customer.issue(charged("Basic", "99.00"))
    basic = charged("Basic", "35.13", 2, end=DEC_12, netted=True)
    pro = charged("Pro", "160.65", start=DEC_12, netted=True)
    return customer.issue(basic, pro, on=DEC_12)


def test_a_mid_cycle_upgrade_nets_credit_and_charge_in_one_invoice():
    customer = Customer()
    (invoice,) = upgrade(customer)
    assert (str(invoice.net), str(invoice.tax), str(invoice.total)) == ("96.78", "18.39", "115.17")
    assert lines(invoice) == [
        "Unused Basic, 2026-12-12 to 2026-12-31: -1 -63.87",
        "Pro, 2026-12-12 to 2026-12-31: 1 160.65",
    ]
    assert journal(customer.entries[-1]) == [
        "1100 115.17",
        "2100 63.87",
        "2100 -160.65",
        "2200 -18.39",
    ]
    assert customer.balances() == {"1100": "232.98", "2100": "-195.78", "2200": "-37.20"}


def test_a_schedule_spans_the_days_that_were_billed():
    customer = Customer()
    upgrade(customer)
    ((_, basic),) = schedules_of("s/Basic/2026-12-01", customer.facts).items()
    ((_, pro),) = schedules_of("s/Pro/2026-12-12", customer.facts).items()
    assert (str(basic.amount), basic.start, basic.end) == ("35.13", DEC, DEC_12)
    assert (str(pro.amount), pro.start, pro.end) == ("160.65", DEC_12, JAN)


def test_a_change_waits_for_its_first_day():
    customer = Customer()
    customer.issue(charged("Basic", "99.00"))
    basic = charged("Basic", "35.13", 2, end=DEC_12, netted=True)
    pro = charged("Pro", "160.65", start=DEC_12, netted=True)
    assert customer.issue(basic, pro, on=date(2026, 12, 11)) == []
    assert len(customer.issue(basic, pro, on=DEC_12)) == 1


def test_a_downgrade_beyond_the_charge_is_a_credit_note_to_the_balance():
    customer = Customer()
    customer.issue(charged("Pro", "249.00"))
    pro = charged("Pro", "88.35", 2, end=DEC_12, netted=True)
    basic = charged("Basic", "63.87", start=DEC_12, netted=True)
    (note,) = customer.issue(pro, basic, on=DEC_12)
    assert isinstance(note, CreditNoteIssued)
    assert (note.reason, note.invoice, str(note.total)) == ("net_credit", None, "115.17")
    assert lines(note) == [
        "Unused Pro, 2026-12-12 to 2026-12-31: 1 160.65",
        "Basic, 2026-12-12 to 2026-12-31: -1 -63.87",
    ]
    assert customer.balances()["2120"] == "-115.17"


def test_what_a_change_gave_back_may_come_again():
    """An upgrade that is taken back: the days return to Basic, as a charge for those days."""
    customer = Customer()
    upgrade(customer)
    basic = charged("Basic", "99.00", 3, netted=True)
    pro = charged("Pro", "0.00", 2, start=DEC_12, amount=Decimal(0), netted=True)
    (note,) = customer.issue(basic, pro, on=DEC_12)
    assert lines(note) == [
        "Unused Pro, 2026-12-12 to 2026-12-31: 1 160.65",
        "Basic, 2026-12-12 to 2026-12-31: -1 -63.87",
    ]


@pytest.mark.parametrize(
    ("kind", "clears", "due"),
    [
        ("recurring", "2100", True),
        ("one_time", "4000", True),
        ("grant", "2110", True),
        ("recurring", "1150", False),
        ("usage", "1150", False),
        ("commitment", "4020", False),
        ("commitment", "1160", False),
    ],
)
def test_up_front_kinds_are_due_on_their_first_day_the_others_when_finished(kind, clears, due):
    charge = charged("x", "10.00", kind=kind, clears=clears)
    assert charge.is_due(DEC) is due
    assert charge.is_due(date(2026, 12, 31))
    assert not charge.is_due(date(2026, 11, 30))


def test_each_line_clears_its_own_account():
    customer = Customer()
    (invoice,) = customer.issue(
        charged("seats", "99.00"),
        charged("api", "5.00", kind="usage", clears="1150", revenue_account="4010"),
        charged("minimum", "20.00", kind="commitment", clears="1160", revenue_account="4020"),
        charged("shortfall", "7.00", kind="commitment", clears="4020", revenue_account="4020"),
        charged("setup", "50.00", kind="one_time", clears="4000"),
        charged("grant", "100.00", kind="grant", clears="2110", subscription="g-1"),
        through=date(2026, 12, 31),
    )
    assert sorted(journal(customer.entries[-1])) == [
        "1100 334.39",
        "1150 -5.00",
        "1160 -20.00",
        "2100 -99.00",
        "2110 -100.00",
        "2200 -53.39",
        "4000 -50.00",
        "4020 -7.00",
    ]
    (grant,) = [line for line in customer.entries[-1].lines if line.account == "2110"]
    assert grant.grant == "g-1"
    assert [line.description for line in invoice.lines if line.kind == "grant"] == [
        "Credit g-1, from 2026-12-01"
    ]


def test_a_discount_on_a_one_time_item_is_a_debit_of_its_own():
    customer = Customer()
    off = Allowance("discount", "d-1", Decimal("10.00"))
    setup = charged("setup", "40.00", kind="one_time", clears="4000", allowances=(off,))
    (invoice,) = customer.issue(setup)
    assert journal(customer.entries[-1]) == [
        "1100 47.60",
        "4090 10.00",
        "4000 -50.00",
        "2200 -7.60",
    ]
    assert invoice.lines[0].allowances == (off,)
    (note,) = customer.issue(
        replace(
            setup, due=Decimal(0), accrued=Decimal(0), allowances=(), charge="s/setup/2026-12-01/2"
        )
    )
    assert note.reason == "rerating"
    assert customer.balances() == {}


def test_what_credit_paid_wholly_is_shown_beside_what_is_to_pay():
    customer = Customer()
    drawn = (Allowance("prepaid", "g-1", Decimal("12.00")),)
    paid = charged("api", "0.00", kind="usage", clears="1150", allowances=drawn)
    assert customer.issue(paid, through=date(2026, 12, 31)) == []
    (invoice,) = customer.issue(paid, charged("seats", "9.00"), through=date(2026, 12, 31))
    assert [(line.item, str(line.net), line.allowances) for line in invoice.lines] == [
        ("api", "0.00", drawn),
        ("seats", "9.00", ()),
    ]
    assert customer.issue(paid, charged("seats", "9.00"), through=date(2026, 12, 31)) == []


def test_three_tax_rates_with_a_discount():
    """18.00 off 180.00, by what each line costs: 90.00 at 19 %, 45.00 at 7 %, 27.00 at nothing."""
    rates = {
        **VAT,
        "low": replace(VAT["DE"], code="low", rate=Decimal(7)),
        "none": replace(VAT["DE"], code="none", rate=Decimal(0), category="Z"),
    }
    lines = [
        charged("app", "90.00", allowances=(Allowance("discount", "d", Decimal("10.00")),)),
        charged("books", "45.00", order=1, tax_code="low",
                allowances=(Allowance("discount", "d", Decimal("5.00")),)),
        charged("setup", "27.00", order=2, tax_code="none", kind="one_time", clears="4000",
                allowances=(Allowance("discount", "d", Decimal("3.00")),)),
    ]  # fmt: skip
    (invoice,) = draft(ACME, lines, Issue(through=DEC, on=DEC, at=AT, rates=rates))
    assert [(str(x.net), str(x.tax)) for x in invoice.lines] == [
        ("90.00", "17.10"),
        ("45.00", "3.15"),
        ("27.00", "0.00"),
    ]
    assert [(x.category, str(x.rate), str(x.base), str(x.tax)) for x in invoice.taxes] == [
        ("S", "19", "90.00", "17.10"),
        ("S", "7", "45.00", "3.15"),
        ("Z", "0", "27.00", "0.00"),
    ]
    (entry,) = document_entries(replace(invoice, number="EU-2026-000001"), DEC, AT)
    assert journal(entry) == [
        "1100 182.25",
        "2100 -90.00",
        "2100 -45.00",
        "4090 3.00",
        "4000 -30.00",
        "2200 -17.10",
        "2200 -3.15",
    ]


def test_a_bundle_is_deferred_part_by_part():
    customer = Customer()
    parts = (BundlePart("app", Decimal(80), "4000"), BundlePart("support", Decimal(40), "4200"))
    (invoice,) = customer.issue(charged("suite", "100.00", bundle=parts))
    assert invoice.lines[0].deferred == (
        Deferred(Decimal("66.67"), "4000", "app"),
        Deferred(Decimal("33.33"), "4200", "support"),
    )


# -- concessions --------------------------------------------------------------------------------


def test_a_concession_takes_what_is_not_earned_from_deferred_revenue():
    """99.00 for December; on the 29th 3 of 31 days, 9.58, are left to earn."""
    customer = Customer()
    (invoice,) = customer.issue(charged("Basic", "99.00"))
    (note,) = customer.concede(
        invoice, [Wanted(1, Decimal("30.00"), "lines.0")], date(2026, 12, 29)
    )
    assert (note.reason, str(note.net), str(note.tax)) == ("concession", "30.00", "5.70")
    assert journal(customer.entries[-1]) == ["2100 9.58", "4000 20.42", "2200 5.70", "1100 -35.70"]
    assert unearned_of("s/Basic/2026-12-01", customer.facts, date(2026, 12, 29), Terms()) == 0
    assert unearned_of("s/Basic/2026-12-01", customer.facts, JAN, Terms()) == 0


def test_a_concession_makes_nothing_billable_again():
    customer = Customer()
    basic = charged("Basic", "99.00")
    (invoice,) = customer.issue(basic)
    customer.concede(invoice, None, DEC)
    assert customer.issue(basic) == []


def test_concessions_end_exactly_at_the_invoice():
    customer = Customer()
    (invoice,) = customer.issue(charged("a", "0.03"), charged("b", "0.03", order=1))
    customer.concede(invoice, [Wanted(1, Decimal("0.01"), "lines.0")], DEC)
    customer.concede(invoice, [Wanted(2, Decimal("0.03"), "lines.0")], DEC)
    customer.concede(invoice, None, DEC)
    notes = customer.facts[1:]
    assert sum(note.net for note in notes) == invoice.net
    assert sum(note.tax for note in notes) == invoice.tax
    with pytest.raises(NothingToCredit):
        customer.concede(invoice, None, DEC)


def test_a_concession_above_what_is_left_is_refused():
    customer = Customer()
    (invoice,) = customer.issue(charged("Basic", "99.00"))
    with pytest.raises(AmountTooLarge) as refused:
        customer.concede(invoice, [Wanted(1, Decimal("99.01"), "lines.0.net")], DEC)
    assert (refused.value.field, refused.value.facts["limit"]) == ("lines.0.net", "99.00")
    with pytest.raises(UnknownInvoiceLine):
        customer.concede(invoice, [Wanted(2, Decimal(1), "lines.0.line")], DEC)


def test_what_an_upgrade_gave_back_cannot_be_conceded_too():
    customer = Customer()
    upgrade(customer)
    (note,) = customer.concede(customer.facts[0], None, DEC_12)
    assert str(note.net) == "35.13"


def test_a_re_rating_after_a_concession_gives_back_the_rest_only():
    """100.00, of which 30.00 were conceded, is re-rated to nothing: 70.00 go back."""
    customer = Customer()
    usage = charged("api", "100.00", kind="usage", clears="1150", revenue_account="4010")
    (invoice,) = customer.issue(usage, through=date(2026, 12, 31))
    customer.concede(invoice, [Wanted(1, Decimal("30.00"), "lines.0")], JAN)
    none = replace(usage, due=Decimal(0), accrued=Decimal(0), charge="s/api/2026-12-01/2")
    (note,) = customer.issue(none, through=date(2026, 12, 31))
    assert (str(note.net), str(note.lines[0].absorbed)) == ("70.00", "30.00")
    assert customer.issue(none, through=date(2026, 12, 31)) == []
    # 1150 was credited 100.00 by the invoice; the accrual of -100.00 stands against both.
    assert customer.balances() == {}


def test_an_upgrade_after_a_concession_nets_the_rest_only():
    customer = Customer()
    (invoice,) = customer.issue(charged("Basic", "99.00"))
    customer.concede(invoice, [Wanted(1, Decimal("50.00"), "lines.0")], DEC)
    basic = charged("Basic", "35.13", 2, end=DEC_12, netted=True)
    pro = charged("Pro", "160.65", start=DEC_12, netted=True)
    (upgraded,) = customer.issue(basic, pro, on=DEC_12)
    assert [str(line.net) for line in upgraded.lines] == ["-49.00", "160.65"]
    assert str(upgraded.lines[0].absorbed) == "-14.87"
