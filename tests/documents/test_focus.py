"""What was billed, as FinOps tools read it: the columns of FOCUS 1.0, sums equal to the bills."""

import csv
import io
import random
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.documents.document import Line, Reduction
from ledger.documents.focus.columns import STANDARD
from ledger.documents.focus.costs import costs
from ledger.ingest.focus import Focus
from ledger.printing import focus
from ledger.projector.follower import catch_up
from ledger.store.database import Role

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "focus_sample.csv"
CENT = {"type": "per_unit", "unit": "0.01"}
THIRD = {"type": "per_unit", "unit": "0.00333"}
FLAT = {"type": "graduated", "tiers": [{"unit": "0.05", "flat": "5"}]}
NEVER_NULL = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingAccountId",
              "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd", "ChargeCategory",
              "ChargeDescription", "ChargeFrequency", "ChargePeriodStart", "ChargePeriodEnd",
              "InvoiceIssuerName", "ProviderName", "PublisherName", "ServiceCategory",
              "ServiceName")  # fmt: skip
PRICED = ("PricingQuantity", "PricingUnit", "PricingCategory", "ListUnitPrice",
          "ContractedUnitPrice", "SkuId", "SkuPriceId")  # fmt: skip
CATEGORIES = {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}
TENTH = Decimal("0.0000000001")


def text(company, account, start=date(2026, 11, 1), end=date(2026, 12, 1)):
    """The CSV of an account's bills."""
    catch_up(company.ledger.db)
    with company.ledger.db.transaction(Role.READER) as tx:
        return "".join(focus(tx, account, start, end))


def rows(company, account, **days):
    """Its rows, by column; null is None."""
    found = csv.DictReader(io.StringIO(text(company, account, **days)))
    return [{k: None if v == "NULL" else v for k, v in row.items()} for row in found]


def holds_to_the_specification(row):
    """Check the rules of the specification for one row."""
    category, correction = row["ChargeCategory"], row["ChargeClass"] == "Correction"
    assert category in CATEGORIES
    assert [name for name in NEVER_NULL if row[name] is None] == []
    priced = [name for name in PRICED if row[name] is not None]
    if category in ("Usage", "Purchase") and not correction:
        assert priced == list(PRICED)
    if category == "Tax":
        assert priced == []
    used = category == "Usage"
    assert (row["ConsumedQuantity"] is not None, row["ConsumedUnit"] is not None) == (used, used)
    for kind in ("List", "Contracted"):
        if row[f"{kind}UnitPrice"] is not None:
            price = Decimal(row[f"{kind}UnitPrice"])
            assert price >= 0
            product = price * Decimal(row["PricingQuantity"])
            assert abs(product - Decimal(row[f"{kind}Cost"])) <= TENTH


def test_a_bill_is_usage_and_tax(company):
    company.plan("plain", "EUR", (CENT, "std"))
    company.customer("acme", "EU", "EUR", "plain", tax="std", time_zone="Europe/Berlin")
    company.use("acme", "e1", "1000")
    company.bill()
    usage, tax = rows(company, "acme")
    for row in (usage, tax):
        holds_to_the_specification(row)
    expected = {
        "Id": "EU-2026-000001/1", "ChargeCategory": "Usage", "ChargeClass": None,
        "ChargeFrequency": "Usage-Based", "BilledCost": "10", "ListCost": "10",
        "ConsumedQuantity": "1000", "ConsumedUnit": "call", "PricingQuantity": "1000",
        "ListUnitPrice": "0.01", "SkuId": "item-1", "SkuPriceId": "plain@1/item-1",
        "ChargePeriodStart": "2026-09-30T22:00:00Z", "ChargePeriodEnd": "2026-10-31T23:00:00Z",
        "BillingPeriodStart": "2026-11-01T00:00:00Z", "BillingPeriodEnd": "2026-12-01T00:00:00Z",
        "SubAccountId": "acme", "SubAccountName": "acme", "ResourceId": "acme-1",
        "ProviderName": "EU Seller GmbH", "x_InvoiceId": "EU-2026-000001",
    }  # fmt: skip
    assert {name: usage[name] for name in expected} == expected
    assert (tax["ChargeCategory"], tax["BilledCost"]) == ("Tax", "1.9")


def test_a_correction_says_so_and_is_negative(company):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain")
    company.use("acme", "e1", "1000")
    company.bill()
    company.correct("e1", "400")
    company.bill("2026-11-02")
    _, back = rows(company, "acme")
    assert back["ChargeClass"] == "Correction"
    assert (back["BilledCost"], back["PricingQuantity"]) == ("-6", "-600")
    assert back["x_CorrectsChargeId"] == "acme-1/item-1/2026-10-01/1"


