"""The tax port: what an engine is asked, and that no answer of its own is taken unchecked."""

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType

import pytest

from ledger.errors import Misconfigured, TaxEngineFailed
from ledger.events.streams import stream
from ledger.invoicing.billable import Billable, Payer
from ledger.invoicing.draft import draft
from ledger.invoicing.engine import TABLE, Assessed, load
from ledger.invoicing.lines import Issue
from ledger.invoicing.tax import Taxed, TaxTerms

PAYER = Payer(account="acme", entity="US", currency="USD", country="DE", entity_country="US")
DAY = date(2026, 10, 1)


class FlatFive:
    """Five per cent of everything, and a note of what it was asked."""

    def __init__(self):
        self.asked = []

    def assess(self, request):
        self.asked.append(request)
        terms = TaxTerms("S", Decimal(5), "FLAT")
        return [
            Assessed(terms, Taxed(line.amount, round(line.amount * 5 / 100, 2)))
            for line in request.lines
        ]


def usage(item, net):
    return Billable(
        account="acme",
        subscription="s",
        item=item,
        order=0,
        period_from=DAY,
        period_to=date(2026, 11, 1),
        quantity=Decimal(1),
        amount=Decimal(net),
        accrued=Decimal(net),
        charge=f"s/{item}/2026-10-01/1",
        stream=stream("charge", "s", item, "2026-10-01"),
        tax_code="unknown to the table",
    )


def issue(engine):
    at = datetime(2026, 11, 1, tzinfo=UTC)
    terms = Issue(through=date(2026, 10, 31), on=date(2026, 11, 1), at=at, engine=engine)
    return draft(PAYER, [usage("a", "10.00"), usage("b", "20.00")], terms)


def test_an_engine_is_told_all_it_needs_and_decides_the_tax():
    engine = FlatFive()
    (invoice,) = issue(engine)
    assert [str(one) for one in (invoice.net, invoice.tax, invoice.total)] == [
        "30.00",
        "1.50",
        "31.50",
    ]
    assert [(line.tax_code, str(line.rate)) for line in invoice.lines] == [("FLAT", "5")] * 2
    (asked,) = engine.asked
    assert (asked.place.entity_country, asked.place.account_country) == ("US", "DE")
    assert (asked.on, asked.inclusive, asked.currency) == (date(2026, 11, 1), False, "USD")
    assert [(line.item, line.kind, str(line.amount)) for line in asked.lines] == [
        ("a", "usage", "10.00"),
        ("b", "usage", "20.00"),
    ]


class Broken(FlatFive):
    def assess(self, request):
        raise ConnectionError("no route to host")


class Short(FlatFive):
    def assess(self, request):
        return super().assess(request)[:1]


class Shifting(FlatFive):
    def assess(self, request):
        answer = super().assess(request)
        return [replace(answer[0], taxed=Taxed(Decimal("9.99"), Decimal("0.50"))), *answer[1:]]


class Fractional(FlatFive):
    def assess(self, request):
        answer = super().assess(request)
        return [replace(each, taxed=Taxed(each.taxed.net, Decimal("0.505"))) for each in answer]


@pytest.mark.parametrize("engine", [Broken(), Short(), Shifting(), Fractional()])
def test_an_engine_that_fails_refuses_the_document(engine):
    with pytest.raises(TaxEngineFailed) as refused:
        issue(engine)
    assert (refused.value.code, refused.value.facts["account"]) == ("TAX_ENGINE_FAILED", "acme")


def test_the_engine_is_named_by_module_and_object(monkeypatch):
    module = ModuleType("our_tax")
    module.engine = FlatFive()
    module.other = object()
    monkeypatch.setitem(sys.modules, "our_tax", module)
    assert load("our_tax:engine") is module.engine
    assert load(None) is TABLE
    for name in ("our_tax:missing", "our_tax:other", "nowhere_at_all:engine", "our_tax"):
        with pytest.raises(Misconfigured):
            load(name)
