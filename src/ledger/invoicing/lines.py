"""The lines and totals of a document, from the parts that go on it and their tax."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.events.billing import InvoiceLine
from ledger.events.catalog import TaxRateSet
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.invoicing.billable import Payer
from ledger.invoicing.parts import Part
from ledger.invoicing.tax import Taxed, TaxTerms, groups_of
from ledger.money import ZERO


@dataclass(frozen=True, kw_only=True)
class Issue:
    """The terms of one issue: through which day, dated and at which instant, by which rates.

    ``rates`` are the tax rates in force on the day ``on``, by code.
    """

    through: date
    on: date
    at: datetime
    rates: dict[str, TaxRateSet]


@dataclass(frozen=True)
class Row:
    """A part of a document with its terms and its tax: a line before it has a number."""

    part: Part
    terms: TaxTerms
    taxed: Taxed

    def turned(self) -> "Row":
        """Return the same with the opposite sign."""
        return Row(self.part.turned(), self.terms, Taxed(-self.taxed.net, -self.taxed.tax))

    def line(self, number: int) -> InvoiceLine:
        """Return it as this line of a document."""
        billable, against = self.part.billable, self.part.against
        return InvoiceLine(
            line=number,
            item=billable.item,
            description=billable.description,
            account=billable.account,
            subscription=billable.subscription,
            period_from=billable.period_from,
            period_to=billable.period_to,
            quantity=self.part.quantity,
            net=self.taxed.net,
            tax=self.taxed.tax,
            category=self.terms.category,
            rate=self.terms.rate,
            tax_code=self.terms.code,
            charge=billable.charge,
            revenue_account=billable.revenue_account,
            corrects=against.line.charge if against else billable.billed_charge,
            against=against.invoice.number if against else None,
            against_line=against.line.line if against else None,
            accrued=self.part.accrued,
        )


def body(
    payer: Payer, rows: Sequence[Row], issue: Issue, causes: Iterable[Cause]
) -> dict[str, Any]:
    """Return the fields that an invoice and a credit note have in common, the number empty."""
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
        "lines": tuple(row.line(number) for number, row in enumerate(rows, start=1)),
        "taxes": taxes,
        "tax_inclusive": rows[0].part.billable.tax_inclusive,
    }
