"""Invoices as files on the command line."""

import csv
import io

from pypdf import PdfReader


def test_an_invoice_is_printed_in_the_form_asked_for(books, tmp_path):
    assert "<h1>Invoice</h1>" in books("invoice", "US-2026-000001").out
    assert books("invoice", "US-2026-000001", "--format", "json").json["total"] == "455.79"
    file = tmp_path / "invoice.pdf"
    done = books("invoice", "US-2026-000001", "--format", "pdf", "-o", str(file))
    assert (done.code, done.out) == (0, "")
    text = PdfReader(io.BytesIO(file.read_bytes())).pages[0].extract_text()
    assert "455.79" in text


def test_an_unknown_invoice_is_refused(books):
    done = books("invoice", "US-2026-000099")
    assert (done.code, done.err.split(":")[0]) == (1, "UNKNOWN_INVOICE")


def test_what_en_16931_cannot_express_is_refused_with_what_to_do(books):
    done = books("invoice", "US-2026-000001", "--format", "ubl")
    assert (done.code, done.err.split(":")[0]) == (1, "NO_ELECTRONIC_INVOICE")
    assert "VAT id" in done.err


def test_a_bill_is_exported_for_finops_tools(books, tmp_path):
    file = tmp_path / "focus.csv"
    days = ("--from", "2026-11-01", "--to", "2026-12-01")
    assert books("export", "focus", "--account", "acme", *days, "-o", str(file)).code == 0
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [(row["ChargeCategory"], row["BilledCost"]) for row in rows] == [
        ("Usage", "418.64"), ("Tax", "37.15"),
    ]  # fmt: skip
    assert books("export", "focus", "--account", "nobody", *days).err.startswith("UNKNOWN_ACCOUNT")
