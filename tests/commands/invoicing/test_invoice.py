"""Billing by command: what is refused, what is billed when, and numbers without gaps."""

import pytest

from ledger.events.billing import InvoiceIssued, NumbersDrawn
from ledger.events.streams import stream


def use(ask, name: str, day: str, account: str = "acme") -> None:
    """Record a usage event worth 1.00."""
    event = {"source": "shop", "id": name, "account": account, "meter": "api",
             "time": f"{day}T10:00:00Z", "properties": {"quantity": "100"}}  # fmt: skip
    assert ask("record_usage", events=[event]).usage["accepted"] == 1


def invoices(ledger, account: str = "acme") -> list[InvoiceIssued]:
    """Return the invoices of an account, oldest first."""
    facts = ledger.books.read_stream(stream("receivables", account))
    return [fact for fact in facts if isinstance(fact, InvoiceIssued)]


@pytest.fixture
def rated(world):
    """The world with 1.00 rated for October."""
    use(world, "1", "2026-10-05")
    world("rate_usage", through="2026-10-31")
    return world


REFUSED = [
    ({"through": None}, "MISSING_FIELD", "through"),
    ({"on": "2025-12-31"}, "PERIOD_NOT_OPEN", "on"),
    ({"entity": "EU"}, "UNKNOWN_ENTITY", "entity"),
    ({"account": "nobody"}, "UNKNOWN_ACCOUNT", "account"),
    ({"on": "1 November"}, "BAD_DATE", "on"),
]


def test_what_does_not_fit_is_refused(rated, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            body = {"through": "2026-10-31", "on": "2026-11-01", **change}
            answer = rated("issue_invoices", **body)
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_tax_code_without_a_rate_that_day_refuses_the_run(world, ledger):
    world("set_tax_rate", code="late", rate="5", from_="2027-01-01", category="S")
    world("open_account", account="globex", entity="US", name="G", currency="USD", tax="late")
    world("start_subscription", subscription="s-2", account="globex", plan="basic",
          from_="2026-10-01")  # fmt: skip
    use(world, "1", "2026-10-05", "globex")
    world("rate_usage", through="2026-10-31")
    head = ledger.books.head()
    answer = world("issue_invoices", key="i", through="2026-10-31", on="2026-11-01")
    assert (answer.error.code, answer.error.field) == ("UNKNOWN_TAX_CODE", "tax")
    assert ledger.books.head() == head
    world("set_tax_rate", code="late", rate="10", from_="2026-01-01", category="S")
    assert world("issue_invoices", key="i", through="2026-10-31", on="2026-11-01").facts
    assert str(invoices(ledger, "globex")[0].tax) == "0.10"


def test_the_tax_is_that_of_the_day_of_issue(world, ledger):
    world("open_account", account="globex", entity="US", name="G", currency="USD", tax="sales")
    world("start_subscription", subscription="s-2", account="globex", plan="basic",
          from_="2026-10-01")  # fmt: skip
    world("set_tax_rate", code="sales", rate="10", from_="2026-11-01", category="S")
    use(world, "1", "2026-10-05", "globex")
    world("rate_usage", through="2026-10-31")
    world("issue_invoices", through="2026-10-31", on="2026-11-01")
    (issued,) = invoices(ledger, "globex")
    assert (str(issued.tax), issued.taxes[0].code) == ("0.10", "sales")


def test_an_unfinished_period_waits(rated, ledger):
    assert list(rated("issue_invoices", through="2026-10-30", on="2026-10-31").facts) == []
    assert invoices(ledger) == []
    rated("issue_invoices", through="2026-10-31", on="2026-10-31")
    assert [str(issued.total) for issued in invoices(ledger)] == ["1.00"]


def test_an_invoice_says_what_when_and_until_when(rated, ledger):
    rated("issue_invoices", through="2026-10-31", on="2026-11-01", entity="US", account="acme")
    (issued,) = invoices(ledger)
    assert (issued.number, issued.issued_on.isoformat(), issued.due_on.isoformat()) == (
        "US-2026-000001", "2026-11-01", "2026-12-01",
    )  # fmt: skip
    (line,) = issued.lines
    assert (line.item, line.charge, line.description) == (
        "calls", "s-1/calls/2026-10-01/1", "calls, 2026-10-01 to 2026-10-31",
    )  # fmt: skip


def test_numbers_start_anew_each_year(rated, ledger):
    rated("issue_invoices", through="2026-10-31", on="2026-12-31")
    use(rated, "2", "2026-11-05")
    rated("rate_usage", through="2026-11-30")
    rated("issue_invoices", through="2026-11-30", on="2027-01-01")
    assert [issued.number for issued in invoices(ledger)] == ["US-2026-000001", "US-2027-000001"]
    drawn = ledger.books.latest(stream("series", "US", "invoice", "2027"))
    assert isinstance(drawn, NumbersDrawn)
    assert (drawn.first, drawn.count) == (1, 1)


def test_lines_follow_the_plans_items(world, ledger):
    for meter in ("disk", "cpu"):
        world("define_meter", meter=meter, aggregation="sum")
    items = [
        {"item": name, "kind": "usage", "meter": meter, "interval": "month",
         "model": {"type": "per_unit", "unit": "1"}}
        for name, meter in (("zeta", "disk"), ("alpha", "cpu"))
    ]  # fmt: skip
    world("publish_plan", plan="two", currency="USD", from_="2026-01-01", items=items)
    world("start_subscription", subscription="s-2", account="acme", plan="two",
          from_="2026-10-01")  # fmt: skip
    for meter in ("cpu", "disk"):
        event = {"source": "shop", "id": meter, "account": "acme", "meter": meter,
                 "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "1"}}  # fmt: skip
        world("record_usage", events=[event])
    world("rate_usage", through="2026-10-31")
    world("issue_invoices", through="2026-10-31", on="2026-11-01")
    assert [line.item for line in invoices(ledger)[0].lines] == ["zeta", "alpha"]
