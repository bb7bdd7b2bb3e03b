"""import_statement: a bank's camt.053 becomes payments, and a list of what nobody could match.

A run: entries are decided one payer at a time and appended in batches; each leaves one fact in a
stream of its own, in the transaction of the payment that it made. So an entry that comes again, in
the same statement or another, is found done. The last fact sums the statement up.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, cast
from uuid import UUID

from pydantic import AfterValidator, Field

from ledger.banking import camt053
from ledger.banking.match import Proposal, propose
from ledger.banking.statement import Entry, Statement, check
from ledger.commands import keys
from ledger.commands.answer import Answer
from ledger.commands.batches import Batch, Work, append_batch, pause
from ledger.commands.command import Command
from ledger.commands.context import Context
from ledger.commands.ledger import Ledger
from ledger.commands.matching import Names, seen, told
from ledger.commands.runs import Finished, Run
from ledger.commands.shell import ATTEMPTS, Asked
from ledger.commands.types import Id, bad_value
from ledger.errors import Contention, StatementConflict
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Cause, Fact
from ledger.events.statements import StatementEntry, StatementEntryMatched, StatementImported
from ledger.money import ZERO
from ledger.periods import instant
from ledger.projector.follower import catch_up

BATCH_ENTRIES = 200
STREAMS = 5_000
PROJECTIONS = ("invoices", "subscriptions", "statements")


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise bad_value("The statement is not base64; encode the bytes of the file.") from None
    return value


Bytes = Annotated[str, Field(min_length=1), AfterValidator(_base64)]


class ImportStatement(Command):
    """Take in a bank statement (camt.053): capture what pays, list what nobody can match."""

    NAME = "import_statement"

    entity: Id
    statement: Bytes


def import_statement(ledger: Ledger, asked: Asked) -> Answer:
    """Carry out an import; a message of which every statement is known already is a duplicate."""
    command = cast("ImportStatement", asked.command)
    try:
        run = Run(ledger, asked, ledger.clock())
    except Finished as done:
        return keys.first_answer(ledger, done.accepted)
    statements = camt053.read(base64.b64decode(command.statement))
    for one in statements:
        check(one)
    context = Context(ledger, asked.meta(run=True), ledger.books.head(), run.now)
    entity = context.entity(command.entity)
    known = [_known(ledger, one, entity) for one in statements]
    if None not in known and not run.started:
        causes = [cause for cause in known if cause is not None]
        return Answer(run.key, "duplicate", keys.named_facts(ledger, causes))
    for one in statements:
        if _known(ledger, one, entity) is None:
            Import(run, one, entity).work()
    try:
        return run.finish()
    except Finished as done:
        return keys.first_answer(ledger, done.accepted)


def _known(ledger: Ledger, statement: Statement, entity: EntityRegistered) -> Cause | None:
    """Return the fact that a statement was imported, or refuse another one of the same name."""
    fact = ledger.books.latest(statement.stream)
    if fact is None:
        return None
    assert isinstance(fact, StatementImported), fact
    before = (fact.entity, fact.opening, fact.credits, fact.debits)
    now = (entity.entity, statement.opening, statement.credits, statement.debits)
    if before != now:
        raise StatementConflict(field="statement", statement=statement.name, entity=fact.entity)
    return fact.cause


class Import:
    """The import of one statement: what is left to do is what has no fact yet."""

    def __init__(self, run: Run, statement: Statement, entity: EntityRegistered) -> None:
        self.run = run
        self.statement = statement
        self.entity = entity
        self.entries = dict(statement.entry_streams())

    def work(self) -> None:
        """Decide every entry that has no fact, then sum up."""
        catch_up(self.run.ledger.db, PROJECTIONS)
        done = self._outcomes()
        left = {where: one for where, one in self.entries.items() if where not in done}
        names = Names.of(self.run.ledger, left.values(), self.entity.entity)
        proposals = {
            where: names.claim(propose(one, self.entity.entity, self.statement.currency,
                                       names.known))
            for where, one in left.items()
        }  # fmt: skip
        for attempt in range(ATTEMPTS):
            dropped = set[UUID]()
            for batch in _batches(left, proposals):
                dropped |= self._append(batch, proposals)
            if not dropped:
                break
            pause(attempt)
            done = self._outcomes()
            left = {w: one for w, one in left.items() if w in dropped and w not in done}
        else:
            raise Contention
        self._sum_up()

    def _append(self, batch: Mapping[UUID, Entry], proposals: Mapping[UUID, Proposal]) -> set[UUID]:
        """Append what some entries come to; return those that conflicted."""
        ledger = self.run.ledger
        context = Context(
            ledger, self.run.asked.meta(run=True), ledger.books.head(), ledger.clock()
        )
        works = {
            str(where): Work(*told(context, self.statement, self.entity, where, one,
                                   proposals[where]))
            for where, one in batch.items()
        }  # fmt: skip
        shared = Batch(context.read_at, works, (), _assembled)
        return {UUID(name) for name in append_batch(self.run, shared)}

    def _outcomes(self) -> dict[UUID, StatementEntry]:
        """Return what became of the entries so far, in this statement or another."""
        found: dict[UUID, StatementEntry] = {}
        streams = list(self.entries)
        for start in range(0, len(streams), STREAMS):
            facts = self.run.ledger.books.facts_of(streams[start : start + STREAMS])
            found |= {w: cast("StatementEntry", each[0]) for w, each in facts.items() if each}
        return found

    def _sum_up(self) -> None:
        outcomes, statement = self._outcomes(), self.statement
        assert outcomes.keys() == self.entries.keys(), "every entry has an outcome"
        ours = [one for one in outcomes.values() if one.statement == statement.name]
        others = [one for one in outcomes.values() if one.statement != statement.name]
        matched = [one for one in ours if isinstance(one, StatementEntryMatched)]
        excepted = [one for one in ours if not isinstance(one, StatementEntryMatched)]
        fact = StatementImported(
            originator_id=statement.stream,
            originator_version=1,
            timestamp=instant(statement.closed_on, self.entity.time_zone),
            causes=(self.entity.cause,),
            statement=statement.name,
            entity=self.entity.entity,
            bank_account=statement.account,
            number=statement.id,
            sequence=statement.sequence,
            currency=statement.currency,
            opened_on=statement.opened_on,
            closed_on=statement.closed_on,
            opening=statement.opening,
            closing=statement.closing,
            credits=statement.credits,
            debits=statement.debits,
            matched_count=len(matched),
            matched_total=_total(matched),
            excepted_count=len(excepted),
            excepted_total=_total(excepted),
            duplicate_count=len(others),
            duplicate_total=_total(others),
        )
        self.run.append([fact], self.run.ledger.books.head(), ())


def _batches(
    left: Mapping[UUID, Entry], proposals: Mapping[UUID, Proposal]
) -> Iterator[dict[UUID, Entry]]:
    """Yield entries together, in their order, no two of which concern the same customer's money."""
    waiting = dict(left)
    while waiting:
        batch: dict[UUID, Entry] = {}
        taken = set[str]()
        for where, one in waiting.items():
            whose = seen(proposals[where])
            if whose not in taken:
                batch[where] = one
                if whose is not None:
                    taken.add(whose)
            if len(batch) == BATCH_ENTRIES:
                break
        yield batch
        waiting = {where: one for where, one in waiting.items() if where not in batch}


def _assembled(left: Mapping[str, Work]) -> list[Fact]:
    return [fact for work in left.values() for fact in work.facts]


def _total(entries: Iterable[StatementEntry]) -> Decimal:
    return sum((one.amount for one in entries), ZERO)
