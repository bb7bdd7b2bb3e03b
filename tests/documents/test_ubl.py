"""Electronic invoices hold to the UBL schema and the official EN 16931 rules, or are refused."""

import random

import pytest
from lxml import etree

from ledger.documents.pdf import pdf
from ledger.documents.ubl import ubl
from ledger.errors import NoElectronicInvoice

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CENT = {"type": "per_unit", "unit": "0.01"}
THIRD = {"type": "per_unit", "unit": "0.00333"}
TIERED = {"type": "graduated", "tiers": [{"up_to": "100", "unit": "0.10", "flat": "5"},
                                         {"unit": "0.0333"}]}  # fmt: skip


def texts(document, name):
    """Every value of this name, in order."""
    return [each.text for each in etree.fromstring(ubl(document)).iter(f"{CBC}{name}")]


def test_an_invoice_with_several_rates_holds_to_the_rules(company, faults):
    company.plan("many", "EUR", (TIERED, "std"), (CENT, "low"), (THIRD, "zero"))
    company.customer("acme", "EU", "EUR", "many", tax="std")
    for n, quantity in enumerate(("1234", "2563", "10001"), start=1):
        company.use("acme", f"e{n}", quantity, f"m{n}")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    assert texts(invoice, "DueDate") == ["2026-12-01"]
    assert texts(invoice, "InvoiceTypeCode") == ["380"]
    assert texts(invoice, "Percent")[:3] == ["19", "7", "0"]
    assert texts(invoice, "InvoicedQuantity") == ["1234", "2563", "10001"]
    assert texts(invoice, "PriceAmount") == ["52.76", "0.01", "33.3"]
    assert texts(invoice, "BaseQuantity") == ["1234", "10001"]


@pytest.mark.parametrize("code", ["exempt", "reverse", "export", "zero"])
def test_what_is_not_taxed_says_why(company, faults, code):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain", tax=code)
    company.use("acme", "e1", "1000")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    assert (
        texts(invoice, "TaxExemptionReason")
        == {
            "exempt": ["Exempt from tax: Article 132"],
            "reverse": ["Reverse charge"],
            "export": ["Export outside the EU"],
            "zero": [],
        }[code]
    )


def test_outside_the_scope_of_tax_there_are_no_vat_ids_and_no_rate(company, faults):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain")
    company.use("acme", "e1", "1000")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    assert texts(invoice, "CompanyID") == []
    assert texts(invoice, "Percent") == []


def test_a_credit_note_names_its_invoice_and_is_positive(company, faults):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain", tax="std")
    company.use("acme", "e1", "10000")
    company.bill()
    company.correct("e1", "5000")
    company.bill("2026-11-02")
    company.correct("e1", "0")
    company.bill("2026-11-03")
    _, partial, rest = company.documents()
    for note in (partial, rest):
        assert faults(ubl(note)) == []
        assert texts(note, "CreditNoteTypeCode") == ["381"]
        assert texts(note, "ID")[1] == "EU-2026-000001"
        assert texts(note, "CreditedQuantity") == ["5000"]
        assert texts(note, "PriceAmount") == ["0.01"]
        assert texts(note, "PayableAmount") == ["59.50"]


def test_prices_that_include_tax_become_net_lines(company, faults):
    company.plan("gross", "EUR", (CENT, "std"), (THIRD, "low"), tax_inclusive=True)
    company.customer("acme", "EU", "EUR", "gross", tax="std")
    company.use("acme", "e1", "333")
    company.use("acme", "e2", "7777", "m2")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    assert invoice.total == sum(map(sum, [(line.net, line.tax) for line in invoice.lines]))


def test_a_flat_fee_without_usage_is_one_piece(company, faults):
    company.plan("flat", "EUR", (TIERED, "std"))
    company.customer("acme", "EU", "EUR", "flat", tax="std")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    assert texts(invoice, "InvoicedQuantity") == ["1"]
    assert texts(invoice, "PriceAmount") == ["5"]


def test_yen_have_no_decimals(company, faults):
    company.entity("JP", "JPY", country="JP", vat_id="T1234567890123")
    company.plan("yen", "JPY", ({"type": "per_unit", "unit": "0.7"}, None))
    company.customer("tokyo", "JP", "JPY", "yen", tax="std", country="JP", vat_id=None)
    company.use("tokyo", "e1", "1001")
    company.bill()
    (invoice,) = company.documents("tokyo")
    assert faults(ubl(invoice)) == []
    assert texts(invoice, "PayableAmount") == ["834"]


