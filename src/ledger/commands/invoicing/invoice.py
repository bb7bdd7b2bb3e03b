"""issue_invoices: one invoice per payer of all that is billable, and the credit notes it takes.

What needs no usage is charged first, in batches of the same run: recurring and one-time items.
Numbers are drawn inside each append, from the stream of their series: when a payer is dropped or
another run drew numbers, the batch is numbered anew, so there are no gaps. A payer's documents
meet in its receivables stream, which is guarded, so nothing is billed twice. A payer whose tax
cannot be worked out, or for whom a rate is missing, gets no document at all; the others do, and
then the run is refused, to be sent again under its key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast
from uuid import UUID

from ledger.commands.engine.batches import (
    PAGE_NAMES,
    Batch,
    Work,
    ahead,
    append_batch,
    in_batches,
    until_done,
)
from ledger.commands.engine.ground import Ground, View
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.engine.runs import Run
from ledger.commands.form.command import Command
from ledger.commands.form.types import Day, Id
from ledger.commands.invoicing.billing import drafts_of
from ledger.commands.invoicing.reversing import Reversed, reversing
from ledger.commands.invoicing.undoing import Undone
from ledger.commands.rating.batch import charge_batch, with_fees
from ledger.commands.rating.granting import grant_batch, grant_pages
from ledger.errors import Refusal, UnknownAccount
from ledger.events.billing import NumbersDrawn
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.invoicing.booking import Document
from ledger.invoicing.engine import load
from ledger.invoicing.lines import Issue
from ledger.invoicing.numbers import Series, needed, numbered
from ledger.periods import instant, local_day
from ledger.posting.documents import document_entries
from ledger.reads import charges as charge_reads
from ledger.reads.subscriptions import accounts, entities
from ledger.store.database import Role

BATCH_PAYERS = 200
PROJECTIONS = (
    "usage",
    "charges",
    "invoices",
    "subscriptions",
    "exceptions",
    "credits",
    "entitlements",
)


class IssueInvoices(Command):
    """Bill every payer what is billable through a day."""

    NAME = "issue_invoices"

    through: Day
    entity: Id | None = None
    account: Id | None = None


@dataclass(frozen=True)
class Scope:
    """One entity's part of the run: on which day, for everybody or one payer."""

    entity: EntityRegistered
    issue: Issue
    payer: str | None


def issue_invoices(run: Run, command: IssueInvoices) -> None:
    """Charge what needs no usage, then bill batch by batch, then whoever conflicted."""
    view = View(run.ledger, PROJECTIONS)
    _charge_fees(run, command, view)
    dropped: dict[str, Scope] = {}
    for scope in _scopes(run, command, view.ground):
        batches = ahead(partial(_batch, run, scope, view), _pages(run, scope))
        for batch in batches:
            if late := append_batch(run, batch):
                dropped |= dict.fromkeys(late, scope)
                view.renew()

    def again(payer: str) -> bool:
        view.renew()
        return not append_batch(run, _batch(run, dropped[payer], view, [payer]))

    until_done(again, list(dropped))


def _charge_fees(run: Run, command: IssueInvoices, view: View) -> None:
    """Charge recurring and one-time items that are due; then see what there is to bill.

    Who pays for an account that is left out is left out too: one document has all of it.
    """
    payer, through = _payer(run, command), command.through
    dropped: list[str] = []
    credit = grant_pages(run, through, entity=command.entity, payer=payer, billing=True)
    for batch in ahead(lambda names: grant_batch(names, through, view.ground), credit):
        dropped += append_batch(run, batch)
        view.renew()
    found = with_fees(run, through, entity=command.entity, payer=payer)
    batches = ahead(lambda rows: charge_batch(rows, through, view.ground, usage=False), found)
    for batch in batches:
        if late := append_batch(run, batch):
            dropped += late
            view.renew()

    def again(account: str) -> bool:
        run.left_out.pop(account, None)
        view.renew()
        found = with_fees(run, through, account=account)
        rows = [row for page in found for row in page]
        late = append_batch(run, grant_batch([account], through, view.ground))
        view.renew()
        late += append_batch(run, charge_batch(rows, through, view.ground, usage=False))
        return not late

    until_done(again, dropped)
    if run.left_out:
        _leave_out_payers(run, view.ground)
    view.renew()


def _leave_out_payers(run: Run, ground: Ground) -> None:
    """Leave out who pays instead of who used; each with what is missing first."""
    payers = {row.account: row.payer for row in ground.read(accounts(run.left_out))}
    found: dict[str, Refusal] = {}
    for account, error in run.left_out.items():
        found.setdefault(payers[account], error)
    run.left_out = found


