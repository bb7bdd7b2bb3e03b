"""What there is to bill of a batch of payers, read as the rules of invoicing take it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from ledger.catalog.records import RecurringItem
from ledger.catalog.versions import tax_rate_on
from ledger.commands.engine.ground import Ground
from ledger.commands.invoicing.reversing import Reversed, reversals_of
from ledger.commands.invoicing.undoing import Undone
from ledger.commands.rating.apart import Apart
from ledger.commands.rating.restored import adjustments_of, exchange_stated
from ledger.errors import Refusal
from ledger.events.billing import Allowance
from ledger.events.catalog import EntityRegistered, TaxRateSet
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.invoicing.billable import Billable, BundlePart, Payer
from ledger.invoicing.billed import with_billed
from ledger.invoicing.booking import Books, Carried, Document, Owed
from ledger.invoicing.draft import draft
from ledger.invoicing.lines import Issue
from ledger.reads import charges as charge_reads
from ledger.reads.subscriptions import Account, accounts
from ledger.receivables.state import Receivables, fold


class Rates(Protocol):
    """Whoever knows exchange rates, and refuses where there is none."""

    def exchange_on(self, base: str, quote: str, day: date) -> Exchange:
        """Return the rate of a day."""


@dataclass(frozen=True)
class Drafts:
    """The documents of some payers without numbers, and the tax codes that were looked at.

    ``reversals`` are what they undo of write-offs and lost disputes. ``left_out`` are the payers
    whose tax could not be worked out, or for whom a rate is missing; they have no document.
    """

    documents: Mapping[str, list[Document]]
    reversals: Mapping[str, list[Reversed | Undone]]
    codes: Collection[str]
    left_out: Mapping[str, Refusal]


def drafts_of(entity: str, payers: Sequence[str], issue: Issue, ground: Ground) -> Drafts:
    """Return the documents of these payers; one for whom nothing changed has none."""
    rows: dict[str, list[charge_reads.Billable]] = {}
    for row in ground.read(charge_reads.billable(entity, issue.through, payers)):
        rows.setdefault(row.payer, []).append(row)
    every = [row for found in rows.values() for row in found]
    named = {row.account for row in every} | set(rows)
    known = {account.account: account for account in ground.read(accounts(named, on=issue.on))}
    codes = {code for row in every if (code := row.tax_code or known[row.account].tax)}
    ground.load("tax", codes)
    ground.load("plan", {row.plan for row in every if row.plan})
    rates = _rates_on(issue, codes, ground)
    issue = replace(issue, rates=rates)
    histories = _histories(rows, ground)
    documents: dict[str, list[Document]] = {}
    reversals: dict[str, list[Reversed | Undone]] = {}
    apart = Apart()
    for name, found in rows.items():
        with apart.of(name):
            made, undone = _drafts(
                known[name], found, known, issue, histories.get(name, []), ground
            )
            documents |= {name: made} if made else {}
            reversals |= {name: undone} if undone else {}
    return Drafts(documents, reversals, codes, apart.left_out)


def _drafts(
    account: Account,
    rows: Iterable[charge_reads.Billable],
    known: Mapping[str, Account],
    issue: Issue,
    history: Sequence[Fact],
    ground: Ground,
) -> tuple[list[Document], list[Reversed | Undone]]:
    entity = ground.entity(account.entity, issue.on)
    payer = Payer(
        account=account.account,
        entity=account.entity,
        currency=account.currency,
        payment_terms_days=account.payment_terms_days,
        rounding=entity.rounding,
        country=account.country,
        entity_country=entity.country,
    )
    billables = [_billable(row, known[row.account].tax, ground) for row in rows]
    if history:
        billables = with_billed(billables, history)
    state = fold(history)
    books = books_of(state, account.currency, entity, issue.on, ground)
    made = draft(payer, billables, issue, history, state.unpaid, books)
    exchange = None if books is None else books.exchange
    return made, reversals_of(made, state, entity, exchange, ground.ledger.books)


def books_of(
    state: Receivables,
    currency: str,
    entity: EntityRegistered,
    on: date,
    rates: Rates,
) -> Books | None:
    """Return how documents in another currency than the entity's are booked; None in its own."""
    if currency == entity.currency:
        return None
    exchange = rates.exchange_on(currency, entity.currency, on)
    receivable = {
        item.invoice: Owed(
            (
                Carried(item.open, item.booked),
                Carried(item.given_up, item.given_up_booked),
                *(Carried(lost.amount, lost.booked) for lost in reversed(item.losses)),
            )
        )
        for item in state.items.values()
        if item.unpaid
    }
    return Books(exchange, entity.rounding, receivable)


def _billable(row: charge_reads.Billable, tax: str | None, ground: Ground) -> Billable:
    order, bundle = _in_plan(row, ground)
    return Billable(
        account=row.account,
        subscription=row.subscription,
        item=row.item,
        order=order,
        period_from=row.period_from,
        period_to=row.period_to,
        quantity=row.quantity,
        amount=row.amount,
        accrued=row.accrued,
        charge=row.charge,
        stream=row.stream,
        kind=row.kind,
        due=row.due,
        clears=row.clears,
        netted=row.netted,
        rated_to=row.rated_to,
        early=row.early,
        allowances=_allowances(row),
        tax_code=row.tax_code or tax,
        tax_inclusive=row.tax_inclusive,
        revenue_account=row.revenue_account,
        group=row.group_values,
        carried=row.carried,
        exchange=exchange_stated(row.exchange),
        bundle=bundle,
    )


def _in_plan(row: charge_reads.Billable, ground: Ground) -> tuple[int, tuple[BundlePart, ...]]:
    """Return the place of a charge's item in its plan, and what its price is shared by."""
    versions = ground.plan(row.plan) if row.plan else ()
    items = [item for v in versions if v.version == row.plan_version for item in v.items]
    place = next((n for n, item in enumerate(items) if item.item == row.item), len(items))
    item = items[place] if place < len(items) else None
    parts = item.allocate if isinstance(item, RecurringItem) else ()
    accounts_of = {each.item: each.revenue_account for each in items if each is not item}
    return place, tuple(
        BundlePart(part.item, part.standalone, accounts_of.get(part.item, row.revenue_account))
        for part in parts
    )


def _allowances(row: charge_reads.Billable) -> tuple[Allowance, ...]:
    """Return what discounts and grants take off a charge; of what was prepaid not its cost."""
    taken = [
        (each, each.amount if each.kind == "prepaid" else each.net) for each in adjustments_of(row)
    ]
    return tuple(Allowance(each.kind, each.id, amount) for each, amount in taken if amount)


def _histories(
    rows: Mapping[str, Sequence[charge_reads.Billable]], ground: Ground
) -> dict[str, list[Fact]]:
    """Return the receivables of those payers of whom something was billed before."""
    names = {
        stream("receivables", name): name
        for name, found in rows.items()
        if any(row.lines for row in found)
    }
    facts = ground.ledger.books.facts_of(names)
    return {names[where]: found for where, found in facts.items()}


def _rates_on(issue: Issue, codes: Iterable[str], ground: Ground) -> dict[str, TaxRateSet]:
    found = {code: tax_rate_on(ground.tax_rates(code), issue.on) for code in codes}
    return {code: rate for code, rate in found.items() if rate is not None}
