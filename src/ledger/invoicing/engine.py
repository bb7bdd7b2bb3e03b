"""The port for tax: an engine answers how each line of a document is taxed, and by how much.

The table of ``set_tax_rate`` is the default engine. Another one is named by LEDGER_TAX_ENGINE as
``module:object``, an object with ``assess``. Data goes in and comes out; what an engine answered
stands in the document's fact, so nobody asks it again. Its answer is checked before it is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Protocol, runtime_checkable

from ledger.errors import Misconfigured, Refusal, TaxEngineFailed
from ledger.events.catalog import TaxRateSet
from ledger.invoicing.tax import Rounding, Taxed, TaxTerms, taxed_lines, terms_of
from ledger.money import round_half


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who sells to whom, and where each is: countries as in ISO 3166-1 alpha-2."""

    entity: str
    account: str
    entity_country: str | None = None
    account_country: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line to be taxed: ``amount`` net, or gross where prices include tax; it may be negative."""

    amount: Decimal
    code: str | None
    kind: str
    item: str
    account: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """One document: where, in which currency, dated when, and the table's ``rates`` of that day."""

    place: Place
    currency: str
    on: date
    inclusive: bool
    rounding: Rounding
    lines: Sequence[Line]
    rates: Mapping[str, TaxRateSet]


@dataclass(frozen=True)
class Assessed:
    """How one line is taxed: its terms, and its net and tax in minor units."""

    terms: TaxTerms
    taxed: Taxed


@runtime_checkable
class TaxEngine(Protocol):
    """Answers one document: one answer per line, in order."""

    def assess(self, request: Request) -> Sequence[Assessed]:
        """Return terms, net and tax of each line."""


class TaxTable:
    """The engine that comes with the ledger: tax per (category, rate) group, by the table."""

    def assess(self, request: Request) -> Sequence[Assessed]:
        """Return each line taxed by the rate of its code."""
        terms = [terms_of(line.code, request.rates) for line in request.lines]
        amounts = [line.amount for line in request.lines]
        pairs = list(zip(terms, amounts, strict=True))
        taxed = taxed_lines(pairs, request.inclusive, request.rounding)
        return [Assessed(*each) for each in zip(terms, taxed, strict=True)]


TABLE = TaxTable()


def load(name: str | None) -> TaxEngine:
    """Return the engine of a setting ``module:object``, or the table where there is none."""
    if not name:
        return TABLE
    module, _, found = name.partition(":")
    try:
        engine = getattr(import_module(module), found)
    except (ImportError, AttributeError, ValueError) as error:
        raise Misconfigured(setting="LEDGER_TAX_ENGINE", why=str(error)) from error
    if not isinstance(engine, TaxEngine):
        raise Misconfigured(setting="LEDGER_TAX_ENGINE", why=f"{name} has no assess()")
    return engine


def assess(engine: TaxEngine, request: Request) -> list[Assessed]:
    """Ask an engine; refuse with TAX_ENGINE_FAILED where it fails or its answer cannot be used."""
    try:
        answer = list(engine.assess(request))
        _check(answer, request)
    except Refusal:
        raise
    except Exception as error:
        why = str(error) or type(error).__name__
        raise TaxEngineFailed(account=request.place.account, why=why[:200]) from error
    return answer


def _check(answer: Sequence[Assessed], request: Request) -> None:
    """Lines in minor units that leave the amounts as they are."""
    if len(answer) != len(request.lines):
        raise ValueError(f"it answered {len(answer)} of {len(request.lines)} lines")
    for line, each in zip(request.lines, answer, strict=True):
        net, tax = each.taxed.net, each.taxed.tax
        kept = net + tax if request.inclusive else net
        if kept != line.amount or round_half(tax, request.rounding.places) != tax:
            raise ValueError(f"net {net} and tax {tax} do not fit the amount {line.amount}")
