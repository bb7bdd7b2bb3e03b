"""The auditor of documents and books, on top of the one of charges."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from audited_charges import PLACES, ZERO, ChargeAuditor, rounded

from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine, TaxGroup
from ledger.events.cash import PaymentCaptured
from ledger.events.journal import JournalPosted


class Auditor(ChargeAuditor):
    """A look at one log that computes every figure of documents and books again."""

    # Documents

    def check_documents(self) -> None:
        """Lines sum to groups, groups to documents; tax is computed once; notes stay within."""
        net: dict[Any, Decimal] = defaultdict(Decimal)
        tax: dict[Any, Decimal] = defaultdict(Decimal)
        for doc in self.documents:
            assert doc.total == doc.net + doc.tax >= 0, doc
            keys = [(group.category, group.rate) for group in doc.taxes]
            assert len(set(keys)) == len(keys), doc
            for group in doc.taxes:
                lines = [li for li in doc.lines
                         if (li.category, li.rate) == (group.category, group.rate)]  # fmt: skip
                assert group.base == sum(line.net for line in lines), doc
                assert group.tax == sum(line.tax for line in lines), doc
                if isinstance(doc, InvoiceIssued) or doc.invoice is None:
                    self._check_tax(doc, group)
            assert doc.net == sum(group.base for group in doc.taxes), doc
            assert doc.tax == sum(group.tax for group in doc.taxes), doc
            original = doc.number if isinstance(doc, InvoiceIssued) else doc.invoice
            if original is None:
                continue
            sign = 1 if isinstance(doc, InvoiceIssued) else -1
            for group in doc.taxes:
                net[original, group.category, group.rate] += sign * group.base
                tax[original, group.category, group.rate] += sign * group.tax
            net[original] += sign * doc.net
            tax[original] += sign * doc.tax
            if sign < 0:
                touched = [original, *((original, g.category, g.rate) for g in doc.taxes)]
                assert all(net[key] >= 0 and tax[key] >= 0 for key in touched), doc
                assert all(net[key] or not tax[key] for key in touched), doc

    def _check_tax(self, doc: InvoiceIssued | CreditNoteIssued, group: TaxGroup) -> None:
        rate, mode = Fraction(group.rate), self.entities[doc.entity].rounding
        if doc.tax_inclusive:
            exact = Fraction(group.base + group.tax) * rate / (100 + rate)
        else:
            exact = Fraction(group.base) * rate / 100
        assert group.tax == rounded(exact, PLACES[doc.currency], mode), (doc, group)

    def check_billed(self, through: date) -> None:
        """All that is accrued of finished periods is on documents: no cent more, none less.

        Where prices include tax this is the rounded gross, elsewhere the accrual.
        """
        billed: dict[UUID, list[tuple[int, InvoiceLine]]] = defaultdict(list)
        streams = {charge.charge: charge.originator_id for charge in self.charges}
        for doc in self.documents:
            sign = 1 if isinstance(doc, InvoiceIssued) else -1
            for line in doc.lines:
                billed[streams[line.charge]].append((sign, line))
        for where, charge in self.latest.items():
            lines = billed[where]
            due = charge.period_to <= through + timedelta(days=1) or lines
            if charge.tax_inclusive:
                mode = self.entities[charge.entity].rounding
                owed = rounded(charge.amount, PLACES[charge.currency], mode)
                found = sum((sign * (line.net + line.tax) for sign, line in lines), ZERO)
            else:
                owed = charge.accrued
                found = sum((sign * line.net for sign, line in lines), ZERO)
            assert found == (owed if due else 0), (charge, lines)

    # Books

    def balance(self, account: str, **where: Any) -> Decimal:
        """Return what a ledger account holds, of lines that match."""
        found = [
            line
            for line in self.lines
            if line.account == account
            and all(getattr(line, name) == value for name, value in where.items())
        ]
        return sum((line.amount for line in found), ZERO)

    def check_books(self) -> None:
        """Every entry balances, and every control account is its sub-ledger."""
        for entry in self.of(JournalPosted):
            assert not sum(line.amount for line in entry.lines), entry
            places = PLACES[entry.currency]
            assert all(li.amount == rounded(li.amount, places, "half_up") for li in entry.lines)
        for account in self.accounts:
            self._check_unbilled(account)
            self._check_receivables(account)
        assert not self.balance("7090")

    def _check_unbilled(self, account: str) -> None:
        accrued = sum((c.accrued for c in self.latest.values() if c.account == account), ZERO)
        cleared = ZERO
        for doc in self.documents:
            sign = 1 if isinstance(doc, InvoiceIssued) else -1
            cleared += sign * sum((li.cleared for li in doc.lines if li.account == account), ZERO)
        assert self.balance("1150", customer=account) == accrued - cleared, account

    def _check_receivables(self, account: str) -> None:
        docs = [doc for doc in self.documents if doc.account == account]
        payments = [paid for paid in self.of(PaymentCaptured) if paid.account == account]
        is_open: dict[str, Decimal] = defaultdict(Decimal)
        credit = ZERO
        for doc in docs:
            if isinstance(doc, InvoiceIssued):
                is_open[doc.number] += doc.total
            else:
                assert doc.to_receivable + doc.to_credit_balance == doc.total, doc
                credit += doc.to_credit_balance
                if doc.invoice:
                    is_open[doc.invoice] -= doc.to_receivable
        for paid in payments:
            assert paid.amount == paid.unapplied + sum(a.amount for a in paid.applications), paid
            for applied in paid.applications:
                is_open[applied.invoice] -= applied.amount
        for number, amount in is_open.items():
            assert amount >= 0, number
            assert self.balance("1100", customer=account, invoice=number) == amount, number
        assert self.balance("1100", customer=account) == sum(is_open.values()), account
        assert self.balance("2120", customer=account) == -credit, account
        unapplied = sum((paid.unapplied for paid in payments), ZERO)
        assert self.balance("2130", customer=account) == -unapplied, account
        tax = sum(((1 if isinstance(d, InvoiceIssued) else -1) * d.tax for d in docs), ZERO)
        assert self.balance("2200", customer=account) == -tax, account
