"""The import of one statement: its entries in groups, each read in sets and appended at once.

Every entry is decided in its order as if those before it were appended. Where another writer was
faster, nothing of the group is in the log; it reads and decides anew, in halves.
"""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from ledger.banking.match import Pays, Proposal, Returns, propose
from ledger.banking.outcome import Outcome
from ledger.banking.statement import Entry, Statement
from ledger.commands.cash.matching import payment_of, told
from ledger.commands.cash.references import Names
from ledger.commands.cash.statements import imported, owned
from ledger.commands.engine.ahead import read_payers
from ledger.commands.engine.context import Context
from ledger.commands.engine.drafts import Drafts
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import ATTEMPTS, pause, retrying
from ledger.errors import Contention, StoreConflict
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.statements import StatementEntry
from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.store.append import Guard

GROUP_MAX = 256
STREAMS = 5_000

Placed = tuple[UUID, Entry]
"""An entry and its stream."""


class Import:
    """The import of one statement: what is left to do is what has no fact yet."""

    def __init__(self, run: Run, statement: Statement, entity: EntityRegistered) -> None:
        self.run = run
        self.ledger = run.ledger
        self.statement = statement
        self.entity = entity

    def work(self) -> None:
        """Decide every entry that has no fact, then sum up."""
        left = list(self.statement.entry_streams())
        done, size, lost = 0, GROUP_MAX, 0
        while done < len(left):
            group = left[done : done + size]
            try:
                self._attempt(group)
            except StoreConflict:
                size, lost = max(1, len(group) // 2), lost + 1 if len(group) == 1 else 0
                if lost == ATTEMPTS:
                    raise Contention from None
                pause(lost)
            else:
                done, size, lost = done + len(group), min(2 * size, GROUP_MAX), 0
        retrying(self._sum_up)

    def _attempt(self, group: Sequence[Placed]) -> None:
        """Append what the entries of a group come to, in one transaction."""
        context, drafts, guards = self._begin()
        left = self._left(drafts, group)
        if not left:
            return
        names = Names.of(context, [entry for _, entry in left], self.entity.entity)
        proposals = [self._proposed(names, entry) for _, entry in left]
        _read_ahead(drafts, left, proposals)
        facts: list[Fact] = []
        for (where, entry), proposal in zip(left, proposals, strict=True):
            decision = told(context, self.statement, self.entity, where, entry, proposal)
            drafts.add(decision.facts)
            facts += decision.facts
            guards |= set(decision.guards)
        self.run.append(facts, context.read_at, list(guards))
        drafts.appended()

    def _begin(self) -> tuple[Context, Drafts, set[Guard]]:
        """Begin to read: projections of entries and bank accounts are no older than the guards."""
        ledger, drafts = self.ledger, Drafts(self.ledger)
        read_at = ledger.books.head()
        catch_up(ledger.db, ["statements"])
        guards = owned(ledger, self.statement.account, self.entity.entity)
        meta = self.run.asked.meta(run=True)
        return Context(ledger, meta, read_at, ledger.clock(), b"", drafts), drafts, set(guards)

    def _left(self, drafts: Drafts, group: Sequence[Placed]) -> list[Placed]:
        known = drafts.facts_of([where for where, _ in group])
        return [(where, entry) for where, entry in group if not known[where]]

    def _proposed(self, names: Names, entry: Entry) -> Proposal:
        entity, currency = self.entity.entity, self.statement.currency
        return names.claim(propose(entry, entity, currency, names.known))

    def _sum_up(self) -> None:
        """Say what became of all entries, unless another import of the statement just did."""
        context, _, guards = self._begin()
        if imported(self.ledger, self.statement, self.entity) is None:
            summed = self._outcome().summed_up(self.statement, self.entity)
            self.run.append([summed], context.read_at, list(guards))

    def _outcome(self) -> Outcome:
        outcome = Outcome()
        streams = [where for where, _ in self.statement.entry_streams()]
        for start in range(0, len(streams), STREAMS):
            for facts in self.ledger.books.facts_of(streams[start : start + STREAMS]).values():
                outcome.add(cast("StatementEntry", facts[0]), self.statement.name)
        return outcome


def _read_ahead(drafts: Drafts, left: Sequence[Placed], proposals: Sequence[Proposal]) -> None:
    """Read the payments that the entries are or return, and what their payers owe."""
    moving = [
        (where, proposal)
        for (where, _), proposal in zip(left, proposals, strict=True)
        if isinstance(proposal, Pays | Returns)
    ]
    payments = [
        proposal.payment if isinstance(proposal, Returns) else payment_of(where)
        for where, proposal in moving
    ]
    drafts.facts_of([stream("payment", name) for name in payments])
    read_payers(drafts, {one.account for _, one in moving if one.account is not None})