def _payer(run: Run, command: IssueInvoices) -> str | None:
    """Return who pays for the account that was asked for, if one was."""
    if command.account is None:
        return None
    with run.ledger.db.transaction(Role.READER) as tx:
        row = tx.one(accounts([command.account]))
    if row is None:
        raise UnknownAccount(field="account", id=command.account)
    return row.payer


def _scopes(run: Run, command: IssueInvoices, ground: Ground) -> list[Scope]:
    """Return the entities with something to bill; refuse a day that takes no postings."""
    payer = _payer(run, command)
    with run.ledger.db.transaction(Role.READER) as tx:
        names = [row.entity for row in tx.all(entities(command.entity))]
    if command.entity is not None:
        ground.entity(command.entity)
    found = [_scope(run, command, ground.entity(name), payer) for name in names]
    due = [scope for scope in found if next(_pages(run, scope), None)]
    for scope in due:
        open_day(scope.issue.on, scope.entity, "on")
    return due


def _scope(run: Run, command: IssueInvoices, entity: EntityRegistered, payer: str | None) -> Scope:
    on = command.on or local_day(run.now, entity.time_zone)
    at = instant(on, entity.time_zone)
    engine = load(run.ledger.settings.tax_engine)
    return Scope(entity, Issue(through=command.through, on=on, at=at, engine=engine), payer)


def _pages(run: Run, scope: Scope) -> Iterator[list[str]]:
    def payers_after(after: str) -> list[str]:
        query = charge_reads.billable_payers(
            scope.entity.entity,
            scope.issue.through,
            account=scope.payer,
            after=after,
            limit=PAGE_NAMES,
        )
        with run.ledger.db.transaction(Role.READER) as tx:
            return [row.payer for row in tx.all(query)]

    for payers in in_batches(payers_after, str, BATCH_PAYERS):
        if concerned := [payer for payer in payers if run.concerns(payer)]:
            yield concerned


def _batch(run: Run, scope: Scope, view: View, payers: Sequence[str]) -> Batch:
    """Return what there is to append for some payers; their documents have no numbers yet."""
    ground, on, name = view.ground, scope.issue.on, scope.entity.entity
    open_day(on, ground.entity(name), "on")  # it may have been closed since the view before
    drafts = drafts_of(name, payers, scope.issue, ground)
    works = {
        payer: Work(
            documents,
            guards=[
                stream("receivables", payer),
                *_accounts(documents),
                *(each.where for each in drafts.reversals.get(payer, ())),
            ],
        )
        for payer, documents in drafts.documents.items()
    }
    shared = [period_guard(name, on), *(stream("tax", code) for code in sorted(drafts.codes))]

    def assemble(left: Mapping[str, Work]) -> list[Fact]:
        documents = [
            doc for work in left.values() for doc in cast("Sequence[Document]", work.facts)
        ]
        undone = [each for payer in left for each in drafts.reversals.get(payer, ())]
        return _numbered(run, scope, documents, undone)

    return Batch(ground.read_at, works, shared, assemble, drafts.left_out)


def _accounts(documents: Sequence[Document]) -> list[UUID]:
    """Return the streams of the accounts whose tax and terms were looked at."""
    named = {document.account for document in documents}
    named |= {line.account for document in documents for line in document.lines}
    return [stream("account", name) for name in sorted(named)]


def _numbered(
    run: Run, scope: Scope, drafts: Sequence[Document], undone: Sequence[Reversed | Undone]
) -> list[Fact]:
    """Return the numbers drawn, losses undone, and each document with its journal entries."""
    books, on, at = run.ledger.books, scope.issue.on, scope.issue.at
    counts = needed(drafts)
    first: dict[Series, int] = {}
    facts: list[Fact] = []
    for series, count in counts.items():
        last = books.latest(stream("series", series.entity, series.kind, f"{series.year:04d}"))
        assert last is None or isinstance(last, NumbersDrawn), last
        first[series] = last.first + last.count if last else 1
        version = last.originator_version + 1 if last else 1
        facts.append(series.drawn(first[series], count, version, at))
    streams = {draft.account: stream("receivables", draft.account) for draft in drafts}
    at_versions = books.versions(streams.values())
    versions = {account: at_versions[where] for account, where in streams.items()}
    facts += reversing(undone, versions, books)
    for document in numbered(drafts, first, versions):
        facts += [document, *document_entries(document, on, at)]
    return facts
