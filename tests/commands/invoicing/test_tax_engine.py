"""An outside tax engine that fails for one customer: the others are billed, that one not at all."""

import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.events.streams import stream
from ledger.invoicing.engine import Assessed
from ledger.invoicing.tax import Taxed, TaxTerms
from ledger.settings import Settings


class Picky:
    """Knows no tax for those in ``unknown``."""

    unknown = frozenset({"globex"})

    def assess(self, request):
        if request.place.account in self.unknown:
            raise LookupError("address not found")
        terms = TaxTerms("S", Decimal(10), "outside")
        return [
            Assessed(terms, Taxed(line.amount, round(line.amount / 10, 2)))
            for line in request.lines
        ]


engine = Picky()


@pytest.fixture
def ledger(ledger):
    return Ledger(ledger.db, ledger.books, Settings(tax_engine=f"{__name__}:engine"), ledger.clock)


def billed(ledger, account):
    return [fact.total for fact in ledger.books.read_stream(stream("receivables", account))]


def test_the_run_goes_on_and_is_refused_until_the_cause_is_mended(world, ledger, monkeypatch):
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(engine=engine))
    world("open_account", account="globex", entity="US", name="G", currency="USD")
    world("start_subscription", subscription="s-2", account="globex", plan="basic",
          from_="2026-10-01")  # fmt: skip
    for account in ("acme", "globex"):
        event = {"source": "shop", "id": account, "account": account, "meter": "api",
                 "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "100"}}  # fmt: skip
        world("record_usage", events=[event])
    world("rate_usage", through="2026-10-31")
    body = {"command": "issue_invoices", "key": "i", "through": "2026-10-31", "on": "2026-11-01"}

    refused = execute(ledger, body, "tester")
    assert (refused.status, refused.error.code) == ("refused", "TAX_ENGINE_FAILED")
    assert "Left out is the account globex, and nobody else" in refused.error.message
    assert billed(ledger, "acme") == [Decimal("1.10")]
    assert billed(ledger, "globex") == []

    monkeypatch.setattr(Picky, "unknown", frozenset())
    assert execute(ledger, body, "tester").status == "accepted"
    assert billed(ledger, "acme") == [Decimal("1.10")]
    assert billed(ledger, "globex") == [Decimal("1.10")]