def test_fees_are_lines_beside_usage(company, faults):
    """5 seats at 9.90 in advance, a set-up fee once, and the usage of October."""
    company.do("publish_plan", plan="team", currency="EUR", **{"from": "2026-01-01"}, items=[
        {"item": "seat", "kind": "recurring", "amount": "9.90", "interval": "month",
         "timing": "in_advance", "proration": "day"},
        {"item": "setup", "kind": "one_time", "amount": "100"},
        {"item": "calls", "kind": "usage", "meter": "m1", "interval": "month", "model": CENT},
    ])  # fmt: skip
    company.do("open_account", account="acme", entity="EU", name="Acme", currency="EUR",
               country="DE", tax="std")  # fmt: skip
    company.do("start_subscription", subscription="s", account="acme", plan="team",
               quantity={"seat": "5"}, **{"from": "2026-10-01"})  # fmt: skip
    company.use("acme", "e1", "1000")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    found = {line.item: (line.kind, str(line.quantity), str(line.net)) for line in invoice.lines}
    assert found == {
        "seat": ("recurring", "5", "49.50"),
        "setup": ("one_time", "1", "100.00"),
        "calls": ("usage", "1000", "10.00"),
    }
    assert len(invoice.usage) == 1
    assert pdf(invoice)


def test_names_cannot_break_the_document(company, faults):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain", tax="std", name="<script>&\"'株式会社")
    company.use("acme", "e1", "1")
    company.bill()
    (invoice,) = company.documents()
    assert faults(ubl(invoice)) == []
    assert "<script>&\"'株式会社" in texts(invoice, "RegistrationName")


@pytest.mark.parametrize(
    ("seller", "currency", "buyer", "second", "why"),
    [
        ({}, "EUR", {"country": None}, None, "no country"),
        ({}, "EUR", {"tax": None}, "low", "mixes"),
        ({"vat_id": "1"}, "KWD", {}, None, "more than two decimals"),
        ({}, "USD", {}, None, "no VAT id"),
    ],
)
def test_what_the_standard_cannot_express_is_refused_with_what_to_do(
    company, seller, currency, buyer, second, why
):
    entity = "EU" if currency == "EUR" else "XX"
    if entity == "XX":
        company.entity("XX", currency, country="KW", **seller)
    company.plan("p", currency, ({"type": "per_unit", "unit": "0.001"}, None), (CENT, second))
    told = {name: value for name, value in {"tax": "std", **buyer}.items() if value is not None}
    if "country" in buyer:
        told |= {"country": None, "vat_id": None}
    company.customer("acme", entity, currency, "p", **told)
    company.use("acme", "e1", "1001")
    company.use("acme", "e2", "1000", "m2")
    company.bill()
    (invoice,) = company.documents()
    with pytest.raises(NoElectronicInvoice, match=why):
        ubl(invoice)


@pytest.mark.parametrize("seed", range(3))
def test_every_document_of_a_random_history_holds_to_the_rules(company, faults, seed):
    """Twelve customers with random plans; their usage is corrected and billed three times over."""
    chance = random.Random(seed)
    taxes = ["std", "low", "zero", "exempt", "reverse", "export"]
    for n in range(12):
        models = [chance.choice([CENT, THIRD, TIERED]) for _ in range(3)]
        items = [(model, chance.choice(taxes)) for model in models]
        company.plan(f"p{n}", "EUR", *items, tax_inclusive=chance.random() < 0.4)
        company.customer(f"a{n}", "EU", "EUR", f"p{n}", tax=chance.choice(taxes))
        for m in (1, 2, 3):
            company.use(f"a{n}", f"e{n}.{m}", str(chance.randint(1, 9_999)), f"m{m}")
    company.bill()
    for on in ("2026-11-02", "2026-11-03"):
        for n in range(12):
            for m in (1, 2, 3):
                if chance.random() < 0.6:
                    quantity = chance.choice([0, chance.randint(1, 9_999), chance.randint(1, 99)])
                    company.correct(f"e{n}.{m}", f"{quantity}.{on[-1]}")
        company.bill(on)
    documents = company.documents()
    assert {document.kind for document in documents} == {"invoice", "credit_note"}
    for document in documents:
        assert faults(ubl(document)) == [], document.number
