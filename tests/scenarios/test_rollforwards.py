"""Roll-forwards, tax and the disclosures of contracts, in figures that anybody can check."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.errors import BadSpan
from ledger.projector.follower import catch_up
from ledger.reads.contract_balances import contract_balances
from ledger.reads.obligations import obligations
from ledger.reads.rollforward import items, roll_forward
from ledger.reads.span import Span
from ledger.reads.subscriptions import entities
from ledger.reads.tax import tax_report
from ledger.reads.waterfall import waterfalls
from ledger.store.database import Role

CALLS = {"type": "per_unit", "unit": "1.00"}
ANNUAL = {"item": "Year", "kind": "recurring", "amount": "12000.00", "interval": "year",
          "timing": "in_advance", "proration": "day"}  # fmt: skip


class Reader:
    """Short ways to read roll-forwards: every one of them must tie."""

    def __init__(self, books, entity):
        self.books = books
        self.entity = entity

    def ask(self, read, first, last, *args, at=None, customer=None):
        catch_up(self.books._ledger.db)
        span = Span(self.entity, date.fromisoformat(first), date.fromisoformat(last), at, customer)
        with self.books._ledger.db.transaction(Role.READER) as tx:
            return read(tx, span, *args)

    def roll(self, account, first, last, **of):
        found = self.ask(roll_forward, first, last, [account], **of)
        assert all(row.ties for row in found), found
        (row,) = found
        return (
            str(row.opening),
            {str(name): str(amount) for name, amount in row.movements.items()},
            str(row.closing),
        )

    def disclosed(self, first, last, **of):
        found = self.ask(contract_balances, first, last, **of)
        assert not any(row.unexplained for row in found)
        return {
            row.name: (
                str(row.opening),
                {str(cause): str(amount) for cause, amount in row.causes.items()},
                str(row.closing),
            )
            for row in found
        }

    def obliged(self, day, **of):
        (one,) = self.books.read(entities(self.entity))
        found = self.ask(lambda tx, span: obligations(tx, one, span), day, day, **of)
        assert not any(row.difference for row in found), found
        return {
            row.account: [str(row.within_1_year), str(row.within_2_years), str(row.later),
                          str(row.undated)]
            for row in found
        }  # fmt: skip

    def waterfall(self, day, at=None):
        catch_up(self.books._ledger.db)
        day = date.fromisoformat(day)
        with self.books._ledger.db.transaction(Role.READER) as tx:
            (found,) = waterfalls(tx, day, self.entity, as_of=day, at=at)
        return str(found.deferred), [(each.month, str(each.amount)) for each in found.months]


@pytest.fixture
def us(books):
    books.entity("US", "USD")
    return Reader(books, "US")


def annual(books, account="acme"):
    books.do("publish_plan", plan="annual", currency="USD", from_="2026-01-01", items=[ANNUAL])
    books.do("open_account", account=account, entity="US", name=account, currency="USD")
    books.do("start_subscription", subscription=f"{account}-1", account=account, plan="annual",
             from_="2026-11-01")  # fmt: skip
    books.do("issue_invoices", through="2026-11-01", on="2026-11-01")


def test_deferred_revenue_of_the_annual_subscription_rolls_month_by_month(us, books):
    annual(books)
    books.do("recognise_revenue", entity="US", through="2027-01-31")
    assert us.roll("2100", "2026-11-01", "2026-11-30") == (
        "0", {"billed": "12000.00", "recognised": "-986.30"}, "11013.70",
    )  # fmt: skip
    assert us.roll("2100", "2026-12-01", "2026-12-31") == (
        "11013.70", {"recognised": "-1019.18"}, "9994.52",
    )  # fmt: skip
    assert us.roll("2100", "2027-01-01", "2027-01-31") == (
        "9994.52", {"recognised": "-1019.18"}, "8975.34",
    )  # fmt: skip
    assert us.disclosed("2026-12-01", "2026-12-31")["contract_liabilities"] == (
        "11013.70",
        {"recognised_from_opening": "-1019.18", "recognised_from_additions": "0.00"},
        "9994.52",
    )
    assert us.disclosed("2026-11-01", "2026-12-31")["contract_liabilities"] == (
        "0",
        {"additions": "12000.00", "recognised_from_additions": "-2005.48"},
        "9994.52",
    )


def test_the_waterfall_and_what_remains_at_any_day_and_position(us, books):
    annual(books)
    billed = books._ledger.books.head()
    books.do("recognise_revenue", entity="US", through="2026-11-30")
    november = us.waterfall("2026-11-30")
    assert november[0] == "11013.70"
    assert november[1][:2] == [("2026-11", "0.00"), ("2026-12", "1019.18")]
    books.do("recognise_revenue", entity="US", through="2027-02-28")
    assert us.waterfall("2026-11-30") == november
    assert us.waterfall("2026-12-31")[0] == "9994.52"
    assert us.waterfall("2026-12-31", at=billed)[0] == "12000.00"
    assert us.obliged("2026-11-30") == {"2100": ["11013.70", "0.00", "0.00", "0"]}
    assert us.obliged("2026-11-30", at=billed) == {"2100": ["12000.00", "0.00", "0.00", "0"]}


def test_a_position_within_a_decision_counts_as_before_it(us, books):
    annual(books)
    billed = books._ledger.books.head()
    books.do("recognise_revenue", entity="US", through="2026-11-30")
    head = books._ledger.books.head()
    closings = [us.roll("2100", "2026-11-01", "2026-11-30", at=at)[2]
                for at in range(billed, head + 1)]  # fmt: skip
    assert set(closings) == {"12000.00", "11013.70"}
    assert closings == sorted(closings, reverse=True)
    assert closings[:2] == ["12000.00", "12000.00"]


def test_prepaid_credits_are_bought_consumed_and_expire(us, books):
    """The worked example, a month earlier: 899.99 = 299.70 + 299.69 + 300.60."""
    books.plan("calls", "USD", CALLS)
    books.customer("acme", "US", "USD", "calls")
    books.do("grant_credit", grant="pack", account="acme", kind="prepaid", from_="2026-10-01",
             expires="2026-11-30", units="1000", meter="meter-1", price="899.99")  # fmt: skip
    books.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    for event, day, through in (("e-1", "2026-10-10", "2026-10-31"),
                                ("e-2", "2026-11-10", "2026-11-30")):  # fmt: skip
        books.use("acme", event, day, "333")
        books.do("rate_usage", through=through)
    assert us.roll("2110", "2026-10-01", "2026-10-31") == (
        "0", {"purchased": "899.99", "consumed": "-299.70"}, "600.29",
    )  # fmt: skip
    assert us.roll("2110", "2026-11-01", "2026-11-30") == (
        "600.29", {"consumed": "-299.69", "expired": "-300.60"}, "0",
    )  # fmt: skip
    (pack,) = us.ask(items, "2026-11-01", "2026-11-30", ["2110"], customer="acme")
    assert (pack.item, str(pack.opening), str(pack.closing), pack.ties) == (
        "pack", "600.29", "0", True,
    )  # fmt: skip
    assert us.obliged("2026-10-31") == {"2110": ["600.29", "0", "0", "0"]}
    assert us.disclosed("2026-11-01", "2026-11-30")["contract_liabilities"] == (
        "600.29",
        {"recognised_from_opening": "-600.29", "recognised_from_additions": "0.00"},
        "0",
    )


@pytest.fixture
def vat(books):
    """Invoices of 119.00 and 59.50 with 19 % VAT to acme; relief for what is written off."""
    books.entity("US", "USD", policies={"tax_relief_on_write_off": True})
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("calls", "USD", CALLS)
    books.customer("acme", "US", "USD", "calls", tax="vat", country="DE")
    for month, last, units in (("10", "31", "100"), ("11", "30", "50")):
        books.use("acme", f"u-{month}", f"2026-{month}-10", units)
        books.do("rate_usage", through=f"2026-{month}-{last}")
        books.do("issue_invoices", through=f"2026-{month}-{last}", on=f"2026-{month}-{last}")
    return Reader(books, "US")


def test_receivables_allowance_and_tax_of_losses(vat, books):
    books.do("adjust_allowance", entity="US", amount="80.00", on="2026-11-30")
    books.do("issue_credit_note", invoice="US-2026-000002", lines=[{"line": 1, "net": "10.00"}],
             on="2026-12-01", reason="goodwill")  # fmt: skip
    books.do("capture_payment", payment="p-1", account="acme", amount="47.60", currency="USD",
             on="2026-12-02", via="bank",
             apply=[{"invoice": "US-2026-000002", "amount": "47.60"}])  # fmt: skip
    books.do("write_off", invoice="US-2026-000001", on="2026-12-10")
    books.do("recover_write_off", invoice="US-2026-000001", amount="23.80", on="2026-12-20")
    assert vat.roll("1100", "2026-12-01", "2026-12-31") == (
        "178.50",
        {"credited": "-11.90", "paid": "-47.60", "written_off": "-119.00", "recovered": "23.80"},
        "23.80",
    )
    assert vat.roll("1120", "2026-12-01", "2026-12-31") == (
        "80.00", {"written_off": "-80.00", "recovered": "20.00"}, "20.00",
    )  # fmt: skip
    assert vat.roll("1150", "2026-10-01", "2026-11-30") == (
        "0", {"accrued": "150.00", "billed": "-150.00"}, "0",
    )  # fmt: skip
    assert vat.roll("2200", "2026-12-01", "2026-12-31") == (
        "28.50", {"credited": "-1.90", "written_off": "-19.00", "recovered": "3.80"}, "11.40",
    )  # fmt: skip
    found = vat.ask(tax_report, "2026-12-01", "2026-12-31")
    (row,) = found.rows
    assert (row.key.country, row.key.code, row.key.category, row.key.rate) == (
        "DE", "vat", "S", Decimal(19),
    )  # fmt: skip
    told = {kind: (str(sums.base), str(sums.tax)) for kind, sums in row.kinds.items()}
    assert told == {
        "credit_note": ("-10.00", "-1.90"),
        "write_off": ("0", "-19.00"),
        "recovery": ("0", "3.80"),
    }
    assert (str(found.posted), str(found.difference)) == ("-17.10", "0.00")
    before = vat.ask(tax_report, "2026-10-01", "2026-11-30")
    assert [str(row.of("invoice").base) for row in before.rows] == ["150.00"]
    assert (str(before.posted), str(before.difference)) == ("28.50", "0.00")


def test_a_revaluation_stands_beside_the_sub_ledger_for_a_day(us, books):
    """1,000.00 EUR at 1.10, revalued at 1.15 and taken back: the customer's balance never moved."""
    for on, value in (("2026-10-01", "1.10"), ("2026-10-31", "1.15")):
        books.do("set_exchange_rate", base="EUR", quote="USD", rate=value, on=on, source="ECB")
    monthly = {**ANNUAL, "item": "app", "amount": "1000.00", "interval": "month"}
    books.do("publish_plan", plan="app", currency="EUR", from_="2026-01-01", items=[monthly])
    books.customer("acme", "US", "EUR", "app")
    books.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    books.do("revalue", entity="US", on="2026-10-31")
    assert us.roll("1100", "2026-10-01", "2026-10-31") == (
        "0", {"invoiced": "1100.00", "revalued": "50.00"}, "1150.00",
    )  # fmt: skip
    assert us.roll("1100", "2026-11-01", "2026-11-30") == (
        "1150.00", {"revalued": "-50.00"}, "1100.00",
    )  # fmt: skip
    assert us.disclosed("2026-10-01", "2026-10-31")["receivables"] == (
        "0", {"additions": "1100.00", "exchange": "50.00"}, "1150.00",
    )  # fmt: skip


def test_a_span_that_ends_before_it_begins_is_refused(us):
    with pytest.raises(BadSpan):
        us.roll("2100", "2026-12-01", "2026-11-30")
