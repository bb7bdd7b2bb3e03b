"""The columns of FOCUS 1.0, in the order of its own sample, and how a row is written as CSV.

``Id`` is the sample's, and what our own reader knows a row by; ``x_`` columns are ours, as the
specification wants it. A value that is not there is written NULL, as the sample has it.
"""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ledger.money import plain, trimmed

STANDARD: Final = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency",
    "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription",
    "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountCategory",
    "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountStatus",
    "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice",
    "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName",
    "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory",
    "Id", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags",
)  # fmt: skip
COLUMNS: Final = (*STANDARD, "x_InvoiceId", "x_InvoiceLine", "x_ChargeId", "x_CorrectsChargeId")
NULL: Final = "NULL"


def header() -> str:
    """Return the first line."""
    return _line(COLUMNS)


def written(row: Mapping[str, Any]) -> str:
    """Return one row as a line; columns that it does not have are null."""
    assert not row.keys() - set(COLUMNS), row.keys()
    return _line([_text(row.get(column)) for column in COLUMNS])


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, Decimal):
        return plain(trimmed(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def _line(fields: Any) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerow(fields)
    return target.getvalue()
