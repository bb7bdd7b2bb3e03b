"""scratch"""
from datetime import date

def gross(books, unit, **more):
    books.plan("gross", "EUR", {"type": "per_unit", "unit": unit}, tax_inclusive=True, **more)

def test_a_gross_cent(books):
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    gross(books, "0.01")
    books.customer("acme", "EU", "EUR", "gross", tax="vat")
    books.use("acme", "1", "2026-10-10", "3")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    print(books.documents("acme"))
    books.use("acme", "2", "2026-10-11", "1")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    print(books.documents("acme"))
    assert sum(float(d[3]) for d in books.documents("acme")) == 0.04

def test_split_not_taken_back(books):
    books.entity("US", "USD")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.01"})
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "1", "2026-10-10", "1000")
    books.use("acme", "2", "2026-10-28", "2000")
    books.do("rate_usage", through="2026-10-31")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.02"}, **{"from": "2026-10-20"})
    books.do("rate_usage", through="2026-10-15")
    print(books.charges("acme"), books.balances())
    assert books.balances()["1150"] == "50.00"

def test_split_not_taken_back2(books):
    books.entity("US", "USD")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.01"})
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "1", "2026-10-10", "1000")
    books.use("acme", "2", "2026-10-28", "2000")
    books.do("rate_usage", through="2026-10-31")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.02"}, **{"from": "2026-10-20"})
    books.do("rate_usage", through="2026-10-25")
    print(books.charges("acme"), books.balances())
    assert books.balances()["1150"] == "50.00"

def test_tax_changed_after_invoice(books):
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    gross(books, "1.19")
    books.customer("acme", "EU", "EUR", "gross", tax="vat")
    books.use("acme", "1", "2026-10-10", "100")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    books.do("set_tax_rate", code="vat", rate="7", from_="2026-10-01", category="S")
    books.do("rate_usage", through="2026-11-02")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-03")
    print(books.documents("acme"), books.balances("EU"))
    assert "1150" not in books.balances("EU")

def test_tax_changes_between_use_and_invoice(books):
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.do("set_tax_rate", code="vat", rate="16", from_="2026-11-01", category="S")
    gross(books, "1.19")
    books.customer("acme", "EU", "EUR", "gross", tax="vat")
    books.use("acme", "1", "2026-10-10", "100")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    print(books.documents("acme"), books.balances("EU"))
    books.use("acme", "2", "2026-10-10", "100")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-02")
    books.do("correct_usage", source="app", id="1", void=True, reason="x")
    books.do("correct_usage", source="app", id="2", void=True, reason="x")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-03")
    print(books.documents("acme"), books.balances("EU"))
    assert books.balances("EU") == {}
