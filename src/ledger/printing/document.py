"""Everything that one document shows, read at one moment.

Parties are as they were known when the document was recorded, so an issued document keeps the
address that it was sent to. Who may see a document sees all of it: the charges and the usage behind
its lines too, of accounts below the buyer's as well.
"""

from decimal import Decimal
from typing import Any

from ledger.documents.document import Document, Line, Reduction, TaxRow, Tier
from ledger.errors import UnknownInvoice
from ledger.printing.parties import buyer, seller
from ledger.printing.usage import usage_of
from ledger.reads import charges as charge_reads
from ledger.reads import invoices as reads
from ledger.reads import subscriptions as reference
from ledger.reads.charges import Charge
from ledger.store.transaction import Transaction


def document(tx: Transaction, number: str, *, usage: bool = True) -> Document:
    """Return an invoice or credit note, with its days of usage if wanted, or UnknownInvoice."""
    found = tx.one(reads.invoices_by_number([number]))
    if found is None:
        raise UnknownInvoice(field="number", id=number)
    lines = tx.all(reads.invoice_lines([number]))
    charges = {
        charge.charge: charge
        for charge in tx.all(charge_reads.charges_by_id([line.charge for line in lines]))
    }
    units = {meter.meter: meter.unit for meter in tx.all(reference.meters())}
    original = tx.one(reads.invoices_by_number([found.original])) if found.original else None
    return Document(
        number=found.number,
        kind=found.kind,
        currency=found.currency,
        seller=seller(tx, found.entity, found.issued_on),
        buyer=buyer(tx, found.account, found.issued_on, found.recorded_at),
        issued_on=found.issued_on,
        due_on=found.due_on,
        net=found.net,
        tax=found.tax,
        total=found.total,
        open=found.open,
        lines=tuple(_line(line, charges.get(line.charge), units) for line in lines),
        taxes=tuple(
            TaxRow(tax.category, tax.rate, tax.base, tax.tax, tax.exemption_reason)
            for tax in tx.all(reads.invoice_taxes([number]))
        ),
        tax_inclusive=found.tax_inclusive,
        original=found.original,
        original_issued_on=original.issued_on if original else None,
        reason=found.reason,
        note=found.note,
        to_receivable=found.to_receivable,
        to_credit_balance=found.to_credit_balance,
        usage=usage_of(tx, charges.values(), units) if usage else (),
    )


def _line(line: reads.InvoiceLine, charge: Charge | None, units: dict[str, str | None]) -> Line:
    return Line(
        number=line.line,
        account=line.line_account,
        subscription=line.subscription,
        item=line.item,
        description=line.description,
        period_from=line.period_from,
        period_to=line.period_to,
        quantity=line.quantity,
        net=line.net,
        tax=line.tax,
        category=line.category,
        rate=line.rate,
        charge=line.charge,
        kind=line.kind,
        unit=units.get(charge.meter) if charge else None,
        plan=charge.plan if charge else None,
        plan_version=charge.plan_version if charge else None,
        corrects=line.corrects,
        against=line.against,
        against_line=line.against_line,
        reductions=tuple(_reduction(each) for each in line.allowances),
        tiers=tuple(_tier(each) for each in charge.tiers) if charge else (),
        charged=charge.amount if charge else None,
    )


def _reduction(taken: dict[str, str]) -> Reduction:
    return Reduction(taken["kind"], taken["id"], Decimal(taken["amount"]))


def _tier(told: dict[str, Any]) -> Tier:
    def figure(name: str) -> Decimal | None:
        return None if told.get(name) is None else Decimal(told[name])

    return Tier(
        quantity=Decimal(told["quantity"]),
        amount=Decimal(told["amount"]),
        unit=figure("unit"),
        flat=figure("flat"),
        up_to=figure("up_to"),
        when=told.get("when"),
        kind=told.get("kind"),
        rate=figure("rate"),
        count=told.get("count"),
    )
