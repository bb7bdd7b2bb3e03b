"""What the journal entries of one document add up to.

Debits and credits are not netted against each other, so that the totals of all documents equal the
turnover of the journal, and a day of nothing but corrections still has lines.
"""

from collections.abc import Iterable
from decimal import Decimal

from ledger.events.erp import ExportLine
from ledger.events.journal import JournalPosted
from ledger.money import ZERO
from ledger.periods import DAY, period_of
from ledger.posting.chart import CREDIT_BALANCE, RECEIVABLE

JOURNAL = "journal"
KINDS = {
    "invoice_issued": "invoice",
    "credit_note_rerating": "credit_note",
    "net_credit": "credit_note",
    "payment_captured": "payment",
}


def kind_of(entry: JournalPosted) -> str:
    """Return what kind of ERP document an entry makes by itself."""
    return KINDS.get(entry.rule.partition("@")[0], JOURNAL)


def lines_of(entries: Iterable[JournalPosted], *, detailed: bool) -> tuple[ExportLine, ...]:
    """Add up per account, side and counterparty, and per customer and invoice if detailed.

    Lines are sorted likewise.
    """
    sums: dict[tuple[str, str, str, str, bool], Decimal] = {}
    for entry in entries:
        for line in entry.lines:
            who = (line.customer or "", line.invoice or "") if detailed else ("", "")
            key = (line.account, *who, line.counterparty or "", line.amount < 0)
            sums[key] = sums.get(key, ZERO) + line.amount
    return tuple(
        ExportLine(
            account=account,
            debit=amount - amount if is_credit else amount,
            credit=-amount if is_credit else amount - amount,
            customer=customer or None,
            invoice=invoice or None,
            counterparty=counterparty or None,
        )
        for (account, customer, invoice, counterparty, is_credit), amount in sorted(sums.items())
    )


def service_period(entries: Iterable[JournalPosted]) -> str | None:
    """Return the one month in which all of it was rendered, or None if there is no such month."""
    months: set[str | None] = set()
    for entry in entries:
        if entry.service_from is None or entry.service_to is None:
            months.add(None)
        else:
            months |= {period_of(entry.service_from), period_of(entry.service_to - DAY)}
    return months.pop() if len(months) == 1 else None


def invoices_settled(entry: JournalPosted) -> list[str]:
    """Return the invoices of earlier documents whose balance an entry changes, in line order."""
    numbers = (
        line.invoice
        for line in entry.lines
        if line.account in (RECEIVABLE, CREDIT_BALANCE)
        if line.invoice and line.invoice != entry.document
    )
    return list(dict.fromkeys(numbers))
