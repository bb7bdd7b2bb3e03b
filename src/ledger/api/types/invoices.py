"""Invoices and credit notes, with their lines and tax groups."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from ledger.api.context import Info
from ledger.api.papers import path_of
from ledger.api.scalars import CurrencyCode, Json, Long
from ledger.api.types.fields import Money, about, derived, money, resolved
from ledger.printing import Form


@strawberry.enum(description="What a document is.")
class InvoiceKind(Enum):
    """Invoice or credit note."""

    INVOICE = strawberry.enum_value("invoice", description="The customer owes it.")
    CREDIT_NOTE = strawberry.enum_value(
        "credit_note", description="It takes back; its amounts are positive."
    )


@strawberry.type(description="A line of an invoice or credit note, in the document's currency.")
class InvoiceLine:
    """A line; what it bills is a charge."""

    line: int = about("Its place, from 1.")
    item: str = about("The plan's item.")
    description: str = about("What the customer reads.")
    line_account: str = about("The account that used, where a parent pays.")
    subscription: str = about("The subscription.")
    period_from: date = about("The first day of the service.")
    period_to: date = about("The day after the service.")
    quantity: Decimal = about("The quantity billed.")
    net: Decimal = about("The amount without tax.")
    tax: Decimal = about("Its share of the document's tax.")
    category: str = about("The tax category of EN 16931.")
    rate: Decimal = about("The tax rate in per cent.")
    tax_code: str | None = about("The tax code.")
    charge: strawberry.ID = about("The charge that it bills.")
    corrects: strawberry.ID | None = about("The charge billed before, where this corrects it.")
    against: str | None = about("On a credit note, the invoice that it takes back from.")
    against_line: int | None = about("On a credit note, the line there.")
    kind: str = about("The kind of its item: usage, recurring, one_time, commitment or grant.")
    allowances: Json = about("What discounts and credits took off the net: [{kind, id, amount}].")
    credited_net: Decimal = about("What credit notes took back of it so far, without tax.")


@strawberry.type(description="The tax of a document for one category and rate.")
class InvoiceTax:
    """A tax group, computed once per document."""

    category: str = about("The tax category of EN 16931.")
    rate: Decimal = about("The rate in per cent.")
    base: Decimal = about("The net amount taxed.")
    tax: Decimal = about("The tax.")
    code: str | None = about("The tax code.")
    exemption_reason: str | None = about("Why no tax is due, where none is.")


@strawberry.type(description="Where a document is to be had, for the same key as this answer.")
class InvoiceFiles:
    """Paths on this service."""

    html: str = about("To read and print.")
    pdf: str = about("To keep.")
    ubl: str = about("The electronic invoice of EN 16931, in UBL.")
    json: str = about("Everything that the document shows.")


def _files(root: Any) -> InvoiceFiles:
    paths = {form.value: path_of(root.number, form) for form in Form}
    return InvoiceFiles(**paths)


def _kind(root: Any) -> InvoiceKind:
    return InvoiceKind(root.kind)


@strawberry.type(description="An invoice or credit note.")
class Invoice:
    """A document as it was issued; only ``open`` changes."""

    number: strawberry.ID = about("The gapless number.")
    kind: InvoiceKind = derived(_kind, "Invoice or credit note.")
    entity: str = about("The legal entity that issued it.")
    account: str = about("The account that pays.")
    currency: CurrencyCode = about("The currency of every amount.")
    issued_on: date = about("The day of issue.")
    due_on: date | None = about("The day it is due; null on a credit note.")
    net: Money = money("net", "The total without tax.")
    tax: Money = money("tax", "The tax.")
    total: Money = money("total", "The total with tax.")
    open: Money = money("open", "What is left to pay.")
    original: strawberry.ID | None = about("On a credit note, the invoice that it takes back from.")
    reason: str | None = about("On a credit note, why.")
    note: str | None = about("On a concession, why in words.")
    tax_inclusive: bool = about("Whether the plan's prices include tax.")
    recorded_at: datetime = about("When it was recorded.")
    position: Long = about("The position of its fact in the books.")
    files: InvoiceFiles = derived(_files, "Where it is to be had as a file.")

    @resolved("The lines, in order.")
    async def lines(self, info: Info) -> list[InvoiceLine]:
        """Load the lines of all the invoices of this answer at once."""
        return await info.context.loaders.invoice_lines.load(str(self.number))  # type: ignore[return-value]

    @resolved("The tax by category and rate.")
    async def taxes(self, info: Info) -> list[InvoiceTax]:
        """Load the tax groups of all the invoices of this answer at once."""
        return await info.context.loaders.invoice_taxes.load(str(self.number))  # type: ignore[return-value]
