"""Acme in Lyon was sold to, served and billed by US; it should have been EU, in books in euros."""

from datetime import date

import pytest

from ledger.events.billing import CreditNoteIssued
from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.reads.consolidation import group
from ledger.reads.exceptions import unrated
from ledger.store.database import Role

FEE = {"item": "base", "kind": "recurring", "amount": "93.00", "interval": "month",
       "timing": "in_advance"}  # fmt: skip
CALLS = {"item": "calls", "kind": "usage", "meter": "meter-1", "interval": "month",
         "model": {"type": "per_unit", "unit": "0.01"}}  # fmt: skip


@pytest.fixture
def billed(books):
    """October billed by US and paid: 93.00 in advance, 10,000 calls for 100.00."""
    books.entity("US", "USD")
    books.entity("EU", "EUR")
    books.do("set_exchange_rate", base="USD", quote="EUR", rate="0.90", on="2026-10-01",
             source="ECB")  # fmt: skip
    books.do("publish_plan", plan="pro", currency="USD", from_="2026-01-01", items=[FEE, CALLS])
    books.customer("acme", "US", "USD", "pro")
    books.use("acme", "u-1", "2026-10-10", "10000")
    for day in ("2026-10-01", "2026-10-31"):
        books.do("rate_usage", through=day)
        books.do("issue_invoices", through=day, on=day, account="acme")
    books.do("recognise_revenue", entity="US", through="2026-10-31")
    books.do("capture_payment", payment="p-us", account="acme", amount="193.00", currency="USD",
             on="2026-11-05", via="bank")  # fmt: skip
    return books


def take_back(books):
    """In US: the usage is void, the contract never was, and what was billed goes back."""
    books.do("correct_usage", source="app", id="u-1", void=True, reason="wrong entity: EU")
    books.do("rate_usage", through="2026-11-20", account="acme")
    books.do("end_subscription", subscription="acme-1", on="2026-10-01", credit_unused=True,
             reason="wrong entity: EU")  # fmt: skip
    books.do("rate_usage", through="2026-11-20", account="acme")
    books.do("issue_invoices", through="2026-11-20", on="2026-11-20", account="acme")
    books.do("recognise_revenue", entity="US", through="2026-11-20")


def bill_again(books):
    """In EU: the same contract from the same day, with the same usage under ids of its own."""
    books.do("open_account", account="acme-eu", entity="EU", name="Acme", currency="USD")
    books.do("start_subscription", subscription="acme-eu-1", account="acme-eu", plan="pro",
             from_="2026-10-01")  # fmt: skip
    books.use("acme-eu", "u-1/EU", "2026-10-10", "10000")
    books.do("rate_usage", through="2026-10-31", account="acme-eu")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-20", account="acme-eu")
    books.do("recognise_revenue", entity="EU", through="2026-11-20")


def hand_over(books):
    """US sends EU what Acme paid, from bank to bank, when a dollar is 0.92 euros."""
    books.do("set_exchange_rate", base="USD", quote="EUR", rate="0.92", on="2026-11-23",
             source="ECB")  # fmt: skip
    books.do("refund", refund="to-eu", account="acme", amount="193.00", via="bank",
             from_="credit_balance", on="2026-11-23")  # fmt: skip
    books.do("capture_payment", payment="from-us", account="acme-eu", amount="193.00",
             currency="USD", on="2026-11-23", via="bank")  # fmt: skip


def test_the_wrong_entity_ends_at_zero_and_the_right_one_has_it_all(billed):
    take_back(billed)
    assert [row[:2] for row in billed.documents("acme")[2:]] == [("US-CN-2026-000001", "193.00")]
    assert billed.balances("US") == {"1000": "193.00", "2120": "-193.00"}
    # Of October only the fee is left in US, whose end was decided in November; the calls are gone.
    assert billed.balances("US", date(2026, 10, 31)) == {
        "1100": "193.00",
        "1150": "-100.00",
        "4000": "-93.00",
    }
    bill_again(billed)
    assert billed.documents("acme-eu") == [
        ("EU-2026-000001", "193.00", "0.00", "193.00", "193.00"),
    ]
    assert billed.balances("EU") == {"1100": "173.70", "4000": "-83.70", "4010": "-90.00"}
    assert billed.balances("EU", date(2026, 10, 31)) == {"1150": "90.00", "4010": "-90.00"}
    hand_over(billed)
    assert billed.balances("US") == {}
    assert billed.balances("EU") == {
        "1000": "177.56",
        "4000": "-83.70",
        "4010": "-90.00",
        "7000": "-3.86",
    }
    assert billed.documents("acme-eu")[0][4] == "0.00"


