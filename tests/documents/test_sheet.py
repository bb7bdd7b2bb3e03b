"""What a reader finds on a document, in HTML and in PDF alike."""

import io
from html.parser import HTMLParser

import orjson
import pytest
from lxml import html as lxml_html
from pypdf import PdfReader

from ledger.documents.html import html
from ledger.documents.json import json
from ledger.documents.pdf import pdf
from ledger.documents.sheet import sheet

CENT = {"type": "per_unit", "unit": "0.01"}
TIERED = {"type": "graduated", "tiers": [{"up_to": "100", "unit": "0.10", "flat": "5"},
                                         {"unit": "0.05"}]}  # fmt: skip


@pytest.fixture
def tiered(company):
    """October of acme at a graduated price: 150 calls are 5.00 + 10.00 + 2.50 = 17.50."""
    company.plan("tiered", "EUR", (TIERED, None))
    company.customer("acme", "EU", "EUR", "tiered", tax="std", name="Acme AG")
    company.use("acme", "e1", "120", day="2026-10-10")
    company.use("acme", "e2", "30", day="2026-10-12")
    company.bill()
    return company


def words(document):
    """The text of the PDF, on one line."""
    pages = PdfReader(io.BytesIO(pdf(document))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_an_invoice_says_who_owes_whom_what_until_when(tiered):
    found = sheet(tiered.document("EU-2026-000001"))
    assert found.title == "Invoice"
    assert [(fact.name, fact.value) for fact in found.facts] == [
        ("Number", "EU-2026-000001"),
        ("Date", "1 November 2026"),
        ("Due", "1 December 2026"),
        ("Account", "acme"),
    ]
    assert found.seller.lines[0] == "EU Seller GmbH"
    assert found.buyer.lines == (
        "Acme AG", "Unter den Linden 1", "10117 Berlin", "DE", "VAT id DE136695976",
    )  # fmt: skip
    assert [(total.name, total.value) for total in found.totals] == [
        ("Total without tax", "17.50"),
        ("Tax", "3.33"),
        ("Total", "EUR 20.83"),
        ("To pay", "EUR 20.83"),
    ]


def test_a_line_shows_the_tiers_of_its_charge_and_the_days_of_usage(tiered):
    found = sheet(tiered.document("EU-2026-000001"))
    ((row,),) = (group.rows for group in found.groups)
    assert (row.period, row.quantity, row.taxed, row.net) == (
        "1–31 October 2026", "150 call", "19 %", "17.50",
    )  # fmt: skip
    assert [(p.text, p.quantity, p.price, p.amount) for p in row.parts] == [
        ("up to 100", "100", "0.1 + 5.00 flat", "15.00"),
        ("above 100", "50", "0.05", "2.50"),
    ]
    (chart,) = found.charts
    assert len(chart.bars) == 31
    assert [bar.label for bar in chart.bars if bar.height] == [
        "10 October 2026: 120 call", "12 October 2026: 30 call",
    ]  # fmt: skip


def test_every_part_of_a_percentage_is_told(company):
    """3 payments of 100.00 at 2 % + 0.25, at least 5.00 in all: 6.00 + 0.75 − 10 %."""
    model = {"type": "percentage", "rate": "2", "fixed": "0.25"}
    company.do("publish_plan", plan="pay", currency="EUR", **{"from": "2026-01-01"},
               items=[{"item": "pay", "kind": "usage", "meter": "m1", "interval": "month",
                       "model": model, "discount_percent": "10", "minimum": "7"}])  # fmt: skip
    company.customer("acme", "EU", "EUR", "pay")
    for n in range(3):
        company.use("acme", f"e{n}", "100")
    company.bill()
    ((row,),) = (group.rows for group in sheet(company.document("EU-2026-000001")).groups)
    assert sorted((p.text, p.quantity, p.price, p.amount) for p in row.parts) == [
        ("discount", "", "10 %", "-0.675"),
        ("of the value", "300", "2 %", "6.00"),
        ("per event", "3", "0.25", "0.75"),
        ("raised to the minimum", "", "", "0.925"),
    ]


def test_a_level_stays_until_it_changes(company):
    """5 seats on the 3rd, 2 fewer on the 5th: 0, 0, 5, 5, 3, 3 …"""
    company.do("define_meter", meter="seats", aggregation="weighted_sum")
    company.do("publish_plan", plan="seats", currency="EUR", **{"from": "2026-01-01"},
               items=[{"item": "seats", "kind": "usage", "meter": "seats", "interval": "month",
                       "model": CENT}])  # fmt: skip
    company.customer("acme", "EU", "EUR", "seats")
    company.use("acme", "e1", "5", "seats", "2026-10-03")
    company.use("acme", "e2", "-2", "seats", "2026-10-05")
    company.bill()
    (usage,) = company.document("EU-2026-000001").usage
    assert [str(value) for _, value in usage.days[:6]] == ["0", "0", "5", "5", "3", "3"]
    assert len(usage.days) == 31


def test_a_credit_note_names_its_invoice_and_why(tiered):
    tiered.correct("e2", "10")
    tiered.bill("2026-11-02")
    found = sheet(tiered.document("EU-CN-2026-000001"))
    facts = {fact.name: fact.value for fact in found.facts}
    assert found.title == "Credit note"
    assert facts["For invoice"] == "EU-2026-000001 of 1 November 2026"
    assert facts["Reason"] == "Correction of charges"
    ((row,),) = (group.rows for group in found.groups)
    assert row.notes == ("Takes back from line 1 of EU-2026-000001",)
    assert row.parts_are == "The charge as it stands now: 16.50"
    assert found.totals[-1].name == "Taken off what is open of EU-2026-000001"


def test_what_was_paid_is_told_apart_from_what_is_open(tiered):
    tiered.do("capture_payment", payment="p", account="acme", amount="10.00", currency="EUR",
              on="2026-11-05", via="bank")  # fmt: skip
    totals = {t.name: t.value for t in sheet(tiered.document("EU-2026-000001")).totals}
    assert (totals["Paid and credited"], totals["To pay"]) == ("10.00", "EUR 10.83")


@pytest.mark.parametrize(("tax", "said"), [("reverse", "Reverse charge: the recipient"),
                                           ("exempt", "Exempt from tax. Article 132."),
                                           (None, "Outside the scope of tax.")])  # fmt: skip
def test_the_law_has_its_sentence(company, tax, said):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain", **({"tax": tax} if tax else {}))
    company.use("acme", "e1", "1000")
    company.bill()
    (invoice,) = company.documents()
    assert sheet(invoice).notes[0].startswith(said)
    assert said in words(invoice)


@pytest.mark.parametrize(("currency", "total"), [("JPY", "JPY 2,469"), ("KWD", "KWD 2,469.134")])
def test_amounts_have_the_digits_of_their_currency(company, currency, total):
    company.entity("XX", currency, country="KW")
    company.plan("plain", currency, ({"type": "per_unit", "unit": "0.2"}, None))
    company.customer("acme", "XX", currency, "plain")
    company.use("acme", "e1", "12345.67")
    company.bill()
    (invoice,) = company.documents()
    assert sheet(invoice).totals[-1].value == total
    assert total in words(invoice)


def test_html_and_pdf_say_the_same_and_pdf_bytes_are_stable(tiered):
    invoice = tiered.document("EU-2026-000001")
    page = " ".join(lxml_html.fromstring(html(invoice)).text_content().split())
    text = words(invoice)
    for said in ("EU-2026-000001", "Acme AG", "above 100", "1 December 2026", "EUR 20.83"):
        assert said in page
        assert said in text
    assert pdf(invoice) == pdf(tiered.document("EU-2026-000001"))


def test_html_is_well_formed_and_escapes_names(company):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain", name="<script>alert(1)</script>&\"'",
                     address="a <b>\nc & d")  # fmt: skip
    company.use("acme", "e1", "1")
    company.bill()
    (invoice,) = company.documents()
    made = html(invoice).decode()
    assert "<script" not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#34;&#39;" in made
    checked = Balanced()
    checked.feed(made)
    assert checked.open == []
    assert not [word for word in ("http:", "https:", "url(", "src=") if word in made]


