"""From usage to cash: the worked examples of accounting.md that begin with a usage event."""

from datetime import date

GRADUATED = {
    "type": "graduated",
    "tiers": [
        {"up_to": "100000"}, {"up_to": "1000000", "unit": "0.0004"}, {"unit": "0.00025"},
    ],
}  # fmt: skip
CENT = {"type": "per_unit", "unit": "0.01"}


def test_usage_accrual_invoice_sales_tax_payment(books):
    """1,234,567 calls: 360.00 + 58.64175 → 418.64; tax 8.875 % → 37.15; paid 455.79."""
    books.entity("US", "USD")
    books.do("set_tax_rate", code="sales", rate="8.875", from_="2026-01-01", category="S")
    books.plan("api", "USD", GRADUATED)
    books.customer("acme", "US", "USD", "api", tax="sales")
    books.use("acme", "u-1", "2026-10-03", "1000000")
    books.use("acme", "u-2", "2026-10-30", "234567")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    assert books.charges("acme") == [("acme-1/item-1/2026-10-01/1", "418.64175", "418.64175")]
    assert books.documents("acme") == [("US-2026-000001", "418.64", "37.15", "455.79", "455.79")]
    books.do("capture_payment", payment="p-1", account="acme", amount="455.79", currency="USD",
             on="2026-11-03", via="psp")  # fmt: skip
    assert books.journal() == [
        ("2026-10-31", "usage_accrued", "1150", "418.64"),
        ("2026-10-31", "usage_accrued", "4010", "-418.64"),
        ("2026-11-01", "invoice_issued", "1100", "455.79"),
        ("2026-11-01", "invoice_issued", "1150", "-418.64"),
        ("2026-11-01", "invoice_issued", "2200", "-37.15"),
        ("2026-11-03", "payment_captured", "1010", "455.79"),
        ("2026-11-03", "payment_captured", "1100", "-455.79"),
    ]
    assert books.balances() == {"1010": "455.79", "2200": "-37.15", "4010": "-418.64"}
    assert books.balances(as_of=date(2026, 10, 31)) == {"1150": "418.64", "4010": "-418.64"}
    assert books.documents("acme") == [("US-2026-000001", "418.64", "37.15", "455.79", "0.00")]


def test_daily_accrual_with_cumulative_rounding(books):
    """Three days of 67 units at 0.005: 0.34, 0.33, 0.34, which is 1.01 (1.02 by the day)."""
    books.entity("US", "USD")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.005"})
    books.customer("acme", "US", "USD", "api")
    for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
        books.use("acme", day, day, "67")
        books.do("rate_usage", through=day)
    assert books.journal() == [
        ("2026-11-01", "usage_accrued", "1150", "0.34"),
        ("2026-11-01", "usage_accrued", "4010", "-0.34"),
        ("2026-11-02", "usage_rerated", "1150", "0.33"),
        ("2026-11-02", "usage_rerated", "4010", "-0.33"),
        ("2026-11-03", "usage_rerated", "1150", "0.34"),
        ("2026-11-03", "usage_rerated", "4010", "-0.34"),
    ]
    assert books.balances() == {"1150": "1.01", "4010": "-1.01"}


def test_the_same_half_even_accrues_one_cent_less(books):
    books.entity("US", "USD", rounding="half_even")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.005"})
    books.customer("acme", "US", "USD", "api")
    for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
        books.use("acme", day, day, "67")
        books.do("rate_usage", through=day)
    assert books.balances() == {"1150": "1.00", "4010": "-1.00"}


def test_usage_correction_before_invoicing(books, ask):
    """10,000 units at 0.01 become 1,000: the next rating posts −90.00; the correction nothing."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "u-7", "2026-10-20", "10000")
    books.do("rate_usage", through="2026-10-20")
    assert books.balances() == {"1150": "100.00", "4010": "-100.00"}
    books.do("correct_usage", source="app", id="u-7", properties={"quantity": "1000"},
             reason="meter fault")  # fmt: skip
    assert books.balances() == {"1150": "100.00", "4010": "-100.00"}
    books.do("rate_usage", through="2026-10-25")
    assert books.journal()[2:] == [
        ("2026-10-25", "usage_rerated", "1150", "-90.00"),
        ("2026-10-25", "usage_rerated", "4010", "90.00"),
    ]
    assert books.balances() == {"1150": "10.00", "4010": "-10.00"}
    assert books.charges("acme")[-1] == ("acme-1/item-1/2026-10-01/2", "10", "-90")


def test_tax_rounded_per_document_and_allocated_to_lines(books):
    """25.06, 25.61 and 25.63 at 15 %: 11.445 → 11.45, back to the lines 3.76, 3.84 and 3.85."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="15", from_="2026-01-01", category="S")
    books.plan("trio", "EUR", CENT, CENT, CENT)
    books.customer("acme", "EU", "EUR", "trio", tax="vat")
    for number, quantity in (("1", "2506"), ("2", "2561"), ("3", "2563")):
        books.use("acme", number, "2026-10-10", quantity, f"meter-{number}")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-10")
    assert books.documents("acme") == [("EU-2026-000001", "76.30", "11.45", "87.75", "87.75")]
    assert books.lines("EU-2026-000001") == [
        ("item-1", "25.06", "3.76"), ("item-2", "25.61", "3.84"), ("item-3", "25.63", "3.85"),
    ]  # fmt: skip
    assert books.balances("EU") == {"1100": "87.75", "2200": "-11.45", "4010": "-76.30"}


def test_overpayment_is_unapplied_cash(books):
    """Invoice 583.10, paid 600.00: 16.90 unapplied; the next invoice of 50.00 stays due."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "1", "2026-10-10", "58310")
    books.use("acme", "2", "2026-11-10", "5000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    books.do("capture_payment", payment="p-1", account="acme", amount="600.00", currency="USD",
             on="2026-11-10", via="bank")  # fmt: skip
    assert books.journal()[-3:] == [
        ("2026-11-10", "payment_captured", "1000", "600.00"),
        ("2026-11-10", "payment_captured", "1100", "-583.10"),
        ("2026-11-10", "payment_captured", "2130", "-16.90"),
    ]
    books.do("rate_usage", through="2026-11-30")
    books.do("issue_invoices", through="2026-11-30", on="2026-12-01")
    assert books.balances() == {
        "1000": "600.00", "1100": "50.00", "2130": "-16.90", "4010": "-633.10",
    }  # fmt: skip


def test_yen_have_no_decimals_and_dinars_three(books):
    for entity, currency, accrued in (("JP", "JPY", "1235"), ("KW", "KWD", "1234.568")):
        books.entity(entity, currency)
        books.plan(f"plan-{entity}", currency, {"type": "per_unit", "unit": "1.2345675"})
        books.customer(entity.lower(), entity, currency, f"plan-{entity}")
        books.use(entity.lower(), entity, "2026-10-10", "1000")
        books.do("rate_usage", through="2026-10-31", entity=entity)
        assert books.balances(entity) == {"1150": accrued, "4010": f"-{accrued}"}
