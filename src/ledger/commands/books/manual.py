"""post_journal: an entry by hand, asked for by one person and approved by another.

Control accounts take none, so a sub-ledger always adds up to its account. Journals of an entity
are numbered in its stream, without gaps; there a reversal finds what it takes back, once.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.commands.engine.approval import approver, reason_of
from ledger.commands.engine.context import CHART_STREAM, Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.form.command import Command, Record
from ledger.commands.form.types import Amount, Id, bad_value
from ledger.commands.receivables.debtor import minor
from ledger.errors import (
    AccountBlocked,
    AlreadyReversed,
    BadValue,
    ControlAccount,
    MissingField,
    TooEarly,
    UnbalancedJournal,
    UnknownAccount,
    UnknownManualJournal,
    WrongEntity,
)
from ledger.events.catalog import AccountOpened, EntityRegistered
from ledger.events.fact import Cause, Fact
from ledger.events.journal import EnteredLine, JournalEntered
from ledger.events.streams import stream
from ledger.money import ZERO, plain
from ledger.periods import instant
from ledger.posting.accounts import Chart
from ledger.posting.chart import takes_manual
from ledger.posting.manual import manual_journal
from ledger.store.append import Guard

LINES_MAX = 1_000


class ManualLine(Record):
    """A debit or a credit of an account, and the customer whom it concerns."""

    account: Id
    debit: Amount | None = None
    credit: Amount | None = None
    customer: Id | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.debit is None) == (self.credit is None):
            raise bad_value("A line is either a debit or a credit; give it one of the two.")
        return self


class PostJournal(Command):
    """Post a journal by hand: lines that balance, or the reversal of an earlier one."""

    NAME = "post_journal"

    entity: Id
    lines: Annotated[list[ManualLine], Field(min_length=2, max_length=LINES_MAX)] | None = None
    reverses: Id | None = None
    approved_by: Id | None = None


def post_journal(command: PostJournal, context: Context) -> Decision:
    """Decide a manual journal and its entry."""
    reason = reason_of(command)
    approved_by = approver(command.approved_by, context)
    entity = context.entity(command.entity)
    on = open_day(context.day(command, entity.time_zone), entity, "on")
    where = stream("manual_journal", entity.entity)
    history = context.history(where)
    before = _reversed(command, history)
    if before is not None and on < before.on:
        raise TooEarly(field="on", on=on, what=f"the journal {before.entry}", earliest=before.on)
    lines, causes = _lines(command, before, entity, on, context)
    number = len(history) + 1
    fact = JournalEntered(
        originator_id=where,
        originator_version=number,
        timestamp=instant(on, entity.time_zone),
        causes=(entity.cause, *causes),
        entry=f"manual/{entity.entity}/{number}",
        number=number,
        entity=entity.entity,
        currency=entity.currency,
        on=on,
        reason=reason,
        approved_by=approved_by,
        lines=lines,
        reverses=command.reverses,
    )
    entry = manual_journal(fact)
    assert entry is not None, "a line is more than zero"
    guards: list[Guard] = [period_guard(entity.entity, on), CHART_STREAM]
    return Decision([fact, entry], guards=guards)


def _reversed(command: PostJournal, history: Sequence[Fact]) -> JournalEntered | None:
    """Return the journal that is to be taken back, if one is; refuse a second time."""
    found = None
    for fact in history:
        assert isinstance(fact, JournalEntered), fact
        if command.reverses is not None and fact.reverses == command.reverses:
            raise AlreadyReversed(field="reverses", entry=command.reverses, by=fact.entry)
        found = fact if fact.entry == command.reverses else found
    if command.reverses is not None and found is None:
        raise UnknownManualJournal(field="reverses", id=command.reverses)
    return found


def _lines(
    command: PostJournal,
    before: JournalEntered | None,
    entity: EntityRegistered,
    on: date,
    context: Context,
) -> tuple[tuple[EnteredLine, ...], list[Cause]]:
    """Return the lines of a journal and what they rest on: those asked for, or all turned back."""
    if before is not None:
        if command.lines is not None:
            raise BadValue(field="lines", why="A reversal has the lines of the other; give none.")
        turned = (EnteredLine(one.account, -one.amount, one.customer) for one in before.lines)
        return tuple(turned), [before.cause]
    if command.lines is None:
        raise MissingField(field="lines", name="lines")
    _refuse_accounts(command.lines, on, context.chart())
    found = [
        _line(each, f"lines.{index}", entity.currency) for index, each in enumerate(command.lines)
    ]
    _refuse_unbalanced(found, entity.currency)
    return tuple(found), _customers(found, entity.entity, context)


def _refuse_accounts(lines: Sequence[ManualLine], on: date, chart: Chart) -> None:
    """Refuse an account that is not there on the day, or takes nothing from people."""
    for index, line in enumerate(lines):
        field = f"lines.{index}.account"
        account = chart.account(line.account, on, field)
        if not takes_manual(account):
            raise ControlAccount(field=field, account=account.code)
        if account.blocked:
            raise AccountBlocked(field=field, account=account.code, on=on)


def _line(line: ManualLine, field: str, currency: str) -> EnteredLine:
    if line.debit is not None:
        amount = minor(line.debit, currency, f"{field}.debit")
    else:
        assert line.credit is not None, "a line has one side"
        amount = -minor(line.credit, currency, f"{field}.credit")
    return EnteredLine(line.account, amount, line.customer)


def _refuse_unbalanced(lines: Sequence[EnteredLine], currency: str) -> None:
    debit = sum((line.amount for line in lines if line.amount > 0), ZERO)
    credit = -sum((line.amount for line in lines if line.amount < 0), ZERO)
    if debit != credit:
        raise UnbalancedJournal(
            field="lines",
            debit=plain(debit),
            credit=plain(credit),
            difference=plain(abs(debit - credit)),
            currency=currency,
        )


def _customers(lines: Sequence[EnteredLine], entity: str, context: Context) -> list[Cause]:
    """Return the customers named, as causes; refuse one that the entity does not have."""
    fields: dict[str, str] = {}
    for index, line in enumerate(lines):
        if line.customer is not None:
            fields.setdefault(line.customer, f"lines.{index}.customer")
    streams = {name: stream("account", name) for name in fields}
    found = context.histories(streams.values())
    causes = []
    for name, where in streams.items():
        if not found[where]:
            raise UnknownAccount(field=fields[name], id=name)
        opened = found[where][0]
        assert isinstance(opened, AccountOpened), opened
        if opened.entity != entity:
            owner = opened.entity
            raise WrongEntity(field=fields[name], account=name, owner=owner, entity=entity)
        causes.append(opened.cause)
    return causes
