"""The lines and totals of a document, from the parts that go on it and their tax."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.events.billing import Deferred, InvoiceLine
from ledger.events.catalog import TaxRateSet
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.invoicing.billable import DEFERRED_REVENUE, Payer
from ledger.invoicing.describe import description
from ledger.invoicing.engine import TABLE, TaxEngine
from ledger.invoicing.parts import Part
from ledger.invoicing.tax import Rounding, Taxed, TaxTerms, groups_of, tax_on
from ledger.money import ZERO, allocate, digits


@dataclass(frozen=True, kw_only=True)
class Issue:
    """The terms of one issue: through which day, dated and at which instant, by which rates.

    ``rates`` are the tax rates in force on the day ``on``, by code; ``engine`` works out the tax.
    """

    through: date
    on: date
    at: datetime
    rates: Mapping[str, TaxRateSet] = field(default_factory=dict)
    engine: TaxEngine = TABLE


@dataclass(frozen=True)
class Row:
    """A part of a document with its terms and its tax: a line before it has a number."""

    part: Part
    terms: TaxTerms
    taxed: Taxed

    def turned(self) -> "Row":
        """Return the same with the opposite sign."""
        return Row(self.part.turned(), self.terms, Taxed(-self.taxed.net, -self.taxed.tax))

    def line(self, number: int, rounding: Rounding) -> InvoiceLine:
        """Return it as this line of a document."""
        part, billable, against = self.part, self.part.billable, self.part.against
        first, end = billable.changed
        absorbed_tax = ZERO
        if part.absorbed and billable.tax_inclusive:
            absorbed_tax = tax_on(part.absorbed, self.terms.rate, True, rounding)
        return InvoiceLine(
            line=number,
            item=billable.item,
            description=description(part),
            account=billable.account,
            subscription=billable.subscription,
            period_from=first,
            period_to=end,
            quantity=part.quantity,
            net=self.taxed.net,
            tax=self.taxed.tax,
            category=self.terms.category,
            rate=self.terms.rate,
            tax_code=self.terms.code,
            charge=billable.charge,
            revenue_account=billable.revenue_account,
            corrects=against.line.charge if against else billable.billed.charge,
            against=against.invoice.number if against else None,
            against_line=against.line.line if against else None,
            accrued=part.accrued,
            kind=billable.kind,
            clears=billable.clears,
            allowances=part.allowances,
            absorbed=part.absorbed - absorbed_tax,
            absorbed_tax=absorbed_tax,
            billed_to=billable.ends if end != billable.ends else None,
            deferred=self._deferred(self.taxed.net + part.absorbed - absorbed_tax, rounding),
        )

    def _deferred(self, amount: Decimal, rounding: Rounding) -> tuple[Deferred, ...]:
        """Return what a line in advance defers; of a bundle part by part, by standalone price."""
        billable = self.part.billable
        if billable.clears != DEFERRED_REVENUE or not amount:
            return ()
        if not billable.bundle:
            return (Deferred(amount, billable.revenue_account),)
        shares = allocate(amount, [each.standalone for each in billable.bundle], rounding.places)
        return tuple(
            Deferred(share, each.revenue_account, each.part)
            for share, each in zip(shares, billable.bundle, strict=True)
            if share
        )


def body(
    payer: Payer, rows: Sequence[Row], issue: Issue, causes: Iterable[Cause]
) -> dict[str, Any]:
    """Return the fields that an invoice and a credit note have in common, the number empty."""
    rounding = Rounding(digits(payer.currency), payer.rounding)
    taxes = groups_of((row.terms, row.taxed) for row in rows)
    net = sum((group.base for group in taxes), ZERO)
    tax = sum((group.tax for group in taxes), ZERO)
    charges = (row.part.billable.cause for row in rows)
    return {
        "originator_id": stream("receivables", payer.account),
        "originator_version": 0,
        "timestamp": issue.at,
        "causes": tuple(dict.fromkeys([*charges, *causes])),
        "number": "",
        "entity": payer.entity,
        "account": payer.account,
        "currency": payer.currency,
        "issued_on": issue.on,
        "net": net,
        "tax": tax,
        "total": net + tax,
        "lines": tuple(row.line(number, rounding) for number, row in enumerate(rows, start=1)),
        "taxes": taxes,
        "tax_inclusive": rows[0].part.billable.tax_inclusive,
    }