def test_each_line_that_goes_back_names_the_charge_that_it_corrects(billed):
    take_back(billed)
    (note,) = [fact for fact in billed._ledger.books.read_stream(stream("receivables", "acme"))
               if isinstance(fact, CreditNoteIssued)]  # fmt: skip
    assert [(line.item, str(line.net), line.corrects, line.period_from.isoformat())
            for line in note.lines] == [
        ("base", "93.00", "acme-1/base/2026-10-01/in_advance/1", "2026-10-01"),
        ("calls", "100.00", "acme-1/calls/2026-10-01/1", "2026-10-01"),
    ]  # fmt: skip
    for month in range(1, 11):  # what is void is no usage that waits, so the month can be closed
        billed.do("close_period", entity="US", period=f"2026-{month:02}")
    assert billed.read(unrated("acme")) == []


def test_closed_months_stand_and_the_correction_goes_to_the_first_open_day(billed):
    for month in range(1, 11):
        for entity in ("US", "EU"):
            billed.do("close_period", entity=entity, period=f"2026-{month:02}")
    october = billed.balances("US", date(2026, 10, 31))
    take_back(billed)
    bill_again(billed)
    assert billed.balances("US", date(2026, 10, 31)) == october
    assert billed.balances("EU", date(2026, 10, 31)) == {}
    assert ("2026-11-01", "usage_rerated", "4010", "100.00") in billed.journal("US")
    assert ("2026-11-01", "usage_accrued", "4010", "-90.00") in billed.journal("EU")
    hand_over(billed)
    assert billed.balances("US") == {}


def test_what_us_did_for_the_customer_of_eu_is_charged_between_them(billed):
    """US served Acme for 150.00 USD: it charges EU at 0.90, which pays at 0.92."""
    take_back(billed)
    bill_again(billed)
    deal = {"reference": "acme-2026-10", "payer": "EU", "payee": "US", "currency": "USD",
            "amount": "150.00"}  # fmt: skip
    billed.do("charge_intercompany", on="2026-11-20", **deal)
    hand_over(billed)
    billed.do("settle_intercompany", on="2026-11-23", **deal)
    assert billed.balances("US") == {"1000": "150.00", "4200": "-150.00"}
    assert billed.balances("EU") == {
        "1000": "39.56",
        "4000": "-83.70",
        "4010": "-90.00",
        "5200": "135.00",
        "7000": "-0.86",
    }
    found = in_one_currency(billed, "USD")
    assert plain(found.totals) == {
        "1000": "193.00",  # what Acme paid is with the group
        "4000": "-93.00",
        "4010": "-100.00",
        "7000": "-0.93",
    }
    assert str(found.elimination_difference) == "0.00"
    assert str(found.translation_difference) == "0.93"


def test_or_the_invoices_stay_and_the_revenue_is_passed_on(billed):
    """Where documents cannot be issued anew: EU charges US all that Acme was billed."""
    deal = {"reference": "acme-2026-10", "payer": "US", "payee": "EU", "currency": "USD",
            "amount": "193.00"}  # fmt: skip
    billed.do("charge_intercompany", on="2026-10-31", **deal)
    billed.do("settle_intercompany", on="2026-11-05", **deal)
    assert billed.balances("US") == {"4000": "-93.00", "4010": "-100.00", "5200": "193.00"}
    assert billed.balances("EU") == {"1000": "173.70", "4200": "-173.70"}
    assert billed.balances("EU", date(2026, 10, 31)) == {"1300": "173.70", "4200": "-173.70"}
    found = in_one_currency(billed, "EUR")
    assert plain(found.totals) == {"1000": "173.70", "4000": "-83.70", "4010": "-90.00"}


def in_one_currency(books, currency):
    catch_up(books._ledger.db)
    with books._ledger.db.transaction(Role.READER) as tx:
        found = group(tx, date(2026, 11, 30), currency=currency)
    assert found.statement.total == 0
    assert found.unmatched == ()
    return found.statement


def plain(amounts):
    return {account: str(amount) for account, amount in amounts.items()}