def test_names_of_any_script_are_drawn(company):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain", name="Škoda Ελλάς Привет 株式会社")
    company.use("acme", "e1", "1")
    company.bill()
    (invoice,) = company.documents()
    text = words(invoice).replace("\0", "")  # pypdf reads two bytes of a character as two
    for part in ("Škoda", "Ελλάς", "Привет", "株式会社"):
        assert part in text


def test_a_name_that_changes_later_does_not_change_the_document(tiered):
    before = pdf(tiered.document("EU-2026-000001"))
    tiered.do("change_account", account="acme", name="Acme SE", **{"from": "2099-01-01"})
    tiered.do("change_entity", entity="EU", name="EU Seller SE", **{"from": "2099-01-01"})
    assert pdf(tiered.document("EU-2026-000001")) == before


def test_an_erased_account_is_named_by_its_id(tiered):
    tiered.do("capture_payment", payment="p", account="acme", amount="20.83", currency="EUR",
              on="2026-11-05", via="bank")  # fmt: skip
    tiered.do("end_subscription", subscription="acme-1", on="2026-11-01")
    tiered.do("erase_account", account="acme")
    invoice = tiered.document("EU-2026-000001")
    found = sheet(invoice)
    assert found.buyer.lines == ("Account acme", "DE")
    assert found.notes[-1] == "The name and address of account acme were erased at its request."
    assert "Acme" not in words(invoice)


def test_json_has_every_figure_as_text(tiered):
    told = orjson.loads(json(tiered.document("EU-2026-000001")))
    assert told["total"] == "20.83"
    assert told["lines"][0]["tiers"][1]["amount"] == "2.5"


class Balanced(HTMLParser):
    """Whether every element that is opened is closed, in order."""

    VOID = frozenset({"meta", "line"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