def test_a_flat_fee_without_usage_is_a_purchase(company):
    company.plan("flat", "EUR", (FLAT, None))
    company.customer("acme", "EU", "EUR", "flat")
    company.bill()
    (fee,) = rows(company, "acme")
    holds_to_the_specification(fee)
    assert (fee["ChargeCategory"], fee["PricingQuantity"], fee["PricingUnit"]) == (
        "Purchase", "1", "Charges",
    )  # fmt: skip


def test_fees_are_purchases(company):
    company.do("publish_plan", plan="team", currency="EUR", **{"from": "2026-01-01"}, items=[
        {"item": "seat", "kind": "recurring", "amount": "9.90", "interval": "month",
         "timing": "in_advance", "proration": "day"},
        {"item": "setup", "kind": "one_time", "amount": "100"},
    ])  # fmt: skip
    company.customer("acme", "EU", "EUR", "team")
    company.bill()
    found = rows(company, "acme")
    for row in found:
        holds_to_the_specification(row)
    told = {(r["SkuId"], r["ChargeCategory"], r["ChargeFrequency"], r["BilledCost"]) for r in found}
    assert told == {
        ("seat", "Purchase", "Recurring", "9.9"),
        ("setup", "Purchase", "One-Time", "100"),
    }


def test_only_documents_of_the_days_asked_for(company):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain")
    company.use("acme", "e1", "1000")
    company.bill()
    assert rows(company, "acme", start=date(2026, 11, 2)) == []
    assert rows(company, "acme", end=date(2026, 11, 1)) == []


def test_credit_is_told_apart_from_discount():
    """12.00 less a discount of 2.00, 3.00 from a prepaid grant and 1.00 of promotional credit."""
    line = Line(
        number=1, account="acme", subscription="s", item="api", description="api",
        period_from=date(2026, 10, 1), period_to=date(2026, 11, 1), quantity=Decimal(12),
        net=Decimal(6), tax=Decimal(0), category="O", rate=Decimal(0), charge="c",
        reductions=(Reduction("discount", "d", Decimal(2)), Reduction("prepaid", "g", Decimal(3)),
                    Reduction("promotional", "p", Decimal(1))),
    )  # fmt: skip
    found = costs(line, credited=False)
    assert (found.listed, found.contracted, found.effective, found.billed) == (12, 10, 10, 7)
    assert found.promotional == (("Promotional credit p", Decimal(1)),)
    assert costs(line, credited=True).billed == -7


@pytest.mark.skipif(not SAMPLE.exists(), reason="the FOCUS sample stands beside the project")
def test_the_columns_are_those_of_the_sample():
    with SAMPLE.open() as file:
        assert tuple(next(csv.reader(file))) == STANDARD


def test_our_own_reader_takes_the_rows(company):
    company.plan("plain", "EUR", (CENT, None))
    company.customer("acme", "EU", "EUR", "plain")
    company.use("acme", "e1", "1234.5")
    company.bill()
    header, row, _ = text(company, "acme").encode().split(b"\n")
    event = Focus.under(header).read(row)
    assert (event.source, event.id, event.account) == (
        "focus/EU Seller GmbH", "EU-2026-000001/1", "acme",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_the_rows_of_a_random_history_sum_to_its_documents(company, seed):
    chance = random.Random(seed)
    taxes = ["std", "low", "zero", "exempt", None]
    for n in range(8):
        items = [(chance.choice([CENT, THIRD, FLAT]), chance.choice(taxes)) for _ in range(3)]
        company.plan(f"p{n}", "EUR", *items, tax_inclusive=chance.random() < 0.4)
        company.customer(f"a{n}", "EU", "EUR", f"p{n}", tax="std")
        for m in (1, 2, 3):
            company.use(f"a{n}", f"e{n}.{m}", str(chance.randint(1, 9_999)), f"m{m}")
    company.bill()
    for on in ("2026-11-02", "2026-11-03"):
        for n in range(8):
            for m in (1, 2, 3):
                if chance.random() < 0.6:
                    company.correct(f"e{n}.{m}", f"{chance.choice([0, 77, 9_876])}.{on[-1]}")
        company.bill(on)
    for n in range(8):
        sums = defaultdict(Decimal)
        ids = set()
        for row in rows(company, f"a{n}"):
            holds_to_the_specification(row)
            ids.add(row["Id"])
            kind = "tax" if row["ChargeCategory"] == "Tax" else "net"
            sums[row["x_InvoiceId"], kind] += Decimal(row["BilledCost"])
        assert len(ids) == len(rows(company, f"a{n}"))
        for document in company.documents(f"a{n}"):
            sign = -1 if document.is_credit_note else 1
            assert sums[document.number, "net"] == sign * document.net
            assert sums[document.number, "tax"] == sign * document.tax
