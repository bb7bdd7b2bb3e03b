"""What one document is in FOCUS: its lines as usage, purchases, credits and corrections, its tax.

Costs are without tax. ListCost is before discounts and credits; ContractedCost after discounts,
BilledCost after prepaid credit too; EffectiveCost counts prepaid credit when it is used, not when
it is bought. Promotional credit is a row of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from ledger.documents.document import Document, Line
from ledger.documents.focus.costs import Costs, costs
from ledger.documents.priced import priced
from ledger.money import ZERO, round_ratio, trimmed
from ledger.periods import instant

RERATED: Final = ("rerating", "net_credit")
FREQUENCIES: Final = {"usage": "Usage-Based", "one_time": "One-Time", "grant": "One-Time"}
PRICE_PLACES: Final = 20


@dataclass(frozen=True)
class Billed:
    """A document, with the time zones and the names of the accounts on it."""

    document: Document
    zones: Mapping[str, str]
    names: Mapping[str, str]


def rows(billed: Billed) -> Iterator[dict[str, Any]]:
    """Yield the rows of a document, in the order of its lines."""
    document = billed.document
    shared = _of_document(document)
    for line in document.lines:
        taken = costs(line, credited=document.is_credit_note)
        common = {**shared, **_of_line(billed, line)}
        yield {
            **common,
            **_charged(document, line, taken),
            "Id": f"{document.number}/{line.number}",
        }
        for place, (name, amount) in enumerate(taken.promotional, start=1):
            yield {**common, **_credit(name, amount), "Id": f"{common['Id']}/credit-{place}"}
        if line.tax:
            tax = -line.tax if document.is_credit_note else line.tax
            yield {**common, **_tax(tax), "Id": f"{common['Id']}/tax"}


def _of_document(document: Document) -> dict[str, Any]:
    first = document.issued_on.replace(day=1)
    seller = document.seller.name
    return {
        "BillingAccountId": document.buyer.id,
        "BillingAccountName": None if document.buyer.erased else document.buyer.name,
        "BillingCurrency": document.currency,
        "BillingPeriodStart": _midnight(first),
        "BillingPeriodEnd": _midnight(_next_month(first)),
        "InvoiceIssuerName": seller,
        "ProviderName": seller,
        "PublisherName": seller,
        "ServiceCategory": "Other",
        "x_InvoiceId": document.number,
    }


def _of_line(billed: Billed, line: Line) -> dict[str, Any]:
    zone = billed.zones[line.account]
    return {
        "Id": f"{billed.document.number}/{line.number}",
        "ChargeClass": "Correction" if line.corrects else None,
        "ChargeDescription": line.description,
        "ChargePeriodStart": instant(line.period_from, zone),
        "ChargePeriodEnd": instant(line.period_to, zone),
        "ResourceId": line.subscription,
        "ResourceType": "Subscription",
        "ServiceName": line.plan or line.item,
        "SubAccountId": line.account,
        "SubAccountName": billed.names.get(line.account),
        "x_InvoiceLine": line.number,
        "x_ChargeId": line.charge,
        "x_CorrectsChargeId": line.corrects,
    }


def _charged(document: Document, line: Line, taken: Costs) -> dict[str, Any]:
    """Return what a line charges; a concession is a credit and has no price."""
    money = {
        "BilledCost": taken.billed,
        "EffectiveCost": taken.effective,
        "ContractedCost": taken.contracted,
        "ListCost": taken.listed,
    }
    if document.is_credit_note and document.reason not in RERATED:
        return {**money, "ChargeCategory": "Credit", "ChargeFrequency": "One-Time"}
    return {
        **money,
        **_priced(document, line, taken),
        "ChargeFrequency": FREQUENCIES.get(line.kind, "Recurring"),
        "PricingCategory": "Standard",
        "SkuId": line.item,
        "SkuPriceId": f"{line.plan}@{line.plan_version}/{line.item}" if line.plan else line.item,
    }


def _priced(document: Document, line: Line, taken: Costs) -> dict[str, Any]:
    """Return category, quantities and unit prices; a flat fee without usage is a purchase."""
    sign = -1 if document.is_credit_note else 1
    terms = priced(line)
    quantity = sign * terms.quantity
    used = line.kind == "usage" and (line.quantity or line.corrects)
    consumed = sign * line.quantity if used else None
    return {
        "ChargeCategory": "Usage" if used else "Purchase",
        "ConsumedQuantity": consumed,
        "ConsumedUnit": None if consumed is None else line.unit or "Units",
        "PricingQuantity": quantity,
        "PricingUnit": "Charges" if terms.pieces else line.unit or "Units",
        "ListUnitPrice": _unit_price(taken.listed, quantity),
        "ContractedUnitPrice": _unit_price(taken.contracted, quantity),
    }


def _unit_price(cost: Decimal, quantity: Decimal) -> Decimal:
    """Return the price that gives the cost to at least ten decimals."""
    return max(trimmed(round_ratio(cost, Decimal(1), quantity, PRICE_PLACES)), ZERO)


def _credit(name: str, amount: Decimal) -> dict[str, Any]:
    return {
        "ChargeCategory": "Credit",
        "ChargeDescription": name,
        "ChargeFrequency": "One-Time",
        "BilledCost": -amount,
        "EffectiveCost": -amount,
        "ContractedCost": ZERO,
        "ListCost": ZERO,
    }


def _tax(tax: Decimal) -> dict[str, Any]:
    return {
        "ChargeCategory": "Tax",
        "ChargeDescription": "Tax",
        "ChargeFrequency": "One-Time",
        **dict.fromkeys(("BilledCost", "EffectiveCost", "ContractedCost", "ListCost"), tax),
    }


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
