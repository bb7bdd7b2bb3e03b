"""What a dry run answers: the documents, charges and postings that a command would make."""

from datetime import date
from decimal import Decimal

import strawberry

from ledger.api.scalars import CurrencyCode
from ledger.api.types.fields import about
from ledger.api.types.invoices import InvoiceKind
from ledger.commands.form import effect


@strawberry.type(description="A line of a document that would be issued.")
class DraftLine:
    """A line without a charge to lead to: it was not made."""

    line: int = about("Its place, from 1.")
    item: str = about("The plan's item.")
    description: str = about("What the customer would read.")
    net: Decimal = about("The amount without tax.")
    tax: Decimal = about("Its share of the document's tax.")
    corrects: str | None = about("The charge billed before, where this corrects it.")


@strawberry.type(description="An invoice or credit note that would be issued; it has no number.")
class DraftDocument:
    """A document that was not issued."""

    kind: InvoiceKind = about("Invoice or credit note.")
    entity: str = about("The legal entity.")
    account: str = about("Who would get it.")
    currency: CurrencyCode = about("The currency.")
    issued_on: date = about("The date it would bear.")
    due_on: date | None = about("When an invoice would be due.")
    invoice: str | None = about("On a credit note, the invoice that it takes back from.")
    net: Decimal = about("The amount without tax.")
    tax: Decimal = about("The tax.")
    total: Decimal = about("The amount with tax; that of a credit note is positive.")
    line_count: int = about("How many lines it has.")
    lines: list[DraftLine] = about("Its lines, at most a hundred.")


@strawberry.type(description="A charge that would change.")
class ChargeChange:
    """A charge before and after; unrounded."""

    entity: str = about("The legal entity.")
    account: str = about("The account that used.")
    subscription: str = about("The subscription.")
    item: str = about("The plan's item.")
    period_from: date = about("The first day of the period.")
    period_to: date = about("The day after the period.")
    currency: CurrencyCode = about("The currency.")
    before: Decimal = about("What was charged before, unrounded.")
    amount: Decimal = about("What would be charged then, unrounded.")
    delta: Decimal = about("The difference.")
    accrued: Decimal = about("What would be accrued then, net and in minor units.")


@strawberry.type(description="A line that would be posted to the journal.")
class DraftPosting:
    """A debit or a credit."""

    entity: str = about("The legal entity.")
    on: date = about("The posting date.")
    account: str = about("The account of the chart.")
    debit: Decimal | None = about("The amount, if it is a debit.")
    credit: Decimal | None = about("The amount, if it is a credit.")
    customer: str | None = about("The customer account it concerns.")
    text: str = about("What the entry says.")


@strawberry.type(description="What an entity would bill and charge in one currency.")
class EffectTotal:
    """Totals over everything, details shown or not."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency.")
    accounts: int = about("How many accounts are concerned.")
    documents: int = about("How many documents there would be.")
    net: Decimal = about("Invoices less credit notes, without tax.")
    tax: Decimal = about("Their tax.")
    total: Decimal = about("Both together.")
    charges: int = about("How many charges would change.")
    delta: Decimal = about("By how much together, unrounded.")


@strawberry.type(description="By how much a balance would change, debit positive.")
class BalanceChange:
    """One account of the chart in one entity."""

    entity: str = about("The legal entity.")
    account: str = about("The account of the chart.")
    amount: Decimal = about("The change in the entity's currency, debit positive.")


@strawberry.type(description="An account whose part of the effect cannot be told.")
class LeftOut:
    """One for whom something is missing."""

    account: str = about("The account, or who pays for it.")
    code: str = about("A code of the contract, such as NO_EXCHANGE_RATE.")
    message: str = about("One plain sentence that says what to do.")


@strawberry.type(
    description="What a command would come to. Totals and balances are whole; of the details the "
    "first hundred are shown."
)
class CommandEffect:
    """The effect of a dry run."""

    totals: list[EffectTotal] = about("By entity and currency.")
    balances: list[BalanceChange] = about("By entity and account of the chart.")
    documents: list[DraftDocument] = about("Documents, the first hundred.")
    charges: list[ChargeChange] = about("Charges that would change, the first hundred.")
    journal: list[DraftPosting] = about("Lines of the journal, the first hundred.")
    left_out: list[LeftOut] = about(
        "Accounts of which nothing is told, for want of a rate; the first hundred."
    )
    document_count: int = about("How many documents there would be.")
    charge_count: int = about("How many charges would change.")
    journal_count: int = about("How many lines would be posted.")
    left_out_count: int = about("How many accounts are left out.")


@strawberry.type(description="A fact that would be appended.")
class DraftFact:
    """A fact without a place."""

    lane: int = about("The lane; 0 is the books.")
    type: str = about("The type and version, such as invoice.issued/1.")


def document_of(one: effect.DocumentEffect) -> DraftDocument:
    """Return a document as the schema shows it."""
    lines = [DraftLine(**vars(line)) for line in one.lines]
    return DraftDocument(**{**vars(one), "kind": InvoiceKind(one.kind), "lines": lines})


def effect_of(one: effect.Effect) -> CommandEffect:
    """Return an effect as the schema shows it."""
    return CommandEffect(
        totals=[EffectTotal(**vars(each)) for each in one.totals],
        balances=[BalanceChange(**vars(each)) for each in one.balances],
        documents=list(map(document_of, one.documents)),
        charges=[ChargeChange(**vars(each)) for each in one.charges],
        journal=[DraftPosting(**vars(each)) for each in one.journal],
        left_out=[LeftOut(**vars(each)) for each in one.left_out],
        document_count=one.counts["documents"],
        charge_count=one.counts["charges"],
        journal_count=one.counts["journal"],
        left_out_count=one.counts["left_out"],
    )
